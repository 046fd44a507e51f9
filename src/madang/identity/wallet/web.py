"""How a wallet asks the servers of issuers and verifiers: https, bounded in time and size, and no redirection followed.

On this very machine http will do, for trying things out.
"""

import http.client
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from madang.kernel.errors import MadangError

SECONDS = 60.0
"""How long an answer may take: a proof waits for its place, and is checked."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_HERE = ("127.0.0.1", "localhost", "::1")


class Answer(msgspec.Struct, frozen=True):
    """What a server said. The names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty where it is none."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, object])
        except msgspec.MsgspecError:
            return {}


def ask(method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """Ask a server. Raises `MadangError` (`wallet.unreachable`): no answer, or an address that is none to ask."""
    connection, target = _connection_to(url)
    try:
        connection.request(method, target, body or None, dict(headers or {}))
        response = connection.getresponse()
        content = response.read(MAX_ANSWER_BYTES + 1)
        given = {name.lower(): value for name, value in response.getheaders()}
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, type(error).__name__) from None
    finally:
        connection.close()
    if len(content) > MAX_ANSWER_BYTES:
        raise _unreachable(url, f"it answers more than {MAX_ANSWER_BYTES:,} bytes")
    return Answer(response.status, given, content)


def send_form(url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
    """Send a form. Raises what `ask` raises."""
    return ask("POST", url, urlencode(fields).encode(), {"content-type": FORM, **(headers or {})})


def send_json(url: str, content: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Send JSON. Raises what `ask` raises."""
    return ask("POST", url, msgspec.json.encode(content), {"content-type": JSON, **(headers or {})})


def _connection_to(url: str) -> tuple[http.client.HTTPConnection, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unreachable(url, "it is no address") from None
    is_here = parts.scheme == "http" and host in _HERE
    is_text = url.isascii() and url.isprintable() and " " not in url
    if host is None or not is_text or not (is_here or parts.scheme == "https"):
        raise _unreachable(url, "it is no https address")
    kind = http.client.HTTPConnection if is_here else http.client.HTTPSConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return kind(host, port, timeout=SECONDS), target


def _unreachable(url: str, why: str) -> MadangError:
    origin = "/".join(url.split("/")[:3])[:100]
    return MadangError("wallet.unreachable", f"{origin} can't be asked: {why}. Try again later, or check the address.")
