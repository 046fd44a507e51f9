"""Evidence that a log showed two histories: two checkpoints, both signed by it, that can't both be true.

For witnesses, which keep it, and for anyone who is shown it: judging needs the log's public key and nothing else. Only
the log could have signed them, so that evidence that convicts can't be made up by whoever shows it. It does not say who
had the key, nor which of the two histories is the right one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from madang.log.checkpoint import Checkpoint, open_checkpoint
from madang.log.errors import EvidenceError, ProofError
from madang.log.note import Note, VerifierKey, parse_note
from madang.log.proof import earlier_root, verify_consistency


class Finding(StrEnum):
    """What two checkpoints of one log say together."""

    SAME_SIZE = "same-size"
    """The log signed two roots for one size. Proven by the two notes alone."""
    REWRITTEN = "rewritten"
    """The larger tree held another tree at the smaller size than the log signed for it. Proven by notes and proof."""
    OPEN = "open"
    """Nobody has shown that the larger tree continues the smaller one. The log can: ask it for the proof."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A checkpoint that was cosigned, one that was refused, and the consistency proof that came with it, if any."""

    held: bytes
    refused: bytes
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What evidence shows. Only `proven` convicts the log."""

    finding: Finding
    held: Checkpoint
    refused: Checkpoint

    @property
    def proven(self) -> bool:
        """Whether the log signed what can't both be true."""
        return self.finding is not Finding.OPEN

    def __str__(self) -> str:
        """One sentence for people."""
        origin, old, new = self.held.origin, self.held, self.refused
        if self.finding is Finding.SAME_SIZE:
            return f"{origin} signed two logs of {old.size} leaves, with roots {old.root.hex()} and {new.root.hex()}"
        if self.finding is Finding.REWRITTEN:
            return (
                f"{origin} signed a log of {new.size} leaves that is not the log of {old.size} leaves it signed before"
            )
        return f"{origin} signed logs of {old.size} and {new.size} leaves; that one continues the other was not shown"


def judge(evidence: Evidence, log_key: VerifierKey) -> Verdict:
    """Say what the evidence shows, from the log's key alone.

    Raises EvidenceError `log.evidence.none` where both can be true, `log.evidence.order` where the refused checkpoint
    is the smaller one; SignatureError where the log did not sign both; NoteError, CheckpointError.
    """
    held, refused = open_checkpoint(evidence.held, log_key), open_checkpoint(evidence.refused, log_key)
    if refused.size < held.size:
        raise EvidenceError(
            "log.evidence.order", "The refused checkpoint is smaller than the one held", now="Exchange the two."
        )
    if refused.size == held.size:
        if refused.root == held.root:
            raise _none()
        return Verdict(Finding.SAME_SIZE, held, refused)
    if held.size == 0 or _continues(held, refused, evidence.proof):
        raise _none()
    return Verdict(Finding.REWRITTEN if _rewrites(held, refused, evidence.proof) else Finding.OPEN, held, refused)


def only_signed_by(note: bytes, *keys: VerifierKey) -> bytes:
    """The note with one signature line of each of these keys and no other. Raises NoteError; verifies nothing."""
    parsed = parse_note(note)
    return Note(parsed.text, tuple(line for key in keys for line in parsed.by(key)[:1])).encode()


def _continues(held: Checkpoint, refused: Checkpoint, proof: Sequence[bytes]) -> bool:
    try:
        verify_consistency(held.size, refused.size, held.root, refused.root, proof)
    except ProofError:
        return False
    return True


def _rewrites(held: Checkpoint, refused: Checkpoint, proof: Sequence[bytes]) -> bool:
    try:
        return earlier_root(held.size, refused.size, refused.root, proof) != held.root
    except ProofError:
        return False


def _none() -> EvidenceError:
    return EvidenceError(
        "log.evidence.none", "Both checkpoints can be true of one log", now="Nothing is shown against the log."
    )
