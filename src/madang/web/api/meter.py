"""Counts what happens in this process, for `metrics`: no more than sums, from which nobody's payment can be told."""

import threading
import time
from bisect import bisect_left
from collections import Counter

from madang.engine.ledger import Commit

BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds (seconds) of what is told apart among waits."""


class Meter:
    """Any thread may count and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved = time.monotonic()
        self.blocks = 0
        self.outcomes: Counter[str] = Counter()
        self.waiting = 0
        self.waits = [0] * (len(BOUNDS) + 1)
        self.waited = 0.0

    def block_written(self, commit: Commit) -> None:
        """A block is durable: a listener of the engine."""
        with self._lock:
            self.blocks += 1
            self.outcomes.update(entry.result.outcome for entry in commit.sealed.entries)

    def began(self, count: int) -> float:
        """So many transactions were handed to the engine; what `ended` wants to know."""
        now = time.monotonic()
        with self._lock:
            if not self.waiting:
                self._moved = now
            self.waiting += count
        return now

    def ended(self, count: int, began: float) -> None:
        """They have their answers, or none will come."""
        now = time.monotonic()
        with self._lock:
            self._moved = now
            self.waiting -= count
            self.waits[bisect_left(BOUNDS, now - began)] += count
            self.waited += count * (now - began)

    def stalled(self) -> float:
        """For how many seconds somebody waits and nobody was answered."""
        with self._lock:
            return time.monotonic() - self._moved if self.waiting else 0.0
