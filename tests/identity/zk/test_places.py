"""So many proofs are checked at a time, so many wait, and whoever comes then is told to come again."""

import threading

import pytest

from madang.identity.zk.places import BUSY, Places
from madang.kernel.errors import MadangError


def refused(places: Places) -> str:
    with pytest.raises(MadangError) as found, places.place():
        pass
    return found.value.code


def test_whoever_finds_no_place_is_refused_at_once_and_finds_one_later():
    places = Places(at_once=1, waiting=0)
    with places.place():
        assert refused(places) == BUSY
    with places.place():
        pass


def test_whoever_waits_gets_the_place_that_becomes_free():
    places, entered = Places(at_once=1, waiting=1, seconds=30), threading.Event()

    def wait() -> None:
        with places.place():
            entered.set()

    with places.place():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.is_set()
    assert entered.wait(30)
    waiting.join()


def test_whoever_has_waited_for_as_long_as_one_may_is_refused():
    places = Places(at_once=1, waiting=1, seconds=0.01)
    with places.place():
        assert refused(places) == BUSY
    with places.place():
        pass


def test_a_check_that_fails_gives_its_place_back():
    places = Places(at_once=1, waiting=0)
    with pytest.raises(ZeroDivisionError), places.place():
        raise ZeroDivisionError
    with places.place():
        pass
