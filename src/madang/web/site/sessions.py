"""Who is signed in: sessions in the server's memory, and the challenges that a browser signs to begin one.

A session is of one area and names the keys that signed; a key that was revoked since ends it. It ends after fifteen
minutes without a request, after twelve hours in any case, and when the server stops: a wallet signs in again by itself.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

IDLE_SECONDS = 15 * 60
MOST_SECONDS = 12 * 3600
CHALLENGE_SECONDS = 120
MOST_SESSIONS = 100_000
MOST_OF_A_KEY = 256
"""Sessions that one key may have: whoever signs in again and again ends the own ones, not everybody's."""
MOST_USED = 100_000
"""Challenges that signed somebody in and could still be sent again."""
_TIME_BYTES, _NONCE_BYTES, _MAC_BYTES = 6, 10, 16
_SAID_BYTES = _TIME_BYTES + _NONCE_BYTES


class Session(msgspec.Struct):
    """One sign-in: `keys` by party, less those that work no more; `signed`, the keys that began it; when it began and
    was last used (seconds, monotonic). `identified` are the officers who showed an employee credential, too.
    """

    area: str
    keys: dict[str, str]
    signed: tuple[str, ...]
    began: float
    used: float
    identified: set[str] = msgspec.field(default_factory=set)

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is signed in; a wallet has a party for each programme."""
        return tuple(self.keys)


class Sessions:
    """All sessions of a server, and challenges that were used. The oldest sessions are forgotten beyond a bound."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._of_key: dict[str, OrderedDict[bytes, None]] = {}
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[bytes, float] = OrderedDict()

    def challenge(self, area: str) -> str:
        """A challenge to sign within two minutes, once. It shows by itself who made it and when: nothing is kept."""
        said = int(self._clock()).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_NONCE_BYTES)
        return (said + self._mac(area, said)).hex()

    def is_open(self, area: str, challenge: str) -> bool:
        """Whether a challenge was made here for this area less than two minutes ago, and not used."""
        said, mac = (made := bytes.fromhex(challenge))[:_SAID_BYTES], made[_SAID_BYTES:]
        age = self._clock() - int.from_bytes(said[:_TIME_BYTES], "big")
        return hmac.compare_digest(mac, self._mac(area, said)) and age < CHALLENGE_SECONDS and made not in self._used

    def use(self, challenge: str) -> bool:
        """Use an open challenge up; False where too many are remembered: none is forgotten before its time."""
        now = self._clock()
        while self._used and next(iter(self._used.values())) <= now:
            self._used.popitem(last=False)
        if len(self._used) >= MOST_USED:
            return False
        self._used[bytes.fromhex(challenge)] = now + CHALLENGE_SECONDS
        return True

    def _mac(self, area: str, said: bytes) -> bytes:
        return hmac.digest(self._secret, area.encode() + said, "sha256")[:_MAC_BYTES]

    def begin(self, area: str, keys: dict[str, str]) -> str:
        """A new session of these keys by party; gives the token for its cookie, of which only a digest is kept."""
        token = secrets.token_urlsafe(32)
        now, name = self._clock(), _digest(token)
        self._sessions[name] = made = Session(area, keys, tuple(keys.values()), now, now)
        for kid in made.signed:
            mine = self._of_key.setdefault(kid, OrderedDict())
            mine[name] = None
            if len(mine) > MOST_OF_A_KEY:
                self._forget(next(iter(mine)))
        while len(self._sessions) > MOST_SESSIONS:
            self._forget(next(iter(self._sessions)))
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
            self._forget(name)
            return None
        if used:
            found.used = now
            self._sessions.move_to_end(name)
        return found

    def end(self, token: str) -> None:
        """Sign out."""
        self._forget(_digest(token))

    def _forget(self, name: bytes) -> None:
        found = self._sessions.pop(name, None)
        for kid in found.signed if found is not None else ():
            mine = self._of_key[kid]
            del mine[name]
            if not mine:
                del self._of_key[kid]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
