"""Documents that are written: problems at their place, and every shipped programme on samples."""

import pytest

from madang import contract as language
from madang.web.console import trying
from madang.web.console.checking import check
from madang.web.console.presets import preset_text, presets
from madang.web.console.trying import HOLDERS, Asked

NAMES = [one.name for one in presets()]


def test_a_problem_says_line_and_column():
    found = check(preset_text("child-meals-2026").replace("kind: voucher", "kind: voucher\nwrong: 1", 1))
    assert found.programme is None
    problem = found.problems[0]
    text = preset_text("child-meals-2026")
    assert (problem.line, problem.column) == (text[: text.index("kind: voucher")].count("\n") + 2, 1)
    assert "wrong" in problem.message


def test_nothing_is_no_document():
    assert [one.code for one in check("").problems] == ["empty"]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_programme_runs_on_the_samples(name):
    found = check(preset_text(name))
    assert found.programme is not None
    contract = language.compile(found.kind, found.programme)
    assert trying.can_try(contract)
    asked = Asked(10_000, contract.parameters["opens"] + 86_400, "26", "-", listed=True)
    for row in trying.spending(contract, asked, "ko"):
        assert len(row.outcomes) == len(HOLDERS)
        # A sample that is refused is refused by a clause, never for being no record of the contract.
        assert all(one.allowed or one.clause.islower() for one in row.outcomes)
    assert len(trying.granting(contract, asked, "en")) == 4


def test_samples_tell_where_the_coupon_counts():
    found = check(preset_text("consumption-coupon-2025"))
    assert found.programme is not None
    contract = language.compile(found.kind, found.programme)
    asked = Asked(10_000, contract.parameters["opens"] + 86_400, "26", "-", listed=True)
    rows = {
        one.shop: [each.allowed or each.clause for each in one.outcomes]
        for one in trying.spending(contract, asked, "ko")
    }
    assert rows["bakery"] == [True, "enough", "active", "in_time"]
    assert rows["big_store"][0] == "small_shop"
    assert rows["bar"][0] == "industry"
    assert rows["elsewhere"][0] == "region"
