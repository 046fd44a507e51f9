"""Who is signed in: sessions in the server's memory, and the challenges that a browser signs to begin one.

A session is of one area and names the keys that signed; a key that was revoked since ends it. It ends after fifteen
minutes without a request, after twelve hours in any case, and when the server stops: a wallet signs in again by itself.
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

IDLE_SECONDS = 15 * 60
MOST_SECONDS = 12 * 3600
CHALLENGE_SECONDS = 120
MOST_SESSIONS = 100_000
MOST_CHALLENGES = 10_000


class Session(msgspec.Struct):
    """One sign-in: `keys` by party, when it began and was last used (seconds, monotonic)."""

    area: str
    keys: dict[str, str]
    began: float
    used: float

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is signed in; a wallet has a party for each programme."""
        return tuple(self.keys)


class Sessions:
    """All sessions and open challenges of a server. The oldest are forgotten beyond a bound."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._challenges: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def challenge(self, area: str) -> str:
        """A challenge to sign within two minutes, once."""
        made = secrets.token_hex(32)
        self._challenges[made] = (area, self._clock() + CHALLENGE_SECONDS)
        while len(self._challenges) > MOST_CHALLENGES:
            self._challenges.popitem(last=False)
        return made

    def take_challenge(self, area: str, challenge: str) -> bool:
        """Use a challenge up: whether it was made for this area and is still open."""
        made = self._challenges.pop(challenge, None)
        return made is not None and made[0] == area and self._clock() < made[1]

    def begin(self, area: str, keys: dict[str, str]) -> str:
        """A new session of these keys by party; gives the token for its cookie, of which only a digest is kept."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._sessions[_digest(token)] = Session(area, keys, now, now)
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def find(self, area: str, token: str, *, used: bool = True) -> Session | None:
        """The session of a token in this area; None where there is none, or its time is over.

        It counts as `used` now, unless something asks that goes on by itself, such as a stream.
        """
        name = _digest(token)
        found = self._sessions.get(name)
        if found is None or found.area != area:
            return None
        now = self._clock()
        if now - found.used > IDLE_SECONDS or now - found.began > MOST_SECONDS:
            del self._sessions[name]
            return None
        if used:
            found.used = now
            self._sessions.move_to_end(name)
        return found

    def end(self, token: str) -> None:
        """Sign out."""
        self._sessions.pop(_digest(token), None)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
