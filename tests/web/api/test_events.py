"""GET /events: following blocks, going on after a break, and the bounds."""

from pathlib import Path

import pytest

from tests.web.serving import Server, make_node, serving
from tests.web.signing import signed_payment
from tests.web.streams import Stream


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
        third = Stream(server)
        while third.response.status != 200:  # the server has not noticed yet that the first is gone
            server.submit(signed_payment())
            third = Stream(server)
        assert third.response.status == 200
        third.close()
        server.submit(signed_payment())  # at least one block comes after the second began to listen
        last = server.get("/health").json["height"]
        assert server.stop() == 0
        rest = list(second.events())
        assert rest[-1]["event"] == "end"
        assert rest[-2]["id"] == str(last)
