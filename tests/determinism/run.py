"""Runs recorded blocks in a process of its own, whose hashes of strings are its own, and prints the root after each.

python -m tests.determinism.run <recorded blocks> <ledger | application>
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from madang.app import MODULES
from madang.engine.cometbft import bundle, wire
from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, write_app_state
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from tests.simulation.cluster import NoChecker

CACHE_BYTES = 8 * 1024 * 1024


class Recorded(msgspec.Struct, frozen=True):
    """A genesis document, and of each block after it the time and the transactions in their order."""

    chain: str
    genesis: bytes
    blocks: list[tuple[int, list[bytes]]]


def on_the_ledger(recorded: Recorded, ledger: Ledger) -> Iterator[bytes]:
    """As the embedded engine does it."""
    yield ledger.durable.root
    for time, signed in recorded.blocks:
        block = ledger.begin(time)
        for one in signed:
            block.execute(ledger.machine.read(one))
        ledger.write(ledger.seal(block))
        yield ledger.durable.root


def through_the_application(recorded: Recorded, ledger: Ledger) -> Iterator[bytes]:
    """As CometBFT does it, in messages that are read from bytes; what is proposed is judged and decided."""
    calls = Application(ledger, Admission(ledger.machine, NoChecker()), lambda: 0).handlers()

    def ask(kind: str, name: str, **fields: Any) -> Any:
        request = wire.Request(**{kind: wire.message(f"Request{name}")(**fields)})
        read, content = wire.read_request(request.SerializeToString())
        assert read == kind
        return calls[kind](content)

    state = msgspec.json.encode(write_app_state(recorded.genesis))
    yield ask("init_chain", "InitChain", app_state_bytes=state, chain_id=recorded.chain).app_hash
    for height, (time, signed) in enumerate(recorded.blocks, 1):
        place = {"height": height, "time": {"seconds": time}}
        bundles = [bundle.pack(part) for part in (signed[:2], signed[2:]) if part]
        # One proposer cuts bundles anew; whoever was asleep hears of a block only once it is decided.
        if height % 3 == 0:
            bundles = ask("prepare_proposal", "PrepareProposal", txs=bundles, max_tx_bytes=10**6, **place).txs
        if height % 2 == 0:
            assert ask("process_proposal", "ProcessProposal", txs=bundles, **place).status == wire.ACCEPT
        root = ask("finalize_block", "FinalizeBlock", txs=bundles, **place).app_hash
        ask("commit", "Commit")
        assert ledger.durable.root == root
        yield root


WAYS = {"ledger": on_the_ledger, "application": through_the_application}


def main(path: Path, way: str) -> None:
    """Print roots in hexadecimal, genesis first."""
    recorded = msgspec.msgpack.decode(path.read_bytes(), type=Recorded)
    with tempfile.TemporaryDirectory() as folder:
        store = RocksStore(Path(folder), cache_bytes=CACHE_BYTES)
        ledger = Ledger.create(store, MODULES, recorded.genesis)
        for root in WAYS[way](recorded, ledger):
            sys.stdout.write(root.hex() + "\n")
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
