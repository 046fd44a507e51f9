"""A proof's receipt: what was proved of which documents, by which solver. Anyone can make it again and compare."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from madang.contract import Kind, Programme
from madang.contract import digest as document_digest
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.prover.results import Proof

MAX_BYTES = 1_048_576
Status = Literal["proved", "off", "refuted", "not_proved"]
"""proved: holds for ever. off: an action that this programme's parameters switch off: nothing of it can go wrong.
refuted: a run that can happen shows the contrary, or clauses contradict each other. not_proved: neither; refused like
the former.
"""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One property of a receipt, and how many single-step claims make it up."""

    property: str
    status: Status
    claims: int


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of kind and programme (SHA-256 of their canonical forms, hexadecimal), the version of the set of
    properties, prover and solver, and every property with its result. `widens` is the digest of the programme that
    this one widens, or "".
    """

    kind: str
    programme: str
    widens: str
    properties: int
    prover: str
    solver: str
    results: tuple[Line, ...]

    @property
    def proved(self) -> int:
        """How many properties leave nothing to show."""
        return sum(line.status in ("proved", "off") for line in self.results)


def receipt(proof: Proof) -> Receipt:
    """The receipt of a proof. Counterexamples are no part of it."""
    lines = tuple(Line(result.property, result.status, result.claims) for result in proof.results)
    return Receipt(proof.kind, proof.programme, proof.widens, proof.properties, proof.prover, proof.solver, lines)


def encode(made: Receipt) -> bytes:
    """Canonical JSON: compact, keys sorted, in UTF-8."""
    return msgspec.json.encode(made, order="sorted")


def digest(made: Receipt) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(encode(made)).hexdigest()


def summary(made: Receipt) -> dict[str, str | int]:
    """The fields of `base.programmes.transactions.Proof`: what the ledger keeps of a receipt."""
    widens: dict[str, str | int] = {"widens": made.widens} if made.widens else {}
    return widens | {
        "receipt": digest(made),
        "kind": made.kind,
        "document": made.programme,
        "prover": f"{made.prover}, {made.solver}",
        "properties": len(made.results),
        "proved": made.proved,
    }


def load(data: bytes) -> Receipt:
    """Read a receipt. Raises `MadangError` (`prover.receipt`) for anything but the canonical form."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("it is too long")
        made = msgspec.json.decode(data, type=Receipt)
        if encode(made) != data.strip():
            raise ValueError("it is not in canonical form")
    except ValueError as error:
        raise MadangError(
            "prover.receipt", f"This is no receipt of a proof: {error}. Make it with madang prove --receipt."
        ) from None
    return made


def covers(made: Receipt, kind: Kind, programme: Programme) -> bool:
    """Whether the receipt speaks of exactly these documents."""
    return (made.kind, made.programme) == (document_digest(kind).hex(), document_digest(programme).hex())


def differences(first: Receipt, second: Receipt) -> list[str]:
    """In which words two receipts differ, none if they say the same."""
    found = [
        f"{name}: {getattr(first, name)} / {getattr(second, name)}"
        for name in ("kind", "programme", "widens", "properties", "prover", "solver")
        if getattr(first, name) != getattr(second, name)
    ]
    before, after = ({line.property: line for line in each.results} for each in (first, second))
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            found.append(f"{name}: {_said(before.get(name))} / {_said(after.get(name))}")
    return found


def _said(line: Line | None) -> str:
    return "not asked" if line is None else f"{line.status} ({line.claims} claims)"
