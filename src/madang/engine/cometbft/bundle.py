"""A bundle: what CometBFT orders as one of its transactions is an array of ours.

Gossip, admission and results then cost once a bundle and not once a payment. The array is msgpack, of byte strings,
in the one encoding that is shortest; any other is refused, so that one content is one bundle on every node. The
transactions in it know nothing of each other: each has its own leaf and outcome.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from madang.kernel.errors import Malformed
from madang.kernel.transaction import MAX_TRANSACTION_BYTES

MAX_TRANSACTIONS = 1000
OVERHEAD = 5
"""Most bytes that msgpack puts before the array, and before each transaction."""
MAX_BUNDLE_BYTES = MAX_TRANSACTION_BYTES + 2 * OVERHEAD
"""The largest transaction fits alone."""

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[bytes])


def pack(signed: Sequence[bytes]) -> bytes:
    """One bundle of these transactions, which must fit: see `split`."""
    return _encode(list(signed))


def unpack(data: bytes) -> list[bytes]:
    """The transactions of a bundle. Raises `Malformed`: `bundle.size`, `bundle.form`, `bundle.count`."""
    if len(data) > MAX_BUNDLE_BYTES:
        raise Malformed("bundle.size", f"A bundle is at most {MAX_BUNDLE_BYTES} bytes. Send several.")
    try:
        signed = _decoder.decode(data)
    except msgspec.MsgspecError:
        raise Malformed("bundle.form", "This is no msgpack array of byte strings. Pack it again.") from None
    if not 0 < len(signed) <= MAX_TRANSACTIONS:
        raise Malformed("bundle.count", f"A bundle holds 1 to {MAX_TRANSACTIONS} transactions. Send several.")
    if pack(signed) != data:
        raise Malformed("bundle.form", "This bundle is not in its shortest form. Pack it again.")
    return signed


def split(signed: Iterable[bytes], most_bytes: int = MAX_BUNDLE_BYTES) -> Iterator[list[bytes]]:
    """Groups that are each a bundle of at most `most_bytes`, in order. One that fits alone nowhere is left out."""
    group: list[bytes] = []
    size = OVERHEAD
    for one in signed:
        needed = len(one) + OVERHEAD
        if needed + OVERHEAD > most_bytes:
            continue
        if group and (len(group) == MAX_TRANSACTIONS or size + needed > most_bytes):
            yield group
            group, size = [], OVERHEAD
        group.append(one)
        size += needed
    if group:
        yield group
