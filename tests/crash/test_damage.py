"""A store's files cut and flipped: it comes back as it was at the end of some block, or refuses. Nothing else.

Flipped bits lie in blocks that were answered, so that even coming back a block shorter would be a loss: there the
store must refuse, or be untouched by the flip.
"""

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.errors import StoreFailure
from tests.crash.folding import state_of_log, state_of_store
from tests.engine.toy import MODULES, Running, sign
from tests.support.results import write_result

PAGE = 4096
BLOCKS = 12


class History:
    """A folder as a crash would leave it, and what its ledger was after each block."""

    def __init__(self, folder: Path) -> None:
        self.states: dict[int, tuple[bytes, dict[bytes, bytes]]] = {}
        self.ends: list[int] = []
        with Running(folder / "live") as node:
            for number in range(BLOCKS):
                node.answers(*(sign(10 * number + place) for place in range(1 + number % 3)))
                tip = node.ledger.durable
                self.states[tip.height] = (tip.root, state_of_store(node.store))
                self.ends.append(self.journal(folder / "live").stat().st_size)
            shutil.copytree(folder / "live", folder / "kept")
        self.kept = folder / "kept"
        self.name = self.journal(self.kept).name
        self.data = (self.kept / self.name).read_bytes()
        self.scratch = folder / "scratch"

    @staticmethod
    def journal(folder: Path) -> Path:
        return sorted(folder.glob("*.log"))[-1]

    def open_with(self, name: str, data: bytes) -> int | None:
        """The height at which the store comes back with this file in it, or None where it refuses."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        for path in self.kept.iterdir():
            if path.name != name:
                os.link(path, self.scratch / path.name) if path.suffix == ".sst" else shutil.copy(path, self.scratch)
        (self.scratch / name).write_bytes(data)
        try:
            store = RocksStore(self.scratch, cache_bytes=1024 * 1024)
        except StoreFailure:
            return None
        try:
            tip = Ledger.open(store, MODULES).durable
            assert (tip.root, state_of_store(store)) == self.states.get(tip.height), "a state that never was"
            assert state_of_log(store, tip) == state_of_store(store)
        except StoreFailure:
            return None
        finally:
            store.close()
        return tip.height


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> History:
    return History(tmp_path_factory.mktemp("damage"))


def cuts(history: History, step: int) -> list[int]:
    """Lengths within the last three blocks: every `step`th byte, and all around the ends."""
    start, stop = history.ends[-4], history.ends[-1]
    near = [end + by for end in history.ends[-4:] for by in range(-7, 8)]
    return sorted({one for one in [*range(start, stop + 1, step), *near] if start <= one <= stop})


def cut_everywhere(history: History, step: int) -> None:
    for length in cuts(history, step):
        expected = sum(1 for end in history.ends if end <= length) + 1  # genesis and the first block come before
        assert history.open_with(history.name, history.data[:length]) == expected, f"cut at {length}"


def flip(history: History, name: str, data: bytes, bits: list[int]) -> int:
    """Flip each of these bits in turn; how many times the store refused."""
    refused = 0
    for bit in bits:
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        height = history.open_with(name, bytes(damaged))
        assert height in (None, BLOCKS + 1), f"bit {bit} of {name} flipped: acknowledged blocks are gone"
        refused += height is None
    return refused


def last_page(history: History) -> range:
    return range(8 * max(0, len(history.data) - PAGE), 8 * len(history.data))


def test_the_history_opens_as_it_is(history):
    assert history.open_with(history.name, history.data) == BLOCKS + 1
    assert len(history.data) > PAGE


def test_a_cut_journal_comes_back_at_the_end_of_a_block(history):
    cut_everywhere(history, step=200)


def test_a_flipped_bit_in_an_acknowledged_block_is_refused(history):
    headers = [8 * (end + byte) + bit for end in history.ends[-3:-1] for byte in range(4, 7) for bit in range(8)]
    bits = headers + random.Random(1).sample(last_page(history), 350)
    assert flip(history, history.name, history.data, bits) == len(bits)


def test_a_flipped_bit_in_the_manifest_is_refused(history):
    (path,) = history.kept.glob("MANIFEST-*")
    data = path.read_bytes()
    bits = random.Random(2).sample(range(8 * len(data)), 100)
    assert flip(history, path.name, data, bits) == len(bits)


@pytest.mark.soak
def test_every_byte_cut_and_every_bit_flipped(history):
    """Writes what it found (`tests/support/results.py`). MADANG_STEP=n: every nth byte and bit."""
    began, step = time.time(), int(os.environ.get("MADANG_STEP", "1"))
    cut_everywhere(history, step)
    page = list(last_page(history))[::step]
    (path,) = history.kept.glob("MANIFEST-*")
    manifest = path.read_bytes()
    refused = flip(history, history.name, history.data, page)
    rest = list(range(8 * len(manifest)))[::step]
    refused += flip(history, path.name, manifest, rest)
    found = {
        "step": step,
        "lengths_cut_to": len(cuts(history, step)),
        "bits_of_the_last_page_flipped": len(page),
        "bits_of_the_manifest_flipped": len(rest),
        "flips_refused": refused,
        "acknowledged_and_lost": 0,
    }
    write_result("soak-damage", found, time.time() - began)
    assert refused == len(page) + len(rest)
