"""Receipts: small, checked off line, and no changed byte passes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.log.checkpoint import Checkpoint, require
from madang.log.errors import LogError
from madang.log.leaf import BlockLeaf, Kind, TransactionLeaf
from madang.log.note import SignerKey
from madang.log.proof import inclusion_proof
from madang.log.receipt import MAX_RECEIPT_BYTES, Receipt, check, decode_receipt, make_receipt
from madang.log.tree import Tree, leaf_hash, node_hash
from tests.log.reference import LOG_KEY, WITNESSES, cosigned

GOLDEN = Path(__file__).with_name("golden_receipt.hex")
KEYS = [witness.verifier() for witness in WITNESSES]
ALL_FOUR = require(LOG_KEY.verifier(), KEYS, 4)
SIGNED = b"signed bytes of a transaction"


def leaf_of(signed: bytes, kind: Kind = Kind.ACCEPTED) -> bytes:
    return TransactionLeaf(kind, 12, 3, sha256(signed).digest(), sha256(b"writes").digest()).encode()


def small_receipt(signed: bytes = SIGNED, leaf: bytes | None = None) -> bytes:
    leaf = leaf_of(signed) if leaf is None else leaf
    tree = Tree()
    leaves = [b"leaf %d" % n for n in range(11)]
    leaves[5] = leaf
    tree.extend([leaf_hash(item) for item in leaves])
    proof = inclusion_proof(5, 11, tree.reader(lambda level, index: b""))
    note = cosigned(Checkpoint(LOG_KEY.name, 11, tree.root()), WITNESSES)
    return make_receipt(leaf, 5, signed, proof, note)


def code_of(call, *arguments) -> str:
    with pytest.raises(LogError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_receipt_is_checked_off_line():
    checked = check(small_receipt(), ALL_FOUR)
    assert (checked.leaf.kind, checked.leaf.height, checked.leaf.index) == (Kind.ACCEPTED, 12, 3)
    assert (checked.index, checked.signed, checked.checkpoint.size) == (5, SIGNED, 11)
    assert [cosigner.name for cosigner in checked.cosigners] == [key.name for key in KEYS]


def test_the_golden_receipt():
    """These bytes were given to people. They must be readable, and made the same way, for ever."""
    golden = bytes.fromhex(GOLDEN.read_text())
    assert check(golden, ALL_FOUR).signed == SIGNED
    assert small_receipt() == golden


def test_the_size_of_a_receipt_in_a_large_log():
    size, index = 2**27, 2**27 - 12_345
    signed = b"x" * 800
    leaf = leaf_of(signed)
    proof = [sha256(b"sibling %d" % height).digest() for height in range(27)]
    root = leaf_hash(leaf)
    for height, sibling in enumerate(proof):
        root = node_hash(sibling, root) if index >> height & 1 else node_hash(root, sibling)
    data = make_receipt(leaf, index, signed, proof, cosigned(Checkpoint(LOG_KEY.name, size, root), WITNESSES))
    assert check(data, ALL_FOUR).checkpoint.size == size
    assert len(data) <= 2_500


def test_every_changed_byte_is_refused():
    data = small_receipt()
    for at in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises(LogError):
                check(changed, ALL_FOUR)


def test_every_cut_and_every_addition_is_refused():
    data = small_receipt()
    for at in range(len(data)):
        with pytest.raises(LogError):
            check(data[:at], ALL_FOUR)
    for rest in (b"\0", b"\xc0", data):
        assert code_of(check, data + rest, ALL_FOUR) == "log.receipt.malformed"


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(rest: bytes):
    for prefix in (b"", b"MDRC\x01", b"MDRC\x01\x95"):
        with pytest.raises(LogError):
            decode_receipt(prefix + rest)


def test_there_is_one_encoding():
    data = small_receipt()
    receipt = decode_receipt(data)
    assert receipt.encode() == data
    parts = [receipt.leaf, receipt.index, receipt.signed, receipt.proof, receipt.checkpoint]
    body = data[5:]
    longer_array = b"\xdc\x00\x05" + body[1:]
    longer_integer = body.replace(receipt.leaf + b"\x05", receipt.leaf + b"\xcc\x05")
    as_text = msgspec.msgpack.encode([*parts[:4], receipt.checkpoint.decode()])
    more = msgspec.msgpack.encode([*parts, None])
    fewer = msgspec.msgpack.encode(parts[:4])
    for other in (longer_array, longer_integer, as_text, more, fewer, b"", b"\xc0"):
        assert other != body
        assert code_of(decode_receipt, data[:5] + other) == "log.receipt.malformed"


def test_refusals_have_their_own_codes():
    data = small_receipt()
    assert code_of(check, b"", ALL_FOUR) == "log.receipt.magic"
    assert code_of(check, b"%PDF-1.7", ALL_FOUR) == "log.receipt.magic"
    assert code_of(check, b"MDRC", ALL_FOUR) == "log.receipt.magic"
    assert code_of(check, b"MDRC\x02" + data[5:], ALL_FOUR) == "log.receipt.version"
    assert code_of(check, data + bytes(MAX_RECEIPT_BYTES), ALL_FOUR) == "log.receipt.size"
    receipt = decode_receipt(data)
    assert code_of(check, msgspec.structs.replace(receipt, signed=b"other").encode(), ALL_FOUR) == "log.receipt.signed"
    assert code_of(check, msgspec.structs.replace(receipt, index=6).encode(), ALL_FOUR) == "log.proof.inclusion"
    assert code_of(check, msgspec.structs.replace(receipt, index=11).encode(), ALL_FOUR) == "log.proof.range"
    assert code_of(check, msgspec.structs.replace(receipt, proof=b"").encode(), ALL_FOUR) == "log.proof.length"
    stranger = SignerKey(LOG_KEY.name, 1, b"s" * 32).verifier()
    assert code_of(check, data, require(stranger, KEYS, 4)) == "log.signature.missing"
    assert code_of(check, data, require(LOG_KEY.verifier(), KEYS[:1], 0, "other.example")) == "log.checkpoint.origin"


def test_only_leaves_of_transactions_have_receipts():
    block = BlockLeaf(1, bytes(32), 2, 3, bytes(32), bytes(32)).encode()
    assert code_of(make_receipt, block, 0, SIGNED, [], b"") == "log.receipt.bounds"
    swapped = bytes([0]) + leaf_of(SIGNED)[1:]
    assert code_of(check, small_receipt(leaf=swapped), ALL_FOUR) == "log.leaf.length"


@pytest.mark.parametrize("kind", [Kind.REJECTED, Kind.DEFECT])
def test_a_refused_transaction_has_a_receipt_that_says_so(kind: Kind):
    assert check(small_receipt(leaf=leaf_of(SIGNED, kind)), ALL_FOUR).leaf.kind is kind


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf": b""},
        {"index": -1},
        {"index": 2**63 - 1},
        {"signed": bytes(1024 * 1024 + 1)},
        {"proof": bytes(31)},
        {"proof": bytes(64 * 32)},
        {"checkpoint": bytes(16 * 1024 + 1)},
    ],
)
def test_parts_out_of_bounds(changes: dict[str, bytes | int]):
    receipt = msgspec.structs.replace(decode_receipt(small_receipt()), **changes)
    assert isinstance(receipt, Receipt)
    assert code_of(receipt.encode) == "log.receipt.bounds"
    assert code_of(decode_receipt, b"MDRC\x01" + msgspec.msgpack.encode(receipt)) in (
        "log.receipt.bounds",
        "log.receipt.size",
    )
