"""What comes in and what goes out, without a framework; and refusals, which tell a wallet no more than the standard's
word and the operator everything but what is personal.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from madang.kernel.errors import MadangError

MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 32
JSON = "application/json"
JWT = "application/jwt"
FORM = "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"
UNAVAILABLE = "issuer.unavailable"
AGAIN_SECONDS = 5
_OURS = ("records.", "vault.", "status.store")
"""Codes of what fails here and not in what a wallet sent: databases, disks, keys of the vault."""
_encode = msgspec.json.Encoder().encode


class Request(msgspec.Struct, frozen=True):
    """A request: `headers` by names in lower case, each with all its values; `query` as it came; `now` in seconds."""

    method: str
    headers: Mapping[str, Sequence[str]]
    query: str
    body: bytes
    now: int

    def header(self, name: str) -> str | None:
        """The value of a header that may be there once. Raises `Refusal` (`request.header`) where it is there twice."""
        values = self.headers.get(name, ())
        if len(values) > 1:
            raise Refusal("invalid_request", "request.header", f"The header {name} is there twice.")
        return values[0] if values else None

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


class Reply(msgspec.Struct, frozen=True):
    """An answer. `code` is of a refusal, for the operator's journal; it is not sent."""

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: Mapping[str, str] = {}
    code: str = ""


class Refusal(MadangError):  # noqa: N818  an answer, named as the answer
    """What a wallet is refused: `error` is the standard's word for it and all that it gets, beside `headers`.

    `code` and `message` are for the operator's journal.
    """

    def __init__(self, error: str, code: str, message: str, status: int = 400, headers: Mapping[str, str] = {}) -> None:
        super().__init__(code, message)
        self.error = error
        self.status = status
        self.headers = headers

    def reply(self) -> Reply:
        """The answer, equal for all refusals of one error and status."""
        return Reply(self.status, _encode({"error": self.error}), JSON, self.headers, self.code)


class Unavailable(Refusal):
    """That this server can't do it now, whatever was asked: a problem (RFC 9457) that says when to try again, no more.

    The word in it is the standard's for it (RFC 6749, section 4.1.2.1). What failed is for the journal.
    """

    def __init__(self, problem: MadangError) -> None:
        headers = {"retry-after": str(AGAIN_SECONDS), "cache-control": "no-store"}
        super().__init__("temporarily_unavailable", problem.code, problem.message, 503, headers)

    def reply(self) -> Reply:
        """The same answer for whatever failed."""
        content = {
            "type": f"/problems/{UNAVAILABLE}",
            "title": "This server can't answer now",
            "status": self.status,
            "detail": f"The issuer can't do this now. Try again in {AGAIN_SECONDS} s.",
            "code": UNAVAILABLE,
            "error": self.error,
        }
        return Reply(self.status, _encode(content), PROBLEM, self.headers, self.code)


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] = {}) -> Reply:
    """An answer in JSON."""
    return Reply(status, _encode(value), JSON, headers)


def read_form(request: Request) -> dict[str, str]:
    """The parameters of a form, each once (RFC 6749, section 3.2).

    Raises `Refusal` (`invalid_request`): `request.media_type`, `request.form`, `request.repeated`.
    """
    if request.media_type != FORM:
        raise Refusal("invalid_request", "request.media_type", "The body is no form.")
    return read_parameters(request.body)


def read_parameters(text: bytes) -> dict[str, str]:
    """Parameters in the form of a query, each once. Raises what `read_form` raises."""
    if len(text) > MAX_FORM_BYTES:
        raise Refusal("invalid_request", "request.form", f"The form is longer than {MAX_FORM_BYTES:,} bytes.")
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, strict_parsing=bool(text), errors="strict",
            max_num_fields=MAX_FIELDS,
        )  # fmt: skip
    except ValueError:
        raise Refusal("invalid_request", "request.form", "The form can't be read.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal("invalid_request", "request.repeated", "A parameter is there twice.")
    return found


def refused_as(error: str, problem: MadangError, status: int = 400) -> Refusal:
    """What went wrong inside, as a refusal with this word; a failure of ours is none, and comes as `Unavailable`.

    A wallet that is refused gives up. One that hears that we can't now comes again. A refusal stays the one it is.
    """
    if isinstance(problem, Refusal):
        return problem
    if problem.code.startswith(_OURS):
        return Unavailable(problem)
    return Refusal(error, problem.code, problem.message, status)
