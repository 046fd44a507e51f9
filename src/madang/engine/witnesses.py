"""The witnesses that a node asks: who they are, and one request to one of them. C2SP tlog-witness v1.0.0.

What a witness answers is believed only where its signature verifies; its size is taken as a hint for the next proof.
A witness that does nothing, or talks slowly or for ever, costs `SECONDS` on a thread of its own.
"""

import http.client
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from madang.kernel.errors import MadangError
from madang.log.checkpoint import Policy, attach, require
from madang.log.errors import LogError
from madang.log.note import VerifierKey
from madang.log.witness import encode_request

SECONDS = 5.0
"""How long one witness may take for one checkpoint, all in all."""
MOST_WITNESSES = 16
MAX_ANSWER_BYTES = 16 * 1024
MAX_FILE_BYTES = 64 * 1024
_TRIES = 3
_SIZE_TYPE = "text/x.tlog.size"
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n\Z")

Prove = Callable[[int], list[bytes]]
"""size -> the consistency proof from the tree of that size to the one to be cosigned."""


class WitnessAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One witness: its submission prefix, such as `https://witness.example`, and its public key."""

    url: str
    key: str


class WitnessFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `witnesses.json` holds. A checkpoint is served once `quorum` of the witnesses have cosigned it."""

    witnesses: Annotated[list[WitnessAddress], Meta(max_length=MOST_WITNESSES)]
    quorum: Annotated[int, Meta(ge=0)] = 0


class Circle(msgspec.Struct, frozen=True):
    """The witnesses of a log in their order, and what its relying parties would demand of their cosignatures."""

    witnesses: "tuple[Witness, ...]"
    policy: Policy


class Witness:
    """One witness, as the log's operator reaches it. One request at a time."""

    def __init__(self, url: str, key: VerifierKey) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        usual = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        if not usual or parts.username is not None or port == -1 or any(one <= " " for one in url):
            raise MadangError(
                "witnesses.url", f"{url!r} is no address of a witness. Give one such as https://w.example."
            )
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", port, timeout=SECONDS)
        self._path = parts.path.rstrip("/") + "/add-checkpoint"
        self._slow = False
        self.key = key
        self.size = 0
        """The size that it signed last, as far as is known here."""

    def cosign(self, note: bytes, size: int, prove: Prove) -> bytes:
        """Its signature lines over the log's checkpoint of that size, verified.

        Raises `MadangError`: `witness.unreachable`, `witness.slow`, `witness.status`, `witness.ahead` (it signed a
        larger tree), `witness.refused` (it says that this tree does not continue what it signed), `witness.answer`.
        """
        self._slow = False
        watch = threading.Timer(SECONDS, self.cut)
        watch.daemon = True
        watch.start()
        try:
            lines = self._ask(note, size, prove)
        finally:
            watch.cancel()
        try:
            attach(note, lines, self.key)
        except LogError as error:
            raise self._error("answer", f"answered what is no cosignature of it: {error.what}") from None
        self.size = size
        return lines

    def cut(self) -> None:
        """Let a request that waits fail, from another thread."""
        self._slow = True
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection when no request is under way."""
        self._connection.close()

    def _ask(self, note: bytes, size: int, prove: Prove) -> bytes:
        old = min(self.size, size)
        for _ in range(_TRIES):
            status, kind, body = self._post(encode_request(old, prove(old), note))
            if status == 200:
                return body
            if status == 422:
                raise self._error(
                    "refused",
                    "refuses: this log does not continue what it has signed. If this node was not restored from an "
                    "older copy, and is the only one with this key, ask its operator for the evidence",
                )
            told = _SIZE.match(body)
            if status != 409 or kind != _SIZE_TYPE or told is None:
                raise self._error("status", f"answered with status {status}. Does it watch this log, under this key?")
            old = int(told[1])
            if old > size:
                raise self._error(
                    "ahead",
                    f"has signed {old} entries of this log, where there are {size}. This node was restored from an "
                    "older copy, or is not the only one with this key",
                )
        raise self._error("status", "does not stay with the size that it tells")

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        used = self._connection.sock is not None
        try:
            return self._exchange(body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            # An idle connection that the witness closed meanwhile; asking twice is safe.
            if not used or self._slow:
                raise self._lost(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(error) from None
        try:
            return self._exchange(body)
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(error) from None

    def _exchange(self, body: bytes) -> tuple[int, str, bytes]:
        connection = self._connection
        try:
            if connection.sock is None:
                connection.connect()
            if self._slow:
                raise TimeoutError  # it was cut while there was nothing to be cut yet
            connection.request("POST", self._path, body, {"content-type": "text/plain; charset=utf-8"})
            response = connection.getresponse()
            answered = response.read(MAX_ANSWER_BYTES + 1)
            if self._slow:
                raise TimeoutError  # what was cut off can look like a whole answer
            if len(answered) > MAX_ANSWER_BYTES:
                raise self._error("answer", f"answered more than {MAX_ANSWER_BYTES} bytes")
            return response.status, response.headers.get_content_type(), answered
        except (OSError, http.client.HTTPException, MadangError):
            connection.close()
            raise

    def _lost(self, error: Exception) -> MadangError:
        if self._slow or isinstance(error, TimeoutError):
            return self._error("slow", f"took longer than {SECONDS:g} seconds")
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return self._error("unreachable", f"can't be reached: {why}")

    def _error(self, what: str, why: str) -> MadangError:
        return MadangError(f"witness.{what}", f"The witness {self.key.name} {why}.")


def read_witnesses(file: Path, log_key: VerifierKey) -> Circle | None:
    """Whom to ask, from a file such as `witnesses.json`; None where there is no such file.

    Raises `MadangError`: `witnesses.invalid` (not of the form; a quorum that can't be met; a key twice, or of another
    kind), `witnesses.url`.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES)
    except FileNotFoundError:
        return None
    try:
        found = msgspec.json.decode(data, type=WitnessFile)
        keys = [VerifierKey.parse(one.key) for one in found.witnesses]
        policy = require(log_key, keys, found.quorum)
    except msgspec.MsgspecError as error:
        raise MadangError("witnesses.invalid", f"{file} is not of its form: {error}. See docs/witness.md.") from None
    except LogError as error:
        raise MadangError("witnesses.invalid", f"{file}: {error.what}. {error.now}") from None
    witnesses = [Witness(one.url, key) for one, key in zip(found.witnesses, keys, strict=True)]
    return Circle(tuple(witnesses), policy)
