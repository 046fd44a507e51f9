"""Where grants go: a node in this process, or one behind HTTP."""

import concurrent.futures
from collections.abc import Callable, Collection, Sequence
from urllib.parse import quote

from madang.bulk.sending import Unanswered
from madang.client import Client, Problem, Wallet, make_payload, sign
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from madang.services.vouchers import queries

ANSWER_SECONDS = 60.0
MAX_QUERY_BYTES = 3_000
"""Of references in one request: a node takes no request target above 4 kB."""
_AGAIN = (
    *("engine.busy", "engine.stopped", "store.write"),
    *("client.unreachable", "client.answer"),
    *("http.rate", "http.busy", "http.slow", "query.busy", "query.slow"),
)


class NodeTarget:
    """An open node in this process. `reader` is the party that may ask what was granted; `signer` signs acts."""

    def __init__(self, node: Node, reader: str, signer: Callable[[Sequence[Act]], bytes]) -> None:
        self._node = node
        self._reader = reader
        self.sign = signer

    def granted(self, programme: str, references: Sequence[str]) -> Collection[str]:
        """Which of these the programme has granted."""
        return queries.granted_many(self._node.state(), self._reader, programme, ",".join(references))

    def submit(self, signed: bytes) -> Result:
        """The durable outcome."""
        try:
            (answer,) = self._node.engine.submit([signed]).result(ANSWER_SECONDS)
        except concurrent.futures.TimeoutError:
            raise Unanswered("engine.slow", f"No answer within {ANSWER_SECONDS:g} seconds. Send it again.") from None
        except MadangError as error:
            raise _again_or_not(error.code, error.message) from None
        if isinstance(answer, Result):
            return answer
        raise answer


class HttpTarget:
    """A node behind HTTP. `wallets` sign the grants; the first also signs what is asked."""

    def __init__(self, client: Client, wallets: Sequence[Wallet]) -> None:
        self._client = client
        self._wallets = wallets

    def granted(self, programme: str, references: Sequence[str]) -> Collection[str]:
        """Which of these the programme has granted, asked in several requests where they are long."""
        held: set[str] = set()
        for part in _parts(references):
            parameters = {"programme": programme, "references": ",".join(part)}
            try:
                held.update(self._client.query("vouchers", "granted_many", parameters, self._wallets[0]))
            except MadangError as error:
                raise _again_or_not(error.code, error.message) from None
        return held

    def sign(self, acts: Sequence[Act]) -> bytes:
        """Signed by all wallets."""
        return sign(make_payload(self._client.chain, acts), self._wallets)

    def submit(self, signed: bytes) -> Result:
        """The durable outcome."""
        try:
            answer = self._client.submit(signed)
        except MadangError as error:
            raise _again_or_not(error.code, error.message) from None
        if isinstance(answer, Result):
            return answer
        return _ordered(answer)


def _ordered(problem: Problem) -> Result:
    """The outcome that a problem tells of. Raises `Unanswered`, `MadangError` where there is none."""
    if problem.outcome not in ("rejected", "defect"):
        raise _again_or_not(problem.code, problem.detail, problem.status)
    return Result(
        problem.id,
        "rejected" if problem.outcome == "rejected" else "defect",
        problem.height or 0,
        problem.index or 0,
        problem.code,
        problem.reason,
        problem.detail,
        problem.repeated,
    )


def _again_or_not(code: str, message: str, status: int = 0) -> MadangError:
    again = code in _AGAIN or status in (408, 429, 502, 503, 504)
    return Unanswered(code, message) if again else MadangError(code, message)


def _parts(references: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = []
    size = MAX_QUERY_BYTES
    for reference in references:
        length = len(quote(reference, safe="")) + 3
        if size + length > MAX_QUERY_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(reference)
        size += length
    return parts
