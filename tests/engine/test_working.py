"""What the machine reads while one thread seals blocks and another makes them durable."""

import sys
import threading

from madang.engine.ledger import Working
from madang.kernel.machine import Sealed
from tests.simulation.disk import SimulatedStore


def test_a_sealed_block_is_seen_until_it_is_durable():
    """Two threads change what is pending at once: one adds each block, the other takes away the one before."""
    working = Working(SimulatedStore())
    blocks = [
        Sealed(height, 0, 1, [], [], {b"k%d" % height: height}, {b"k%d" % height: b""}) for height in range(60_000)
    ]
    sealed = threading.Semaphore(0)
    lost = []

    def settle() -> None:
        for block in blocks:
            sealed.acquire()
            if block not in working._pending:
                lost.append(block.height)
            working.settle(block)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    writing = threading.Thread(target=settle)
    try:
        writing.start()
        for block in blocks:
            working.absorb(block)
            sealed.release()
        writing.join()
    finally:
        sys.setswitchinterval(before)
    assert lost == []
