"""What an authorization is for: read from a wallet's request, kept behind codes and tokens, told in answers.

Only what is kept by the store is declared here; who authorises, `authorizing` and `offers` say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from madang.identity.issuer.configurations import Configuration, configurations
from madang.identity.issuer.office import Office
from madang.identity.issuer.wire import Refusal
from madang.kernel.errors import MadangError

MAX_CONFIGURATIONS = 8
_DETAILS = "openid_credential"
_decode_list = msgspec.json.Decoder(list[dict[str, Any]])


class Asked(msgspec.Struct, frozen=True):
    """Which configurations a wallet asks for; `by_details` if by `authorization_details`, else by `scope`."""

    configurations: tuple[str, ...]
    by_details: bool


class Grant(msgspec.Struct, frozen=True):
    """That a person gets these configurations, as authorised at a second: `since`.

    `client` is '' for a wallet that says no name. `attester` is what the ledger knows the key of the wallet's provider
    by, '' for a wallet that nobody vouches for.
    """

    subject: str
    asked: Asked
    client: str
    since: int
    attester: str = ""


def read_asked(office: Office, parameters: Mapping[str, str]) -> Asked | None:
    """What a request asks for by `authorization_details` or `scope`; None where it says neither.

    Raises `Refusal`: `invalid_authorization_details` (`grant.details`), `invalid_scope` (`grant.scope`).
    """
    known = configurations(office.institution.description)
    if "authorization_details" in parameters:
        return Asked(_of_details(parameters["authorization_details"], known), True)
    if "scope" in parameters:
        wanted = tuple(dict.fromkeys(parameters["scope"].split()))
        if not 1 <= len(wanted) <= MAX_CONFIGURATIONS or not all(one in known for one in wanted):
            raise Refusal("invalid_scope", "grant.scope", "A scope is none that is offered here.")
        return Asked(wanted, False)
    return None


def known_of(office: Office, asked: Asked) -> list[Configuration]:
    """The configurations that are asked for. Raises `MadangError` (`grant.withdrawn`): one is not issued any more."""
    known = configurations(office.institution.description)
    if not all(one in known for one in asked.configurations):
        raise MadangError("grant.withdrawn", "What was authorised is not issued here any more.")
    return [known[one] for one in asked.configurations]


def is_for_any(wanted: Sequence[Configuration]) -> bool:
    """Whether wallets get all of this without an attestation."""
    return all(one.terms.wallets == "any" for one in wanted)


def told(office: Office, asked: Asked) -> dict[str, Any]:
    """What the token's answer says of what was granted (OpenID4VCI 1.0, section 6.2)."""
    if not asked.by_details:
        return {"scope": " ".join(asked.configurations)}
    known = configurations(office.institution.description)
    details = [
        {"type": _DETAILS, "credential_configuration_id": one, "credential_identifiers": [known[one].identifier]}
        for one in asked.configurations
    ]
    return {"authorization_details": details}


def _of_details(text: str, known: Mapping[str, Configuration]) -> tuple[str, ...]:
    try:
        given = _decode_list.decode(text)
        wanted = tuple(one["credential_configuration_id"] for one in given if one["type"] == _DETAILS)
    except (msgspec.MsgspecError, KeyError):
        raise _details("is no list of objects with type and credential_configuration_id") from None
    if len(wanted) != len(given) or len(dict.fromkeys(map(str, wanted))) != len(wanted):
        raise _details("holds another type, or asks twice for one thing")
    if not 1 <= len(wanted) <= MAX_CONFIGURATIONS or not all(isinstance(one, str) and one in known for one in wanted):
        raise _details("asks for what is not offered here")
    return wanted


def _details(what: str) -> Refusal:
    return Refusal("invalid_authorization_details", "grant.details", f"authorization_details {what}.")
