"""Streams tell each event to whoever follows its topic, nothing to others, and end when they must."""

import asyncio

import msgspec
import pytest

from madang.web.site import streams
from madang.web.site.streams import OVER, Feed, event


class Reader:
    """The other end of one stream, as a server drives it. `slow` takes nothing more after the head."""

    def __init__(self, feed, topic, missed=(), stays=lambda: True):
        self.head = None
        self.body = b""
        self.ended = False
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(feed.stream(topic, lambda: missed, stays)({}, self._receive, self._send))

    async def _receive(self):
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.head = message
        else:
            self.body += message["body"]
            self.ended = not message.get("more_body", False)

    async def heard(self, text):
        async with asyncio.timeout(5):
            while text not in self.body:
                await asyncio.sleep(0.005)

    async def over(self):
        async with asyncio.timeout(5):
            await asyncio.wait([self.task])

    def leave(self):
        self._leave.set()


class Said(msgspec.Struct):
    word: str


def run(play):
    asyncio.run(play())


def test_events_reach_those_who_follow_their_topic_after_what_they_missed():
    async def play():
        feed = Feed(10)
        here, there = Reader(feed, "bakery", [b"missed\n\n"]), Reader(feed, "grocer")
        await asyncio.gather(here.heard(b"missed"), there.heard(b"retry"))
        assert feed.follows("bakery") and not feed.follows("nobody")
        feed.tell([("bakery", event("payment", "7", Said("bread"))), ("nobody", b"lost")])
        await here.heard(b'id: 7\nevent: payment\ndata: {"word":"bread"}\n\n')
        assert here.body.index(b"missed") < here.body.index(b"bread")
        assert b"bread" not in there.body
        assert dict(here.head["headers"])[b"content-type"] == b"text/event-stream"
        assert b"content-security-policy" in dict(here.head["headers"])
        feed.close()
        await asyncio.gather(here.over(), there.over())
        assert here.ended and there.ended and feed.is_idle

    run(play)


def test_events_of_another_thread_arrive():
    async def play():
        feed = Feed(10)
        here = Reader(feed, "bakery")
        await here.heard(b"retry")
        await asyncio.to_thread(feed.tell, [("bakery", b"first\n\n")])
        await here.heard(b"first")
        here.leave()
        await here.over()
        assert feed.is_idle

    run(play)


def test_a_stream_tells_nothing_more_once_its_session_is_over():
    async def play():
        signed_in = True
        feed = Feed(10, heartbeat=0.05)
        here = Reader(feed, "bakery", stays=lambda: signed_in)
        await here.heard(b": still here")
        signed_in = False
        feed.tell([("bakery", b"secret\n\n")])
        await here.over()
        assert here.body.endswith(OVER) and b"secret" not in here.body
        assert feed.is_idle

    run(play)


@pytest.mark.parametrize(("most", "of_a_topic"), [(2, 9), (9, 2)])
def test_streams_are_bounded_in_all_and_of_a_topic(monkeypatch, most, of_a_topic):
    monkeypatch.setattr(streams, "MOST_OF_A_TOPIC", of_a_topic)

    async def play():
        feed = Feed(most)
        inside = [Reader(feed, "bakery"), Reader(feed, "bakery")]
        await asyncio.gather(*(one.heard(b"retry") for one in inside))
        outside = Reader(feed, "bakery")
        await outside.over()
        assert outside.head["status"] == 503 and b"stream.full" in outside.body
        inside[0].leave()
        await inside[0].over()
        await Reader(feed, "bakery").heard(b"retry")

    run(play)


def test_whoever_reads_too_slowly_is_told_and_dropped(monkeypatch):
    monkeypatch.setattr(streams, "MOST_WAITING", 3)

    async def play():
        feed = Feed(10)
        here = Reader(feed, "bakery")
        await here.heard(b"retry")
        feed.tell([("bakery", b"one\n\n")] * 5)
        await here.over()
        assert b"event: behind" in here.body and here.ended and feed.is_idle

    run(play)


def test_whoever_does_not_read_at_all_is_dropped(monkeypatch):
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.05)

    async def play():
        feed = Feed(10)

        async def receive():
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

        async with asyncio.timeout(5):
            await feed.stream("bakery", lambda: (), lambda: True)({}, receive, send)
        assert feed.is_idle

    run(play)
