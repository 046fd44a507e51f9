"""What a CometBFT validator signs when it votes: the bytes of a CanonicalVote, and CometBFT's name of a key.

CometBFT v0.39, `proto/tendermint/types/canonical.proto`: a protobuf message behind its length. Protobuf leaves open how
a message is written; CometBFT fixes it: fields in order of number, zeros left out, but the timestamp and the header of
the parts always there. Only that form is made here, and none is read. Vote extensions are not used.
"""

import hashlib
from typing import Literal

from madang.base.validators.transactions import BlockId, SignedVote

VoteType = Literal["prevote", "precommit"]

_TYPES: dict[str, int] = {"prevote": 1, "precommit": 2}
_VARINT, _FIXED64, _BYTES = 0, 1, 2


def sign_bytes(chain: str, vote_type: VoteType, height: int, round_number: int, vote: SignedVote) -> bytes:
    """The bytes under a vote of the ledger `chain` (CometBFT's `VoteSignBytes`), which its signature covers."""
    message = (
        _number(1, _TYPES[vote_type])
        + _fixed(2, height)
        + _fixed(3, round_number)
        + (b"" if vote.block is None else _bytes(4, _block(vote.block)))
        + _bytes(5, _number(1, vote.seconds) + _number(2, vote.nanoseconds))
        + _bytes(6, chain.encode())
    )
    return _varint(len(message)) + message


def address(key: bytes) -> str:
    """CometBFT's address of a consensus key: the first 20 bytes of its SHA-256, in upper-case hexadecimal."""
    return hashlib.sha256(key).hexdigest()[:40].upper()


def _block(block: BlockId) -> bytes:
    parts = _number(1, block.parts) + _bytes(2, bytes.fromhex(block.parts_hash))
    return _bytes(1, bytes.fromhex(block.hash)) + _bytes(2, parts)


def _number(field: int, value: int) -> bytes:
    """An int64, uint32 or enum; negative ones as ten bytes, as if 2^64 were added."""
    return _varint(field << 3 | _VARINT) + _varint(value % 2**64) if value else b""


def _fixed(field: int, value: int) -> bytes:
    """An sfixed64 that is not negative."""
    return _varint(field << 3 | _FIXED64) + value.to_bytes(8, "little") if value else b""


def _bytes(field: int, value: bytes) -> bytes:
    """Bytes, text or a message, written even when empty."""
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
