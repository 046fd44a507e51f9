"""What a compliance officer is shown: exactly what reaches a threshold, the same bytes each time, one bank's alone."""

import csv
import io
from pathlib import Path

import msgspec
import pytest

from madang.audit.stored import opened
from madang.audit.suspicious import Export, Finding, Thresholds, digest, look_through
from madang.base.money.transactions import IssueTokens, Pay
from madang.engine.entries import read_entry
from madang.kernel.errors import MadangError
from madang.log.leaf import TransactionLeaf, decode_leaf
from madang.log.tree import leaf_hash
from tests.audit.village import CHAIN, Village
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer

NEVER = 2**53 - 1
STEP = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bora gets much once; Chul pays often; Alice passes money on; a refusal moves nothing; the bakery pays on."""
    village = Village(tmp_path_factory.mktemp("passing"))
    big = IssueTokens(by="bank-a", account=BORA.party, amount=900_000, reference="big")
    village.block(village.sign(big, by=officer("bank-a")))  # block 1, second 1
    for amount in (1_000, 1_001, 1_002, 1_003):  # blocks 2 to 5, seconds 101 to 401
        village.block(village.sign(Pay(by=CHUL.party, to="bakery", amount=amount), by=CHUL), seconds=STEP)
    on = [Pay(by=BORA.party, to=ALICE.party, amount=500), Pay(by=ALICE.party, to="bakery", amount=500)]
    refused = village.sign(Pay(by=ALICE.party, to="bakery", amount=900_000), by=ALICE)
    village.block(village.sign(*on, by=[BORA, ALICE]), refused)  # block 6, second 402
    for _ in range(2):  # blocks 7 and 8, seconds 502 and 602
        village.block(village.sign(Pay(by=CHUL.party, to="bakery", amount=10), by=CHUL), seconds=STEP)
    village.block(village.sign(Pay(by="bakery", to="grocer", amount=2_500), by=BAKERY))  # block 9, second 603
    village.close()
    return village.folder


def found(folder: Path, bank: str = "bank-a", *, amount: int = NEVER, count: int = NEVER, window: int = STEP, **blocks):
    with opened(folder) as view:
        return look_through(view, bank, Thresholds(amount, count, window), **blocks)


def said(export: Export) -> list[tuple[str, str, str, int, list[int]]]:
    def one(finding: Finding):
        heights = [movement.height for movement in finding.movements]
        return finding.account, finding.direction, finding.reason, finding.total, heights

    return [one(finding) for finding in export.findings]


@pytest.mark.parametrize(
    ("bank", "thresholds", "expected"),
    [
        ("bank-a", {"amount": 900_000}, [(BORA.party, "in", "amount", 900_000, [1])]),
        ("bank-a", {"amount": 900_001}, []),
        (
            "bank-a",
            {"amount": 2_003, "window": STEP + 1},
            [
                (BORA.party, "in", "amount", 900_000, [1]),
                ("bakery", "in", "amount", 3_006, [3, 4, 5]),
                ("bakery", "out", "amount", 2_500, [9]),
            ],
        ),
        ("bank-b", {"count": 4, "window": 3 * STEP + 1}, [(CHUL.party, "out", "count", 4_006, [2, 3, 4, 5])]),
        ("bank-b", {"count": 4, "window": 3 * STEP}, []),
        ("bank-b", {"count": 3, "window": 2 * STEP + 1}, [(CHUL.party, "out", "count", 4_006, [2, 3, 4, 5])]),
        ("bank-b", {"count": 3, "window": 3 * STEP}, [(CHUL.party, "out", "count", 4_026, [2, 3, 4, 5, 7, 8])]),
        (
            "bank-b",
            {"count": 2, "window": 2 * STEP, "since": 4, "until": 5},
            [(CHUL.party, "out", "count", 2_005, [4, 5])],
        ),
        ("bank-b", {"amount": 2_500}, [("grocer", "in", "amount", 2_500, [9])]),
        (
            "bank-a",
            {"count": 1, "since": 6, "until": 6},
            sorted(
                [
                    (ALICE.party, "through", "count", 0, [6]),
                    (BORA.party, "out", "count", 500, [6]),
                    ("bakery", "in", "count", 500, [6]),
                ]
            ),
        ),
        ("treasury-bank", {"amount": 1, "count": 1}, []),
        ("no-such-bank", {"amount": 1, "count": 1}, []),
    ],
)
def test_exactly_what_reaches_a_threshold_is_found(folder, bank, thresholds, expected):
    assert said(found(folder, bank, **thresholds)) == expected


def test_a_movement_names_its_leaf_and_the_other_accounts(folder):
    export = found(folder, "bank-b", count=3, window=2 * STEP + 1)
    movement = export.findings[0].movements[0]
    assert movement.others == ("bakery",)
    with opened(folder) as view:
        leaves = {leaf_hash(leaf).hex(): decode_leaf(leaf) for leaf in all_leaves(view)}
    leaf = leaves[movement.leaf]
    assert isinstance(leaf, TransactionLeaf)
    assert (leaf.height, leaf.index) == (movement.height, movement.index) == (2, 0)


def all_leaves(view):
    return [read_entry(data).leaf for _, data in view.log_scan(b"e", b"f")]


def test_the_same_question_gives_the_same_bytes_and_another_another(folder):
    first, again = (found(folder, amount=1_000, count=2).as_json() for _ in range(2))
    assert digest(first) == digest(again)
    assert digest(first) != digest(found(folder, amount=1_001, count=2).as_json())
    read = msgspec.json.decode(first, type=Export)
    assert (read.chain, read.bank, read.since, read.until) == (CHAIN, "bank-a", 0, 9)
    assert read.as_json() == first


def test_the_table_for_people_holds_a_line_a_movement_and_no_formula(folder):
    export = found(folder, "bank-b", count=3, window=2 * STEP + 1)
    rows = list(csv.DictReader(io.StringIO(export.as_csv().decode(), newline="")))
    assert [row["amount"] for row in rows] == ["1000", "1001", "1002", "1003"]
    assert {(row["finding"], row["direction"], row["others"]) for row in rows} == {("1", "out", "bakery")}
    dashed = msgspec.structs.replace(export.findings[0], account="-cmd")
    text = msgspec.structs.replace(export, findings=(dashed,)).as_csv().decode()
    assert ",'-cmd," in text


@pytest.mark.parametrize("blocks", [{"since": 5, "until": 4}, {"until": 10}, {"since": 10}, {"since": -1}])
def test_blocks_that_are_not_there_are_refused(folder, blocks):
    with pytest.raises(MadangError) as caught:
        found(folder, **blocks)
    assert caught.value.code == "suspicious.range"
