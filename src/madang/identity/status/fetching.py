"""Gets a status list from the web within bounds: 2 MiB, ten seconds in all, https, no redirection.

Not followed anywhere else: the address stands in a credential, signed by its issuer, and a redirection is somebody
else's word. http is taken on this very machine alone, for trying things out.
"""

import contextlib
import http.client
import socket
import threading
import time
from urllib.parse import urlsplit

from madang.identity.status.token import MAX_TOKEN_BYTES
from madang.kernel.errors import MadangError

SECONDS = 10.0
MAX_URI = 2_048
_HERE = ("127.0.0.1", "localhost")


def fetch(uri: str, accept: str, seconds: float = SECONDS) -> bytes:
    """What is found under `uri`, asked for as the media type `accept`.

    Raises `MadangError` (`status.unavailable`): no such address, no answer in time, another answer than 200, too long.
    """
    ends = time.monotonic() + seconds
    connection, target = _connection_to(uri, seconds)
    end = None
    try:
        connection.connect()
        # Each step has the whole time, so that together they could take much longer: this ends them all. Not before
        # there is a connection, or there would be nothing to end.
        end = threading.Timer(ends - time.monotonic(), _cut, [connection])
        end.daemon = True
        end.start()
        connection.request("GET", target, headers={"accept": accept, "accept-encoding": "identity"})
        response = connection.getresponse()
        status, encoding = response.status, response.getheader("content-encoding", "identity")
        body = response.read(MAX_TOKEN_BYTES + 1)
        complete = response.length in (None, 0)
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable(f"it can't be got ({type(error).__name__})") from None
    finally:
        if end is not None:
            end.cancel()
        connection.close()
    if status != 200 or encoding != "identity":
        raise _unavailable(f"the answer was {status}, {encoding}")
    if len(body) > MAX_TOKEN_BYTES:
        raise _unavailable(f"it has more than {MAX_TOKEN_BYTES:,} bytes")
    if not complete:
        raise _unavailable("it was cut off")
    return body


def _connection_to(uri: str, seconds: float) -> tuple[http.client.HTTPConnection, str]:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unavailable("its address is none") from None
    plain = host in _HERE and parts.scheme == "http"
    odd = len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable() or " " in uri
    if host is None or odd or parts.username is not None or not (plain or parts.scheme == "https"):
        raise _unavailable("its address is no https address")
    kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
    target = parts.path or "/"
    return kind(host, port, timeout=seconds), f"{target}?{parts.query}" if parts.query else target


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _unavailable(why: str) -> MadangError:
    return MadangError("status.unavailable", f"The status list is not there: {why}. Ask its issuer, and try again.")
