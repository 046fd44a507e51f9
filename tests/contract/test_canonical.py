"""Canonical bytes: round trips, digests that never change by accident, and hostile bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from madang.contract import (
    ContractError,
    canonical,
    digest,
    load_kind,
    load_programme,
    read_kind,
    read_programme,
)
from tests.contract.sampling import random_small
from tests.contract.support import COUPON_TEXT, KIND_TEXT, SMALL_PROGRAMME, coupon, small, voucher

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


def test_the_digests_of_the_documents_are_known() -> None:
    """A change here is a change of documents, or of the language: then it needs a new version."""
    assert digest(voucher()).hex() == VECTORS["voucher.yaml"]["sha256"]
    assert len(canonical(voucher())) == VECTORS["voucher.yaml"]["bytes"]
    assert digest(coupon()).hex() == VECTORS["consumption-coupon-2025.yaml"]["sha256"]
    assert len(canonical(coupon())) == VECTORS["consumption-coupon-2025.yaml"]["bytes"]


@pytest.mark.parametrize("case", VECTORS["small"], ids=lambda case: case["clause"])
def test_the_canonical_form_of_expressions_is_known(case: dict[str, object]) -> None:
    kind = json.loads(canonical(read_kind(small(str(case["clause"])))))
    assert kind["actions"][0]["require"][0]["when"] == case["when"]


def test_round_trip() -> None:
    assert load_kind(canonical(voucher())) == voucher()
    assert load_programme(canonical(coupon()), voucher()) == coupon()
    for seed in range(20):
        kind, programme = random_small(seed)
        assert load_kind(canonical(kind)) == kind
        assert canonical(load_kind(canonical(kind))) == canonical(kind)
        assert load_programme(canonical(programme), kind) == programme


def test_presentation_does_not_show() -> None:
    plain = read_kind(small("amount > 10 && (flag && shop.open) && step * 2 > 1"))
    for clause in (
        "amount > 10 && flag && shop.open && step * 2 > 1",
        "( (amount>10) &&flag )&& ( shop.open&&(step*2)>1 )",
    ):
        assert canonical(read_kind("# a note\n" + small(clause).replace("1..100}", "1..1_0_0}"))) == canonical(plain)


def test_the_order_of_a_kind_shows() -> None:
    text = small()
    assert digest(
        read_kind(text.replace("owner: id, left: {won: 0..1_000}", "left: {won: 0..1_000}, owner: id"))
    ) != digest(read_kind(text))


def test_a_programme_is_bound_to_its_exact_kind() -> None:
    kind, other = read_kind(small()), read_kind(small("flag"))
    programme = read_programme(SMALL_PROGRAMME, kind)
    with pytest.raises(ContractError) as caught:
        load_programme(canonical(programme), other)
    assert [problem.code for problem in caught.value.problems] == ["wrong-kind"]


KIND_BYTES = canonical(read_kind(small("amount > 10")))
DEEP = b'{"node":"unary","operand":' * 60 + b'{"node":"bool","value":true}' + b',"operator":"!"}' * 60
TEN = b'{"node":"int","value":10}'
WIDE = b'{"node":"junction","operands":[' + b",".join([b'{"node":"bool","value":true}'] * 300) + b'],"operator":"&&"}'
COMPARED = b'{"left":{"name":"amount","node":"name"},"node":"binary","operator":">","right":' + TEN + b"}"

HOSTILE = [
    (b"", b"", "not-a-document"),
    (TEN, b'{"node":"int","value":10 }', "not-canonical"),
    (TEN, b'{"value":10,"node":"int"}', "not-canonical"),
    (TEN, b'{"node":"int","value":10,"value":10}', "not-canonical"),
    (TEN, b'{"node":"int","position":0,"value":10}', "not-canonical"),
    (TEN, b'{"node":"int","position":9,"value":10}', "not-canonical"),
    (TEN, b'{"node":"int","value":10,"extra":1}', "not-a-document"),
    (TEN, b'{"node":"int","value":10.0}', "not-a-document"),
    (TEN, b'{"node":"int","value":1e1}', "not-a-document"),
    (TEN, b'{"node":"int","value":"10"}', "not-a-document"),
    (TEN, b'{"node":"int","value":true}', "not-a-document"),
    (TEN, b'{"node":"int","value":9223372036854775808}', "not-a-document"),
    (TEN, b'{"node":"int","value":' + b"9" * 10_000 + b"}", "not-a-document"),
    (TEN, b'{"node":"broken"}', "not-a-document"),
    (TEN, b'{"node":"text","value":"\\ud800"}', "not-a-document"),
    (TEN, b'{"node":"text","value":"\xff"}', "not-a-document"),
    (TEN, b'{"node":"text","value":"\\u0061"}', "not-canonical"),
    (TEN, b'{"node":"text","value":"a"}', "type-mismatch"),
    (TEN, b'{"node":"text","value":""}', "bad-value"),
    (TEN, b'{"node":"text","value":"' + b"a" * 200 + b'"}', "bad-value"),
    (TEN, b'{"field":"__class__","node":"member","owner":"x"}', "unknown-field"),
    (TEN, b'{"name":"__import__","node":"name"}', "unknown-name"),
    (TEN, b'{"arguments":[],"function":"exec","node":"call"}', "unknown-function"),
    (TEN, b'{"name":"step","node":"name"}', "type-mismatch"),
    (COMPARED, DEEP, "too-deep"),
    (COMPARED, b"[" * 100_000, "too-deep"),
    (COMPARED, WIDE, "too-large"),
    (COMPARED, b'{"node":"junction","operands":[],"operator":"&&"}', "too-large"),
    (COMPARED, b'{"items":[],"node":"items"}', "type-mismatch"),
    (b'"name":"owner"', b'"name":"__init__"', "bad-name"),
    (b'"name":"owner"', b'"name":"class"', "reserved-name"),
    (b'"name":"owner"', b'"name":"left"', "duplicate-name"),
    (b'"name":"owner"', b'"name":"a b=1"', "bad-name"),
    (b'"name":"owner"', b'"name":"\xea\xb0\x80"', "bad-name"),
    (b'"name":"pay"', b'"name":"pay\\n"', "bad-name"),
    (b'{"type":"id"}', b'{"type":"unknown"}', "not-a-document"),
    (b'{"type":"id"}', b'{"element":{"type":"id"},"type":"list"}', "unknown-type"),
    (b'{"type":"id"}', b'{"high":9,"low":0,"type":"number","unit":"literal"}', "bad-range"),
    (b'{"type":"id"}', b'{"high":9,"low":0,"type":"number","unit":"date"}', "bad-range"),
    (b'{"type":"id"}', b'{"members":["a","a"],"type":"enum"}', "duplicate-name"),
    (b'"language":1', b'"language":3', "unknown-language"),
    (b'"kind":"small"', b'"kind":"a\\u0000"', "bad-name"),
    (b'"field":"left"', b'"field":"day"', "type-mismatch"),
    (
        b'{"field":"","name":"free","record":"","sort":"total"}',
        b'{"field":"x","name":"free","record":"","sort":"total"}',
        "unknown-account",
    ),
]


@pytest.mark.parametrize(("old", "new", "code"), HOSTILE, ids=[f"{each[2]} {each[1][:40]!r}" for each in HOSTILE])
def test_hostile_bytes(old: bytes, new: bytes, code: str) -> None:
    assert load_kind(KIND_BYTES)
    assert old in KIND_BYTES
    data = KIND_BYTES.replace(old, new, 1) if old else new
    with pytest.raises(ContractError) as caught:
        load_kind(data)
    assert code in [problem.code for problem in caught.value.problems]
    assert all((problem.line, problem.column) == (0, 0) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"value":3}', b'"value":10}', "bad-value"),
        (b'"value":3}', b'"value":true}', "bad-value"),
        (b'"value":3}', b'"value":"3"}', "bad-value"),
        (b'"value":3}', b'"value":[3]}', "bad-value"),
        (b'["11","26"]', b'["11",26]', "bad-value"),
        (b'["11","26"]', b'["11",""]', "bad-value"),
        (b'"name":"step"', b'"name":"cap"', "duplicate-name"),
        (b'"kind_digest":"', b'"kind_digest":"0', "wrong-kind"),
        (b'"title":[]', b'"title":[{"language":"ko","text":"a"},{"language":"en","text":"a"}]', "duplicate-name"),
        (
            b'"specification":[]',
            b'"specification":[{"action":"fly","allowed":{"node":"bool","value":true}}]',
            "unknown-action",
        ),
    ],
)
def test_hostile_programmes(old: bytes, new: bytes, code: str) -> None:
    kind = read_kind(small())
    data = canonical(read_programme(SMALL_PROGRAMME, kind))
    assert old in data
    with pytest.raises(ContractError) as caught:
        load_programme(data.replace(old, new, 1), kind)
    assert code in [problem.code for problem in caught.value.problems]


def test_every_single_byte_matters() -> None:
    """A changed byte is refused or is another document with another digest."""
    known = digest(load_kind(KIND_BYTES))
    for index in range(0, len(KIND_BYTES), 11):
        data = KIND_BYTES[:index] + bytes([KIND_BYTES[index] ^ 1]) + KIND_BYTES[index + 1 :]
        try:
            kind = load_kind(data)
        except ContractError:
            continue
        assert canonical(kind) == data
        assert digest(kind) != known


SCRIPT = """
import hashlib
from madang.contract import canonical, compile, ContractError, load_kind, load_programme, read_kind
from tests.contract.pairs import random_pair
from tests.contract.sampling import Sampler, outcome
from tests.contract.support import compiled, coupon, small, voucher
found = [canonical(voucher()).hex(), canonical(coupon()).hex()]
sampler = Sampler(voucher(), compiled(), 7)
found += [repr(outcome(compiled().actions["spend"].run, *sampler.inputs("spend"))) for _ in range(50)]
kind, programme = random_pair(3)
found += [canonical(kind).hex(), canonical(programme).hex()]
ready = compile(kind, programme)
sampler = Sampler(kind, ready, 8)
for _ in range(50):
    found.append(repr(outcome(ready.actions["pay"].run, *sampler.inputs("pay"), sampler.lists())))
try:
    read_kind(small("amuont > 1 && foo(1) && x.stat == 1"))
except ContractError as error:
    found.append(str(error))
print(hashlib.sha256("".join(found).encode()).hexdigest())
"""


def test_nothing_depends_on_the_hash_seed() -> None:
    root = Path(__file__).parents[2]
    printed = []
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        printed.append(done.stdout)
    assert printed[0] and len(set(printed)) == 1


def test_the_texts_are_readable_kinds() -> None:
    assert read_programme(COUPON_TEXT, read_kind(KIND_TEXT)) == coupon()
