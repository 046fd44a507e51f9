"""What an operator's quorum signs when it publishes: a summary of a proof. The ledger runs no solver, so that a test of
the ledger needs none; tests/prover has the proofs themselves.
"""

from madang.base.programmes.transactions import Proof
from madang.contract import Kind, Programme, digest


def vouched(
    kind: str, document: str, widens: str | None = None, properties: int = 9, proved: int | None = None
) -> Proof:
    """The summary of a proof of the documents with these digests, complete if not said otherwise."""
    return Proof(
        receipt="ab" * 32,
        kind=kind,
        document=document,
        widens=widens,
        prover="madang 1, z3 5.4.0",
        properties=properties,
        proved=properties if proved is None else proved,
    )


def vouched_for(kind: Kind, programme: Programme) -> Proof:
    """The summary of a complete proof of these documents."""
    return vouched(digest(kind).hex(), digest(programme).hex())
