"""Bundles: one content, one encoding; nothing else is read."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.engine.cometbft.bundle import MAX_BUNDLE_BYTES, MAX_TRANSACTIONS, OVERHEAD, pack, split, unpack
from madang.kernel.errors import Malformed
from madang.kernel.transaction import MAX_TRANSACTION_BYTES


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=40))
def test_what_was_packed_is_unpacked(signed):
    assert unpack(pack(signed)) == signed


@given(st.binary(max_size=200))
def test_hostile_bytes_are_read_or_refused_and_what_is_read_is_canonical(data):
    try:
        signed = unpack(data)
    except Malformed:
        return
    assert pack(signed) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bytes(MAX_BUNDLE_BYTES + 1), "bundle.size"),
        (b"", "bundle.form"),
        (msgspec.msgpack.encode(["text"]), "bundle.form"),
        (msgspec.msgpack.encode([b"a"]) + b"\0", "bundle.form"),
        (b"\xc4\x01a", "bundle.form"),
        (b"\x90", "bundle.count"),
        (pack([b""] * (MAX_TRANSACTIONS + 1)), "bundle.count"),
        (b"\xdc\x00\x01\xc4\x01a", "bundle.form"),
        (b"\x91\xc5\x00\x01a", "bundle.form"),
        (b"\x91\xc6\x00\x00\x00\x01a", "bundle.form"),
    ],
)
def test_refusals_in_order(data, code):
    with pytest.raises(Malformed) as error:
        unpack(data)
    assert error.value.code == code


@given(st.lists(st.binary(max_size=90), max_size=60), st.integers(min_value=2 * OVERHEAD + 90, max_value=400))
def test_splitting_keeps_order_loses_nothing_and_exceeds_nothing(signed, most):
    groups = list(split(signed, most))
    assert [one for group in groups for one in group] == signed
    assert all(group and len(pack(group)) <= most for group in groups)


def test_the_largest_transaction_fits_alone_and_many_small_ones_are_counted():
    largest = bytes(MAX_TRANSACTION_BYTES)
    assert [len(group) for group in split([b"a", largest, b"b"])] == [1, 1, 1]
    assert unpack(pack([largest])) == [largest]
    assert [len(group) for group in split([b"a"] * (2 * MAX_TRANSACTIONS + 1))] == [MAX_TRANSACTIONS] * 2 + [1]
