"""Sessions end, challenges work once, and nothing grows without bound."""

import pytest

from madang.web.site import sessions
from madang.web.site.sessions import CHALLENGE_SECONDS, IDLE_SECONDS, MOST_SECONDS, Sessions


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def found(clock):
    return Sessions(clock)


def test_a_challenge_works_once_in_its_area_and_for_two_minutes(found, clock):
    used, late = found.challenge("wallet"), found.challenge("wallet")
    assert found.is_open("wallet", used)
    assert found.use(used)
    assert not found.is_open("wallet", used)
    assert not found.is_open("shop", late)
    clock.now = CHALLENGE_SECONDS - 1
    assert found.is_open("wallet", late)
    clock.now = CHALLENGE_SECONDS
    assert not found.is_open("wallet", late)


@pytest.mark.parametrize("place", range(64))
def test_a_challenge_that_was_changed_anywhere_is_none(found, place):
    made = found.challenge("wallet")
    other = "0" if made[place] != "0" else "1"
    assert not found.is_open("wallet", made[:place] + other + made[place + 1 :])


def test_a_challenge_of_another_server_is_none(found, clock):
    assert not found.is_open("wallet", Sessions(clock).challenge("wallet"))
    assert not found.is_open("wallet", "00" * 32)


def test_challenges_are_remembered_when_they_are_used_and_as_long_as_they_were_good(found, clock, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_USED", 2)
    for _ in range(100):
        found.challenge("wallet")
    first, second, third = (found.challenge("wallet") for _ in range(3))
    assert [found.use(one) for one in (first, second, third)] == [True, True, False]
    assert not found.is_open("wallet", first), "nobody's is forgotten to make room"
    clock.now = CHALLENGE_SECONDS
    assert found.use(found.challenge("wallet"))


def test_a_session_is_of_one_area_and_ends_for_want_of_use(found, clock):
    token = found.begin("wallet", {"party": "kid"})
    assert found.find("shop", token) is None
    clock.now = IDLE_SECONDS
    assert found.find("wallet", token).parties == ("party",)
    clock.now = 2 * IDLE_SECONDS + 1
    assert found.find("wallet", token) is None
    clock.now = 0
    assert found.find("wallet", token) is None


def test_a_session_ends_after_twelve_hours_in_any_case(found, clock):
    token = found.begin("wallet", {"party": "kid"})
    while clock.now < MOST_SECONDS:
        assert found.find("wallet", token)
        clock.now += IDLE_SECONDS
    clock.now = MOST_SECONDS + 1
    assert found.find("wallet", token) is None


def test_signing_out_ends_it(found):
    token = found.begin("wallet", {"party": "kid"})
    found.end(token)
    found.end(token)
    assert found.find("wallet", token) is None


def test_the_oldest_are_forgotten_beyond_a_bound(found, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 2)
    tokens = [found.begin("wallet", {"party": "kid"}) for _ in range(3)]
    assert [found.find("wallet", one) is not None for one in tokens] == [False, True, True]


def test_who_signs_in_again_and_again_ends_the_own_sessions_only(found, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_OF_A_KEY", 2)
    other = found.begin("wallet", {"other": "other-kid"})
    tokens = [found.begin("wallet", {"party": "kid", "more": f"kid-{number}"}) for number in range(3)]
    found.find("wallet", tokens[1]).keys = {}  # a key was revoked: the session is the key's all the same
    assert [found.find("wallet", one) is not None for one in (other, *tokens)] == [True, False, True, True]
    found.end(tokens[2])
    tokens.append(found.begin("wallet", {"party": "kid"}))
    assert [found.find("wallet", one) is not None for one in (other, *tokens)] == [True, False, True, False, True]
