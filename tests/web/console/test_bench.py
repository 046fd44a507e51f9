"""Work at the bench is done in turn, beside the event loop; whoever waits too long, or comes too many, is told so."""

import asyncio
import threading

import pytest

from madang.web.api.problems import Refused
from madang.web.console import bench as module
from madang.web.console.bench import Bench


def test_work_is_done_beside_the_loop_and_its_errors_are_its_askers():
    async def play():
        bench = Bench()
        assert await bench.run(threading.current_thread) is not threading.current_thread()
        with pytest.raises(ZeroDivisionError):
            await bench.run(lambda: 1 // 0)
        bench.close()

    asyncio.run(play())


def test_what_takes_too_long_is_left_and_the_next_waits_for_it(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    ends = threading.Event()

    async def play():
        bench = Bench(seconds=0.05)
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await bench.run(lambda: ends.wait(10))
            assert (refused.value.problem.status, refused.value.problem.code) == (503, "console.busy")
        with pytest.raises(Refused):
            await bench.run(lambda: 1)
        ends.set()
        async with asyncio.timeout(10):
            while bench._waiting:
                await asyncio.sleep(0.01)
        assert await bench.run(lambda: 1) == 1
        bench.close()

    asyncio.run(play())
