"""The read model of what was asked: a row for each act of each ordered transaction, with who asked and how it ended.

What an act says is not here, only its type and the party in whose name it was asked: who may see more reads the entry
itself from the node. Genesis is left out: nobody signed it.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, delete, insert

from madang.engine import entries
from madang.engine.store import View
from madang.kernel.codec import from_base64url
from madang.kernel.errors import Malformed
from madang.log.leaf import TransactionLeaf, decode_leaf
from madang.records.following import Written, damaged
from madang.records.rowmodel import MOST_AT_ONCE
from madang.records.schema import ENTRIES


class _Act(msgspec.Struct):
    type: str
    by: str


class _Payload(msgspec.Struct):
    acts: list[_Act]


class _General(msgspec.Struct):
    payload: str


_payloads = msgspec.json.Decoder(_Payload)
_generals = msgspec.json.Decoder(_General)


class Entries:
    """The projection."""

    name = "entries"
    version = 1

    def clear(self, connection: Connection) -> None:
        """Remove all rows."""
        connection.execute(delete(ENTRIES))

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Add what was asked in the blocks."""
        rows = [row for block in blocks for row in _rows(view, block)]
        for start in range(0, len(rows), MOST_AT_ONCE):
            connection.execute(insert(ENTRIES), rows[start : start + MOST_AT_ONCE])


def _rows(view: View, block: Written) -> Iterator[dict[str, object]]:
    tip = entries.read_tip(view.log_get(entries.block_key(block.height)) or b"")
    # The first entry is the leaf that opens the block: nobody asked for it.
    found = view.log_scan(entries.entry_key(tip.first + 1), entries.entry_key(tip.size))
    for position, (_, data) in enumerate(found, start=tip.first + 1):
        entry = entries.read_entry(data)
        leaf = decode_leaf(entry.leaf)
        if not isinstance(leaf, TransactionLeaf) or leaf.signed_hash != hashlib.sha256(entry.signed).digest():
            raise damaged(block.height, f"what stands at {position} of the log is not what was signed")
        for number, act in enumerate(acts_of(entry.signed)):
            yield {
                "position": position,
                "number": number,
                "party": act.by,
                "act": act.type,
                "at": block.time,
                "height": block.height,
                "id": entry.id,
                "outcome": entries.OUTCOMES[leaf.kind],
                "code": entry.code,
            }


def acts_of(signed: bytes) -> list[_Act]:
    """Type and author of the acts in signed bytes that were ordered; none in what is no envelope, such as genesis."""
    try:
        encoded = _generals.decode(signed).payload.encode() if signed[:1] == b"{" else signed.split(b".")[1]
        return _payloads.decode(from_base64url(encoded, "the payload")).acts
    except (msgspec.MsgspecError, Malformed, IndexError):
        return []
