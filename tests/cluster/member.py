"""A validator with all modules, in a process of its own, honest or not.

python -m tests.cluster.member <node's folder> <cometbft> [--clock SECONDS] [--generous]
"""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import msgspec

from madang.app import MODULES
from madang.base.money.state import ACCOUNTS
from madang.base.validators.queries import powers, updates
from madang.engine.cometbft.node import ValidatorNode
from madang.engine.cometbft.record import height_of
from madang.kernel.module import Call, Module
from madang.services.vouchers.transactions import Pay
from tests.engine.cometbft.validator import CONTROL, answer


def generous_modules() -> list[Module]:
    """Rules that give every payer a won of tokens that nobody issued."""

    def changed(module: Module) -> Module:
        if Pay not in module.rules:
            return module
        honest = module.rules[Pay]

        def pay(call: Call, act: Pay) -> None:
            honest(call, act)
            account = call.state.get(ACCOUNTS, act.by)
            assert account is not None
            call.state.put(ACCOUNTS, msgspec.structs.replace(account, balance=account.balance + 1), act.by)

        return msgspec.structs.replace(module, rules={**module.rules, Pay: pay})

    return [changed(module) for module in MODULES]


def main() -> int:
    """Run until told to end, or until the node stops by itself: then the answer is 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("program", type=Path)
    parser.add_argument("--clock", type=int, default=0, help="seconds by which the application's clock is wrong")
    parser.add_argument("--generous", action="store_true", help="rules that are not everybody's")
    options = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    modules = generous_modules() if options.generous else MODULES
    folder: Path = options.folder
    control, ahead = folder / CONTROL, int(options.clock)

    def clock() -> int:
        return int(time.time()) + ahead

    with ValidatorNode(folder, modules, options.program, updates, clock, workers=1) as node:
        control.unlink(missing_ok=True)
        with Listener(str(control), "AF_UNIX", backlog=64) as listener:
            threading.Thread(target=_accept, args=(node, listener), daemon=True).start()
            while not ended.wait(0.1) and node.engine.failure is None:
                pass
        failure = node.engine.failure
    if failure is not None:
        sys.stderr.write(f"{folder.name}: {failure}\n")
    return 1 if failure is not None else 0


def _accept(node: ValidatorNode, listener: Listener) -> None:
    while True:
        try:
            connection = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(node, connection), daemon=True).start()


def _serve(node: ValidatorNode, connection: Connection) -> None:
    try:
        while True:
            connection.send(_answer(node, connection.recv()))
    except (EOFError, OSError):
        return


def _answer(node: ValidatorNode, asked: Sequence[Any]) -> Any:
    match asked:
        case ("receipt", identifier):
            node.publisher.publish_now()
            return node.publisher.receipt(identifier)
        case ("height_of", ledger_height):
            return height_of(node.ledger.store, ledger_height)
        case ("validators",):
            return powers(node.state())
        case _:
            return answer(node, asked)


def ask(folder: Path, *question: Any, seconds: float = 30.0) -> Any:
    """A question to a running validator. Raises `OSError` where it gives no answer in time, or has gone."""
    with Client(str(folder / CONTROL), "AF_UNIX") as connection:
        connection.send(question)
        if not connection.poll(seconds):
            raise TimeoutError(f"{folder.name} gave no answer")
        try:
            return connection.recv()
        except EOFError:
            raise ConnectionError(f"{folder.name} has gone") from None


if __name__ == "__main__":
    sys.exit(main())
