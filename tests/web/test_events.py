"""GET /events: following blocks, going on after a break, and the bounds."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.serving import Server, make_node, serving
from tests.web.signing import signed_payment


class Stream:
    """An open stream of events."""

    def __init__(self, server: Server, last: str | None = None) -> None:
        self._connection = server.connect(timeout=10)
        self._connection.request("GET", "/events", headers={} if last is None else {"Last-Event-ID": last})
        self.response: http.client.HTTPResponse = self._connection.getresponse()

    def events(self) -> Iterator[dict[str, str]]:
        """Events as they come."""
        event: dict[str, str] = {}
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            if not text:
                if "data" in event:
                    yield event
                event = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(": ")
                event[name] = value

    def take(self, count: int) -> list[dict[str, Any]]:
        """The data of the next blocks."""
        found: list[dict[str, Any]] = []
        for event in self.events():
            assert event["event"] == "block"
            data = json.loads(event["data"])
            assert event["id"] == str(data["height"])
            found.append(data)
            if len(found) == count:
                break
        return found

    def close(self) -> None:
        """Break it off."""
        self.response.close()
        self._connection.close()


def test_blocks_arrive_in_order_and_hold_nothing_private(server: Server) -> None:
    stream = Stream(server)
    assert stream.response.status == 200
    assert stream.response.headers["content-type"] == "text/event-stream"
    heights = [server.submit(signed_payment()).json["height"] for _ in range(5)]
    blocks = stream.take(5)
    assert [block["height"] for block in blocks] == heights
    assert set(blocks[0]) == {"height", "time", "root", "size", "transactions"}
    assert [block["transactions"] for block in blocks] == [1] * 5
    stream.close()


def test_a_client_goes_on_behind_what_it_has_seen(server: Server) -> None:
    for _ in range(3):
        server.submit(signed_payment())
    tip = server.get("/health").json["height"]
    stream = Stream(server, "0")
    seen = stream.take(2)
    stream.close()
    again = Stream(server, str(seen[-1]["height"]))
    server.submit(signed_payment())
    rest = again.take(tip + 1 - 2)
    again.close()
    assert [block["height"] for block in seen + rest] == list(range(1, tip + 2))
    sizes = [block["size"] for block in seen + rest]
    assert all(
        later - before == block["transactions"] + 1
        for before, later, block in zip(sizes, sizes[1:], (seen + rest)[1:], strict=False)
    )


@pytest.mark.parametrize(
    ("last", "code"), [("x", "events.id"), ("-1", "events.id"), ("9" * 15, "events.ahead"), ("", "events.id")]
)
def test_bad_places_to_go_on_from(server: Server, last: str, code: str) -> None:
    answer = server.get("/events", last_event_id=last)
    assert (answer.status, answer.code) == (400, code)


def test_catching_up_and_subscribers_are_bounded(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    with serving(tmp_path / "node", catch_up=3, subscribers=2) as server:
        for _ in range(5):
            server.submit(signed_payment())
        answer = server.get("/events", last_event_id="1")
        assert (answer.status, answer.code) == (400, "events.behind")
        first, second = Stream(server, "2"), Stream(server)
        assert [block["height"] for block in first.take(3)] == [3, 4, 5]
        answer = server.get("/events")
        assert (answer.status, answer.code) == (503, "events.full")
        assert int(answer.headers["retry-after"]) > 0
        first.close()
        for _ in range(100):
            server.submit(signed_payment())
            third = Stream(server)
            if third.response.status == 200:
                break
        assert third.response.status == 200
        third.close()
        last = server.get("/health").json["height"]
        assert server.stop() == 0
        rest = list(second.events())
        assert rest[-1]["event"] == "end"
        assert rest[-2]["id"] == str(last)


def test_blocks_survive_a_restart(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    with serving(tmp_path / "node") as server:
        results = [server.submit(signed_payment()).json for _ in range(3)]
        blocks = Stream(server, "0").take(3)
        assert server.stop() == 0
    with serving(tmp_path / "node") as server:
        assert [server.get(f"/transactions/{one['id']}").json for one in results] == results
        stream = Stream(server, "0")
        assert stream.take(3) == blocks
        stream.close()


def test_stopping_loses_no_answered_transaction(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    answered: list[str] = []

    def send() -> None:
        while True:
            try:
                answer = server.submit(signed_payment())
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                assert answer.code == "engine.stopped"
                return
            answered.append(answer.json["id"])

    with serving(tmp_path / "node") as server:
        senders = [threading.Thread(target=send) for _ in range(8)]
        for sender in senders:
            sender.start()
        time.sleep(0.5)
        assert server.stop() == 0
        for sender in senders:
            sender.join()
    assert len(answered) > 20
    with serving(tmp_path / "node") as server:
        outcomes = {server.get(f"/transactions/{identifier}").json["outcome"] for identifier in answered}
    assert outcomes == {"accepted"}
