"""Requests that are under way, in memory alone: what people show is kept nowhere else, and for minutes.

A server that stops forgets them, and people are asked again.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from threading import Lock

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.verified import Verified
from madang.identity.verifier.request import Question
from madang.kernel.errors import MadangError

SECONDS = 300
MOST = 20_000
CROWDED = "request.crowded"


class Pending(msgspec.Struct):
    """A request under way. `owner` is a digest of the secret that whoever began it holds; `code` is what a wallet on
    the same device brings back, where it must (`same_device`).

    `shown` is the answer once it was verified, `refused` the code of the refusal if there was one.
    """

    handle: str
    owner: bytes
    question: Question
    key: ec.EllipticCurvePrivateKey
    same_device: bool
    code: str
    return_to: str
    fetched: bool = False
    answered: bool = False
    shown: tuple[Verified, ...] = ()
    refused: str = ""


class Requests:
    """All requests under way of a verifier, up to a bound: whoever begins many ends nobody else's."""

    def __init__(self) -> None:
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._lock = Lock()

    def add(self, pending: Pending) -> None:
        """Keep a request until its time has passed. Raises `MadangError` (`request.crowded`)."""
        with self._lock:
            self._prune(pending.question.issued_at)
            if len(self._pending) >= MOST:
                raise MadangError(CROWDED, "Too many requests are under way at this server. Try again in a while.")
            self._pending[pending.handle] = pending

    def find(self, handle: str, now: int) -> Pending:
        """A request whose time has not passed. Raises `MadangError` (`request.unknown`)."""
        with self._lock:
            self._prune(now)
            found = self._pending.get(handle)
        # A clock that was set back leaves some in front that end later: that one is still there shows nothing.
        if found is None or found.question.expires_at <= now:
            raise MadangError("request.unknown", "There is no such request, or its time has passed. Begin again.")
        return found

    def fetch(self, handle: str, now: int) -> Pending:
        """A request, for the first who fetches it. Raises `MadangError`: `request.unknown`, `request.fetched`."""
        pending = self.find(handle, now)
        with self._lock:
            if pending.fetched:
                raise MadangError(
                    "request.fetched", "This request was fetched before. Begin again, and let one wallet in."
                )
            pending.fetched = True
        return pending

    def answer(self, handle: str, now: int) -> Pending:
        """A request, for the first answer to it. Raises `MadangError`: `request.unknown`, `request.answered`."""
        pending = self.find(handle, now)
        with self._lock:
            if pending.answered or not pending.fetched:
                raise MadangError(
                    "request.answered", "This request was answered before, or not fetched yet. Begin again."
                )
            pending.answered = True
        return pending

    def reopen(self, pending: Pending) -> None:
        """Let a request be answered again, since nobody looked at the answer that came."""
        with self._lock:
            pending.answered = False

    def remove(self, pending: Pending) -> None:
        """Forget a request, and what was shown."""
        with self._lock:
            self._pending.pop(pending.handle, None)

    def _prune(self, now: int) -> None:
        while self._pending:
            oldest = next(iter(self._pending.values()))
            if oldest.question.expires_at > now:
                return
            del self._pending[oldest.handle]


def new_secret() -> str:
    """256 random bits for whoever begins a request."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(kept: bytes, secret: str) -> bool:
    """Whether a secret is the one of which this digest is kept."""
    return hmac.compare_digest(kept, digest(secret))
