"""Each version's digest on the ledger, so that who holds all keys of an identifier can't give it another history.

A series of `base.anchors` an identifier, whose version n is the SHA-256 digest of the history up to its version n. The
ledger keeps the newest and the one before; of each version the proof that it was written is kept beside the history
(`log.written`), and that lasts: the ledger never writes version n of a series twice, so of two digests one has a proof.
A history that was replaced, from its beginning or from some version on, has other digests than those in the proofs; one
that was cut off is older than the ledger's newest.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec

from madang.base.anchors.state import NEWEST, Anchor
from madang.base.anchors.transactions import Publish
from madang.identity.did.webvh.history import History, Version
from madang.identity.did.webvh.names import read_name
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.fields import PartyId
from madang.log.checkpoint import Policy
from madang.log.errors import LogError
from madang.log.written import check_written

Standing = Literal["proven", "newest", "unproven", "other"]
"""Proven by a proof of its own; the ledger's newest, without one; nothing proves it; the ledger has another digest."""


class Confirmed(msgspec.Struct, frozen=True):
    """What the ledger says of a version; `height` and `since` (seconds) where it says something, else 0."""

    number: int
    standing: Standing
    height: int = 0
    since: int = 0


def series_of(history: History) -> str:
    """The name of an identifier's series: of its SCID, so that it is nobody else's."""
    return f"did-{hashlib.sha256(history.scid.encode()).hexdigest()[:40]}"


def act_for(history: History, version: Version, party: PartyId) -> Publish:
    """The act that anchors a version."""
    uri = read_name(history.did).log
    return Publish(
        by=party,
        series=series_of(history),
        version=version.number,
        digest=version.digest,
        uri=uri if uri.startswith("https://") and len(uri) <= 124 else None,
    )


def confirm(
    history: History, party: PartyId, newest: Anchor | None, proofs: Mapping[int, bytes], policy: Policy | None
) -> tuple[Confirmed, ...]:
    """What confirms each version, oldest first: the newest anchor, and proofs that hold under a policy, if any.

    Raises `MadangError` (`did.cut`): the ledger has more versions than this history.
    """
    if newest is not None and newest.version > len(history.versions):
        raise MadangError("did.cut", "The ledger has newer versions than this history: it was cut off, or is old.")
    return tuple(_confirm(history, party, one, newest, proofs.get(one.number), policy) for one in history.versions)


def _confirm(
    history: History,
    party: PartyId,
    version: Version,
    newest: Anchor | None,
    proof: bytes | None,
    policy: Policy | None,
) -> Confirmed:
    said = (
        read_proof(history, party, version.number, proof, policy) if proof is not None and policy is not None else None
    )
    by_proof = said is not None
    if said is None and newest is not None and newest.version == version.number:
        said = newest
    if said is None:
        before = newest.before if newest is not None and newest.version == version.number + 1 else ""
        return Confirmed(version.number, "other" if before and before != version.digest else "unproven")
    right: Standing = "proven" if by_proof else "newest"
    return Confirmed(version.number, right if said.digest == version.digest else "other", said.height, said.since)


def read_proof(history: History, party: PartyId, version: int, proof: bytes, policy: Policy) -> Anchor | None:
    """The anchor in a proof, if it holds and is of this version of this series; else None."""
    try:
        proven = check_written(proof, policy)
        if proven.key != NEWEST.key(party, series_of(history)) or proven.record is None:
            return None
        anchor = NEWEST.decode(proven.record)
    except (LogError, StoreFailure):
        return None
    return anchor if anchor.version == version else None
