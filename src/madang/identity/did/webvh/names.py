"""did:webvh identifiers, and where the history of each is found (did:webvh 1.0, "Method-Specific Identifier").

The host is a domain name of at least two labels in ASCII; internationalised ones are written as IDNA does (xn--).
`localhost` is taken besides, over http, for trying things out. Nothing is percent-encoded but the colon before a port:
what needs decoding has two spellings, and no address of ours does.
"""

import re

import msgspec

from madang.identity.did.base58 import is_multihash
from madang.kernel.errors import MadangError

PREFIX = "did:webvh:"
MAX_LENGTH = 512
PLACEHOLDER = "{SCID}"
LOG_FILE, WITNESS_FILE = "did.jsonl", "did-witness.json"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:localhost|{_LABEL}(?:\.{_LABEL})*\.(?!\d+\Z|0[xX][0-9a-fA-F]*\Z){_LABEL})\Z")
"""The last label is no number, so that no IP address passes for a name in any of its spellings."""
_PORT = re.compile(r"%3[Aa]([1-9][0-9]{0,4})\Z")
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}\Z")


class Name(msgspec.Struct, frozen=True):
    """A did:webvh in its parts. `port` is 0 for that of https, `path` the segments behind the host."""

    scid: str
    host: str
    port: int
    path: tuple[str, ...]

    def __str__(self) -> str:
        port = f"%3A{self.port}" if self.port else ""
        return ":".join((f"{PREFIX}{self.scid}", f"{self.host}{port}", *self.path))

    @property
    def folder(self) -> str:
        """The address below which its files are found, without a slash at the end."""
        scheme = "http" if self.host == "localhost" else "https"
        port = f":{self.port}" if self.port else ""
        return "/".join((f"{scheme}://{self.host}{port}", *(self.path or (".well-known",))))

    @property
    def log(self) -> str:
        """Where its history is found."""
        return f"{self.folder}/{LOG_FILE}"

    @property
    def witness(self) -> str:
        """Where what witnesses signed of it is found."""
        return f"{self.folder}/{WITNESS_FILE}"


def read_name(did: str) -> Name:
    """A did:webvh in its parts. A DID URL with path, query or fragment is none. Raises `MadangError` (`did.name`)."""
    if len(did) > MAX_LENGTH or not did.startswith(PREFIX):
        raise _wrong()
    scid, *rest = did.removeprefix(PREFIX).split(":")
    if not rest or not is_multihash(scid):
        raise _wrong()
    return _read(scid, rest)


def place(host: str, port: int, path: tuple[str, ...]) -> Name:
    """The name of an identifier that is still to be made. Raises `MadangError` (`did.name`)."""
    name = Name(PLACEHOLDER, host, port, path)
    return _read(PLACEHOLDER, str(name).removeprefix(f"{PREFIX}{PLACEHOLDER}:").split(":"))


def _read(scid: str, rest: list[str]) -> Name:
    domain, *path = rest
    found = _PORT.search(domain)
    host, port = (domain[: found.start()], int(found.group(1))) if found else (domain, 0)
    right = len(host) <= 253 and _HOST.match(host) and port <= 65_535
    if not right or len(path) > 8 or not all(_SEGMENT.match(one) for one in path):
        raise _wrong()
    return Name(scid, host, port, tuple(path))


def _wrong() -> MadangError:
    return MadangError("did.name", "This is no did:webvh: did:webvh:, 46 letters and digits, a host, and a path.")
