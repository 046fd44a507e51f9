"""What can go wrong with a document (problems, all at once) and with one run of an action (one exception)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One mistake of a document, with where it is and what to write instead.

    `line` and `column` count characters from 1; both are 0 for canonical bytes, which have no lines.
    """

    code: str
    line: int
    column: int
    message: str
    instead: str


class ContractError(Exception):
    """A document was refused. `problems` lists what is wrong, in the order of the text; it is never empty."""

    def __init__(self, problems: Sequence[Problem], name: str = "document") -> None:
        self.problems: list[Problem] = list(problems)
        self.name = name
        lines = []
        for problem in self.problems:
            advice = f" Instead: {problem.instead}" if problem.instead else ""
            lines.append(f"{name}:{problem.line}:{problem.column}: {problem.code}: {problem.message}{advice}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems, self.name))


class RunError(Exception):
    """An action did not happen: nothing was changed. The base of the exceptions that `Action.run` raises."""


class Refused(RunError):  # noqa: N818
    """A clause said no. `clause` is its name, `words` what people are told, by language; it may be empty."""

    def __init__(self, action: str, clause: str, words: Mapping[str, str]) -> None:
        self.action = action
        self.clause = clause
        self.words = words
        super().__init__(f"{action}: {clause}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.action, self.clause, self.words))


class OutOfRange(RunError):  # noqa: N818 - it is an outcome and named as one
    """A value left its declared range. `what` is `amount` (given), `v.left` (field), `at` or `post 1` (posting)."""

    def __init__(self, action: str, what: str) -> None:
        self.action = action
        self.what = what
        super().__init__(f"{action}: {what} is out of range")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.action, self.what))


class Unbalanced(RunError):  # noqa: N818
    """What was posted to an account that sums a field differs from how that field changed."""

    def __init__(self, action: str, account: str) -> None:
        self.action = action
        self.account = account
        super().__init__(f"{action}: the postings of {account} differ from the change of its records")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.action, self.account))


class Violated(RunError):  # noqa: N818
    """A changed record would break an invariant of its kind."""

    def __init__(self, action: str, invariant: str, alias: str) -> None:
        self.action = action
        self.invariant = invariant
        self.alias = alias
        super().__init__(f"{action}: {alias} would break the invariant {invariant}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.action, self.invariant, self.alias))


def explain(refused: Refused, language: str) -> str:
    """What to tell a person, in `language` ("ko"), else in English, else in any, else the name of the clause."""
    words = refused.words
    for wanted in (language, "en", *sorted(words)):
        if wanted in words:
            return words[wanted]
    return refused.clause
