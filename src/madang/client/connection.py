"""A connection to a node's HTTP interface, on the standard library alone.

One request at a time; a connection that the server closed meanwhile is opened again. Sending a transaction twice is
safe, since it is ordered once. Not for several threads at once.
"""

import http.client
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from madang.client.wallet import Wallet, make_payload, sign
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.transaction import Act

COMPACT = "application/jose"
GENERAL = "application/jose+json"
JSON = "application/json"
MAX_ANSWER = 64 * 1024 * 1024
CONNECT_SECONDS = 10.0
"""How long to wait for a connection; a node on the way takes it at once, however long its answer takes."""


class Problem(msgspec.Struct, frozen=True):
    """What a node refused with (RFC 9457). One with an `outcome` was ordered all the same."""

    status: int
    code: str
    detail: str
    title: str = ""
    reason: str = ""
    outcome: str = ""
    id: str = ""
    height: int | None = None
    index: int | None = None
    repeated: bool = False

    def error(self) -> MadangError:
        """The same as an error to raise."""
        return MadangError(self.code, self.detail)


class _Chain(msgspec.Struct):
    """What is read of `GET /chain`."""

    chain: str


_result = msgspec.json.Decoder(Result)
_problem = msgspec.json.Decoder(Problem)
_items = msgspec.json.Decoder(list[msgspec.Raw])
_chain = msgspec.json.Decoder(_Chain)
_anything: "msgspec.json.Decoder[Any]" = msgspec.json.Decoder()
T = TypeVar("T")


class Client:
    """A node at `url`, such as `http://127.0.0.1:8080`, which may take `timeout` seconds for an answer.

    Every method raises `MadangError`: `client.unreachable`, and `client.answer` for what no node would say.
    """

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self._connection, self._prefix = _connection_to(url, min(timeout, CONNECT_SECONDS))
        self._timeout = timeout
        self._chain = ""
        self.url = url

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def chain(self) -> str:
        """The ledger's name, asked once."""
        if not self._chain:
            self._chain = self._decoded(_chain, self.get("/chain")).chain
        return self._chain

    def perform(self, acts: Sequence[Act], wallets: Sequence[Wallet]) -> Result | Problem:
        """Sign acts with all these keys and submit them as one transaction."""
        return self.submit(sign(make_payload(self.chain, acts), wallets))

    def submit(self, signed: bytes) -> Result | Problem:
        """Submit one signed transaction; answered when it is durable."""
        kind = GENERAL if signed[:1] == b"{" else COMPACT
        status, body = self._send("POST", "/transactions", signed, {"content-type": kind})
        return self._decoded(_result, body) if status == 200 else _read_problem(status, body)

    def submit_many(self, signed: Sequence[bytes]) -> list[Result | Problem]:
        """Submit up to 1,000 transactions in one request; each is answered, in order. Raises `MadangError`."""
        texts = [msgspec.Raw(one) if one[:1] == b"{" else one.decode() for one in signed]
        body = msgspec.json.encode({"transactions": texts})
        status, answer = self._send("POST", "/transactions", body, {"content-type": JSON})
        if status != 200:
            raise _read_problem(status, answer).error()
        items: list[msgspec.Raw] = self._decoded(_items, answer)
        return [
            self._decoded(_problem, one) if one.startswith(b'{"type"') else self._decoded(_result, one)
            for one in map(bytes, items)
        ]

    def transaction(self, identifier: str) -> Result:
        """How a transaction ended. Raises `MadangError` (`transaction.unknown`)."""
        return self._decoded(_result, self.get(f"/transactions/{quote(identifier, safe='')}"))

    def receipt(self, identifier: str) -> bytes:
        """A transaction's receipt. Raises `MadangError` (`transaction.unknown`)."""
        return self.get(f"/transactions/{quote(identifier, safe='')}/receipt")

    def proof(self, table: str, parts: Sequence[str]) -> bytes:
        """The proof of a public record's last write. Raises `MadangError` (`proof.table`, `proof.unknown`, ...)."""
        asked = urlencode([("part", part) for part in parts])
        return self.get(f"/proofs/{quote(table, safe='')}?{asked}")

    def query(self, module: str, name: str, parameters: Mapping[str, object], wallet: Wallet | None = None) -> Any:
        """What a module's query answers, asked by `wallet` if one is given. Raises `MadangError` with its code."""
        asked = urlencode({key: _text(value) for key, value in parameters.items()})
        path = f"/{quote(module, safe='')}/{quote(name, safe='')}" + (f"?{asked}" if asked else "")
        headers = {"authorization": wallet.read_request(self.chain, self._prefix + path)} if wallet else {}
        return self._decoded(_anything, self.get(path, headers))

    def get_json(self, path: str) -> Any:
        """A path as JSON. Raises `MadangError` with the problem's code."""
        return self._decoded(_anything, self.get(path))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """A path's bytes. Raises `MadangError` with the problem's code."""
        status, body = self._send("GET", path, None, headers or {})
        if status != 200:
            raise _read_problem(status, body).error()
        return body

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """What a path answers to JSON. Raises `MadangError` with the problem's code."""
        status, answer = self._send("POST", path, body, {"content-type": JSON, **headers})
        if status not in (200, 201):
            raise _read_problem(status, answer).error()
        return answer

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        fresh = self._connection.sock is None
        try:
            return self._exchange(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            # An idle connection that the server closed; everything that is sent here may be sent twice.
            if fresh:
                raise self._unreachable(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            if self._connection.sock is None:
                self._connect()
            self._connection.request(method, self._prefix + path, body, dict(headers))
            response = self._connection.getresponse()
            return response.status, response.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def _connect(self) -> None:
        self._connection.connect()
        self._connection.sock.settimeout(self._timeout)

    def _decoded(self, decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
        try:
            return decoder.decode(body)
        except msgspec.MsgspecError:
            raise MadangError(
                "client.answer", f"What answers at {self.url} is no node of this version. Check the address."
            ) from None

    def _unreachable(self, error: Exception) -> MadangError:
        return MadangError(
            "client.unreachable",
            f"{self.url} does not answer ({type(error).__name__}). Check the address and that the node runs.",
        )


def _connection_to(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    """A connection that is not open yet, and what paths begin with. Raises `MadangError` (`client.url`)."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("no address")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname, parts.port, timeout=timeout), parts.path.rstrip("/")
    except (ValueError, http.client.InvalidURL):
        raise MadangError(
            "client.url", f"{url!r} is no address of a node. Give one such as http://127.0.0.1:8080."
        ) from None


def _read_problem(status: int, body: bytes) -> Problem:
    try:
        return _problem.decode(body)
    except msgspec.MsgspecError:
        return Problem(status, "client.answer", f"The node answered {status} without saying why. Is it a node?")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
