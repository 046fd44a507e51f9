"""What the names in a document mean: the contexts that it lists (VCDM 2.0, sections 4.3, 4.5, 5.2.1 and B.1).

No network: a URL that is not known here is refused, since nobody could say what it defines. Objects in the list may
define names, and may redefine none that is protected.
"""

from collections.abc import Mapping
from typing import Any

from madang.identity.vcdm.forms import Object, is_url
from madang.kernel.errors import MadangError

BASE = "https://www.w3.org/ns/credentials/v2"
OPEN = frozenset(
    {"https://www.w3.org/ns/credentials/examples/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"}
)
"""Contexts that give every name a meaning: the first for examples, the second for whoever defines none."""
MAX_CONTEXTS = 16

# fmt: off
_BASE_TYPES = frozenset(
    (
        "BitstringStatusList", "BitstringStatusListCredential", "BitstringStatusListEntry", "DataIntegrityProof",
        "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation", "JsonSchema", "JsonSchemaCredential",
        "VerifiableCredential", "VerifiablePresentation",
    )
)
_BASE_TERMS = _BASE_TYPES | frozenset(
    (
        "_sd", "_sd_alg", "confidenceMethod", "created", "credentialSchema", "credentialStatus", "credentialSubject",
        "description", "digestMultibase", "digestSRI", "domain", "challenge", "cryptosuite", "encodedList",
        "evidence", "expires", "holder", "id", "issuer", "jsonSchema", "mediaType", "message", "name", "nonce",
        "previousProof", "proof", "proofPurpose", "proofValue", "refreshService", "relatedResource", "renderMethod",
        "status", "statusListCredential", "statusListIndex", "statusMessage", "statusPurpose", "statusReference",
        "statusSize", "termsOfUse", "ttl", "type", "validFrom", "validUntil", "verifiableCredential",
        "verificationMethod",
    )
)
# fmt: on
_KEYWORDS = frozenset({"@protected", "@version", "@vocab"})
_JOSE_CLAIMS = frozenset({"aud", "cnf", "exp", "iat", "iss", "jti", "nbf", "nonce", "sub"})
"""Claims of a JWT that may stand beside a credential's own members (VC-JOSE-COSE, section 3.1)."""


class Meaning:
    """Which names a document's contexts define."""

    def __init__(self) -> None:
        self._defined: dict[str, Any] = {}
        self._protected: set[str] = set()
        self._open = False

    def knows(self, name: str) -> bool:
        """Whether a name has a meaning: it is defined, or is a URL itself."""
        return self._open or name in _BASE_TERMS or name in self._defined or is_url(name)

    def add(self, item: object) -> None:
        """What the next context of the list defines. Raises `MadangError` (`vcdm.context`, `vcdm.redefined`)."""
        if isinstance(item, Mapping):
            self._define(item)
        elif isinstance(item, str) and (item in OPEN or item == BASE):
            self._open |= item in OPEN
        else:
            raise MadangError("vcdm.context", "A context is neither an object nor one of the URLs that are known here.")

    def _define(self, context: Object) -> None:
        protects, version = context.get("@protected", False), context.get("@version", 1.1)
        if not isinstance(protects, bool) or version != 1.1 or not is_url(context.get("@vocab", BASE)):
            raise MadangError("vcdm.context", "A context has a keyword in a form that JSON-LD does not know.")
        self._open |= "@vocab" in context
        for name, definition in context.items():
            if name in _KEYWORDS:
                continue
            if not name or name.startswith("@") or not _is_definition(definition):
                raise MadangError("vcdm.context", "A context defines a name by something that is no absolute URL.")
            again = name in self._protected and self._defined[name] != definition
            if name in _BASE_TERMS or again:
                raise MadangError("vcdm.redefined", "A context gives another meaning to a name that is protected.")
            self._defined[name] = definition
            if protects:
                self._protected.add(name)


def meaning_of(document: Object) -> Meaning:
    """What a document's `@context` defines.

    Raises `MadangError`: `vcdm.context` (missing, not led by the base context, unreadable), `vcdm.redefined`.
    """
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] != BASE or len(contexts) > MAX_CONTEXTS:
        raise MadangError("vcdm.context", f"@context is no list of contexts that begins with {BASE}.")
    meaning = Meaning()
    for item in contexts:
        meaning.add(item)
    return meaning


def names_of_types(thing: Object) -> list[Any]:
    """What an object says of its type, in a list, unchecked."""
    given = thing.get("type")
    return given if isinstance(given, list) else [given]


def types_of(thing: Object, meaning: Meaning, what: str) -> list[str]:
    """The types of an object, each a URL or defined by a context. Raises `MadangError` (`vcdm.type`)."""
    types = names_of_types(thing)
    if not types or not all(isinstance(one, str) and one and meaning.knows(one) for one in types):
        raise MadangError("vcdm.type", f"{what} has no type, or one that no context defines and that is no URL.")
    return types


def check_terms(thing: object, meaning: Meaning, top: bool = True) -> None:
    """That every member's name has a meaning, at every level. Raises `MadangError` (`vcdm.term`)."""
    if isinstance(thing, list):
        for one in thing:
            check_terms(one, meaning, top=False)
    elif isinstance(thing, Mapping):
        for name, value in thing.items():
            known = name.startswith("@") or meaning.knows(name) or (top and name in _JOSE_CLAIMS)
            if not known:
                raise MadangError("vcdm.term", f"No context says what {name[:60]!r} means. Define it in @context.")
            if name != "@context":
                check_terms(value, meaning, top=False)


def _is_definition(definition: object) -> bool:
    if isinstance(definition, Mapping):
        return is_url(definition.get("@id")) and all(name.startswith("@") for name in definition)
    return is_url(definition)
