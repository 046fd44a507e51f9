"""The auditor accounts for every won without a rule, and finds the one that is too many."""

import ast
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import madang
from madang.audit.auditor import BALANCED, REBUILT, REFUSED, UNTOUCHED, Report, audit
from madang.audit.stored import opened
from madang.base.money import ledger as money
from madang.base.programmes.queries import programme
from madang.engine import entries
from madang.engine.store import RocksStore
from madang.kernel.state import State
from madang.log.leaf import Kind
from tests.audit import tampering
from tests.audit.tampering import Tamper
from tests.services.vouchers.scene import COUPON, documents

Copy = Callable[[], RocksStore]


def broken(report: Report) -> list[str]:
    return [law.name for law in report.laws if not law.holds]


def test_a_ledger_that_was_left_alone_is_accounted_for(lived: Path, copy: Copy):
    steps: list[int] = []
    with opened(lived) as view:
        report = audit(view, progress=lambda done, total: steps.append(total - done))
    assert report.holds
    assert report.divergence is None
    assert steps[-1] == 0
    assert report.entries == sum(report.outcomes.values())
    assert report.outcomes["accepted"] > 100
    assert report.outcomes["rejected"] > 50
    figures = report.figures
    assert figures is not None
    assert figures.issued == 300_000_000
    assert sum(bank.free for bank in figures.banks.values()) == 300_000_000
    state = State(madang_reader(copy()))
    view_of_programme = programme(state, COUPON)
    assert view_of_programme is not None
    assert figures.programmes[COUPON].totals == view_of_programme.totals
    assert figures.programmes[COUPON].escrow == money.balance(state, money.escrow_of(COUPON))


def madang_reader(store: RocksStore):
    from madang.engine.ledger import Durable

    return Durable(store)


@pytest.mark.parametrize("tamper", tampering.BOTH, ids=lambda tamper: tamper.__name__)
def test_what_was_altered_is_named(tamper: Tamper, copy: Copy):
    store = copy()
    what, height, index = tamper(store)
    report = audit(store)
    found = report.divergence
    assert found is not None
    assert (found.what, found.height, found.index) == (what, height, index), str(found)
    assert broken(report) == [REBUILT if what == "state.record" else UNTOUCHED]


def test_an_altered_leaf_is_found_in_its_tile(copy: Copy):
    store = copy()
    tampering.change_leaf(store, 9, 2, kind=Kind.REJECTED)
    found = audit(store).divergence
    assert found is not None
    assert (found.what, found.height, found.index) == ("log.root", 9, 2)


def forge(store: RocksStore) -> tuple[int, int]:
    """One won from nowhere in a transaction's writes and in the state, with every digest made to fit."""
    _, height, index = tampering.writes_blob(store)
    stored = tampering.entry(store, tampering.position_of(store, height, index))
    key, value = next(pair for pair in entries.read_writes(stored.writes) if pair[0].startswith(tampering.ALICES))
    store.write([(key, value)], ())
    tampering.rehash(store)
    return height, index


def test_a_won_from_nowhere_is_found_though_all_digests_fit(copy: Copy):
    store = copy()
    height, index = forge(store)
    report = audit(store)
    assert report.divergence is None, "the log and the state agree with each other"
    balanced = next(law for law in report.laws if law.name == BALANCED)
    assert not balanced.holds
    assert balanced.where.startswith(f"transaction {index} of block {height}: Tokens on accounts at bank-")
    owed = next(law for law in report.laws if law.name == "each bank owes what is on its accounts")
    assert (owed.holds, owed.right - owed.left) == (False, 1)
    assert sorted(broken(report)) == sorted([BALANCED, owed.name])


RECORDS = b"programmes.record\0" + COUPON.encode() + b"\0"


def place_of(record: str, field: str) -> int:
    """Where a field stands in a record of the vouchers' kind."""
    (fields,) = [one.fields for one in documents()[0].records if one.name == record]
    return [one.name for one in fields].index(field)


@pytest.mark.parametrize(
    ("prefix", "field", "law"),
    [
        (b"money.bank\0bank-a", 0, "currency issued is what banks hold, free and locked"),
        (b"money.bank\0bank-a", 2, "each bank owes what is on its accounts"),
        (b"money.supply\0", 0, "currency issued is what banks hold, free and locked"),
        (b"money.account\0escrow:", 2, "each programme's escrow holds what its accounts say"),
        (
            RECORDS + b"voucher\0",
            place_of("voucher", "left"),
            "each total of a programme is the sum of its",
        ),
        (
            RECORDS + b"takings\0",
            place_of("takings", "due"),
            "each total of a programme is the sum of its",
        ),
    ],
)
def test_a_won_too_much_in_any_place_breaks_its_law(prefix: bytes, field: int, law: str, copy: Copy):
    store = copy()
    key, value = next(iter(store.scan(prefix, prefix + b"\xff")))
    record = msgspec.msgpack.decode(value)
    record[field] += 1
    changed = (key, msgspec.msgpack.encode(record))
    last = max(position_of_write(store, key))
    stored = tampering.entry(store, last)
    writes = [changed if one[0] == key else one for one in entries.read_writes(stored.writes)]
    tampering.put_entry(store, last, msgspec.structs.replace(stored, writes=entries.encode(writes)))
    store.write([changed], ())
    tampering.rehash(store)
    report = audit(store)
    assert report.divergence is None
    assert BALANCED in broken(report)
    assert any(name.startswith(law) for name in broken(report)), broken(report)


def position_of_write(store: RocksStore, key: bytes) -> list[int]:
    found = []
    for where, data in store.log_scan(b"e", b"f"):
        if any(one == key for one, _ in entries.read_writes(entries.read_entry(data).writes)):
            found.append(int.from_bytes(where[1:], "big"))
    return found


def test_a_refused_transaction_that_wrote_is_found(copy: Copy):
    store = copy()
    height, index = tampering.writes_account(store)
    tampering.change_leaf(store, height, index, kind=Kind.REJECTED)
    tampering.rehash(store)
    report = audit(store)
    assert broken(report) == [REFUSED]
    where = next(law.where for law in report.laws if law.name == REFUSED)
    assert where.startswith(f"transaction {index} of block {height} wrote money.account ")


def test_records_that_cannot_be_read_end_in_a_law_and_not_in_an_error(copy: Copy):
    store = copy()
    height, index = tampering.writes_account(store)
    position = tampering.position_of(store, height, index)
    stored = tampering.entry(store, position)
    writes = [
        (key, b"\x91\xa1x" if key.startswith(tampering.ALICES) else value)
        for key, value in entries.read_writes(stored.writes)
    ]
    tampering.put_entry(store, position, msgspec.structs.replace(stored, writes=entries.encode(writes)))
    tampering.rehash(store)
    report = audit(store)
    assert BALANCED in broken(report)
    assert report.figures is None


def test_the_auditor_reads_no_rules_and_no_contracts():
    forbidden = ("madang.services", "madang.contract", "madang.base", "madang.app", "madang.audit.reexecute")
    seen = imported("madang.audit.auditor")
    assert "madang.engine.entries" in seen
    assert not [name for name in seen if name.startswith(forbidden)]


def imported(module: str) -> set[str]:
    """Modules of ours that a module imports, and those that these import."""
    root = Path(madang.__file__).parent.parent
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = root / Path(*name.split("."))
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if name in seen or not file.exists():
            continue
        seen.add(name)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return seen
