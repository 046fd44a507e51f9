"""A server on a prepared ledger that has read and decoded what payments with its vouchers read.

    python -m bench.server FOLDER PORT VOUCHERS

As a node that has run for an hour has: the engine's own figure is taken so, and both shall be of the same state. All
else is what `madang serve` serves.
"""

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import state
from bench.payments import warm_up
from madang.engine.interface import system_clock
from madang.engine.node import Node
from madang.web.api.application import create
from madang.web.api.limits import Limits
from madang.web.nodes import open_node
from madang.web.server import CLOSING, listen

NO_LIMIT = 10_000_000


def main(folder: str, port: str, vouchers: str) -> None:
    """Serve until told to stop."""
    limits = Limits(rate=NO_LIMIT, burst=NO_LIMIT)
    opened = functools.partial(_warm, Path(folder), int(vouchers))
    listen(lambda: create(opened, limits, closing=CLOSING), "127.0.0.1", int(port), limits.connections)


@contextmanager
def _warm(folder: Path, vouchers: int) -> Iterator[Node]:
    with open_node(folder, None, system_clock) as node:
        warm_up(node, state.vouchers_of(node.ledger, vouchers))
        yield node


if __name__ == "__main__":
    main(*sys.argv[1:])
