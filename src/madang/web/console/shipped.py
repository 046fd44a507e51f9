"""Proofs that are shipped beside the programmes of this package: receipts, which anyone makes again and compares.

Read without a solver. What a receipt says is not proved anew here: the operator's officers vouch for it by publishing.
"""

import hashlib
from functools import cache
from importlib import resources

import msgspec

from madang import contract
from madang.base.programmes.transactions import Proof

PROVED = ("proved", "off")


class Line(msgspec.Struct, frozen=True):
    """One property, and whether it is proved."""

    property: str
    status: str


class Receipt(msgspec.Struct, frozen=True):
    """What `madang prove --receipt` wrote (`madang.prover.receipts`)."""

    kind: str
    programme: str
    prover: str
    solver: str
    results: tuple[Line, ...]
    widens: str = ""


class Shipped(msgspec.Struct, frozen=True):
    """A shipped proof: its lines, its solver, and what the ledger keeps of it."""

    solver: str
    results: tuple[Line, ...]
    proof: Proof


@cache
def shipped() -> dict[tuple[str, ...], Shipped]:
    """The shipped proofs by digests of kind and programme, those in which nothing is left to show."""
    found: dict[tuple[str, ...], Shipped] = {}
    for file in (resources.files(contract) / "documents").iterdir():
        if file.name.endswith(".proof.json"):
            data = file.read_bytes().strip()
            read = msgspec.json.decode(data, type=Receipt)
            proved = sum(one.status in PROVED for one in read.results)
            if proved == len(read.results) and not read.widens:
                made = Proof(
                    receipt=hashlib.sha256(data).hexdigest(),
                    kind=read.kind,
                    document=read.programme,
                    prover=f"{read.prover}, {read.solver}",
                    properties=len(read.results),
                    proved=proved,
                )
                found[read.kind, read.programme] = Shipped(read.solver, read.results, made)
    return found
