"""What a witness does with one request: C2SP tlog-witness, `add-checkpoint`, apart from HTTP.

The order is what makes a cosignature worth something: under one lock a log the request is decided on, the note is
stored durably, and only then is the cosignature given out. What speaks against the log is kept as evidence.
"""

import logging
import threading
import time
from collections.abc import Callable

from madang.log.checkpoint import attach
from madang.log.errors import LogError
from madang.log.evidence import Evidence, judge, only_signed_by
from madang.log.note import VerifierKey
from madang.log.witness import Request, Seen, WitnessError, decide, origin_of, parse_request
from madang.witness.folder import Folder, Held, origin_hash

CONFLICT, INCONSISTENT = 409, 422
_log = logging.getLogger("madang.witness")


def system_clock() -> int:
    """Seconds since 1970 by this machine's clock."""
    return int(time.time())


class Witness:
    """The witness of a folder, which it holds alone until `close`. Safe for several threads.

    Raises `MadangError` `witness.missing`, `witness.key`, `witness.in_use`.
    """

    def __init__(self, folder: Folder, clock: Callable[[], int] = system_clock) -> None:
        self._folder = folder
        self._clock = clock
        self._key = folder.key()
        self._verifier = self._key.verifier()
        self._locks: dict[str, threading.Lock] = {}
        folder.lock()
        folder.clear_up()

    def close(self) -> None:
        """Let go of the folder."""
        self._folder.unlock()

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignature line for the checkpoint of a request. Durable before it is returned.

        Raises WitnessError, whose `status` is the HTTP status: `log.witness.request` (400), `log.witness.unknown`
        (404), and what `decide` raises; NoteError, CheckpointError for a note that is malformed (400); `StoreFailure`
        `witness.damaged`, OSError where the disk fails.
        """
        request = parse_request(body)
        origin = origin_of(request)
        trusted = self._folder.trusted(origin)
        if trusted is None:
            raise WitnessError(
                "log.witness.unknown", "This witness does not watch that log", 404, now="Ask its operator to."
            )
        with self._locks.setdefault(origin_hash(origin), threading.Lock()):
            return self._cosign(request, trusted)

    def checkpoint(self, hashed: str) -> bytes | None:
        """The note that was cosigned last of the log whose origin has this SHA-256; None if there is none."""
        return self._folder.checkpoint(hashed)

    def _cosign(self, request: Request, trusted: VerifierKey) -> bytes:
        held = self._folder.held(trusted, self._verifier)
        seen = held.seen if held else Seen()
        # A cosignature says that no larger tree was seen at its time: times must not go back where sizes grow.
        now = max(self._clock(), held.timestamp if held else 1)
        try:
            decided = decide(request, trusted, seen, self._key, now)
        except WitnessError as error:
            if held and error.status in (CONFLICT, INCONSISTENT):
                self._keep(held, request, error.status, trusted)
            raise
        note = attach(only_signed_by(request.note, trusted), decided.line, self._verifier)
        self._folder.hold(trusted.name, note)
        return decided.line

    def _keep(self, held: Held, request: Request, status: int, trusted: VerifierKey) -> None:
        """Keep what speaks against the log, if it does; a refusal stays one even where the disk is full."""
        # In a conflict the proof is from another size than ours, and another size alone says nothing.
        proof = request.proof if status == INCONSISTENT else ()
        evidence = Evidence(held.note, only_signed_by(request.note, trusted), proof)
        try:
            verdict = judge(evidence, trusted)
        except LogError:
            return
        if status == INCONSISTENT or verdict.proven:
            try:
                name = self._folder.keep(evidence, verdict, trusted)
            except OSError as error:
                _log.error("evidence against %s could not be kept: %s", trusted.name, error.strerror)
            else:
                _log.warning("refused: %s; evidence %s", verdict, name or "is not kept: there is enough")
