"""A node on disk in whose ledger the coupon runs and takes appeals, for what reads its blocks."""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from madang.app import MODULES
from madang.engine.node import Node
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from tests.crash import town
from tests.engine.toy import WAIT
from tests.services.appeals.scene import terms
from tests.services.vouchers.scene import OPENS
from tests.support.cast import quorum
from tests.support.signing import Wallet, envelope


class Yard:
    """A node that is open in this process; `now` is its clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = OPENS + 60
        self._sent = 0
        Node.create(folder, MODULES, town.document(), town.LOG)
        self.node = Node(folder, MODULES, lambda: self.now)

    def __enter__(self) -> "Yard":
        self.node.__enter__()
        self.accept(terms(), by=quorum("ministry"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.node.__exit__(kind, error, trace)

    def send(self, *acts: Act, by: Wallet | list[Wallet]) -> Result:
        """One transaction in a block of its own; how it ended."""
        self._sent += 1
        identifier = hashlib.sha256(self._sent.to_bytes(8, "big")).hexdigest()[:32]
        payload = {"chain": town.CHAIN, "id": identifier, "not_after": self.now + 60, "acts": acts}
        signers = by if isinstance(by, list) else [by]
        (answer,) = self.node.engine.submit([envelope(msgspec.json.encode(payload), signers)]).result(WAIT)
        assert isinstance(answer, Result), answer
        return answer

    def accept(self, *acts: Act, by: Any) -> Result:
        """`send`, which must be accepted."""
        result = self.send(*acts, by=by)
        assert result.outcome == "accepted", result
        return result

    @property
    def height(self) -> int:
        """The last durable block."""
        return self.node.ledger.durable.height
