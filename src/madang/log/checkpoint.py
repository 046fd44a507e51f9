"""Checkpoints: what a log signs, what witnesses cosign, and what a relying party demands of both.

Forms: C2SP tlog-checkpoint v1.0.0 (a signed note whose text is origin, size and root) and tlog-cosignature v1.0.1
(Ed25519, type 4). A cosignature says that the witness, at that time, had seen no larger tree of this log and none that
contradicts this one. It says nothing about extension lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from madang.log.errors import CheckpointError, EmptyTreeError, NoteError, SignatureError
from madang.log.note import (
    COSIGNATURE,
    NOTE_SIGNATURE,
    Note,
    Signature,
    SignerKey,
    VerifierKey,
    decode_base64,
    encode_base64,
    parse_note,
    parse_signatures,
    require_type,
    sign_note,
    verify_note,
)
from madang.log.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_TIMESTAMP_BYTES = 8
_MAX_TIMESTAMP = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin (name of the log), size (leaves), root (32 bytes) and extension lines, which should be none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any(character < " " for line in lines for character in line):
            raise _malformed("its origin or an extension line is empty or has a control character")
        if not 0 <= self.size <= MAX_SIZE:
            raise _malformed(f"its size is not between 0 and {MAX_SIZE}")
        if len(self.root) != HASH_BYTES:
            raise _malformed("its root is not a hash of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise EmptyTreeError(
                "log.checkpoint.malformed",
                "This is not a checkpoint: its size is 0 and its root not that of the empty tree",
                now="Fetch it again from the log.",
            )

    def text(self) -> str:
        """The text of the note. C2SP tlog-checkpoint, 'Note text'."""
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        )

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note strictly. Raises CheckpointError `log.checkpoint.malformed`. Verifies nothing."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            raise _malformed("it has fewer than three lines or does not end in a newline")
        origin, size, encoded, *extensions = lines
        root = decode_base64(encoded)
        if not _DECIMAL.match(size) or root is None:
            raise _malformed("its size is not a plain decimal number or its root not base64")
        return cls(origin, int(size), root, tuple(extensions))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness whose cosignature was verified, and when it signed (seconds since 1970-01-01 UTC, by its own clock)."""

    name: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that met a policy, and the witnesses that cosigned it, in the policy's order."""

    checkpoint: Checkpoint
    cosigners: tuple[Cosigner, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a relying party trusts: one log, and any `threshold` of the witnesses. `require` makes and checks it."""

    log_key: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    threshold: int
    origin: str

    def open(self, data: bytes) -> Opened:
        """Parse and verify a cosigned checkpoint.

        The log's signature must be right; so must every cosignature that claims to be of a trusted witness; unknown
        ones are ignored.
        Raises NoteError, CheckpointError as `open_checkpoint`; SignatureError: `log.signature.missing`,
        `log.signature.wrong`, `log.signature.threshold`.
        """
        note = parse_note(data)
        checkpoint = _open(note, self.log_key, self.origin)
        found = ((witness, verify_cosignature(note, witness)) for witness in self.witnesses)
        cosigners = tuple(Cosigner(witness.name, timestamp) for witness, timestamp in found if timestamp is not None)
        if len(cosigners) < self.threshold:
            raise SignatureError(
                "log.signature.threshold",
                f"{len(cosigners)} of the trusted witnesses cosigned the checkpoint, {self.threshold} are needed",
                where=f"{checkpoint.origin}, size {checkpoint.size}",
                now="Fetch a checkpoint with more cosignatures; do not lower the threshold for one note.",
            )
        return Opened(checkpoint, cosigners)


def require(
    log_key: VerifierKey, witnesses: Sequence[VerifierKey], threshold: int, origin: str | None = None
) -> Policy:
    """Make a policy: `log_key` must have signed, and at least `threshold` of `witnesses`. `origin` is by default the
    log key's name.

    Raises NoteError `log.key.algorithm`; CheckpointError `log.policy.keys` if a public key or a name appears twice (a
    cosignature does not commit to the witness's name, so one key under two names would count twice) and
    `log.policy.threshold`.
    """
    require_type(log_key, NOTE_SIGNATURE)
    for witness in witnesses:
        require_type(witness, COSIGNATURE)
    keys, names = {key.public for key in (log_key, *witnesses)}, {key.name for key in witnesses}
    if len(keys) <= len(witnesses) or len(names) < len(witnesses):
        raise CheckpointError(
            "log.policy.keys",
            "The same public key or witness name is given twice, or the log is its own witness",
            now="Give each independent witness once.",
        )
    if not 0 <= threshold <= len(witnesses):
        raise CheckpointError(
            "log.policy.threshold",
            f"{threshold} of {len(witnesses)} witnesses cannot be required",
            now=f"Choose a number from 0 to {len(witnesses)}.",
        )
    return Policy(log_key, tuple(witnesses), threshold, log_key.name if origin is None else origin)


def sign_checkpoint(checkpoint: Checkpoint, key: SignerKey) -> bytes:
    """Sign as the log and give the note. Never sign two checkpoints that contradict each other. Raises NoteError."""
    return sign_note(checkpoint.text(), key)


def open_checkpoint(data: bytes, log_key: VerifierKey, origin: str | None = None) -> Checkpoint:
    """Parse a note and verify the log's signature; cosignatures are not looked at. `origin` is by default the key's
    name.

    Raises NoteError (form), SignatureError (`log.signature.missing`, `log.signature.wrong`),
    CheckpointError `log.checkpoint.malformed`, `log.checkpoint.origin`.
    """
    return _open(parse_note(data), log_key, log_key.name if origin is None else origin)


def cosign(data: bytes, key: SignerKey, timestamp: int) -> bytes:
    """Make a witness's signature line for a checkpoint note, at `timestamp` (seconds since 1970-01-01 UTC). C2SP
    tlog-cosignature.

    The caller has verified the log's signature and consistency with what this witness signed before (see `witness`).
    Raises NoteError, CheckpointError `log.checkpoint.malformed`, `log.cosignature.time`.
    """
    verifier = require_type(key.verifier(), COSIGNATURE)
    text = parse_note(data).text
    Checkpoint.parse(text)
    if not 0 <= timestamp <= _MAX_TIMESTAMP:
        raise CheckpointError(
            "log.cosignature.time",
            "The time of a cosignature is out of range",
            now="Give seconds since 1970-01-01 UTC.",
        )
    signed = key.sign(_cosigned_message(timestamp, text))
    return Signature(key.name, verifier.key_id, timestamp.to_bytes(_TIMESTAMP_BYTES, "big") + signed).encode().encode()


def verify_cosignature(note: Note, witness: VerifierKey) -> int | None:
    """Verify the cosignature of `witness` and give its time in seconds since 1970-01-01 UTC; None if the note has none.

    If it has several, all must be right and the latest time counts. Raises SignatureError `log.signature.wrong`.
    """
    require_type(witness, COSIGNATURE)
    times = []
    for signature in note.by(witness):
        timestamp = int.from_bytes(signature.data[:_TIMESTAMP_BYTES], "big")
        witness.verify(_cosigned_message(timestamp, note.text), signature.data[_TIMESTAMP_BYTES:])
        if timestamp > _MAX_TIMESTAMP:
            raise SignatureError(
                "log.signature.wrong",
                f"The cosignature of {witness.name} is of a time beyond 2^63 - 1",
                now="Do not trust the note.",
            )
        times.append(timestamp)
    return max(times, default=None)


def attach(data: bytes, lines: bytes, witness: VerifierKey) -> bytes:
    """Add to a checkpoint note what a witness answered, if it holds that witness's valid cosignature; other lines are
    left out.

    An older cosignature of the same witness is replaced. Raises NoteError; SignatureError `log.signature.missing`,
    `log.signature.wrong`.
    """
    note = parse_note(data)
    try:
        answer = Note(note.text, parse_signatures(lines.decode()))
    except UnicodeDecodeError as error:
        raise NoteError(
            "log.note.malformed", "The answer of the witness is not UTF-8", now="Ask the witness again."
        ) from error
    if verify_cosignature(answer, witness) is None:
        raise SignatureError(
            "log.signature.missing",
            f"The answer has no cosignature of {witness.name}",
            now="Check the key of the witness.",
        )
    kept = [item for item in note.signatures if item not in note.by(witness)]
    return Note(note.text, (*kept, answer.by(witness)[0])).encode()


def _open(note: Note, log_key: VerifierKey, origin: str) -> Checkpoint:
    verify_note(note, log_key)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        raise CheckpointError(
            "log.checkpoint.origin",
            f"The checkpoint is of another log than {origin}",
            where=repr(checkpoint.origin[:80]),
            now="Check which log you meant; the same key must not sign for two.",
        )
    return checkpoint


def _cosigned_message(timestamp: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _malformed(why: str) -> CheckpointError:
    return CheckpointError(
        "log.checkpoint.malformed", f"This is not a checkpoint: {why}", now="Fetch it again from the log."
    )
