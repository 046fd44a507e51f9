"""Reading ahead: who writes need not wait for who answers, within a bound; order and ends stay as they are."""

import socket
import threading

import pytest

from madang.engine.cometbft import ahead, wire
from madang.engine.cometbft.ahead import Ahead
from madang.kernel.errors import MadangError

WAIT = 10.0
LARGE = bytes(1024 * 1024)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    theirs.settimeout(WAIT)
    with ours, theirs, ours.makefile("rb") as stream:
        yield theirs, stream
        theirs.close()


def test_much_more_than_a_sockets_buffer_is_taken_before_anything_is_answered(pair):
    theirs, stream = pair
    reading = Ahead(stream)
    for _ in range(20):
        theirs.sendall(wire.frame(LARGE))  # would time out if nobody read it
    theirs.shutdown(socket.SHUT_WR)
    assert [reading.next() for _ in range(21)] == [LARGE] * 20 + [None]


def test_no_more_than_the_bound_is_taken(pair, monkeypatch):
    monkeypatch.setattr(ahead, "MAX_AHEAD_BYTES", 3 * len(LARGE))
    theirs, stream = pair
    reading = Ahead(stream)
    theirs.settimeout(0.5)
    with pytest.raises(TimeoutError):
        for _ in range(20):
            theirs.sendall(wire.frame(LARGE))
    assert reading._bytes == 3 * len(LARGE)
    assert reading.next() == LARGE
    theirs.shutdown(socket.SHUT_WR)
    reading.drop()


def test_what_was_right_comes_before_what_is_wrong(pair):
    theirs, stream = pair
    theirs.sendall(wire.frame(b"first") + b"\xff" * 6)
    reading = Ahead(stream)
    assert reading.next() == b"first"
    with pytest.raises(MadangError) as error:
        reading.next()
    assert error.value.code == "abci.frame"


def test_dropping_waits_for_the_other_side_to_end(pair):
    theirs, stream = pair
    reading = Ahead(stream)
    theirs.sendall(wire.frame(LARGE))
    dropping = threading.Thread(target=reading.drop)
    dropping.start()
    theirs.sendall(wire.frame(LARGE) * 5)
    assert dropping.is_alive()
    theirs.shutdown(socket.SHUT_WR)
    dropping.join(WAIT)
    assert not dropping.is_alive()
