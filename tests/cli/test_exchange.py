"""madang qr, on a ledger that is served; madang reconcile and payout, on one that lies there in the evening."""

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from madang.app import MODULES
from madang.audit.stored import opened
from madang.base.merchants.transactions import Entry, Facts, Register, Suspend
from madang.base.registers.transactions import Publish
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.exchange.books import Days, movements
from madang.exchange.iso20022 import Entry as StatementEntry
from madang.exchange.iso20022 import Statement, read_order, write_statement
from madang.exchange.qr import LONGEST, MerchantCode, write_code
from tests.cli.running import Run
from tests.cli.served import Served, served
from tests.exchange.iso20022.judges import OtherBank
from tests.exchange.town import MONDAY, Lived, live
from tests.services.vouchers.scene import COUPON
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.support.world import START

SHOP = ("--name", "Bada Bakery", "--city", "Busan", "--korean-name", "바다빵집", "--korean-city", "부산")
CODE = MerchantCode(
    chain="test-chain",
    merchant="bakery",
    category="5462",
    name="Bada Bakery",
    city="Busan",
    local_name="바다빵집",
    local_city="부산",
)
FACTS = Facts(region="2611010100", industry="47121", category="5462", sales_class="up_to_1b")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    acts = [
        *cast.genesis(),
        *cast.residents(),
        Publish(by="operator", register="legal-dong", version=1, codes=[FACTS.region], since=0),
        Register(by="operator", entries=[Entry(merchant="bakery", facts=FACTS), Entry(merchant="grocer", facts=FACTS)]),
        Suspend(by="operator", merchant="grocer"),
    ]
    folder: Path = tmp_path_factory.mktemp("exchange") / "node"
    Node.create(folder, MODULES, write_genesis("test-chain", START, SITE, [ORIGIN], acts), "ledger.test/exchange")
    with served(folder) as found:
        yield found


def test_a_printed_code_is_made_and_read(run: Run, node: Served) -> None:
    made = run("qr", "make", "--merchant", "bakery", *SHOP, "--url", node.url, "--json")
    assert made.status == 0, made.err
    assert (made.json["category"], made.json["chain"]) == ("5462", "test-chain")
    read = run("qr", "read", made.json["text"], "--url", node.url)
    assert read.status == 0, read.err
    assert "local_name  바다빵집" in read.out


def test_a_code_for_one_payment_is_drawn_to_a_file(run: Run, node: Served, tmp_path: Path) -> None:
    picture = tmp_path / "code.svg"
    order = ("--amount", 12_000, "--order", "A-17")
    made = run("qr", "make", "--merchant", "bakery", *SHOP, *order, "-o", picture, "--url", node.url, "--json")
    assert made.status == 0, made.err
    assert picture.read_bytes().startswith(b"<?xml")
    assert made.json["expires"] <= time.time() + LONGEST
    read = run("qr", "read", made.json["text"], "--url", node.url, "--json")
    assert (read.json["amount"], read.json["order"]) == (12_000, "A-17")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--merchant", "grocer"), "qr.shop_standing"),
        (("--merchant", "nobody"), "qr.unknown_shop"),
        (("--merchant", "bakery", "--amount", 1), "qr.mode"),
        (("--merchant", "bakery", "-o", "code.pdf"), "qr.picture"),
    ],
)
def test_a_code_is_not_made(run: Run, node: Served, arguments: tuple[object, ...], code: str) -> None:
    said = run("qr", "make", *arguments, *SHOP, "--url", node.url, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires": int(time.time()) - 1, "amount": 1, "order": "A"}, "qr.expired"),
        ({"merchant": "grocer"}, "qr.shop_standing"),
        ({"chain": "other-chain"}, "qr.other_ledger"),
    ],
)
def test_a_code_is_not_paid(run: Run, node: Served, changes: dict[str, object], code: str) -> None:
    said = run("qr", "read", write_code(msgspec.structs.replace(CODE, **changes)), "--url", node.url, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, code)


# ------------------------------------------------------------------------------------------------- reconciliation

HEADER = "reference,direction,amount,day"
DAY = ("--bank", "bank-a", "--day", "2025-07-21")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(tmp_path_factory.mktemp("evening") / "node")


@pytest.fixture(scope="module")
def faithful(lived: Lived) -> list[str]:
    """The rows of a bank whose books agree with the ledger on Monday."""
    with opened(lived.folder) as view:
        found = [one for one in movements(view, "bank-a", Days(view), 0, 2**40) if one.day == "2025-07-21"]
    return [f"{one.reference},{one.direction},{one.amount},{one.day}" for one in found]


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_books_that_agree_end_well(run: Run, lived: Lived, faithful: list[str], tmp_path: Path) -> None:
    said = run("reconcile", lived.folder, write(tmp_path / "bank.csv", faithful), *DAY)
    assert said.status == 0, said.err
    assert f"bank-a, 2025-07-21: {len(faithful)} agree, 0 differ" in said.out
    said = run("reconcile", lived.folder, tmp_path / "bank.csv", *DAY, "--json")
    assert said.json["differences"] == [] and said.json["ledger"] == said.json["at_bank"]


def test_a_statement_agrees_as_well(run: Run, lived: Lived, faithful: list[str], tmp_path: Path) -> None:
    cells = [row.split(",") for row in faithful]
    entries = tuple(StatementEntry(row[0], int(row[2]), row[1] == "issue", MONDAY) for row in cells)
    moved = sum(one.amount if one.is_credit else -one.amount for one in entries)
    statement = Statement("S1", 1_753_056_000, "004", "123-45-67890", MONDAY, 1_000, 1_000 + moved, entries)
    (tmp_path / "camt.xml").write_bytes(write_statement(statement))
    said = run("reconcile", lived.folder, tmp_path / "camt.xml", *DAY)
    assert said.status == 0, said.out + said.err


@pytest.mark.parametrize(
    ("reference", "instead", "kind"),
    [
        ("deposit-monday", [], "missing_at_bank"),
        ("deposit-monday", ["{0}", "unknown,issue,5,2025-07-21"], "missing_on_ledger"),
        ("deposit-monday", ["{0}", "{0}"], "duplicate_at_bank"),
        ("deposit-monday", ["deposit-monday,issue,4999,2025-07-21"], "amount"),
        ("deposit-monday", ["deposit-monday,redemption,5000,2025-07-21"], "wrong_direction"),
        ("deposit-evening", ["deposit-evening,issue,6000,2025-07-22"], "wrong_day"),
    ],
)
def test_each_difference_is_named(
    run: Run, lived: Lived, faithful: list[str], tmp_path: Path, reference: str, instead: list[str], kind: str
) -> None:
    (row,) = [one for one in faithful if one.startswith(f"{reference},")]
    rows = [one for one in faithful if one != row] + [one.format(row) for one in instead]
    report = tmp_path / "report.csv"
    file = write(tmp_path / "bank.csv", rows)
    said = run("reconcile", lived.folder, file, *DAY, "--json", "--report", report)
    assert said.status == 1
    assert [one["kind"] for one in said.json["differences"]] == [kind]
    assert len(list(csv.reader(io.StringIO(report.read_text(encoding="utf-8-sig"))))) == 2
    told = run("reconcile", lived.folder, file, *DAY)
    assert told.status == 1 and "1 differ" in told.out


def test_what_the_ledger_has_on_another_day_is_named(
    run: Run, lived: Lived, faithful: list[str], tmp_path: Path
) -> None:
    late = f"{lived.ids['tuesday']}000,redemption,7100,2025-07-21"
    said = run("reconcile", lived.folder, write(tmp_path / "bank.csv", [*faithful, late]), *DAY, "--json")
    (one,) = said.json["differences"]
    assert (one["kind"], one["ledger_day"], one["bank_day"]) == ("wrong_day", "2025-07-22", "2025-07-21")


def test_a_reference_that_two_owners_used_is_named(run: Run, lived: Lived, tmp_path: Path) -> None:
    rows = [f"{lived.ids['tuesday']}000,redemption,7100,2025-07-22", "cash,redemption,100,2025-07-22"]
    tuesday = ("--bank", "bank-a", "--day", "2025-07-22", "--json")
    said = run("reconcile", lived.folder, write(tmp_path / "bank.csv", rows), *tuesday)
    assert [one["kind"] for one in said.json["differences"]] == ["duplicate_on_ledger"]
    said = run("reconcile", lived.folder, write(tmp_path / "bank.csv", [*rows, rows[1]]), *tuesday)
    assert said.json["differences"] == []


def test_a_banks_own_words_are_declared(run: Run, lived: Lived, faithful: list[str], tmp_path: Path) -> None:
    words = {"issue": "입금", "redemption": "출금"}
    rows = ["거래번호,구분,금액,일자"]
    for row in faithful:
        reference, direction, amount, day = row.split(",")
        rows.append(f"{reference},{words[direction]},{amount},{day}")
    (tmp_path / "bank.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    names = ("reference=거래번호", "direction=구분", "amount=금액", "day=일자")
    declared = [part for one in names for part in ("--column", one)]
    declared += [part for one in words.items() for part in ("--word", "=".join(one))]
    said = run("reconcile", lived.folder, tmp_path / "bank.csv", *DAY, *declared)
    assert said.status == 0, said.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--bank", "bank-a", "--day", "2025-07-20"), "calendar.closed"),
        (("--bank", "bank-a", "--day", "yesterday"), "calendar.day"),
        (("--bank", "bank-z", "--day", "2025-07-21"), "books.bank"),
        ((*DAY, "--cut-off", "5 pm"), "calendar.cut_off"),
        ((*DAY, "--column", "amount"), "reconcile.declared"),
        ((*DAY, "--column", "won=금액"), "reconcile.declared"),
        ((*DAY, "--column", "amount=금액"), "reconcile.columns"),
    ],
)
def test_what_can_not_be_compared_is_refused(
    run: Run, lived: Lived, faithful: list[str], tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    said = run("reconcile", lived.folder, write(tmp_path / "bank.csv", faithful), *arguments, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, code)


# -------------------------------------------------------------------------------------------------------- payouts

ACCOUNTS = "merchant,bank,account,name\nbank-a,004,12345678901234,㈜바다은행\nbakery,088,110-123-456789,바다빵집\n"
PAYOUT = ("--programme", COUPON, "--day", "2025-07-21")


def test_payouts_are_listed_ordered_and_answered(run: Run, lived: Lived, tmp_path: Path) -> None:
    listed = run("payout", "list", lived.folder, *PAYOUT, "--report", tmp_path / "payouts.csv", "--json")
    assert listed.status == 0, listed.err
    paid = {one["merchant"]: one["amount"] for one in listed.json["payouts"]}
    assert paid == {"bakery": 30_000, "grocer": 12_345}
    assert len((tmp_path / "payouts.csv").read_text(encoding="utf-8-sig").splitlines()) == 3

    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    order, status = tmp_path / "order.xml", tmp_path / "status.xml"
    made = run(
        "payout", "order", lived.folder, *PAYOUT, "--bank", "bank-a", "--accounts", tmp_path / "accounts.csv",
        "-o", order, "--json",
    )  # fmt: skip
    assert made.status == 0, made.err
    assert (made.json["payments"], made.json["won"]) == (1, 30_000)
    assert [one["merchant"] for one in made.json["kept"]] == ["grocer"]
    assert read_order(order.read_bytes()).debtor.name == "㈜바다은행"

    bank = OtherBank("12345678901234", 1_000_000)
    status.write_bytes(bank.order(order.read_bytes())[0])
    accepted = run("payout", "results", lived.folder, order, status, *PAYOUT, "--json")
    assert (accepted.status, accepted.json["accepted"]) == (0, 1)
    status.write_bytes(bank.order(order.read_bytes())[0])
    bank.close()
    rejected = run("payout", "results", lived.folder, order, status, *PAYOUT)
    assert rejected.status == 1
    assert "DUPL" in rejected.out and "look for the first" in rejected.out


def test_a_period_is_settled_by_region(run: Run, lived: Lived, tmp_path: Path) -> None:
    period = ("--programme", COUPON, "--since", "2025-07-20", "--until", "2025-07-27")
    said = run("payout", "settlement", lived.folder, *period, "--regions", tmp_path / "regions.csv")
    assert said.status == 0, said.err
    rows = (tmp_path / "regions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[1:] == ["26110,5,2,50945", "합계,5,2,50945"]
    backwards = ("--programme", COUPON, "--since", "2025-07-27", "--until", "2025-07-20")
    said = run("payout", "settlement", lived.folder, *backwards, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, "calendar.period")


@pytest.mark.parametrize(
    ("rows", "arguments", "code"),
    [
        (ACCOUNTS.replace("bank-a,", "bank-b,"), (), "accounts.own"),
        (ACCOUNTS.replace("bakery,", "baker,"), (), "payout.nothing"),
        (ACCOUNTS, ("--value-date", "2025-08-15"), "calendar.closed"),
        (ACCOUNTS, ("--day", "2025-07-23"), "payout.nothing"),
        (ACCOUNTS, ("--programme", "lunch"), "payout.programme"),
    ],
)
def test_what_can_not_be_ordered_is_refused(
    run: Run, lived: Lived, tmp_path: Path, rows: str, arguments: tuple[str, ...], code: str
) -> None:
    (tmp_path / "accounts.csv").write_text(rows, encoding="utf-8")
    said = run(
        "payout", "order", lived.folder, *PAYOUT, "--bank", "bank-a", "--accounts", tmp_path / "accounts.csv",
        "-o", tmp_path / "order.xml", *arguments, "--json",
    )  # fmt: skip
    assert (said.status, json.loads(said.err)["code"]) == (1, code)
    assert not (tmp_path / "order.xml").exists()
