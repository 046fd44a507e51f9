"""Proofs of records: checked off line, and no changed byte passes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from madang.log.checkpoint import Checkpoint, require
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, Kind, TransactionLeaf
from madang.log.note import SignerKey
from madang.log.proof import inclusion_proof
from madang.log.tree import Tree, leaf_hash
from madang.log.written import MAX_WRITTEN_BYTES, Written, check_written, decode_written, make_written
from tests.log.reference import LOG_KEY, WITNESSES, cosigned

KEYS = [witness.verifier() for witness in WITNESSES]
ALL_FOUR = require(LOG_KEY.verifier(), KEYS, 4)
KEY, OTHER, GONE = b"table\0key", b"table\0other", b"table\0gone"
WRITES = msgspec.msgpack.encode([(GONE, None), (KEY, b"record"), (OTHER, b"another")])


def leaf_of(writes: bytes = WRITES, kind: Kind = Kind.ACCEPTED) -> bytes:
    return TransactionLeaf(kind, 12, 3, sha256(b"signed").digest(), sha256(writes).digest()).encode()


def proof_of(leaf: bytes | None = None, key: bytes = KEY, writes: bytes = WRITES) -> bytes:
    leaf = leaf_of(writes) if leaf is None else leaf
    tree = Tree()
    leaves = [b"leaf %d" % n for n in range(11)]
    leaves[5] = leaf
    tree.extend([leaf_hash(item) for item in leaves])
    proof = inclusion_proof(5, 11, tree.reader(lambda level, index: b""))
    return make_written(key, leaf, 5, writes, proof, cosigned(Checkpoint(LOG_KEY.name, 11, tree.root()), WITNESSES))


def changed(**parts: Any) -> bytes:
    return msgspec.structs.replace(decode_written(proof_of()), **parts).encode()


def code_of(call, *arguments) -> str:
    with pytest.raises(LogError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_proof_is_checked_off_line():
    proven = check_written(proof_of(), ALL_FOUR)
    assert (proven.key, proven.record, proven.height, proven.index) == (KEY, b"record", 12, 5)
    assert proven.writes == ((GONE, None), (KEY, b"record"), (OTHER, b"another"))
    assert proven.checkpoint.size == 11
    assert [cosigner.name for cosigner in proven.cosigners] == [key.name for key in KEYS]
    assert check_written(proof_of(key=GONE), ALL_FOUR).record is None


def test_every_changed_byte_is_refused():
    data = proof_of()
    for at in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            spoilt = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            try:
                found = check_written(spoilt, ALL_FOUR)
            except LogError:
                continue
            assert found == check_written(data, ALL_FOUR), at


def test_what_is_wrong_is_said_in_order():
    data = proof_of()
    assert code_of(check_written, data + bytes(MAX_WRITTEN_BYTES), ALL_FOUR) == "log.written.size"
    assert code_of(check_written, b"MDWP", ALL_FOUR) == "log.written.magic"
    assert code_of(check_written, b"MDRC\x01" + data[5:], ALL_FOUR) == "log.written.magic"
    assert code_of(check_written, b"MDWP\x02" + data[5:], ALL_FOUR) == "log.written.version"
    assert code_of(check_written, data[:-1], ALL_FOUR) == "log.written.malformed"
    assert code_of(check_written, data + b"\0", ALL_FOUR) == "log.written.malformed"
    assert code_of(check_written, changed(writes=WRITES + b"\0"), ALL_FOUR) == "log.written.digest"
    assert code_of(check_written, changed(key=b"table\0never"), ALL_FOUR) == "log.written.key"
    assert code_of(check_written, changed(index=6), ALL_FOUR) == "log.proof.inclusion"
    assert code_of(check_written, changed(proof=b""), ALL_FOUR) == "log.proof.length"
    stranger = SignerKey(LOG_KEY.name, 1, b"s" * 32).verifier()
    assert code_of(check_written, data, require(stranger, KEYS, 4)) == "log.signature.missing"


@pytest.mark.parametrize("kind", [Kind.REJECTED, Kind.DEFECT])
def test_what_was_refused_wrote_no_record(kind: Kind):
    assert code_of(check_written, proof_of(leaf_of(kind=kind)), ALL_FOUR) == "log.written.leaf"


def test_a_block_wrote_no_record():
    block = BlockLeaf(1, bytes(32), 2, 3, bytes(32), bytes(32)).encode()
    assert code_of(make_written, KEY, block, 0, WRITES, [], b"") == "log.written.bounds"


@pytest.mark.parametrize("writes", [b"", b"\xc0", msgspec.msgpack.encode([(KEY, 1)]), msgspec.msgpack.encode([KEY])])
def test_writes_that_are_none_are_refused_even_where_the_log_has_their_digest(writes: bytes):
    assert code_of(check_written, proof_of(writes=writes), ALL_FOUR) == "log.written.malformed"


@pytest.mark.parametrize(
    "parts",
    [
        {"key": b""},
        {"key": bytes(1025)},
        {"leaf": b""},
        {"index": -1},
        {"index": 2**63 - 1},
        {"writes": bytes(256 * 1024 + 1)},
        {"proof": bytes(31)},
        {"proof": bytes(64 * 32)},
        {"checkpoint": bytes(16 * 1024 + 1)},
    ],
)
def test_parts_out_of_bounds(parts: dict[str, Any]):
    assert code_of(lambda: changed(**parts)) == "log.written.bounds"
    written = msgspec.structs.replace(decode_written(proof_of()), **parts)
    assert isinstance(written, Written)
    assert code_of(decode_written, b"MDWP\x01" + msgspec.msgpack.encode(written)) == "log.written.bounds"
