"""A toy engine: a dictionary for a store, a list of blocks for a log, and a clock that a test moves.

It executes through the real machine and checks real signatures; it is not durable and makes no proofs. Every
module can be tested on it: `World(modules, genesis acts)`, then `accept`, `refuse`, `advance`, `state`.
"""

import bisect
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from madang.kernel.envelope import RelyingParty
from madang.kernel.errors import Malformed
from madang.kernel.machine import MARKS, PRUNED, Block, Chain, Entry, Machine, Result, Sealed
from madang.kernel.module import Module
from madang.kernel.signature import load_key, verify
from madang.kernel.state import State, Table
from madang.kernel.transaction import Act
from tests.support.signing import ORIGIN, SITE, Wallet, envelope

R = TypeVar("R")
START = 1_767_225_600
"""2026-01-01T00:00:00Z, 9 o'clock in Seoul."""
Signers = Wallet | Sequence[Wallet]


class DictStore:
    """A `Reader` over encoded records in memory."""

    def __init__(self) -> None:
        self._data: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key`, decoded anew."""
        data = self._data.get(key)
        return None if data is None else table.decode(data)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Encoded records in key order."""
        for key in self._keys[bisect.bisect_left(self._keys, start) : bisect.bisect_left(self._keys, stop)]:
            yield key, self._data[key]

    def write(self, changes: dict[bytes, bytes | None]) -> None:
        """Apply a block's changes; None removes."""
        for key, value in changes.items():
            if value is None:
                self._data.pop(key, None)
            else:
                self._data[key] = value
        self._keys = sorted(self._data)

    def dump(self) -> dict[bytes, bytes]:
        """All that is stored."""
        return dict(self._data)

    def copy(self) -> "DictStore":
        """A store of its own with the same content."""
        other = DictStore()
        other._data = dict(self._data)
        other._keys = list(self._keys)
        return other


class World:
    """A ledger in memory. `time` is block time in seconds; `blocks` are what was sealed, genesis first."""

    def __init__(
        self, modules: Sequence[Module], genesis: Sequence[Act] = (), *, chain: str = "madang-test", time: int = START
    ) -> None:
        self.machine = Machine(modules, Chain(chain, RelyingParty(SITE, (ORIGIN,)), 0, 1, 1))
        self.time = time
        self.store = DictStore()
        self.blocks: list[Sealed] = []
        self._ids = 0
        block = self.machine.open(self.store, 0, time)
        block.run_genesis(b"genesis", genesis)
        self._seal(block)

    def fork(self) -> "World":
        """A world of its own that starts where this one stands."""
        other = World.__new__(World)
        other.machine, other.time, other.store = self.machine, self.time, self.store.copy()
        other.blocks, other._ids = list(self.blocks), self._ids
        return other

    # ------------------------------------------------------------------------------------------------ looking

    @property
    def height(self) -> int:
        """The height of the last sealed block."""
        return self.blocks[-1].height

    @property
    def entries(self) -> list[Entry]:
        """All ordered transactions, genesis first."""
        return [entry for block in self.blocks for entry in block.entries]

    def state(self) -> State:
        """Committed state, for queries."""
        return State(self.store)

    def check(self) -> None:
        """Run every module's invariants over the whole state."""
        for module in self.machine.modules:
            for law in module.invariants:
                law(self.state())

    # ------------------------------------------------------------------------------------------------- acting

    def advance(self, seconds: int) -> None:
        """Let time pass before the next block."""
        self.time += seconds

    def payload(self, *acts: Act, **members: object) -> bytes:
        """A payload of these acts under a fresh id; `members` replace its other members."""
        self._ids += 1
        fresh = hashlib.sha256(self._ids.to_bytes(8, "big")).hexdigest()[:32]
        payload = {"chain": self.machine.chain.name, "id": fresh, "not_after": self.time + 60, "acts": acts}
        return msgspec.json.encode(payload | members)

    def sign(self, *acts: Act, by: Signers, **members: object) -> bytes:
        """A signed transaction of these acts."""
        signers = [by] if isinstance(by, Wallet) else list(by)
        return envelope(self.payload(*acts, **members), signers)

    def send(self, *signed: bytes) -> list[Result]:
        """Execute transactions in order in one block. Raises `Malformed` where one can't be ordered."""
        block = self.machine.open(self.store, self.height + 1, self.time)
        results = [self._execute(block, one) for one in signed]
        self._seal(block)
        return results

    def submit(self, *acts: Act, by: Signers, **members: object) -> Result:
        """Sign acts and execute them in a block of their own."""
        return self.send(self.sign(*acts, by=by, **members))[0]

    def accept(self, *acts: Act, by: Signers, **members: object) -> Result:
        """`submit`, which must be accepted."""
        result = self.submit(*acts, by=by, **members)
        assert result.outcome == "accepted", result
        return result

    def refuse(self, code: str, *acts: Act, by: Signers, **members: object) -> Result:
        """`submit`, which must be rejected with this code, and must write nothing but its replay mark."""
        result = self.submit(*acts, by=by, **members)
        assert (result.outcome, result.code) == ("rejected", code), result
        assert [key[: len(MARKS.prefix)] for key, _ in self.entries[-1].writes] == [MARKS.prefix]
        return result

    def _execute(self, block: Block, signed: bytes) -> Result:
        transaction = self.machine.read(signed)
        first = block.check(transaction)
        if first is not None:
            return first
        for one, key in zip(transaction.envelope.signatures, block.keys(transaction), strict=True):
            if not verify(load_key(key.point), one.digest, one.value):
                raise Malformed("signature.invalid", "A signature does not match the payload and its key.")
        return block.execute(transaction)

    def _seal(self, block: Block) -> None:
        sealed = block.seal()
        self.store.write(sealed.changes)
        pruned: Any = sealed.records.get(PRUNED.key())
        if pruned is not None:
            stop = MARKS.prefix + pruned.before.to_bytes(8, "big")
            self.store.write({key: None for key, _ in list(self.store.scan(MARKS.prefix, stop))})
        self.blocks.append(sealed)


def present(value: R | None) -> R:
    """The value, which must be there."""
    assert value is not None
    return value
