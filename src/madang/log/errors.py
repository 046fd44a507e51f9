"""Errors of the log: a stable code for programs; for people what happened, where, and what to do now."""


class LogError(Exception):
    """Base of everything this package raises on bad input.

    `code` is stable and part of the interface; the sentences may be reworded at any time.
    """

    def __init__(self, code: str, what: str, *, where: str = "", now: str = "") -> None:
        super().__init__(code, what, where, now)
        self.code = code
        self.what = what
        self.where = where
        self.now = now

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.now}" if self.now else ""
        return f"{self.what}{place}.{advice} [{self.code}]"


class LeafError(LogError):
    """A leaf record is not one that this version of the log knows."""


class TreeError(LogError):
    """The tree was asked for something impossible, or its stored right edge does not belong to its root."""


class ProofError(LogError):
    """An inclusion or consistency proof does not prove what it claims, or cannot be made."""


class TileError(LogError):
    """A tile, an entry bundle or a path is missing, malformed or contradicts the tree."""


class PublishError(LogError):
    """The directory of static files cannot take the new checkpoint."""


class NoteError(LogError):
    """A signed note or a key is malformed."""


class SignatureError(LogError):
    """A signature is missing or wrong, or too few witnesses have signed."""


class CheckpointError(LogError):
    """The text of a note is not a checkpoint of the expected log."""


class EmptyTreeError(CheckpointError):
    """A checkpoint of size 0 whose root is not that of the empty tree. A witness has a status of its own for it."""


class EvidenceError(LogError):
    """What was given does not convict a log."""


class ReceiptError(LogError):
    """A receipt is malformed or its parts do not belong together."""


class WrittenError(LogError):
    """A proof of a record is malformed or its parts do not belong together."""
