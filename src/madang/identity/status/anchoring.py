"""Has the digests of published lists anchored on the ledger, so that an issuer can't show two people two lists.

A file is published first and anchored then: a revocation must not wait for a ledger. So for some seconds a file may be
newer than its anchor; whoever compares them allows for that (`anchored`).
"""

import re
from collections.abc import Sequence
from typing import Protocol

from madang.base.anchors import queries
from madang.base.anchors.state import Anchor
from madang.base.anchors.transactions import Publish
from madang.client import Client, Wallet
from madang.identity.status.publishing import Published
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId
from madang.kernel.state import State
from madang.kernel.transaction import MAX_ACTS, Act

GRACE_SECONDS = 300
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_URI = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9._~:/?=&%-]{2,115}\Z")


class Ledger(Protocol):
    """A ledger on which files are anchored: the server's own, or that of another node (`Distant`)."""

    def newest(self, institution: str, series: str) -> Anchor | None:
        """The newest digest of a series, or None before its first."""

    def perform(self, acts: Sequence[Act], wallet: Wallet) -> None:
        """Have acts taken as one transaction. Raises `MadangError` where they were not."""


class Distant:
    """The ledger of the node behind a client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def newest(self, institution: str, series: str) -> Anchor | None:
        """The newest digest of a series. Raises `MadangError` (`client.unreachable`)."""
        found = self._client.query("anchors", "newest", {"institution": institution, "series": series})
        return None if found is None else Anchor(**found)

    def perform(self, acts: Sequence[Act], wallet: Wallet) -> None:
        """Have acts taken. Raises `MadangError`: `client.unreachable`, and the code with which the ledger refused."""
        result = self._client.perform(acts, [wallet])
        if result.outcome != "accepted":
            said = getattr(result, "detail", "") or getattr(result, "message", "")
            raise MadangError(result.code, said)


class Anchoring:
    """Anchors files of an institution by one officer's key. Not for several threads.

    `prefix` begins the names of its series: `status` makes `status-1`, `status-1-revocation`.
    """

    def __init__(self, ledger: Ledger, wallet: Wallet, institution: PartyId, prefix: str = "status") -> None:
        self._ledger = ledger
        self._wallet = wallet
        self._institution = institution
        self._prefix = prefix

    def anchor(self, published: Sequence[Published]) -> int:
        """Anchor all whose digest is not the newest of its series; how many that were.

        Raises `MadangError`: what the ledger's `newest` and `perform` raise.
        """
        acts = [act for one in published if (act := self._act(one)) is not None]
        for start in range(0, len(acts), MAX_ACTS):
            self._ledger.perform(acts[start : start + MAX_ACTS], self._wallet)
        return len(acts)

    def _act(self, one: Published) -> Publish | None:
        series = series_of(self._prefix, one.name)
        newest = self._ledger.newest(self._institution, series)
        if newest is not None and newest.digest == one.digest:
            return None
        return Publish(
            by=self._institution,
            series=series,
            version=newest.version + 1 if newest is not None else 1,
            digest=one.digest,
            uri=one.uri if _URI.match(one.uri) else None,
        )


def series_of(prefix: str, name: str) -> str:
    """The name of the series of a published file, such as `status-1-revocation` of `1.revocation.jwt`."""
    return f"{prefix}-{_NOT_IN_A_NAME.sub('-', name.removesuffix('.jwt'))}"


def anchored(state: State, institution: PartyId, prefix: str, one: Published, now: int) -> bool:
    """Whether a file is the one that its institution anchored, or was until five minutes before `now` (seconds).

    For whoever watches an issuer: a verifier needs the issuer's signature and not this.
    """
    return queries.is_current(state, institution, one.digest, series_of(prefix, one.name), GRACE_SECONDS, now)
