"""Files of grants that officers uploaded, in this server's memory for an hour: nothing of them is written anywhere.

A file holds references, amounts and keyed digests. Whoever's server stops in between uploads the file again; what was
granted by then is passed over, since the ledger knows it.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from madang.services.vouchers.transactions import MAX_ROWS, GrantRow
from madang.web.api.problems import Refused
from madang.web.site.kept import kept
from madang.web.site.visit import Visit

KEPT_SECONDS = 3_600
MOST_UPLOADS = 4
MOST_ROWS = 200_000
"""Files, and rows of them together, that one officer may have: a further one takes the place of the own oldest."""
MOST_ROWS_IN_ALL = 600_000
"""Rows that the server keeps: beyond them a file is refused, and nobody else's forgotten."""
PART_BYTES = 400_000
"""How large the rows of one part may be, as JSON: a signed transaction of them stays below a mebibyte."""

_encode = msgspec.json.Encoder().encode


class Part(msgspec.Struct, frozen=True):
    """Rows from `start` up to, not including, `end`, by their place in the file from 0; `total` in won."""

    start: int
    end: int
    total: int


class Upload(msgspec.Struct, frozen=True):
    """A file that was read without a problem: whose, for which programme, its rows and the parts that are signed."""

    officer: str
    office: str
    programme: str
    rows: tuple[GrantRow, ...]
    parts: tuple[Part, ...]
    at: float

    @property
    def total(self) -> int:
        """Won of all rows."""
        return sum(one.total for one in self.parts)


class Uploads:
    """Uploaded files by an unguessable name. Of an officer the oldest are forgotten beyond a bound."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, Upload] = {}

    def keep(self, officer: str, office: str, programme: str, rows: Sequence[GrantRow]) -> str:
        """Keep an officer's file; its name. Raises `Refused` (503, `console.uploads_full`)."""
        now = self._clock()
        self._kept = {name: one for name, one in self._kept.items() if now - one.at <= KEPT_SECONDS}
        while (mine := self._of(officer)) and (len(mine) >= MOST_UPLOADS or _rows(mine) + len(rows) > MOST_ROWS):
            del self._kept[next(iter(mine))]
        if _rows(self._kept) + len(rows) > MOST_ROWS_IN_ALL:
            raise Refused(503, "console.uploads_full", "Others grant from large files now. Try again later.", 600)
        name = secrets.token_urlsafe(16)
        self._kept[name] = Upload(officer, office, programme, tuple(rows), tuple(split(rows)), now)
        return name

    def close(self) -> None:
        """Forget all of them."""
        self._kept.clear()

    def _of(self, officer: str) -> dict[str, Upload]:
        """An officer's files, the oldest first."""
        return {name: one for name, one in self._kept.items() if one.officer == officer}

    def find(self, office: str, programme: str, name: str) -> Upload | None:
        """A kept file of this institution and programme."""
        found = self._kept.get(name)
        if found is None or (found.office, found.programme) != (office, programme):
            return None
        if self._clock() - found.at > KEPT_SECONDS:
            del self._kept[name]
            return None
        return found


def uploads_of(visit: Visit) -> Uploads:
    """The server's uploaded files."""
    return kept(visit.request.app.state, "console-uploads", Uploads)


def _rows(uploads: Mapping[str, Upload]) -> int:
    return sum(len(one.rows) for one in uploads.values())


def split(rows: Sequence[GrantRow]) -> list[Part]:
    """The parts of a file: in its order, at most a thousand rows and `PART_BYTES` each."""
    parts: list[Part] = []
    start, size, total = 0, 0, 0
    for place, row in enumerate(rows):
        length = len(_encode(row))
        if place > start and (place - start >= MAX_ROWS or size + length > PART_BYTES):
            parts.append(Part(start, place, total))
            start, size, total = place, 0, 0
        size += length
        total += row.amount
    if rows:
        parts.append(Part(start, len(rows), total))
    return parts
