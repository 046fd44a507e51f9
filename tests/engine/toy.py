"""A toy module and what drives it on a real store: notes that count, refuse, fail and come in pairs.

The engine must not care what the rules are; these are the smallest that have every outcome.
"""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from madang.engine.embedded import Embedded
from madang.engine.genesis import write_genesis
from madang.engine.ledger import Ledger
from madang.engine.signatures import JOB_BYTES, KeyCache, check_jobs
from madang.engine.store import RocksStore, Store, View
from madang.kernel.authority import KEYS, PARTIES, Key, Party
from madang.kernel.module import Call, Module, refuser
from madang.kernel.signature import read_point, thumbprint
from madang.kernel.state import Record, State, Table
from madang.kernel.transaction import Act
from tests.support.signing import ORIGIN, SITE, Wallet, envelope, wallet

CHAIN = "madang-toy"
START = 1_767_225_600
WAIT = 20.0
"""Seconds after which an answer counts as lost."""


class Enrol(Act, frozen=True, kw_only=True, tag="toy.enrol"):
    """Register a key as a party of its own."""

    public_key: str


class Revoke(Act, frozen=True, kw_only=True, tag="toy.revoke"):
    """The first key of the party that asks works no more."""


class Count(Act, frozen=True, kw_only=True, tag="toy.count"):
    """Add to a counter, and write what it then says under two further keys."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9]{1,16}\Z")]
    amount: int = 1


class Decline(Act, frozen=True, kw_only=True, tag="toy.decline"):
    """Write something, then refuse."""


class Break(Act, frozen=True, kw_only=True, tag="toy.break"):
    """Write something, then fail in a way that nobody declared."""


class Counter(Record, frozen=True):
    """How far a name was counted."""

    value: int


COUNTERS = Table("toy.counter", Counter, str)
LEFT = Table("toy.left", Counter, str)
RIGHT = Table("toy.right", Counter, str)
REFUSALS = {"no": "This is never accepted. Send something else."}
refuse = refuser("toy", REFUSALS)


def enrol(call: Call, act: Enrol) -> None:
    """The key and its party."""
    point = read_point(act.public_key)
    name = thumbprint(point)
    call.state.put(KEYS, Key(name, point, "jws", call.height + 1, "active"), name)
    call.state.put(PARTIES, Party((), "active", act.by, "", 0, (name,)), name)


def revoke(call: Call, act: Revoke) -> None:
    """The key stays, so that nobody registers it again."""
    key = call.state.get(KEYS, act.by)
    if key is not None:
        call.state.put(KEYS, msgspec.structs.replace(key, standing="revoked"), act.by)


def count(call: Call, act: Count) -> None:
    """The counter and its two copies."""
    before = call.state.get(COUNTERS, act.name)
    after = Counter((before.value if before else 0) + act.amount)
    for table in (COUNTERS, LEFT, RIGHT):
        call.state.put(table, after, act.name)


def decline(call: Call, act: Decline) -> None:
    """Nothing of this may be seen."""
    call.state.put(COUNTERS, Counter(-1), "declined")
    raise refuse("no")


def break_(call: Call, act: Break) -> None:
    """Nor of this."""
    call.state.put(COUNTERS, Counter(-1), "broken")
    raise ZeroDivisionError("toy")


MODULE = Module(
    "toy",
    {Enrol: enrol, Revoke: revoke, Count: count, Decline: decline, Break: break_},
    (COUNTERS, LEFT, RIGHT),
    (),
    REFUSALS,
)
MODULES = (MODULE,)
ANNA, BERT = wallet("toy anna"), wallet("toy bert")


def genesis() -> bytes:
    """The first document: Anna and Bert are there."""
    acts = [Enrol(by="genesis", public_key=one.public_key) for one in (ANNA, BERT)]
    return write_genesis(CHAIN, START, SITE, [ORIGIN], acts, snapshot_interval=0)


def payload(number: int, *acts: Act, **members: object) -> bytes:
    """A payload whose id follows from `number`."""
    identifier = hashlib.sha256(b"toy %d" % number).hexdigest()[:32]
    return msgspec.json.encode({"chain": CHAIN, "id": identifier, "not_after": START + 60, "acts": acts} | members)


def sign(number: int, *acts: Act, by: Wallet = ANNA, **members: object) -> bytes:
    """A transaction; of `toy.count` on the counter 'a' where no acts are given."""
    return envelope(payload(number, *(acts or (Count(by=by.party, name="a"),)), **members), [by])


class LocalVerifier:
    """Checks signatures where it stands, so that a test needs no further process."""

    def __init__(self) -> None:
        self._cache = KeyCache(100)

    def send(self, jobs: list[bytes]) -> list[bytes]:
        assert all(len(job) == JOB_BYTES for job in jobs)
        return jobs

    def collect(self, ticket: list[bytes]) -> list[bool]:
        return [bool(one) for one in check_jobs(b"".join(ticket), self._cache)]

    def close(self) -> None:
        """Nothing to end."""


class Gate:
    """A store in front of another whose writes can be held back, or made to fail."""

    def __init__(self, store: Store) -> None:
        self.inner = store
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.writes = 0
        self.failing: BaseException | None = None
        self.get, self.scan, self.log_get, self.log_scan = store.get, store.scan, store.log_get, store.log_scan

    def write(self, state: Any, log: Any, erase: tuple[bytes, bytes] | None = None) -> None:
        """Wait at the gate, then fail or write."""
        self.entered.set()
        assert self.open.wait(WAIT)
        if self.failing is not None:
            raise self.failing
        self.writes += 1
        self.inner.write(state, log, erase)

    def view(self) -> View:
        return self.inner.view()

    def close(self) -> None:
        self.inner.close()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


class Running:
    """An embedded engine on a store of its own; leaving it stops the engine and closes the store."""

    def __init__(self, folder: Path, verifier: Any = None) -> None:
        new = not folder.exists()
        self.store = Gate(RocksStore(folder, cache_bytes=8 * 1024 * 1024))
        self.ledger = Ledger.create(self.store, MODULES, genesis()) if new else Ledger.open(self.store, MODULES)
        self.clock = Clock()
        checker: Any = verifier or LocalVerifier()
        self.engine = Embedded(self.ledger, checker, self.clock)
        if new:  # keys work from the next block
            self.ledger.write(self.ledger.seal(self._first_block()))

    def _first_block(self) -> Any:
        block = self.ledger.begin(START)
        block.execute(self.ledger.machine.read(sign(-1, Count(by=ANNA.party, name="first"))))
        return block

    def __enter__(self) -> "Running":
        self.engine.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.store.open.set()
        self.engine.stop()
        self.ledger.snapshots.close()
        self.store.close()

    def submit(self, *signed: bytes) -> "Future[list[Any]]":
        """Hand to the engine."""
        return self.engine.submit(signed)

    def answers(self, *signed: bytes) -> list[Any]:
        """Hand to the engine and wait."""
        return self.submit(*signed).result(WAIT)

    def counter(self, name: str) -> int:
        """What readers see."""
        found = State(self.ledger.reader()).get(COUNTERS, name)
        return found.value if found else 0


def outcomes(answers: Sequence[Any]) -> list[str]:
    """Outcome, or code of what was malformed."""
    return [getattr(answer, "outcome", None) or answer.code for answer in answers]
