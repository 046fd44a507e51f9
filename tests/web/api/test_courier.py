"""The courier between event loop and engine: each caller gets its own answer, however they were put together."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, cast

from madang.engine.embedded import Embedded
from madang.engine.intake import MAX_BLOCK
from madang.engine.interface import Answer
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.web.api.courier import Courier
from madang.web.api.meter import Meter


class Engine:
    """Keeps what it is given until a test answers."""

    def __init__(self) -> None:
        self.given: list[tuple[list[bytes], Future[list[Answer]]]] = []

    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]":
        self.given.append((list(signed), Future()))
        return self.given[-1][1]

    def answer(self, place: int) -> None:
        """Accept all of one submission, as the engine does on a thread of its own."""
        signed, future = self.given[place]
        future.set_result([Result(one.decode(), "accepted", 1, 0) for one in signed])


def made() -> tuple[Courier, Engine]:
    engine = Engine()
    return Courier(cast(Embedded, engine), Meter()), engine


def ids(answers: Sequence[Any]) -> list[str]:
    return [answer.id for answer in answers]


def test_one_turn_of_the_loop_is_one_submission() -> None:
    async def run() -> None:
        courier, engine = made()
        callers = [courier.submit(b"%d" % number) for number in range(5)]
        await asyncio.sleep(0)
        later = courier.submit(b"later")
        await asyncio.sleep(0)
        assert [len(signed) for signed, _ in engine.given] == [5, 1]
        await asyncio.get_running_loop().run_in_executor(None, engine.answer, 1)
        assert (await later).id == "later"  # type: ignore[union-attr]
        await asyncio.get_running_loop().run_in_executor(None, engine.answer, 0)
        assert ids(await asyncio.gather(*callers)) == ["0", "1", "2", "3", "4"]

    asyncio.run(run())


def test_no_submission_is_larger_than_a_block() -> None:
    async def run() -> None:
        courier, engine = made()
        callers = [courier.submit(b"%d" % number) for number in range(2 * MAX_BLOCK + 1)]
        await asyncio.sleep(0)
        assert [len(signed) for signed, _ in engine.given] == [MAX_BLOCK, MAX_BLOCK, 1]
        for place in (2, 0, 1):
            await asyncio.get_running_loop().run_in_executor(None, engine.answer, place)
        assert ids(await asyncio.gather(*callers)) == [str(number) for number in range(2 * MAX_BLOCK + 1)]

    asyncio.run(run())


def test_a_failure_reaches_every_caller_and_those_who_left_do_no_harm() -> None:
    async def run() -> None:
        courier, engine = made()
        gone, *callers = [courier.submit(b"%d" % number) for number in range(3)]
        many = courier.submit_many([b"a", b"b"])
        await asyncio.sleep(0)
        gone.cancel()
        for _, future in engine.given:
            future.set_exception(MadangError("engine.busy", "Too many."))
        ends = await asyncio.gather(*callers, many, return_exceptions=True)
        assert [getattr(end, "code", "") for end in ends] == ["engine.busy"] * 3
        assert callers[0].exception() is not callers[1].exception()

    asyncio.run(run())
