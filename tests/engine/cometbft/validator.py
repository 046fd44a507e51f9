"""A validator in a process of its own, and the wire on which a test speaks to its gateway.

python -m tests.engine.cometbft.validator <node's folder> <cometbft> <toy | all>
"""

import importlib
import signal
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from madang.engine import entries
from madang.engine.cometbft.node import ValidatorNode
from madang.engine.cometbft.record import read_progress
from madang.kernel.errors import MadangError
from madang.kernel.state import State

CONTROL = "control.sock"
SOURCES = {"toy": "tests.engine.toy", "all": "madang.app"}
WAIT = 30.0


def modules(source: str) -> Any:
    """What the ledger consists of."""
    return importlib.import_module(SOURCES[source]).MODULES


def blocks(node: ValidatorNode) -> list[tuple[int, bytes, list[bytes]]]:
    """Time, root and signed transactions of each durable block of the ledger."""
    view = node.ledger.store.view()
    tip = entries.read_tip(view.log_get(entries.TIP) or b"")
    found = []
    for height in range(tip.height + 1):
        block = entries.read_tip(view.log_get(entries.block_key(height)) or b"")
        pairs = list(view.log_scan(entries.entry_key(block.first), entries.entry_key(block.size)))
        found.append((block.time, block.root, [entries.read_entry(value).signed for _, value in pairs[1:]]))
    return found


def sendable(one: Any) -> Any:
    """An answer that can be pickled, which errors of two arguments can't."""
    return SimpleNamespace(code=one.code, message=one.message) if isinstance(one, MadangError) else one


def answer(node: ValidatorNode, asked: Sequence[Any]) -> Any:
    """One question of a test."""
    match asked:
        case ("submit", signed):
            try:
                return [sendable(one) for one in node.engine.submit(signed).result(WAIT)]
            except MadangError as error:
                return sendable(error)
        case ("blocks",):
            return blocks(node)
        case ("progress",):
            return read_progress(node.ledger.store), node.ledger.durable
        case ("cometbft",):
            return node.engine.process.identifier
        case ("state", table, *parts):
            place, _, name = table.partition(":")
            return State(node.ledger.reader()).get(getattr(importlib.import_module(place), name), *parts)
        case ("checkpoint",):
            node.publisher.publish_now()
            return node.publisher.checkpoint()
    raise ValueError(asked)


def serve(node: ValidatorNode, connection: Connection) -> None:
    """Answer one connection until it closes."""
    try:
        while True:
            connection.send(answer(node, connection.recv()))
    except (EOFError, OSError):
        return


def main(folder: Path, program: Path, source: str) -> int:
    """Run until told to end, or until the node stops by itself: then the answer is 1."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ValidatorNode(folder, modules(source), program, workers=1) as node:
        (folder / CONTROL).unlink(missing_ok=True)
        with Listener(str(folder / CONTROL), "AF_UNIX", backlog=16) as listener:

            def accept() -> None:
                while True:
                    try:
                        connection = listener.accept()
                    except OSError:
                        return
                    threading.Thread(target=serve, args=(node, connection), daemon=True).start()

            threading.Thread(target=accept, daemon=True).start()
            while not ended.wait(0.1) and node.engine.failure is None:
                pass
        failure = node.engine.failure
    if failure is not None:
        sys.stderr.write(f"{folder.name}: {failure}\n")
    return 1 if failure is not None else 0


def ask(folder: Path, *question: Any) -> Any:
    """A question to a validator, over a connection of its own; one that starts is given time to listen."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            with Client(str(folder / CONTROL), "AF_UNIX") as connection:
                connection.send(question)
                return connection.recv()
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
