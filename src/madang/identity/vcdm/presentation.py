"""The form of a presentation, and the envelopes that credentials are put into (VCDM 2.0, section 4.13)."""

import re
from typing import Any

from madang.identity.vcdm.contexts import BASE, Meaning, check_terms, meaning_of, types_of
from madang.identity.vcdm.credential import check_credential
from madang.identity.vcdm.forms import Object, check_id, each, is_url
from madang.kernel.errors import MadangError

MAX_CREDENTIALS = 32
_ENVELOPED = "EnvelopedVerifiableCredential"
_DATA_URL = re.compile(
    r"^data:(application/vc(-ld)?\+(jwt|sd-jwt|cose)|application/jwt)(;base64url|;base64)?,[A-Za-z0-9._~=+/-]+\Z"
)
_VC_JWT = "data:application/vc+jwt,"


def envelope(credential: str) -> dict[str, Any]:
    """A secured credential (`vc+jwt`) as an object within a presentation (section 4.13.1)."""
    return {"@context": [BASE], "id": f"{_VC_JWT}{credential}", "type": _ENVELOPED}


def opened(enveloped: Object) -> str:
    """The secured credential of a checked envelope. Raises `MadangError` (`vcdm.envelope`) unless it is a `vc+jwt`."""
    text = str(enveloped["id"])
    if not text.startswith(_VC_JWT):
        raise MadangError("vcdm.envelope", "A credential in the presentation is secured by other means than vc+jwt.")
    return text.removeprefix(_VC_JWT)


def check_presentation(presentation: Object) -> None:
    """That a presentation is one, and each credential in it, in an envelope or open, has its form.

    Raises `MadangError`, in this order: `vcdm.context`, `vcdm.redefined`, `vcdm.type`, `vcdm.id`, `vcdm.holder`,
    `vcdm.object` (a credential that is no object), `vcdm.envelope`, what `check_credential` raises, `vcdm.term`.
    """
    meaning = meaning_of(presentation)
    if "VerifiablePresentation" not in types_of(presentation, meaning, "The presentation"):
        raise MadangError("vcdm.type", "The presentation's types do not name VerifiablePresentation.")
    check_id(presentation, "the presentation")
    if "holder" in presentation:
        holder = presentation["holder"]
        if not is_url(holder.get("id") if isinstance(holder, dict) else holder):
            raise MadangError("vcdm.holder", "The holder is neither a URL nor an object whose id is one.")
    for credential in credentials_of(presentation):
        _check_part(credential, meaning)
    others = {name: value for name, value in presentation.items() if name != "verifiableCredential"}
    check_terms(others, meaning)


def check_envelope(enveloped: Object) -> None:
    """That an envelope is one. Raises `MadangError` (`vcdm.envelope`)."""
    contexts, kind, url = enveloped.get("@context"), enveloped.get("type"), enveloped.get("id")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first != BASE or kind not in (_ENVELOPED, [_ENVELOPED]) or not isinstance(url, str) or not _DATA_URL.match(url):
        raise MadangError("vcdm.envelope", "An envelope lacks the base context, its type, or a data: URL as its id.")


def credentials_of(presentation: Object) -> list[Object]:
    """What is presented. Raises `MadangError` (`vcdm.object`)."""
    given = presentation.get("verifiableCredential", [])
    if given == []:
        return []
    found = each(given, "verifiableCredential", "vcdm.object")
    if len(found) > MAX_CREDENTIALS:
        raise MadangError("vcdm.object", f"The presentation holds more than {MAX_CREDENTIALS} credentials.")
    return found


def _check_part(credential: Object, meaning: Meaning) -> None:
    kind = credential.get("type")
    if (
        kind == _ENVELOPED
        or (isinstance(kind, list) and _ENVELOPED in kind)
        or str(credential.get("id"))[:5] == "data:"
    ):
        check_envelope(credential)
    else:
        check_credential(credential)
