"""What a person may ask: acts, the payload that carries them, and the transaction that arrives.

An act is declared once, as a typed class with a type name; strict decoding, JSON Schema, the command line, the
reference page and the test strategies are derived from it. The payload is signed whole by every party that one
of its acts names in `by`.
"""

from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from msgspec import Meta

from madang.kernel.envelope import Envelope
from madang.kernel.fields import ChainId, PartyId, Time, TransactionId

MAX_ACTS = 16
MAX_TRANSACTION_BYTES = 1024 * 1024
MAX_AHEAD = 600
"""How far `not_after` may lie ahead of block time, in seconds: what bounds the replay marks to keep."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A structure inside an act. Defaults are omitted in encoding: `codec.read_json` relies on it."""


class Act(Part, frozen=True, kw_only=True, tag_field="type"):
    """One request to change the record. `by` is the party that asks; it signs the transaction.

    `quorum` acts of an institution need its threshold of officers, not one signature. A `last` act stands at the end of
    its transaction: else another behind it, made to fail, would tell how it ends without its happening.
    """

    quorum: ClassVar[bool] = False
    last: ClassVar[bool] = False

    by: PartyId


A = TypeVar("A")


class Payload(msgspec.Struct, Generic[A], frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What is signed: for which ledger, under which id, until when, and the acts: all or nothing."""

    chain: ChainId
    id: TransactionId
    not_after: Time
    acts: Annotated[list[A], Meta(min_length=1, max_length=MAX_ACTS)]


class Transaction(msgspec.Struct, frozen=True, gc=False):
    """A transaction as it arrived (`signed`), what was read from it, and its two digests (SHA-256)."""

    signed: bytes
    signed_hash: bytes
    envelope: Envelope
    payload: Payload[Any]
    payload_hash: bytes


def type_name(act: type[Act] | Act) -> str:
    """The act's name on the wire, such as `vouchers.pay`."""
    return str(act.__struct_config__.tag)
