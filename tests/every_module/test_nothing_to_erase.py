"""No act takes free text, so that nobody's name can be written where nothing is ever erased (docs/central-bank.md).

A text with a pattern is an identifier, a code, a reference or a digest: at most 128 ASCII characters without a space.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect as shapes

from madang.app import MODULES
from madang.kernel.transaction import type_name

FREE = {
    "kind": "a document that its sponsor publishes to all",
    "document": "a document that its sponsor publishes to all",
    "acts": "the acts of a proposal, read as acts before they are kept",
    "prover": "which program proved a document, written by that program",
}
"""Fields that hold text, of institutions only."""
NAMES = ["홍길동", "Hong Gildong", "900101-1234567 ", "서울특별시 강남구", "010 1234 5678", "a" * 129]
ACTS = [act for module in MODULES for act in module.rules]


def texts(shape: Any, path: str) -> Iterator[tuple[str, str | None]]:
    """Where text stands in a type, and its pattern."""
    match shape:
        case shapes.Metadata():
            yield from texts(shape.type, path)
        case shapes.StructType():
            for field in shape.fields:
                yield from texts(field.type, f"{path} {field.encode_name}")
        case shapes.ListType() | shapes.VarTupleType():
            yield from texts(shape.item_type, path)
        case shapes.DictType():
            yield from texts(shape.key_type, path)
            yield from texts(shape.value_type, path)
        case shapes.UnionType():
            for one in shape.types:
                yield from texts(one, path)
        case shapes.StrType():
            yield path, shape.pattern
        case shapes.RawType() | shapes.AnyType() | shapes.BytesType():
            yield path, None


FOUND = dict(pair for act in ACTS for pair in texts(shapes.type_info(act), type_name(act)))


def test_free_text_is_in_documents_alone():
    free = [path for path, pattern in FOUND.items() if pattern is None]
    assert [path for path in free if path.rpartition(" ")[2] not in FREE] == []
    assert {path.partition(".")[0] for path in free} == {"programmes", "approvals"}


BOUNDED = sorted({pattern for path, pattern in FOUND.items() if pattern and path.rpartition(" ")[2] not in FREE})


@pytest.mark.parametrize("pattern", BOUNDED)
def test_no_name_address_or_number_of_a_person_fits_a_text(pattern):
    assert [name for name in NAMES if re.search(pattern, name)] == []
