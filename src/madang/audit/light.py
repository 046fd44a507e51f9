"""What a quorum of validators signed, checked from nothing but the hash of a validator set that one trusts.

For whoever holds a receipt and asks no node of ours: a *consensus proof* is signed headers of CometBFT (v0.39), as its
RPC gives them (`/commit` and `/validators` of one height). The first must be signed by the trusted set, each further
one by the set of the one before or the one that was to follow it; between them the validators may have changed any
number of times, if each change has its header here. The last header's application hash is the root of the ledger's
log after the block before it, so that it stands beside the checkpoint of a receipt.

Verified are: that the header has the hash that was signed (CometBFT's `types.Header.Hash`, RFC 6962 trees over the
encoded fields), that the validators have the hash that the header names (`ValidatorSet.Hash`), and that those of more
than two thirds of the power signed the header's id for this chain. Age is not judged: a set whose keys were sold after
it left could sign another history, so trust the hash of a set that is still in office.
"""

import binascii
import calendar
import time as system_time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from madang.base.validators import ed25519, protobuf
from madang.base.validators.transactions import BlockId, SignedVote
from madang.base.validators.votes import address, sign_bytes
from madang.kernel.codec import read_json, to_base64url
from madang.kernel.errors import Malformed
from madang.log.tree import Tree, leaf_hash

MAX_PROOF_BYTES = 4 * 1024 * 1024
MAX_STEPS = 64
MAX_VALIDATORS = 200
COMMITTED = 2

Hash = Annotated[str, Meta(pattern=r"^([0-9A-F]{64})?\Z")]
Number = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,18})\Z")]
Moment = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z\Z")]


class _Parts(msgspec.Struct):
    total: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    hash: Hash


class _BlockId(msgspec.Struct):
    hash: Hash
    parts: _Parts


class _Version(msgspec.Struct):
    block: Number
    app: Number = "0"


class _Header(msgspec.Struct):
    version: _Version
    chain_id: Annotated[str, Meta(max_length=50)]
    height: Number
    time: Moment
    last_block_id: _BlockId
    last_commit_hash: Hash
    data_hash: Hash
    validators_hash: Hash
    next_validators_hash: Hash
    consensus_hash: Hash
    app_hash: Annotated[str, Meta(pattern=r"^([0-9A-F]{2}){0,64}\Z")]
    last_results_hash: Hash
    evidence_hash: Hash
    proposer_address: Annotated[str, Meta(pattern=r"^[0-9A-F]{40}\Z")]


class _Signature(msgspec.Struct):
    block_id_flag: int
    validator_address: Annotated[str, Meta(max_length=40)]
    timestamp: Moment
    signature: Annotated[str, Meta(max_length=88)] | None


class _Commit(msgspec.Struct):
    height: Number
    round: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    block_id: _BlockId
    signatures: Annotated[list[_Signature], Meta(max_length=MAX_VALIDATORS)]


class _Key(msgspec.Struct):
    type: Literal["tendermint/PubKeyEd25519"]
    value: Annotated[str, Meta(max_length=44)]


class _Validator(msgspec.Struct):
    pub_key: _Key
    voting_power: Number


class Step(msgspec.Struct):
    """A header, the commit that signs it, and the validators of its height."""

    header: _Header
    commit: _Commit
    validators: Annotated[list[_Validator], Meta(min_length=1, max_length=MAX_VALIDATORS)]


class Proof(msgspec.Struct):
    """The file: steps from the trusted set of validators to the header in question."""

    steps: Annotated[list[Step], Meta(min_length=1, max_length=MAX_STEPS)]


class Attested(msgspec.Struct, frozen=True, kw_only=True):
    """What the validators signed: the log's root after the block before `height`, and when (seconds).

    `signed` of `total` voting power did; `validators` is the hash of the set that will sign the next header.
    """

    chain: str
    height: int
    time: int
    root: bytes
    signed: int
    total: int
    validators: bytes


_decoder = msgspec.json.Decoder(Proof)


def check_consensus(data: bytes, chain: str, trusted: bytes) -> Attested:
    """Check a consensus proof from the set of validators whose hash (32 bytes) is trusted.

    Raises `Malformed`: `consensus.size`, what `read_json` raises, `consensus.chain` (of another ledger),
    `consensus.trust` (signed by others than those trusted), `consensus.validators` (not the set that the header
    names), `consensus.header` (not what was signed), `consensus.order`, `consensus.signature`, `consensus.power`
    (two thirds of the power or less).
    """
    if len(data) > MAX_PROOF_BYTES:
        raise Malformed("consensus.size", f"A consensus proof takes at most {MAX_PROOF_BYTES} bytes.")
    believed = {trusted}
    last = signed = total = 0
    steps = read_json(_decoder, data, "the consensus proof").steps
    for step in steps:
        header = step.header
        if header.chain_id != chain:
            raise Malformed("consensus.chain", "This header is of another ledger. Ask a node of the right one.")
        if bytes.fromhex(header.validators_hash) not in believed:
            raise Malformed(
                "consensus.trust", f"Height {header.height} was signed by validators that you have no reason to trust."
            )
        if int(header.height) <= last:
            raise Malformed("consensus.order", "The headers do not stand in the order of their heights.")
        signed, total = _check_step(step)
        believed = {bytes.fromhex(header.validators_hash), bytes.fromhex(header.next_validators_hash)}
        last = int(header.height)
    header = steps[-1].header
    return Attested(
        chain=chain,
        height=last,
        time=_moment(header.time)[0],
        root=bytes.fromhex(header.app_hash),
        signed=signed,
        total=total,
        validators=bytes.fromhex(header.next_validators_hash),
    )


def validators_hash(keys: list[tuple[bytes, int]]) -> bytes:
    """CometBFT's hash of validators, given as Ed25519 key (32 bytes) and power: what to compare, and to trust."""
    ordered = sorted(keys, key=lambda one: (-one[1], address(one[0])))
    return _root([protobuf.message(1, protobuf.message(1, key)) + protobuf.number(2, power) for key, power in ordered])


def _check_step(step: Step) -> tuple[int, int]:
    """The power that signed, and all of it."""
    header, commit = step.header, step.commit
    keys = [(_bytes64(one.pub_key.value, 32), int(one.voting_power)) for one in step.validators]
    if validators_hash(keys) != bytes.fromhex(header.validators_hash):
        raise Malformed("consensus.validators", f"Height {header.height} had other validators than these.")
    identity = _header_hash(header)
    if (commit.height, commit.block_id.hash) != (header.height, identity.hex().upper()):
        raise Malformed("consensus.header", f"What was signed at height {header.height} is another header.")
    signed = _signed_power(header, commit, dict(keys))
    total = sum(power for _, power in keys)
    if 3 * signed <= 2 * total:
        raise Malformed("consensus.power", f"{signed} of {total} voting power signed height {header.height}.")
    return signed, total


def _signed_power(header: _Header, commit: _Commit, powers: dict[bytes, int]) -> int:
    parts = commit.block_id.parts
    block = BlockId(hash=commit.block_id.hash.lower(), parts=parts.total, parts_hash=parts.hash.lower())
    by_address = {address(key): key for key in powers}
    signed = 0
    for one in commit.signatures:
        if one.block_id_flag != COMMITTED:
            continue
        key = by_address.pop(one.validator_address, None)
        if key is None:
            raise Malformed("consensus.signature", "Somebody signed who is no validator, or one signed twice.")
        seconds, nanoseconds = _moment(one.timestamp)
        value = _bytes64(one.signature or "", 64)
        vote = SignedVote(seconds=seconds, nanoseconds=nanoseconds, signature=to_base64url(value), block=block)
        message = sign_bytes(header.chain_id, "precommit", int(commit.height), commit.round, vote)
        if not ed25519.verify(key, message, value):
            raise Malformed("consensus.signature", f"A signature of height {commit.height} does not hold.")
        signed += powers[key]
    return signed


def _header_hash(header: _Header) -> bytes:
    seconds, nanoseconds = _moment(header.time)
    last = header.last_block_id
    parts = protobuf.number(1, last.parts.total) + _optional(2, bytes.fromhex(last.parts.hash))
    return _root(
        [
            protobuf.number(1, int(header.version.block)) + protobuf.number(2, int(header.version.app)),
            _optional(1, header.chain_id.encode()),
            protobuf.number(1, int(header.height)),
            protobuf.number(1, seconds) + protobuf.number(2, nanoseconds),
            _optional(1, bytes.fromhex(last.hash)) + protobuf.message(2, parts),
            *[
                _value(one)
                for one in (
                    header.last_commit_hash,
                    header.data_hash,
                    header.validators_hash,
                    header.next_validators_hash,
                    header.consensus_hash,
                    header.app_hash,
                    header.last_results_hash,
                    header.evidence_hash,
                    header.proposer_address,
                )
            ],
        ]
    )


def _root(leaves: list[bytes]) -> bytes:
    tree = Tree()
    tree.extend([leaf_hash(one) for one in leaves])
    return tree.root()


def _value(text: str) -> bytes:
    return _optional(1, bytes.fromhex(text))


def _optional(field: int, value: bytes) -> bytes:
    return protobuf.message(field, value) if value else b""


def _moment(text: str) -> tuple[int, int]:
    """Seconds since 1970 and nanoseconds of an RFC 3339 time in UTC. Raises `Malformed` (`consensus.time`)."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    try:
        seconds = calendar.timegm(system_time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        raise Malformed("consensus.time", "A time in this proof is none (RFC 3339, in UTC).") from None
    return seconds, int(fraction.ljust(9, "0") or "0")


def _bytes64(text: str, length: int) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, binascii.Error):
        data = b""
    if len(data) != length:
        raise Malformed("consensus.signature", f"A key or signature in this proof is not {length} bytes in base64.")
    return data
