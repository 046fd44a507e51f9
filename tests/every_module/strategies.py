"""Hypothesis strategies from the declarations of acts: nothing about a module is written here.

`KNOWN` leads fields of certain kinds to what the scene holds, so that random acts get past the first check.
"""

from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as shapes

from madang.kernel import fields
from madang.kernel.transaction import Act
from tests.services.vouchers.scene import BUSAN, COUPON, SEOUL, TILL, documents
from tests.support.cast import ALICE, BORA, CHUL, INSTITUTIONS, officers
from tests.support.signing import wallet

PEOPLE = [ALICE, BORA, CHUL, TILL]
NEW_KEYS = [wallet(f"new key {number}") for number in range(6)]
PARTIES = [*INSTITUTIONS, "bakery", "grocer", "centre", *(one.party for one in PEOPLE), officers("ministry")[2].party]
_, KIND, DOCUMENT, KIND_DIGEST, DOCUMENT_DIGEST = documents()


def pattern_of(annotation: Any) -> str:
    """The pattern of a kind of field."""
    shape = shapes.type_info(annotation)
    while isinstance(shape, shapes.Metadata):
        shape = shape.type
    return str(shape.pattern)  # type: ignore[attr-defined]


KNOWN: dict[str, list[str]] = {
    pattern_of(fields.PartyId): PARTIES,
    pattern_of(fields.KeyId): [one.kid for one in [*PEOPLE, *officers("bank-a"), *NEW_KEYS]],
    pattern_of(fields.Name): [COUPON, "legal-dong", "another"],
    pattern_of(fields.Reference): ["ref-1", "ref-2", "ref-3"],
    pattern_of(fields.RegionCode): [BUSAN, SEOUL, "9999999999"],
    pattern_of(fields.Digest): [KIND_DIGEST, DOCUMENT_DIGEST],
    r"^[A-Za-z0-9_-]{86}\Z": [one.public_key for one in [*NEW_KEYS, ALICE]],
    r"^[0-9]{2,10}\Z": ["26", "11"],
}

RAW = [
    b'[{"type":"money.close_account","by":"bank-a"}]',
    b'[{"type":"money.close_window","by":"central-bank"}]',
    b'[{"type":"parties.set_threshold","by":"ministry","threshold":2}]',
]
"""JSON that an act carries unread: the acts of a proposal."""


@cache
def strategy_of(act: type[Act], known: bool = False) -> st.SearchStrategy[Any]:
    """Acts of a type; with `known`, of things that there are."""
    return _strategy(shapes.type_info(act), known)


def _strategy(shape: Any, known: bool) -> st.SearchStrategy[Any]:
    match shape:
        case shapes.Metadata():
            return _strategy(shape.type, known)
        case shapes.StructType():
            made = {field.encode_name: _strategy(field.type, known) for field in shape.fields}
            names = {field.encode_name: field.name for field in shape.fields}
            cls = shape.cls
            return st.fixed_dictionaries(made).map(lambda drawn: cls(**{names[key]: drawn[key] for key in drawn}))
        case shapes.IntType():
            least, most = shape.ge or 0, shape.le if shape.le is not None else 2**53 - 1
            small = st.integers(least, min(most, least + 20))
            near = st.sampled_from(sorted({least, most, min(most, 150_000)}))
            return small if known and most < 1_000 else st.one_of(small, near, st.integers(least, most))
        case shapes.StrType():
            return _text(shape, known)
        case shapes.BoolType():
            return st.booleans()
        case shapes.LiteralType():
            return st.sampled_from(list(shape.values))
        case shapes.NoneType():
            return st.none()
        case shapes.UnionType():
            return st.one_of([_strategy(one, known) for one in shape.types])
        case shapes.ListType() | shapes.VarTupleType():
            least = shape.min_length or 0
            most = min(shape.max_length if shape.max_length is not None else least + 3, least + 3)
            return st.lists(_strategy(shape.item_type, known), min_size=least, max_size=most)
        case shapes.DictType():
            return st.dictionaries(_strategy(shape.key_type, known), _strategy(shape.value_type, known), max_size=3)
        case shapes.RawType():
            return st.sampled_from([msgspec.Raw(text) for text in RAW])
        case _:
            raise TypeError(f"no strategy for {shape}: add one here")


def _text(shape: Any, known: bool) -> st.SearchStrategy[str]:
    if shape.pattern is None:
        longest = min(shape.max_length if shape.max_length is not None else 40, (shape.min_length or 0) + 40)
        letters = st.characters(codec="utf-8", exclude_characters="\0")
        made = st.text(letters, min_size=shape.min_length or 0, max_size=longest)
        return st.one_of(st.sampled_from([KIND, DOCUMENT, '[{"type":"x"}]']), made) if known else made
    if known and shape.pattern in KNOWN:
        return st.sampled_from(KNOWN[shape.pattern])
    return st.from_regex(shape.pattern)


def shapes_in(shape: Any, seen: list[Any] | None = None) -> list[Any]:
    """Every type within a type, itself first."""
    seen = [] if seen is None else seen
    seen.append(shape)
    for name in ("type", "item_type", "key_type", "value_type"):
        if getattr(shape, name, None) is not None:
            shapes_in(getattr(shape, name), seen)
    for one in getattr(shape, "types", ()):
        shapes_in(one, seen)
    for field in getattr(shape, "fields", ()):
        shapes_in(field.type, seen)
    return seen


def encode(act: Act) -> bytes:
    """An act as it is signed."""
    return msgspec.json.encode(act)
