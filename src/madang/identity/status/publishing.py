"""Writes an issuer's lists as files for a web server, each in one step: a reader gets the old or the new one, whole.

N.jwt, N.cwt        Status List Token of list N, as JWT and as CWT
N.revocation.jwt    the same list as a Bitstring Status List credential for each purpose
N.suspension.jwt
lists.json          the addresses of all tokens (Token Status List, section 9)
"""

import hashlib
import os
from pathlib import Path

import msgspec

from madang.identity.signer import Signer
from madang.identity.status import bitstring, cwt, token
from madang.identity.status.register import BITS, StatusRegister
from madang.kernel.errors import MadangError

TTL = 300
LIFE = 3_600
AGGREGATION = "lists.json"


class Published(msgspec.Struct, frozen=True):
    """A file that was published: its name, where it is found, and its SHA-256 digest in hexadecimal."""

    name: str
    uri: str
    digest: str


def publish(register: StatusRegister, signer: Signer, issuer: str, folder: Path, now: int) -> list[Published]:
    """Write all lists as they stand now into `folder`, signed for `issuer` (a URL). Returns what is to be anchored.

    Lists whose credentials have all ended are left as they are, and soon count no more.

    Raises `MadangError` (`status.store`).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        numbers = register.numbers(now)
        lists = [_publish_list(register, signer, issuer, folder, number, now) for number in numbers]
        addresses = {"status_lists": [register.uri(number) for number in numbers]}
        _write(folder / AGGREGATION, msgspec.json.encode(addresses))
    except OSError as error:
        raise MadangError(
            "status.store", f"{folder} can't be written: {error.strerror}. Check its disk and permissions."
        ) from None
    return [one for listed in lists for one in listed]


def _publish_list(
    register: StatusRegister, signer: Signer, issuer: str, folder: Path, number: int, now: int
) -> list[Published]:
    uri = register.uri(number)
    aggregation = f"{uri.rpartition('/')[0]}/{AGGREGATION}"
    listed = (signer, uri, register.packed(number), BITS, now, TTL, LIFE, aggregation)
    written = [
        _publish_file(folder, f"{number}.jwt", uri, token.make(*listed).encode()),
        _publish_file(folder, f"{number}.cwt", uri, cwt.make(*listed)),
    ]
    for purpose in bitstring.PURPOSES:
        at = f"{uri}.{purpose}"
        packed = register.packed_for(number, purpose)
        text = bitstring.make(signer, issuer, at, purpose, packed, now, TTL, LIFE)
        written.append(_publish_file(folder, f"{number}.{purpose}.jwt", at, text.encode()))
    return written


def _publish_file(folder: Path, name: str, uri: str, content: bytes) -> Published:
    _write(folder / name, content)
    return Published(name, uri, hashlib.sha256(content).hexdigest())


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
