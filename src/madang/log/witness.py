"""The decision of a witness: whether to cosign a checkpoint, given what it signed before. C2SP tlog-witness v1.0.0,
`add-checkpoint`.

Pure: no clock, no store, no network. The caller serves HTTP, keeps for each origin the size and root last signed,
stores the new ones durably *before* the cosignature leaves the machine, and does both under one lock an origin.
`status` of an error is the HTTP status that the specification asks for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from madang.log.checkpoint import cosign, open_checkpoint
from madang.log.errors import EmptyTreeError, LogError, ProofError, SignatureError
from madang.log.note import MAX_NOTE_BYTES, SignerKey, VerifierKey, decode_base64, encode_base64, parse_note
from madang.log.proof import MAX_PROOF_HASHES, verify_consistency
from madang.log.tree import EMPTY_ROOT, HASH_BYTES

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + (MAX_PROOF_HASHES + 1) * 64


class WitnessError(LogError):
    """The witness will not cosign. `status` is the HTTP status; `size` the size it last signed, to be answered with
    status 409.
    """

    def __init__(self, code: str, what: str, status: int, *, size: int = 0, now: str = "") -> None:
        super().__init__(code, what, now=now)
        self.status = status
        self.size = size


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed `add-checkpoint` request; nothing is verified."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of one log that this witness cosigned; `Seen()` if none."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What to store and then to answer: the new state of this log, and the signature line."""

    seen: Seen
    line: bytes


def encode_request(old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Give the body of a request: the size the witness last signed, a consistency proof from it, the checkpoint."""
    lines = [f"old {old_size}", *(encode_base64(item) for item in proof), "", ""]
    return "\n".join(lines).encode() + note


def parse_request(body: bytes) -> Request:
    """Read the body of a request strictly. Raises WitnessError `log.witness.request`, status 400."""
    head, separator, note = body.partition(b"\n\n")
    rows = head.split(b"\n", MAX_PROOF_HASHES + 1)
    old = _OLD.match(rows[0].decode("latin-1"))
    proof = [decode_base64(row.decode("latin-1")) for row in rows[1:]]
    hashes = tuple(item for item in proof if item is not None and len(item) == HASH_BYTES)
    fits = len(body) <= MAX_REQUEST_BYTES and len(hashes) == len(proof) <= MAX_PROOF_HASHES
    if not old or not separator or not fits:
        raise WitnessError(
            "log.witness.request", "The request is malformed", 400, now="See C2SP tlog-witness, add-checkpoint."
        )
    return Request(int(old[1]), hashes, note)


def origin_of(request: Request) -> str:
    """The log that the checkpoint claims to be of: its first line. Raises NoteError for a note that is malformed."""
    return parse_note(request.note).text.partition("\n")[0]


def decide(request: Request, log_key: VerifierKey, seen: Seen, signer: SignerKey, timestamp: int) -> Cosigned:
    """Cosign the checkpoint if it continues what was seen; `timestamp` is seconds since 1970-01-01 UTC.

    Raises WitnessError: `log.witness.signature` (403), `log.witness.old_size` (400), `log.witness.conflict` (409),
    `log.witness.inconsistent` (422); NoteError and CheckpointError for a note that is malformed (answer 400).
    """
    try:
        checkpoint = open_checkpoint(request.note, log_key)
    except SignatureError as error:
        raise WitnessError(
            "log.witness.signature", "The log did not sign this checkpoint", 403, now="Use the log's key."
        ) from error
    except EmptyTreeError as error:
        _check_sizes(request.old_size, 0, seen.size)
        raise _inconsistent(seen.size) from error
    _check_sizes(request.old_size, checkpoint.size, seen.size)
    try:
        verify_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, request.proof)
    except ProofError as error:
        raise _inconsistent(seen.size) from error
    return Cosigned(Seen(checkpoint.size, checkpoint.root), cosign(request.note, signer, timestamp))


def _check_sizes(old: int, new: int, seen: int) -> None:
    if old > new:
        raise WitnessError(
            "log.witness.old_size", "The old size is above that of the checkpoint", 400, now="Correct it."
        )
    if old != seen:
        raise WitnessError(
            "log.witness.conflict",
            f"This witness last signed size {seen}",
            409,
            size=seen,
            now="Send a consistency proof from that size.",
        )


def _inconsistent(seen: int) -> WitnessError:
    return WitnessError(
        "log.witness.inconsistent",
        f"The checkpoint does not continue the tree of size {seen}",
        422,
        now="Keep the request: signed by the log, it may be proof that the log rewrote its past.",
    )
