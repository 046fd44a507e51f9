"""Damaged documents are refused with problems, never with anything else."""

from __future__ import annotations

from random import Random

import pytest

from madang.contract import ContractError, Kind, canonical, load_kind, load_programme, read_kind, read_programme
from tests.contract.pairs import PAIR_KIND, PAIR_PROGRAMME, random_pair
from tests.contract.support import SMALL_PROGRAMME, coupon, small, voucher

PIECES = ["{", "}", "[", "]", ":", " ", '"', "'", "x", "0", "-", ".", "\n", "  ", "&&", "!", "*a", "&b", "v", "at", "|"]
PIECES += [
    ">",
    "가",
    "\t",
    "\r",
    "\u2028",
    "\u0085",
    "\x00",
    "\ud800",
    "#",
    "(",
    ")",
    "true",
    "?",
    "%",
    "..",
    "new ",
    "",
]
PIECES += ["9" * 20]


PAIR = PAIR_KIND.replace("CLAUSE", "flag").replace("AMOUNT", "amount").replace("LEFT", "x.left - amount")
PAIR = PAIR.replace("RIGHT", "y.left").replace("INVARIANT", "purse.left <= 500")


@pytest.mark.parametrize(("whole", "further"), [(small(), SMALL_PROGRAMME), (PAIR, PAIR_PROGRAMME)])
def test_damaged_texts(whole: str, further: str) -> None:
    random = Random(20250721)
    kind = read_kind(whole)
    assert read_programme(further, kind)
    refused = 0
    for number in range(400):
        text = further if number % 4 == 0 else whole
        damaged = text
        for _ in range(random.randint(1, 3)):
            start = random.randrange(len(damaged))
            end = start + random.choice((0, 0, 1, 2, 10))
            damaged = damaged[:start] + random.choice(PIECES) + damaged[end:]
        try:
            if text is further:
                read_programme(damaged, kind)
            else:
                read_kind(damaged)
        except ContractError as error:
            refused += 1
            for problem in error.problems:
                assert problem.line >= 1 and problem.column >= 1 and problem.message and problem.instead, problem
    assert refused > 200


@pytest.mark.parametrize("kind", [voucher(), random_pair(1)[0]], ids=["voucher", "pair"])
def test_damaged_bytes(kind: Kind) -> None:
    random = Random(20251130)
    programme = coupon() if kind is voucher() else random_pair(1)[1]
    documents = (canonical(kind), canonical(programme))
    for number in range(400):
        damaged = bytearray(documents[number % 2])
        for _ in range(random.randint(1, 3)):
            start = random.randrange(len(damaged))
            damaged[start : start + random.choice((0, 1, 5))] = bytes(
                random.choices(b'{}[]",:0123456789abfhlngt_x\\u\xff', k=random.randint(0, 3))
            )
        data = bytes(damaged)
        try:
            loaded = load_programme(data, kind) if number % 2 else load_kind(data)
        except ContractError:
            continue
        assert canonical(loaded) == data
