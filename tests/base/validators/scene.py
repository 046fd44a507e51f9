"""A world with four validators, and votes signed by an encoder of the test's own.

The operator decides; `central-bank`, `bank-a`, `bank-b` and `ministry` validate with a power of 100 each from genesis.
"""

import hashlib
import struct
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.base import validators
from madang.base.validators.transactions import Admit, BlockId, ReportEquivocation, SignedVote
from madang.base.validators.votes import VoteType
from tests.support.cast import BASE, genesis, residents
from tests.support.signing import base64url
from tests.support.world import World

MODULES = (*BASE, validators.MODULE)
FOUR = ("central-bank", "bank-a", "bank-b", "ministry")
POWER = 100
CHAIN = "madang-test"
SECONDS = 1_782_875_045


@cache
def consensus_key(seed: str) -> Ed25519PrivateKey:
    """A node's key made from a seed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"node of {seed}".encode()).digest())


def public_bytes(seed: str) -> bytes:
    """The public half, 32 bytes."""
    return consensus_key(seed).public_key().public_bytes_raw()


def public(seed: str) -> str:
    """The public half as an act names it."""
    return base64url(public_bytes(seed))


def admit(institution: str, seed: str = "", power: int = POWER, by: str = "operator") -> Admit:
    """Admit an institution with the key of a seed, by default its name."""
    return Admit(by=by, institution=institution, consensus_key=public(seed or institution), power=power)


@cache
def _made(names: tuple[str, ...]) -> World:
    return World(MODULES, [*genesis(), *residents(), *(admit(name) for name in names)])


def world(names: tuple[str, ...] = FOUR) -> World:
    """A fresh world with these validators, one block old."""
    return _made(names).fork()


def block(name: str) -> BlockId:
    """CometBFT's id of a block that is called so."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return BlockId(hash=digest, parts=1, parts_hash=digest[::-1])


def vote(
    seed: str,
    of: str | None,
    *,
    sort: VoteType = "precommit",
    height: int = 5,
    round_number: int = 0,
    chain: str = CHAIN,
    seconds: int = SECONDS,
) -> SignedVote:
    """A vote for the block that is called `of` (None: for none), signed with the key of a seed."""
    name = None if of is None else block(of)
    message = b"\x08" + (b"\x01" if sort == "prevote" else b"\x02")
    message += b"\x11" + struct.pack("<q", height)
    if round_number:
        message += b"\x19" + struct.pack("<q", round_number)
    if name is not None:
        # 72 bytes: the hash behind tag and length (34), the header of one part behind its own (2 + 2 + 34).
        message += b"\x22\x48\x0a\x20" + bytes.fromhex(name.hash)
        message += b"\x12\x24\x08\x01\x12\x20" + bytes.fromhex(name.parts_hash)
    time = b"\x08" + _long(seconds) + b"\x10\x07"
    message += b"\x2a" + bytes([len(time)]) + time + b"\x32" + bytes([len(chain)]) + chain.encode()
    signature = consensus_key(seed).sign(_long(len(message)) + message)
    return SignedVote(seconds=seconds, nanoseconds=7, signature=base64url(signature), block=name)


def _long(number: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first, each but the last marked."""
    groups = [number >> shift & 0x7F for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


def report(
    seed: str,
    first: str | None = "one",
    second: str | None = "other",
    *,
    by: str,
    sort: VoteType = "precommit",
    height: int = 5,
    round_number: int = 0,
) -> ReportEquivocation:
    """A report of two votes that are signed with the key of a seed."""
    return ReportEquivocation(
        by=by,
        consensus_key=public(seed),
        vote=sort,
        height=height,
        round=round_number,
        first=vote(seed, first, sort=sort, height=height, round_number=round_number),
        second=vote(seed, second, sort=sort, height=height, round_number=round_number),
    )
