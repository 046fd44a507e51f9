"""Everything that must hold of a document besides its shape. The same check for texts and for bytes from the ledger."""

from __future__ import annotations

from madang.contract.kindchecks import KindChecks
from madang.contract.problems import Problems
from madang.contract.programmechecks import ProgrammeChecks
from madang.contract.syntax import Kind, Programme
from madang.contract.typed import TypedKind, TypedProgramme


def check_kind(kind: Kind, name: str = "kind") -> TypedKind:
    """The typed kind. Raises `ContractError` with every problem found."""
    problems = Problems(name)
    typed = KindChecks(kind, problems).check()
    problems.stop_if_any()
    return typed


def check_programme(programme: Programme, kind: Kind, name: str = "programme") -> TypedProgramme:
    """The typed programme of a kind that was checked. Raises `ContractError` with every problem found."""
    problems = Problems(name)
    typed = programme_into(programme, kind, problems)
    problems.stop_if_any()
    return typed


def kind_into(kind: Kind, problems: Problems) -> TypedKind:
    """Like `check_kind`, adding to problems that were found before."""
    return KindChecks(kind, problems).check()


def programme_into(programme: Programme, kind: Kind, problems: Problems) -> TypedProgramme:
    """Like `check_programme`, adding to problems that were found before."""
    return ProgrammeChecks(programme, kind, problems).check()
