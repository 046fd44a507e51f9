"""Drives the application as CometBFT would, message by message, without CometBFT."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from madang.engine import entries
from madang.engine.cometbft import bundle, wire
from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, Committed, write_app_state
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from tests.engine.toy import CHAIN, MODULES, START, LocalVerifier, genesis


class CountingVerifier(LocalVerifier):
    """Checks where it stands, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.checked = 0

    def check(self, jobs: list[bytes]) -> list[bool]:
        self.checked += len(jobs)
        return self.collect(self.send(jobs))


class Driver:
    """An application on a store of its own, made from the toy's genesis or opened again."""

    def __init__(
        self,
        folder: Path,
        clock=lambda: START,
        started: bool = True,
        snapshots: Path | None = None,
        document: bytes = genesis(),
        **more: Any,
    ) -> None:
        self.snapshots = snapshots
        self.store = RocksStore(folder, cache_bytes=8 * 1024 * 1024)
        new = self.store.log_get(entries.TIP) is None
        create = Ledger.create(self.store, MODULES, document) if new else None
        self.ledger = create or Ledger.open(self.store, MODULES, snapshots)
        self.verifier = CountingVerifier()
        self.admission = Admission(self.ledger.machine, self.verifier)
        self.application = Application(self.ledger, self.admission, clock, **more)
        self.heard: list[Committed] = []
        self.application.listen(self.heard.append)
        self.handlers = self.application.handlers()
        if new and started:
            self.decide(self.height + 1, START)  # CometBFT's first block has the time of the genesis document

    def ask(self, kind: str, name: str, **fields: Any) -> Any:
        """One request, as bytes and back, so that no test hands over what a socket could not."""
        request = wire.Request(**{kind: wire.message(f"Request{name}")(**fields)})
        read, content = wire.read_request(request.SerializeToString())
        assert read == kind
        return self.handlers[kind](content)

    @property
    def height(self) -> int:
        return int(self.info().last_block_height)

    def info(self) -> Any:
        return self.ask("info", "Info")

    def init_chain(
        self, document: bytes = genesis(), chain: str = CHAIN, voting: dict[bytes, int] | None = None
    ) -> Any:
        state = json.dumps(write_app_state(document)).encode()
        validators = [{"pub_key": {"ed25519": key}, "power": power} for key, power in (voting or {}).items()]
        return self.ask("init_chain", "InitChain", app_state_bytes=state, chain_id=chain, validators=validators)

    def check(self, data: bytes, recheck: bool = False) -> Any:
        return self.ask("check_tx", "CheckTx", tx=data, type="RECHECK" if recheck else "NEW")

    def prepare(self, bundles: Sequence[bytes], time: int, height: int | None = None) -> list[bytes]:
        asked = {"txs": bundles, "time": {"seconds": time}, "height": height or self.height + 1}
        return list(self.ask("prepare_proposal", "PrepareProposal", max_tx_bytes=10**6, **asked).txs)

    def accepts(self, bundles: Sequence[bytes], time: int) -> bool:
        asked = {"txs": bundles, "time": {"seconds": time}, "height": self.height + 1}
        status = self.ask("process_proposal", "ProcessProposal", **asked).status
        assert status in (wire.ACCEPT, wire.REJECT)
        return bool(status == wire.ACCEPT)

    def finalize(self, height: int, time: int, bundles: Sequence[bytes] = (), **more: Any) -> Any:
        asked = {"txs": bundles, "time": {"seconds": time}, "height": height} | more
        return self.ask("finalize_block", "FinalizeBlock", **asked)

    def commit(self) -> Any:
        return self.ask("commit", "Commit")

    def decide(self, height: int, time: int, bundles: Sequence[bytes] = (), **more: Any) -> bytes:
        """A block from decision to disk; its app hash."""
        response = self.finalize(height, time, bundles, **more)
        assert len(response.tx_results) == len(bundles)
        self.commit()
        return bytes(response.app_hash)

    def order(self, *signed: bytes, time: int = START) -> list[Any]:
        """The next block, of one bundle of these; their outcomes."""
        self.decide(self.height + 1, time, [bundle.pack(signed)])
        return self.heard[-1].answers

    def close(self) -> None:
        self.store.close()
