"""A node under load, to be killed: `python -m tests.crash.child FOLDER FIRST NOW`.

Prints `ready`, then one line `number outcome height index` for each transaction, after its future has resolved and
never before. It first sends again the last that were answered before, then what may have been ordered unanswered.
"""

import os
import sys
from collections import deque
from pathlib import Path
from typing import Any

from madang.app import MODULES
from madang.engine import node as nodes
from madang.engine.node import Node
from tests.crash.town import payment, vouchers
from tests.engine.toy import LocalVerifier

AGAIN = 40
IN_FLIGHT = 24


def main() -> None:
    """Pay until somebody ends this process."""
    folder, first, now = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    vars(nodes)["Verifier"] = LocalVerifier  # what is tested here needs no further processes
    with Node(folder, MODULES, lambda: now) as node:
        numbers = vouchers(node.state())
        os.write(1, b"ready\n")
        flying: deque[tuple[int, Any]] = deque()
        number = max(first - AGAIN, 0)
        while True:
            while len(flying) < IN_FLIGHT:
                stop = number + 1 + number % 3
                group = [payment(one, numbers) for one in range(number, stop)]
                flying.append((number, node.engine.submit(group)))
                number = stop
            begun, future = flying.popleft()
            for place, answer in enumerate(future.result()):
                line = f"{begun + place} {answer.outcome} {answer.height} {answer.index}\n"
                os.write(1, line.encode())


if __name__ == "__main__":
    main()
