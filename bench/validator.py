"""A validator to measure, in a process of its own, with clients beside its gateway.

    python -m bench.validator <node's folder> <cometbft> <control socket>

It is given signed payments, and told for how long to pay; it answers when each submission was answered. Payments come
in over a socket before the clock starts, so that what is measured is the ledger and not the transport of a test.
"""

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from madang.app import MODULES
from madang.base.validators.queries import updates
from madang.engine.cometbft.node import ValidatorNode
from madang.engine.node import Node
from madang.kernel.machine import Result

Answered = list[tuple[float, float, int]]
"""For each submission: when it was sent, when it was answered (`time.monotonic`), how many payments it held."""


def pay(node: Node, payments: Iterator[bytes], seconds: float, together: int, waiting: int) -> Answered:
    """Submit `together` payments at a time, with `waiting` submissions open, for so many seconds; all must be accepted.

    What was submitted by then is waited for. Raises `RuntimeError` where one was not accepted, or there were too few.
    """
    answered: Answered = []
    open_: deque[tuple[float, Future[list[Any]], list[float]]] = deque()
    ends = time.monotonic() + seconds

    def settle() -> None:
        sent, future, done = open_.popleft()
        answers = future.result(60)
        for answer in answers:
            if not isinstance(answer, Result) or answer.outcome != "accepted":
                raise RuntimeError(f"a payment was not accepted: {answer}")
        answered.append((sent, done[0] if done else time.monotonic(), len(answers)))

    while time.monotonic() < ends:
        batch = [one for _, one in zip(range(together), payments, strict=False)]
        if len(batch) < together:
            raise RuntimeError("not enough payments were signed")
        done: list[float] = []
        future = node.engine.submit(batch)
        open_.append((time.monotonic(), future, done))
        future.add_done_callback(lambda _, done=done: done.append(time.monotonic()))  # type: ignore[misc]
        while len(open_) >= waiting or (open_ and open_[0][1].done()):
            settle()
    while open_:
        settle()
    return answered


def main(folder: Path, program: Path, control: Path) -> None:
    """Serve one control connection until it closes."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ValidatorNode(folder, MODULES, program, updates, workers=1) as node, Listener(str(control), "AF_UNIX") as wait:

        def accept() -> None:
            while True:
                with wait.accept() as connection:
                    _serve(node, connection)

        threading.Thread(target=accept, daemon=True).start()
        while not ended.wait(0.1) and node.engine.failure is None:
            pass
        if node.engine.failure is not None:
            print(node.engine.failure, file=sys.stderr)


def _serve(node: Node, connection: Connection) -> None:
    payments: Iterator[bytes] = iter(())
    try:
        while True:
            match connection.recv():
                case ("load", list() as signed):
                    payments = iter(signed)
                    connection.send(len(signed))
                case ("pay", seconds, together, waiting):
                    try:
                        connection.send(pay(node, payments, seconds, together, waiting))
                    except Exception as error:  # noqa: BLE001  the one who measures must hear of it
                        connection.send(f"{type(error).__name__}: {error}")
                case ("tip",):
                    connection.send((node.ledger.durable.height, node.ledger.durable.size, node.ledger.durable.root))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
