"""What of a person's evidence stands on the ledger: keyed digests in own appeals and applications, and nothing else."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from madang.kernel.state import State
from madang.services.appeals import queries as appeals
from madang.services.applications import queries as applications

PAGE = 500


class Remains(msgspec.Struct, frozen=True):
    """A digest, in what it stands, and since when (seconds) that was lodged or entered."""

    digest: str
    where: Literal["appeal", "application"]
    number: str
    at: int


def remains_of(state: State, party: str) -> list[Remains]:
    """Every digest of evidence in appeals and applications in a party's name, each once, the oldest first."""
    found = {one.digest: one for one in (*_of_appeals(state, party), *_of_applications(state, party))}
    return sorted(found.values(), key=lambda one: (one.at, one.digest))


def _of_appeals(state: State, party: str) -> Iterator[Remains]:
    since, seen = 0, set[str]()
    while True:
        page = [one for one in appeals.own_appeals(state, party, since, PAGE) if one.number not in seen]
        for one in page:
            seen.add(one.number)
            since = one.lodged_at
            yield from (Remains(digest, "appeal", one.number, one.lodged_at) for digest in one.evidence)
        if not page:
            return


def _of_applications(state: State, party: str) -> Iterator[Remains]:
    after: str | None = None
    while page := applications.own_applications(state, party, after, PAGE):
        for one in page:
            yield from (Remains(digest, "application", one.number, one.entered_at) for digest in one.evidence)
        after = page[-1].number
