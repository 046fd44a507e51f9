"""The institutions that issue at this server: their offices, registers and status lists."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from madang.identity.institution import Institution
from madang.identity.issuer.office import Office, Register
from madang.identity.issuer.store import Sort
from madang.identity.status.anchoring import Anchoring
from madang.identity.status.register import StatusRegister
from madang.identity.status.worker import StatusWorker
from madang.identity.trust import Trust
from madang.kernel.errors import MadangError
from madang.kernel.state import State
from madang.records.database import Database
from madang.records.issuing import Issuing
from madang.web.api.journal import Journal
from madang.web.api.problems import Refused

FROM_STRANGERS: tuple[Sort, ...] = ("pushed", "visit", "jti")
"""What is kept for wallets before they have a token; marks of proofs (`jti`) also for those that have one."""
MOST_FROM_STRANGERS = 200_000
"""How much of that is kept at a time. At 600 s a mark it is what 300 requests a second come to."""
COUNTED_SECONDS, ROOM_SECONDS = 2.0, 60
"""How long a count counts, and when to come again: marks go every minute."""
STATUS = "status"
"""What stands between an institution's address and its status lists."""


class Issuers:
    """Offices by their institutions' names in URLs, as long as they are served. `close` lets go of their files."""

    def __init__(
        self,
        institutions: Mapping[str, Institution],
        registers: Mapping[str, Register],
        database: Database,
        folder: Path,
        state: Callable[[], State],
        clock: Callable[[], int],
        anchorings: Mapping[str, Anchoring],
    ) -> None:
        """Status lists lie in `folder`/NAME/status; `state` gives the ledger as it is durable now.

        `anchorings` has the digests of lists put on the ledger, for the institutions that have it done here.

        Raises `MadangError`: what `StatusRegister` and `StatusWorker.start` raise.
        """
        self.store = Issuing(database)
        self._clock = clock
        self._counted = (float("-inf"), 0)
        self._lists: dict[str, StatusRegister] = {}
        self._workers: dict[str, StatusWorker] = {}
        self._offices: dict[str, Office] = {}
        self._published: dict[str, Path] = {}
        try:
            for name, one in institutions.items():
                self._open(
                    name, one, registers[name], folder / name / STATUS, lambda: Trust(state()), anchorings.get(name)
                )
        except BaseException:
            self.close()
            raise

    def of(self, name: str) -> Office | None:
        """The office of an institution, or None."""
        return self._offices.get(name)

    def names(self) -> list[str]:
        """The institutions, sorted."""
        return sorted(self._offices)

    def offices_of(self, party: str) -> list[Office]:
        """The offices of a party of the ledger, by name."""
        return [self._offices[name] for name in self.names() if self._offices[name].institution.party == party]

    def list_file(self, name: str, file: str) -> bytes | None:
        """A published file of an institution's status lists, or None."""
        folder = self._published.get(name)
        known = file.isascii() and file.replace(".", "").isalnum() and not file.startswith(".") and len(file) <= 32
        try:
            return (folder / file).read_bytes() if folder is not None and known else None
        except OSError:
            return None

    def check_room(self) -> None:
        """Refuse what would have more kept for strangers than there may be, of all institutions together.

        Raises `Refused` (429, `issuer.crowded`), and `MadangError` (`records.database`).
        """
        at, pending = self._counted
        if time.monotonic() - at >= COUNTED_SECONDS:
            pending = self.store.pending(FROM_STRANGERS, self._clock())
            self._counted = (time.monotonic(), pending)
        if pending >= MOST_FROM_STRANGERS:
            raise Refused(
                429, "issuer.crowded", f"Too many wallets are under way. Send again in {ROOM_SECONDS} s.", ROOM_SECONDS
            )

    def publish(self, name: str) -> None:
        """Publish an institution's status lists now, and not only at the next fixed time."""
        self._workers[name].run()

    def tend(self, journal: Journal) -> None:
        """Forget what is over, and tell of status lists that can't be published."""
        self.store.prune(self._clock())
        for worker in self._workers.values():
            if worker.failure is not None:
                code = worker.failure.code if isinstance(worker.failure, MadangError) else "status.defect"
                journal.tell("status_lists", logging.ERROR, code=code)

    def close(self) -> None:
        """Publish what was changed a last time, and let go of the files."""
        for worker in self._workers.values():
            worker.stop()
        for lists in self._lists.values():
            lists.close()

    def _open(
        self,
        name: str,
        one: Institution,
        register: Register,
        folder: Path,
        trust: Callable[[], Trust],
        anchoring: Anchoring | None,
    ) -> None:
        lists = StatusRegister(folder, f"{one.url}/{STATUS}")
        self._lists[name] = lists
        published = folder / "published"
        worker = StatusWorker(lists, one.credentials, one.url, published, self._clock, anchoring)
        worker.start()
        self._workers[name] = worker
        self._published[name] = published
        self._offices[name] = Office(one, self.store, register, lists, trust)
