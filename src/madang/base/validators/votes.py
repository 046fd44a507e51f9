"""What a CometBFT validator signs when it votes: the bytes of a CanonicalVote, and CometBFT's name of a key.

CometBFT v0.39, `proto/tendermint/types/canonical.proto`: a protobuf message behind its length, in which the timestamp
and the header of the parts are always there. Nothing is read here. Vote extensions are not used.
"""

import hashlib
from typing import Literal

from madang.base.validators.protobuf import fixed, message, number, varint
from madang.base.validators.transactions import BlockId, SignedVote

VoteType = Literal["prevote", "precommit"]

_TYPES: dict[str, int] = {"prevote": 1, "precommit": 2}


def sign_bytes(chain: str, vote_type: VoteType, height: int, round_number: int, vote: SignedVote) -> bytes:
    """The bytes under a vote of the ledger `chain` (CometBFT's `VoteSignBytes`), which its signature covers."""
    written = (
        number(1, _TYPES[vote_type])
        + fixed(2, height)
        + fixed(3, round_number)
        + (b"" if vote.block is None else message(4, _block(vote.block)))
        + message(5, number(1, vote.seconds) + number(2, vote.nanoseconds))
        + message(6, chain.encode())
    )
    return varint(len(written)) + written


def address(key: bytes) -> str:
    """CometBFT's address of a consensus key: the first 20 bytes of its SHA-256, in upper-case hexadecimal."""
    return hashlib.sha256(key).hexdigest()[:40].upper()


def _block(block: BlockId) -> bytes:
    parts = number(1, block.parts) + message(2, bytes.fromhex(block.parts_hash))
    return message(1, bytes.fromhex(block.hash)) + message(2, parts)
