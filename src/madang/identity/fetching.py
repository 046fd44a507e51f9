"""Asks the web for what somebody else's document names, within bounds: https, public addresses, so much time and
size, no redirection. The one way in which `identity` asks the web.

Status lists, histories of identifiers, issuers' roots, offers and what they lead a wallet to are found where a
stranger's document says. So that it can't have this machine ask what only this machine reaches, a name is looked up
once, each of its addresses must be a public one, and the connection goes to an address that was looked at: who answers
another one a moment later gains nothing. A redirection is somebody else's word, and not followed.

This very machine is reached only by whoever runs on it for trying things out, and says so (`reach`); then over http.
"""

import contextlib
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from madang.kernel.errors import MadangError

SECONDS = 10.0
MAX_BYTES = 2 * 1024 * 1024
MAX_URI = 2_048
MAX_ADDRESSES = 16
Reach = Literal["public", "here"]
"""Whether only public addresses are asked, or this machine (`HERE`) besides."""
HERE = ("127.0.0.1", "localhost", "::1")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")
_Address = tuple[int, str]
"""The family, and the address in letters."""


class Answer(msgspec.Struct, frozen=True):
    """What a server said. The names of headers are in small letters; of a header that came twice, the last."""

    status: int
    headers: dict[str, str]
    body: bytes


def fetch(uri: str, accept: str, seconds: float = SECONDS, reach: Reach = "public") -> bytes:
    """What is found under `uri`, asked for as the media type `accept`.

    Raises `MadangError` (`fetch.unavailable`): what `ask` raises, and another answer than 200.
    """
    answer = ask("GET", uri, {"accept": accept}, b"", seconds, MAX_BYTES, reach)
    if answer.status != 200:
        raise _unavailable(f"the answer was {answer.status}")
    return answer.body


def ask(
    method: str, uri: str, headers: Mapping[str, str], body: bytes, seconds: float, most: int, reach: Reach
) -> Answer:
    """What a server answers within `seconds` in all, and `most` bytes.

    Raises `MadangError` (`fetch.unavailable`): no such address, or none that may be asked; no answer in time; too long,
    compressed or cut off.
    """
    ends = time.monotonic() + seconds
    parts, plain = _read(uri, reach)
    host, port = str(parts.hostname), parts.port or (80 if plain else 443)
    local = host in HERE
    addresses = _look_up(host, port, ends)
    if not all(_is_here(one) if local else is_public(one) for _, one in addresses):
        raise _unavailable("its address is not a public one")
    connection = (http.client.HTTPConnection if plain else http.client.HTTPSConnection)(host, port)
    end = connected = None
    try:
        connection.sock = connected = _wrapped(_connect(addresses, port, ends), "" if plain else host, ends)
        # Each step has the whole time, so that together they could take much longer: this ends them all.
        end = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [connected])
        end.daemon = True
        end.start()
        if isinstance(connected, ssl.SSLSocket):
            connected.do_handshake()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        always = {"accept-encoding": "identity", "connection": "close"}
        connection.request(method, target, body or None, {**headers, **always})
        with connection.getresponse() as response:
            content = _content(response, most + 1)
            given = {name.lower(): value for name, value in response.getheaders()}
            complete = response.length in (None, 0)
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable(f"it can't be got ({type(error).__name__})") from None
    finally:
        if end is not None:
            end.cancel()
        connection.close()
        if connected is not None:
            connected.close()
    if given.get("content-encoding", "identity") != "identity":
        raise _unavailable("the answer is compressed, which was not asked for")
    if len(content) > most:
        raise _unavailable(f"it has more than {most:,} bytes")
    # An answer that does not say its length ends with the connection, also where that was ended from here.
    if not complete or time.monotonic() >= ends:
        raise _unavailable("it was cut off")
    return Answer(response.status, given, content)


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody reaches alike, and so leads into no network of somebody's own."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(found.packed[-4:])))
        if found not in _UNICAST or found.sixtofour is not None or found.teredo is not None:
            return False  # the last two hold an IPv4 address, which nobody looks at on its way
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_here(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _read(uri: str, reach: Reach) -> tuple[SplitResult, bool]:
    """An address in its parts, and whether it is asked without TLS."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _unavailable("its address is none") from None
    local = host in HERE
    plain = local and parts.scheme == "http"
    odd = len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable() or " " in uri
    if not host or odd or parts.username is not None or not (plain or parts.scheme == "https"):
        raise _unavailable("its address is no https address")
    if local and reach != "here":
        raise _unavailable("its address is not a public one")
    return parts, plain


def _look_up(host: str, port: int, ends: float) -> list[_Address]:
    """The addresses of a name. A resolver has its own idea of time, so it is waited for no longer than there is."""
    found: queue.SimpleQueue[list[_Address] | OSError | UnicodeError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            given = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(family, str(address[0])) for family, _, _, _, address in given])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, name="madang-resolver", daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, ends - time.monotonic()))
    except queue.Empty:
        raise _unavailable("its name was not found in time") from None
    if not isinstance(answer, list) or not answer:
        raise _unavailable("its name is not known")
    if len(answer) > MAX_ADDRESSES:
        raise _unavailable(f"its name has more than {MAX_ADDRESSES} addresses")
    return answer


def _connect(addresses: list[_Address], port: int, ends: float) -> socket.socket:
    """A connection to the first address that takes one: to what was looked at, and not to a name. Raises `OSError`."""
    failed: OSError = TimeoutError()
    for number, (family, address) in enumerate(addresses):
        # The last one may take all the time that is left, others leave some for those behind them.
        left = (ends - time.monotonic()) / (len(addresses) - number)
        if left <= 0:
            raise TimeoutError
        connected = None
        try:
            connected = socket.socket(family, socket.SOCK_STREAM)
            connected.settimeout(left)
            connected.connect((address, port))
        except OSError as error:
            if connected is not None:
                connected.close()
            failed = error
        else:
            return connected
    raise failed


def _wrapped(connected: socket.socket, name: str, ends: float) -> socket.socket:
    """The connection as it will be spoken over: by TLS with whoever proves this name, if there is one."""
    connected.settimeout(max(0.001, ends - time.monotonic()))
    if not name:
        return connected
    # A connection that was ended without saying so is told from an answer that has ended.
    return ssl.create_default_context().wrap_socket(
        connected, server_hostname=name, do_handshake_on_connect=False, suppress_ragged_eofs=False
    )


def _content(response: http.client.HTTPResponse, most: int) -> bytes:
    """Up to so many bytes of an answer: piece by piece, since the library reads a part of -1 bytes without end."""
    content = bytearray()
    while len(content) < most and (piece := response.read1(most - len(content))):
        content += piece
    return bytes(content[:most])


def _cut(connected: socket.socket) -> None:
    # Not the method of a TLS socket, which takes away what another thread may be about to use.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _unavailable(why: str) -> MadangError:
    return MadangError("fetch.unavailable", f"What is asked for is not there: {why}. Ask its publisher, and try again.")
