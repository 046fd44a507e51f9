"""What a verifier asks of a status: nothing, where the credential is known to be good now; else a refusal.

There is no setting that lets a credential pass whose list can't be got, read or believed. A list is kept as long as it
says (`ttl`), and never past its end; after that it is fetched again, and if that fails, what it said counts no more.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from madang.identity.certificates import Followed
from madang.identity.fetching import fetch
from madang.identity.status import bitstring, cwt, token
from madang.identity.status.bitstring import BitstringList
from madang.identity.status.packing import bit_at, status_at
from madang.identity.status.register import Status
from madang.identity.status.token import StatusListToken
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

MAX_KEPT = 64
TOKENS = f"{token.MEDIA_TYPE}, {cwt.MEDIA_TYPE};q=0.5"
"""Either form of a Status List Token counts, and both are checked alike."""
Fetch = Callable[[str, str], bytes]
"""Gets what is under an address as a media type; raises `MadangError` where it can't."""
Follow = Callable[[tuple[bytes, ...], int], Followed]
"""Follows a chain of certificates to an anchor at a time (seconds), as `certificates.follow` does, or raises."""
_Listed = StatusListToken | BitstringList
L = TypeVar("L", StatusListToken, BitstringList)


class Statuses:
    """Reads lists and keeps up to 64 of them. Safe for several threads, which may then fetch one list twice."""

    def __init__(self, follow: Follow, get: Fetch = fetch) -> None:
        self._follow = follow
        self._fetch = get
        self._kept: OrderedDict[tuple[str, str], tuple[int, Any]] = OrderedDict()
        self._turn = threading.Lock()

    def check(self, reference: StatusReference, anchor: str, now: int) -> None:
        """Refuse a credential unless its place in a Token Status List says that it is valid.

        `anchor` is that (SHA-256, in hexadecimal) below which the credential was signed: the list must be signed below
        the same. Raises `MadangError`: `status.unavailable`; what `token.read` raises (`status.stale`, ...);
        `status.issuer` (signed below another anchor); `status.unknown` (no such place, or a value nobody defined);
        `status.revoked`; `status.suspended`.
        """
        listed = self._list(reference.uri, TOKENS, _read_token, now)
        _check_anchor(listed, anchor)
        _refuse_unless_valid(status_at(listed.packed, listed.bits, reference.index))

    def check_entries(self, status: Any, anchor: str, now: int) -> None:
        """Refuse a W3C credential unless every entry in its member `credentialStatus` says that it is valid.

        Raises `MadangError`: `status.entry`, what `check` raises, and `status.purpose` (a list of another purpose).
        """
        for entry in bitstring.read_entries(status):
            listed = self._list(entry.uri, bitstring.MEDIA_TYPE, _read_bitstring, now)
            _check_anchor(listed, anchor)
            if entry.purpose not in listed.purposes:
                raise MadangError("status.purpose", f"The status list is not one of {entry.purpose}.")
            if bit_at(listed.packed, entry.index):
                _refuse_unless_valid(Status.REVOKED if entry.purpose == "revocation" else Status.SUSPENDED)

    def _list(self, uri: str, form: str, read: Callable[[bytes, str, token.Follow, int], L], now: int) -> L:
        """The list that is kept, if it may still be used, else fetched anew."""
        with self._turn:
            found = self._kept.get((uri, form))
            # A clock that was set back makes an old list no younger.
            if found is not None and found[0] <= now < min(found[0] + found[1].ttl, found[1].expires_at):
                self._kept.move_to_end((uri, form))
                kept: L = found[1]
                return kept
        try:
            content = self._fetch(uri, form)
        except MadangError as error:
            raise MadangError("status.unavailable", f"The status list can't be got. {error.message}") from None
        listed = read(content, uri, lambda chain: self._follow(chain, now), now)
        with self._turn:
            self._kept[uri, form] = now, listed
            self._kept.move_to_end((uri, form))
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return listed


def _read_token(content: bytes, uri: str, follow: token.Follow, now: int) -> StatusListToken:
    if cwt.is_cwt(content):
        return cwt.read(content, uri, follow, now)
    return token.read(_text(content), uri, follow, now)


def _read_bitstring(content: bytes, uri: str, follow: token.Follow, now: int) -> BitstringList:
    return bitstring.read(_text(content), uri, follow, now)


def _text(content: bytes) -> str:
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise MadangError("status.form", "The status list is neither a JWT nor a CWT.") from None


def _check_anchor(listed: _Listed, anchor: str) -> None:
    if listed.anchor != anchor:
        raise MadangError("status.issuer", "The status list is signed by another issuer than the credential.")


def _refuse_unless_valid(status: int) -> None:
    if status == Status.REVOKED:
        raise MadangError("status.revoked", "The credential is revoked. Its holder can ask the issuer why.")
    if status == Status.SUSPENDED:
        raise MadangError("status.suspended", "The credential is suspended for now. Its issuer can restore it.")
    if status != Status.VALID:
        raise MadangError("status.unknown", "The credential's status has a value that is not defined. It is refused.")
