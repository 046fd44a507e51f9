"""Bodies of every route are bounded in time and together, whoever reads them."""

import asyncio

import pytest

from madang.web.api.asgi import in_bounds
from madang.web.api.edge import Edge
from madang.web.api.limits import Bodies, Buckets, Limits
from madang.web.api.problems import Refused
from madang.web.api.submit import Submission

LEFT = {"type": "http.disconnect"}


def piece(body, *, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


def sender(*messages, pause=0.0):
    """The other end: these messages, then nothing for a long time."""
    waiting = list(messages)

    async def receive():
        if not waiting:
            await asyncio.sleep(30)
        await asyncio.sleep(pause)
        return waiting.pop(0)

    return receive


def read(receive, count):
    async def play():
        return [await receive() for _ in range(count)]

    return asyncio.run(play())


def test_a_body_in_time_is_handed_on_and_what_follows_may_take_long():
    receive = in_bounds(sender(piece(b"a"), piece(b"b", more=False), LEFT, pause=0.8), 2.3, lambda _: True)
    assert read(receive, 3) == [piece(b"a"), piece(b"b", more=False), LEFT]


@pytest.mark.parametrize("sent", [[], [piece(b"a")], [piece(b"")] * 9], ids=["nothing", "half", "empty pieces"])
def test_a_slow_body_is_given_up(sent):
    with pytest.raises(Refused) as refused:
        read(in_bounds(sender(*sent, pause=0.02), 0.1, lambda _: True), len(sent) + 1)
    assert (refused.value.problem.status, refused.value.problem.code) == (408, "http.slow")


def test_bodies_are_bounded_together_and_their_room_comes_back():
    bodies = Bodies(10)
    with bodies.request() as first, bodies.request() as second:
        assert read(in_bounds(sender(piece(b"1234567", more=False)), 1, first), 1)
        with pytest.raises(Refused) as refused:
            read(in_bounds(sender(piece(b"1234", more=False)), 1, second), 1)
        assert (refused.value.problem.code, refused.value.retry_after) == ("http.busy", 1)
    with bodies.request() as third:
        assert read(in_bounds(sender(piece(b"1234567890", more=False)), 1, third), 1)


def test_transactions_and_all_other_bodies_share_one_room():
    said = []

    async def send(message):
        said.append(message)

    async def reads(scope, receive, send):
        await receive()
        await receive()

    def request(path):
        headers = [(b"content-type", b"application/jose")]
        return {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": b"",
            "query_string": b"",
            "headers": headers,
        }

    async def play():
        limits = Limits(bodies_bytes=100)
        edge = Edge(reads, Buckets(limits), limits)
        edge.submission = Submission(None, Buckets(limits), limits, edge.bodies)
        holding = asyncio.create_task(edge(request("/other"), sender(piece(b"a" * 90)), send))
        await asyncio.sleep(0.05)
        await edge(request("/transactions"), sender(piece(b"a" * 20, more=False)), send)
        holding.cancel()

    asyncio.run(play())
    assert (said[0]["status"], dict(said[0]["headers"])[b"retry-after"]) == (503, b"1")
