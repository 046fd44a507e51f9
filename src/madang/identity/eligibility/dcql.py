"""The query that an offer comes to: exactly the claims that its requirements name (DCQL, OpenID4VP 1.0, section 6)."""

from collections.abc import Sequence
from typing import Any

from madang.base.eligibility.state import Requirement
from madang.identity.catalogue import Claim, CredentialType, type_of
from madang.identity.verified import Format
from madang.kernel.errors import MadangError

_SUFFIX: dict[Format, str] = {"dc+sd-jwt": "sdjwt", "mso_mdoc": "mdoc"}


def query(requirements: Sequence[Requirement]) -> dict[str, Any]:
    """The query. Where a type has two formats, either will do (section 6.2).

    A claim that must have one of some values is asked for with them, so that a wallet that has others shows nothing
    (section 6.4.1). Raises `MadangError`: `credential.unknown_type`, `eligibility.claim` (the catalogue has no such
    claim, or none that has such a value).
    """
    grouped: dict[str, list[Requirement]] = {}
    for one in requirements:
        grouped.setdefault(one.credential, []).append(one)
    credentials, sets = [], []
    for identifier, asked in grouped.items():
        described = type_of(identifier)
        made = [_credential(described, how, asked) for how in described.formats]
        credentials += made
        sets.append({"options": [[one["id"]] for one in made]})
    return {"credentials": credentials, "credential_sets": sets}


def _credential(described: CredentialType, how: Format, asked: Sequence[Requirement]) -> dict[str, Any]:
    claims: dict[str, dict[str, Any]] = {}
    for one in asked:
        claim = described.claims.get(one.claim)
        if claim is None:
            raise _no_such(one)
        path = [one.claim] if how == "dc+sd-jwt" else [described.namespace, described.element_of(one.claim)]
        entry = claims.setdefault(one.claim, {"path": path})
        if one.test in ("equals", "one_of"):
            values = [_value(one, claim, text) for text in one.values]
            entry["values"] = [value for value in entry.get("values", values) if value in values]
    meta = {"vct_values": [described.vct]} if how == "dc+sd-jwt" else {"doctype_value": described.doctype}
    return {
        "id": f"{described.id}_{_SUFFIX[how]}",
        "format": how,
        "meta": meta,
        "claims": list(claims.values()),
    }


def _value(requirement: Requirement, claim: Claim, text: str) -> str | int | bool:
    """A value as the claim has it: yes or no, a whole number, or text."""
    if claim.kind == "flag" and text in ("true", "false"):
        return text == "true"
    if claim.kind == "whole" and text.removeprefix("-").isdigit():
        return int(text)
    if claim.kind in ("text", "code", "date"):
        return text
    raise _no_such(requirement)


def _no_such(requirement: Requirement) -> MadangError:
    named = f"{requirement.credential} {requirement.claim}"
    return MadangError("eligibility.claim", f"The catalogue has no claim {named} that could be tested so.")
