"""Files of grants that officers uploaded, in this server's memory for an hour: nothing of them is written anywhere.

A file holds references, amounts and keyed digests. Whoever's server stops in between uploads the file again; what was
granted by then is passed over, since the ledger knows it.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import msgspec

from madang.services.vouchers.transactions import MAX_ROWS, GrantRow

KEPT_SECONDS = 3_600
MOST_UPLOADS = 32
MOST_ROWS = 200_000
"""Rows of all kept files together."""
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
    """Uploaded files by an unguessable name. The oldest are forgotten beyond a bound."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Upload] = OrderedDict()

    def keep(self, office: str, programme: str, rows: Sequence[GrantRow]) -> str:
        """Keep a file; its name."""
        name = secrets.token_urlsafe(16)
        self._kept[name] = Upload(office, programme, tuple(rows), tuple(split(rows)), self._clock())
        while len(self._kept) > MOST_UPLOADS or sum(len(one.rows) for one in self._kept.values()) > MOST_ROWS:
            self._kept.popitem(last=False)
        return name

    def find(self, office: str, programme: str, name: str) -> Upload | None:
        """A kept file of this institution and programme."""
        found = self._kept.get(name)
        if found is None or (found.office, found.programme) != (office, programme):
            return None
        if self._clock() - found.at > KEPT_SECONDS:
            del self._kept[name]
            return None
        return found


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
