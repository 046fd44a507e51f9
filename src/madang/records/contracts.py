"""The contracts of the programmes of vouchers, by which records that blocks hold are read."""

from collections.abc import Iterator, Sequence
from typing import Any

from madang.base.programmes.state import PROGRAMMES, RECORDS, Compiled, compiled, documents_of
from madang.kernel.state import State
from madang.services.vouchers.state import KINDS


class Contracts:
    """What the ledger says of programmes, each looked up once."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._known: dict[str, Compiled | None] = {}

    def of(self, programme: str) -> Compiled | None:
        """The contract of a programme that the rules of vouchers run; None for any other."""
        if programme not in self._known:
            found = self.state.get(PROGRAMMES, programme)
            runs = found is not None and found.kind in KINDS
            self._known[programme] = compiled(self.state, found) if found is not None and runs else None
        return self._known[programme]

    def titles(self, programme: str) -> dict[str, str]:
        """A programme's title by language."""
        found = self.state.get(PROGRAMMES, programme)
        if found is None:
            return {}
        _, document = documents_of(self.state, found)
        return {one.language: one.text for one in document.title}

    def records(self, present: Sequence[tuple[bytes, bytes]], wanted: str) -> Iterator[tuple[str, str, Any]]:
        """The records of a sort among what was written: programme, key and record of each."""
        for key, value in present:
            if key.startswith(RECORDS.prefix):
                programme, sort, name = RECORDS.split(key)
                ruled = self.of(programme) if sort == wanted else None
                if ruled is not None:
                    yield programme, name, ruled.tables[sort].decode(value)
