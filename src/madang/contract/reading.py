"""Texts and canonical bytes in, checked kinds and programmes out."""

from __future__ import annotations

from madang.contract.canonical import canonical, decode
from madang.contract.checker import check_kind, check_programme, kind_into, programme_into
from madang.contract.reader import kind_of, programme_of
from madang.contract.syntax import Kind, Programme


def read_kind(text: str, name: str = "kind.yaml") -> Kind:
    """The kind that a YAML text writes. `name` is for messages only.

    Raises `ContractError` with the problems found, each with line, column and what to write instead.
    """
    kind, problems = kind_of(text, name)
    kind_into(kind, problems)
    problems.stop_if_any()
    # Through the canonical bytes, so that what was read here is what anyone else will load.
    return load_kind(canonical(kind))


def read_programme(text: str, kind: Kind, name: str = "programme.yaml") -> Programme:
    """The programme of `kind` that a YAML text writes; it is bound to the digest of `kind`.

    Raises `ContractError` like `read_kind`.
    """
    programme, problems = programme_of(text, kind, name)
    programme_into(programme, kind, problems)
    problems.stop_if_any()
    return load_programme(canonical(programme), kind)


def load_kind(data: bytes) -> Kind:
    """The kind in canonical bytes, checked in full: the bytes may come from anyone.

    Raises `ContractError`, with line and column 0, for anything but the canonical bytes of a valid kind.
    """
    kind = decode(data, Kind)
    check_kind(kind)
    return kind


def load_programme(data: bytes, kind: Kind) -> Programme:
    """The programme in canonical bytes, checked in full against its kind. Raises `ContractError` like `load_kind`."""
    programme = decode(data, Programme)
    check_programme(programme, kind)
    return programme
