"""Between the claims of the catalogue and the data elements of an mdoc: a day is a text here, and tagged there."""

import datetime
from collections.abc import Mapping
from typing import Any

from madang.identity.catalogue import Claim, CredentialType
from madang.identity.verified import Claims
from madang.kernel.errors import MadangError


def to_elements(of: CredentialType, claims: Claims) -> dict[str, dict[str, Any]]:
    """The data elements, by namespace and identifier, of claims that the type allows (`CredentialType.check`)."""
    return {of.namespace: {of.element_of(name): _to_element(of.claims[name], value) for name, value in claims.items()}}


def to_claims(of: CredentialType, elements: Mapping[str, Mapping[str, Any]]) -> Claims:
    """The claims of verified data elements, those that the catalogue knows, as it has them.

    Raises `MadangError` (`credential.claim`): an element that is not of the kind that its type says.
    """
    claims: Claims = {}
    for identifier, value in elements.get(of.namespace, {}).items():
        name = of.claim_of(identifier)
        if name is not None:
            claims[name] = _to_claim(of.claims[name], value, name)
            of.claims[name].check(claims[name], name)
    return claims


def _to_element(claim: Claim, value: Any) -> Any:
    if claim.kind == "date":
        return datetime.date.fromisoformat(value)
    if claim.kind == "list" and claim.items:
        return [{name: _to_element(claim.items[name], part) for name, part in record.items()} for record in value]
    return value


def _to_claim(claim: Claim, value: Any, path: str) -> Any:
    if claim.kind == "date":
        if type(value) is not datetime.date:
            raise MadangError("credential.claim", f"{path} is no date as this type of credential has it.")
        return value.isoformat()
    if claim.kind == "list" and claim.items and type(value) is list:
        return [_to_record(claim, record, path) for record in value]
    return value


def _to_record(claim: Claim, record: Any, path: str) -> Any:
    """A record of a list. Of a member that the type has not, the check that follows says so."""
    if type(record) is not dict or not record.keys() <= claim.items.keys():
        return record
    return {name: _to_claim(claim.items[name], part, f"{path}.{name}") for name, part in record.items()}
