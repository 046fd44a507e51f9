"""What the auditor believes of records is what the modules write."""

from typing import get_args, get_type_hints

import pytest

from madang.app import MODULES
from madang.audit import layouts
from madang.base.programmes.state import AccountLayout
from madang.kernel import machine

TABLES = {table.name.encode(): table for module in MODULES for table in module.tables}


@pytest.mark.parametrize("name", sorted(layouts.LAYOUTS))
def test_a_record_has_the_fields_that_the_auditor_reads(name: bytes):
    assert layouts.LAYOUTS[name] == TABLES[name].record.__struct_fields__


def test_accounts_of_programmes_are_laid_out_as_the_auditor_reads_them():
    assert AccountLayout.__struct_fields__ == layouts.PROGRAMME_ACCOUNT
    assert get_args(get_type_hints(AccountLayout)["sort"]) == ("total", "sum", "outside")


def test_tables_of_the_kernel_have_the_names_that_the_auditor_knows():
    assert machine.MARKS.prefix == layouts.MARK + b"\0"
    assert machine.PAUSES.prefix == layouts.PAUSE + b"\0"
    assert machine.PRUNED.prefix == layouts.PRUNED + b"\0"
    assert layouts.RECORD in TABLES


def test_every_table_of_money_is_one_that_the_auditor_weighs_or_holds_no_won():
    weighed = set(layouts.LAYOUTS)
    without_won = {
        b"money.policy",
        b"money.window",
        b"money.issue_reference",
        b"money.redeem_reference",
        b"money.day",
        b"money.closed_day",
        b"money.pause",
        b"money.hold",  # what is held stays on its account
        b"money.held",
        b"money.export",
    }
    assert {name for name in TABLES if name.startswith(b"money.")} <= weighed | without_won
