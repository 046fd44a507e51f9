"""An issuer's own record of places and statuses, in a folder: what is not published yet is here, durable.

A list is one file, `NUMBER.statuses`: a header, then one line of 28 bytes for each place that was given out and each
change, appended and made durable before the call returns, with a checksum of its own. So nothing is ever overwritten,
who was when revoked can be read later, and what a crash cut off is a line that was never acknowledged. When three
quarters of a list are taken the next is used, which is there before that, so that it is published in time.

One process at a time has the folder open (a lock says so): whoever issues on several machines gives each its own folder
and addresses. If the folder is lost, statuses can't be changed any more, and places could be given out twice: restore a
backup, or go on with a new folder under new addresses and reissue.
"""

import fcntl
import os
import secrets
import threading
import zlib
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from struct import Struct as Layout

import msgspec

from madang.identity.status.bitstring import LEAST_PLACES, Purpose
from madang.identity.status.packing import Bits, pack, pack_bitstring
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

BITS: Bits = 2
"""What it takes to tell valid, revoked and suspended apart."""
PLACES = LEAST_PLACES
MAX_BATCH = 1_000
_MAGIC = b"MDSL\x01"
_HEADER = Layout(">5sxxxI")
_LINE = Layout(">QQIBxxx")
_LINE_BYTES = _LINE.size + 4


class Status(IntEnum):
    """Values of Token Status List, section 7.1."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2


class Change(msgspec.Struct, frozen=True):
    """What stands in a place of a list since a second: the first of a place is when it was given out.

    `until` is when its credential ends, in the first; else 0.
    """

    at: int
    until: int
    index: int
    status: Status


class StatusRegister:
    """The lists of an issuer in `folder`, which are found under `base`: the first at `base`/1.

    Raises `MadangError`: `status.base` (a folder has one base for ever), `status.busy` (another process has it open),
    `status.damaged`, `status.store`. Safe for several threads.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._base = base
        self._folder = folder
        self._turn = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(folder, error) from None
        try:
            self._claim()
            numbers = sorted(int(one.stem) for one in folder.glob("*.statuses") if one.stem.isdigit())
            self._lists = [_List(folder / f"{number}.statuses") for number in numbers]
            if not self._lists:
                self._begin()
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> "StatusRegister":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        for one in self._lists:
            one.close()
        os.close(self._lock)

    def allocate(self, count: int, until: int, now: int) -> list[StatusReference]:
        """Give out `count` (1 to 1,000) free places at random, of one list, all valid. Durable when it returns.

        They are for credentials that end at `until` at the latest. Each of a batch takes its own: two with one place
        would be known for one person's. Credentials of all types share lists, so that the herd is larger. Raises
        `MadangError` (`status.store`).
        """
        if not 1 <= count <= MAX_BATCH:
            raise ValueError(f"1 to {MAX_BATCH} places were expected")
        with self._turn:
            place = next(place for place, one in enumerate(self._lists) if one.has_room(count))
            free = self._lists[place].free(count)
            self._lists[place].append([Change(now, until, index, Status.VALID) for index in free])
            if place == len(self._lists) - 1:
                self._begin()
            return [StatusReference(self.uri(place + 1), index) for index in free]

    def change(self, reference: StatusReference, status: Status, now: int) -> bool:
        """Revoke, suspend, or restore (VALID) a credential; whether that changed anything. Durable when it returns.

        Raises `MadangError`: `status.unallocated` (nobody has this place), `status.final` (it is revoked, for good).
        """
        with self._turn:
            listed = self._list_of(reference)
            before = listed.latest[reference.index]
            if before == status:
                return False
            if before is Status.REVOKED:
                raise MadangError("status.final", "The credential is revoked, which is for good. Issue a new one.")
            listed.append([Change(now, 0, reference.index, status)])
            return True

    def status(self, reference: StatusReference) -> Status:
        """What stands in a place. Raises `MadangError` (`status.unallocated`)."""
        with self._turn:
            return self._list_of(reference).latest[reference.index]

    def history(self, reference: StatusReference) -> list[Change]:
        """All that ever stood in a place, oldest first. Raises `MadangError` (`status.unallocated`)."""
        with self._turn:
            return [one for one in self._list_of(reference).changes() if one.index == reference.index]

    def numbers(self, now: int) -> list[int]:
        """The numbers of the lists that are to be published: not those whose credentials have all ended."""
        with self._turn:
            listed = list(enumerate(self._lists, 1))
            return [number for number, one in listed if one.has_room(MAX_BATCH) or one.until > now]

    def uri(self, number: int) -> str:
        """Where a list is found."""
        return f"{self._base}/{number}"

    def packed(self, number: int) -> bytes:
        """A list for a Status List Token, of `BITS` bits a place."""
        with self._turn:
            return pack(list(self._lists[number - 1].latest.items()), PLACES, BITS)

    def packed_for(self, number: int, purpose: Purpose) -> bytes:
        """A list for a Bitstring Status List: set where that purpose holds."""
        wanted = Status.REVOKED if purpose == "revocation" else Status.SUSPENDED
        with self._turn:
            latest = self._lists[number - 1].latest
            return pack_bitstring([index for index, status in latest.items() if status is wanted], PLACES)

    def _begin(self) -> None:
        self._lists.append(_List(self._folder / f"{len(self._lists) + 1}.statuses"))

    def _list_of(self, reference: StatusReference) -> "_List":
        before, _, number = reference.uri.rpartition("/")
        if before == self._base and number.isascii() and number.isdigit() and 0 < int(number) <= len(self._lists):
            listed = self._lists[int(number) - 1]
            if reference.index in listed.latest:
                return listed
        raise MadangError("status.unallocated", "No credential of this issuer has this place in a status list.")

    def _claim(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MadangError("status.busy", f"Another process has {self._folder} open. Stop it first.") from None
        file = self._folder / "base"
        try:
            if not file.exists():
                file.write_text(self._base, encoding="utf-8")
            named = file.read_text(encoding="utf-8")
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        if named != self._base:
            raise MadangError("status.base", f"The lists in {self._folder} are found under {named}. Keep that address.")


class _List:
    """One file, open for appending. `latest` is what stands in each place that was given out.

    `until` is when the last of its credentials ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.latest: dict[int, Status] = {}
        self.until = 0
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            if os.fstat(self._file).st_size < _HEADER.size:
                os.truncate(self._file, 0)
                self._write(_HEADER.pack(_MAGIC, PLACES))
                _sync_folder(path.parent)
            self._read()
        except OSError as error:
            raise _unwritable(path, error) from None

    def close(self) -> None:
        os.close(self._file)

    def has_room(self, count: int) -> bool:
        return len(self.latest) + count <= PLACES * 3 // 4

    def free(self, count: int) -> list[int]:
        """Different free places; at least a quarter is free, so that few are drawn in vain."""
        found: dict[int, None] = {}
        while len(found) < count:
            index = secrets.randbelow(PLACES)
            if index not in self.latest:
                found[index] = None
        return list(found)

    def append(self, changes: list[Change]) -> None:
        lines = b"".join(_line(one) for one in changes)
        length = os.fstat(self._file).st_size
        try:
            self._write(lines)
        except OSError as error:
            # What was written in part must not stand before what is written next.
            os.truncate(self._file, length)
            raise _unwritable(self._path, error) from None
        self.latest.update((one.index, one.status) for one in changes)
        self.until = max(self.until, *(one.until for one in changes))

    def changes(self) -> Iterator[Change]:
        data = self._path.read_bytes()
        for at in range(_HEADER.size, len(data), _LINE_BYTES):
            line = data[at : at + _LINE_BYTES]
            at_second, until, index, status = _LINE.unpack(line[: _LINE.size])
            yield Change(at_second, until, index, Status(status))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fsync(self._file)

    def _read(self) -> None:
        data = self._path.read_bytes()
        magic, places = _HEADER.unpack(data[: _HEADER.size])
        lines = len(data) - _HEADER.size
        whole = lines - lines % _LINE_BYTES
        if (magic, places) != (_MAGIC, PLACES):
            raise self._damaged("its beginning")
        for at in range(_HEADER.size, _HEADER.size + whole, _LINE_BYTES):
            line = data[at : at + _LINE_BYTES]
            good = zlib.crc32(line[: _LINE.size]).to_bytes(4, "big") == line[_LINE.size :]
            _, until, index, status = _LINE.unpack(line[: _LINE.size])
            if not good and at + _LINE_BYTES == len(data):
                whole -= _LINE_BYTES  # the last line of a crash, which nobody was told of
                break
            if not good or index >= PLACES or status > max(Status):
                raise self._damaged(f"byte {at}")
            self.latest[index] = Status(status)
            self.until = max(self.until, until)
        if whole != lines:
            os.truncate(self._file, _HEADER.size + whole)

    def _damaged(self, where: str) -> MadangError:
        return MadangError("status.damaged", f"{self._path} is damaged at {where}. Restore it from a backup.")


def _line(change: Change) -> bytes:
    line = _LINE.pack(change.at, change.until, change.index, change.status)
    return line + zlib.crc32(line).to_bytes(4, "big")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> MadangError:
    return MadangError(
        "status.store", f"{path} can't be read or written: {error.strerror}. Check its disk and permissions."
    )
