"""What every engine is to its callers: web server, demonstration and node know no more of the one that they have."""

import time as system_time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from madang.engine.ledger import Commit
from madang.kernel.errors import MadangError, Malformed
from madang.kernel.machine import Result

Answer = Result | Malformed
Listener = Callable[[Commit], None]
Clock = Callable[[], int]


def system_clock() -> int:
    """Seconds since 1970 by this machine's clock."""
    return int(system_time.time())


class Engine(Protocol):
    """What orders transactions and makes them durable: `embedded.Embedded` says what each of these does."""

    @property
    def listener_failure(self) -> Exception | None: ...
    @property
    def failure(self) -> MadangError | None: ...

    def start(self) -> Any: ...
    def listen(self, listener: Listener) -> None: ...
    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]": ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
