"""Reads bundles and checks signatures, each once however often CometBFT shows them.

A payment comes past this node up to four times: at the gateway or from gossip, in a proposal it makes, in one it
judges, and decided. What was read stays readable by the hash of its bundle, and the arithmetic of a right signature
is remembered by the hash of key, digest and value. Nothing else is: whether a key is active, and all that depends on
state, is looked up at every execution.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from madang.engine.cometbft import bundle
from madang.kernel import authority
from madang.kernel.envelope import Envelope
from madang.kernel.errors import Malformed
from madang.kernel.machine import Machine
from madang.kernel.state import State
from madang.kernel.transaction import Transaction

REMEMBERED_SIGNATURES = 200_000
"""In each of two generations; one takes about a hundred bytes."""
KEPT_BYTES = 32 * 1024 * 1024
"""Bundles whose transactions stay read, by their own bytes; in memory they take about three times as much."""


class Checker(Protocol):
    """Checks signatures: `engine.signatures.Verifier`."""

    def check(self, jobs: list[bytes]) -> list[bool]:
        """Whether each is right."""

    def close(self) -> None:
        """Let go of its processes."""


class Admission:
    """What this node has read and verified. Any thread may use it."""

    def __init__(self, machine: Machine, checker: Checker) -> None:
        self._machine = machine
        self._checker = checker
        self._lock = threading.Lock()
        self._checking = threading.Lock()
        self._read: OrderedDict[bytes, tuple[int, tuple[Transaction, ...]]] = OrderedDict()
        self._read_bytes = 0
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()

    def read(self, data: bytes) -> tuple[Transaction, ...]:
        """The transactions of a bundle. Raises `Malformed`: the first that can't be read spoils the bundle."""
        place = hashlib.sha256(data).digest()
        with self._lock:
            known = self._read.get(place)
            if known is not None:
                self._read.move_to_end(place)
                return known[1]
        transactions = tuple([self._machine.read(signed) for signed in bundle.unpack(data)])
        self._keep(place, len(data), transactions)
        return transactions

    def admit(self, signed: Sequence[bytes], state: State) -> list[Transaction | Malformed]:
        """What a stranger sends: the signatures are checked first, so that only what somebody signed is read.

        Codes: those of `Machine.receive`, `verify` and `Machine.read`. Raises `StoreFailure` (`verifier.lost`).
        """
        found: list[Transaction | Malformed | None] = [None] * len(signed)
        claimed: list[tuple[int, Envelope]] = []
        for place, data in enumerate(signed):
            try:
                claimed.append((place, self._machine.receive(data)))
            except Malformed as error:
                found[place] = error
        verified = self._verify([envelope for _, envelope in claimed], state)
        for (place, envelope), wrong in zip(claimed, verified, strict=True):
            try:
                found[place] = wrong or self._machine.read(signed[place], envelope)
            except Malformed as unreadable:
                found[place] = unreadable
        return [one for one in found if one is not None]

    def pack(self, transactions: Sequence[Transaction]) -> bytes:
        """The bundle of transactions that were read already, and need not be again."""
        data = bundle.pack([one.signed for one in transactions])
        self._keep(hashlib.sha256(data).digest(), len(data), tuple(transactions))
        return data

    def verify(self, transactions: Sequence[Transaction], state: State) -> list[Malformed | None]:
        """What is wrong with the signatures of each, or None; keys are those of `state`.

        Codes: `key.unknown`, `key.sort`, `signature.invalid`. Raises `StoreFailure` (`verifier.lost`).
        """
        return self._verify([one.envelope for one in transactions], state)

    def close(self) -> None:
        """End the verifying processes."""
        self._checker.close()

    def _verify(self, envelopes: Sequence[Envelope], state: State) -> list[Malformed | None]:
        found: list[Malformed | None] = []
        owners: list[int] = []
        jobs: list[bytes] = []
        for place, envelope in enumerate(envelopes):
            try:
                mine = [authority.key_of(state, one).point + one.digest + one.value for one in envelope.signatures]
            except Malformed as error:
                found.append(error)
                continue
            found.append(None)
            jobs += mine
            owners += [place] * len(mine)
        for place, right in zip(owners, self._check(jobs), strict=True):
            if not right:
                found[place] = Malformed(
                    "signature.invalid", "A signature does not match the payload and its key. Sign it again."
                )
        return found

    def _check(self, jobs: list[bytes]) -> list[bool]:
        marks = [hashlib.sha256(job).digest() for job in jobs]
        young, old = self._young, self._old
        missing = [n for n, mark in enumerate(marks) if mark not in young and mark not in old]
        answers = [True] * len(jobs)
        if missing:
            with self._checking:
                checked = self._checker.check([jobs[n] for n in missing])
            for n, right in zip(missing, checked, strict=True):
                answers[n] = right
            self._remember([marks[n] for n, right in zip(missing, checked, strict=True) if right])
        return answers

    def _remember(self, marks: list[bytes]) -> None:
        with self._lock:
            self._young.update(marks)
            if len(self._young) >= REMEMBERED_SIGNATURES:
                self._young, self._old = set(), self._young

    def _keep(self, place: bytes, size: int, transactions: tuple[Transaction, ...]) -> None:
        with self._lock:
            if place not in self._read:
                self._read[place] = size, transactions
                self._read_bytes += size
            while self._read_bytes > KEPT_BYTES:
                _, (gone, _) = self._read.popitem(last=False)
                self._read_bytes -= gone
