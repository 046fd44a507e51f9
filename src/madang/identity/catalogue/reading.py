"""Reads the types that Madang ships, once."""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import msgspec
import yaml

from madang.identity.catalogue.types import Claim, CredentialType
from madang.kernel.errors import MadangError

_ID = re.compile(r"[a-z][a-z0-9_]{2,31}\Z")
_MDOC_FIELDS = ("doctype", "namespace")


def read_type(identifier: str, text: str) -> CredentialType:
    """A type from its file. Raises `MadangError` (`catalogue.invalid`)."""
    try:
        content = yaml.safe_load(text)
        found = msgspec.convert({"id": identifier, **content}, CredentialType)
    except (yaml.YAMLError, TypeError, msgspec.ValidationError) as error:
        raise _invalid(identifier, str(error)) from None
    if not _ID.match(identifier):
        raise _invalid(identifier, "the name of its file is none of a type")
    if not found.formats or not found.claims or found.lives < 60 or not 1 <= found.batch <= 100:
        raise _invalid(identifier, "formats, claims, lives and batch say what can't be issued")
    if ("mso_mdoc" in found.formats) != all(getattr(found, field) for field in _MDOC_FIELDS):
        raise _invalid(identifier, "an mdoc, and only that, has a doctype and a namespace")
    if not found.claims.keys().isdisjoint(found.besides):
        raise _invalid(identifier, "what is known besides is none of its claims")
    for name, claim in found.known.items():
        _check(identifier, name, claim)
    return found


def _check(identifier: str, name: str, claim: Claim) -> None:
    codes = claim.kind == "code" or (claim.kind == "list" and not claim.items)
    if codes != bool(claim.pattern) or (claim.items and claim.kind != "list"):
        raise _invalid(identifier, f"{name}: codes, and lists of them, have a pattern; only lists have items")
    for below, item in claim.items.items():
        _check(identifier, f"{name}.{below}", item)


def _invalid(identifier: str, why: str) -> MadangError:
    return MadangError("catalogue.invalid", f"The credential type {identifier} can't be used: {why}.")


def _read_all() -> Mapping[str, CredentialType]:
    folder = resources.files("madang.identity.catalogue") / "documents"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    found = [read_type(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")) for file in files]
    return MappingProxyType({one.id: one for one in found})


TYPES: Mapping[str, CredentialType] = _read_all()
"""The types by id."""
_BY_VCT = {one.vct: one.id for one in TYPES.values()}
_BY_DOCTYPE = {one.doctype: one.id for one in TYPES.values() if one.doctype}


def type_of(identifier: str) -> CredentialType:
    """The type with this id. Raises `MadangError` (`credential.unknown_type`)."""
    found = TYPES.get(identifier)
    if found is None:
        raise MadangError("credential.unknown_type", "There is no such type of credential in the catalogue.")
    return found


def by_vct(vct: object) -> CredentialType:
    """The type that an SD-JWT VC names. Raises `MadangError` (`credential.unknown_type`)."""
    return type_of(_BY_VCT.get(vct, "") if isinstance(vct, str) else "")


def by_doctype(doctype: object) -> CredentialType:
    """The type that an mdoc names. Raises `MadangError` (`credential.unknown_type`)."""
    return type_of(_BY_DOCTYPE.get(doctype, "") if isinstance(doctype, str) else "")
