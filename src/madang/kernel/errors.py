"""What can go wrong with a transaction, in three words that never mix.

`Malformed` is refused before it is ordered and leaves no trace. `Rejected` is ordered, writes its replay mark
and nothing else. Anything else that a rule raises is a defect of ours. Every error carries a stable code for
programs and a sentence for people; neither holds anything personal.
"""


class MadangError(Exception):
    """The base of every error that a person or a program is meant to read.

    `code` is stable and never reworded; `message` says what happened, where, and what to do now.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # so that it can go from one process to another
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Malformed(MadangError):  # noqa: N818  an outcome, named as the outcome
    """The bytes are no transaction that could be ordered here. Nothing was recorded."""


class Rejected(MadangError):  # noqa: N818  an outcome, named as the outcome
    """A rule refused. Ordered with one leaf; its writes are dropped but for the replay mark.

    `reason` narrows the code where a document names its own refusals (a clause of a programme); it is at most
    64 characters and is recorded with the code.
    """

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        super().__init__(code, message)
        self.reason = reason[:64]


class StoreFailure(MadangError):  # noqa: N818
    """The store could not read or write, or holds what it can't hold. The node stops: it never guesses."""
