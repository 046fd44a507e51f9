"""What a version of a list changes, and in which acts."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from madang.base.approvals.transactions import MAX_PROPOSAL_BYTES
from madang.base.registers.state import FOREVER, Entry
from madang.base.registers.transactions import MAX_CODES, Publish
from madang.kernel.transaction import MAX_ACTS
from madang.web.console.codelists import KEPT_SECONDS, Change, Changes, acts_of, change_of

DAY = 86_400
CODES = st.sets(st.text("abcdef", min_size=1, max_size=3))


def change(added=(), kept=(), removed=()) -> Change:
    return Change("ministry", "ministry-markets", 2, len(added) + len(kept), tuple(added), tuple(kept), tuple(removed))


def test_what_is_new_is_added_what_is_missing_removed_and_what_would_end_stays():
    entries = {"stays": Entry(0, FOREVER, 1), "goes": Entry(0, FOREVER, 1), "ends": Entry(5, 900, 1)}
    found = change_of("ministry", "ministry-markets", 2, {"stays", "ends", "new"}, entries)
    assert (found.added, found.kept, found.removed) == (("new",), ((5, "ends"),), ("goes",))
    assert change_of("ministry", "ministry-markets", 2, {"stays"}, entries).removed == ("goes",)


@given(CODES, CODES)
def test_what_the_acts_bring_about_is_the_file(before, codes):
    """Played out by hand: from that day on the list holds what the file held, and before it what it held."""
    entries = {code: Entry(0, FOREVER, 1) for code in before}
    after = dict.fromkeys(before, (0, FOREVER))
    found = change_of("ministry", "ministry-markets", 2, codes, entries)
    acts: list[Any] = [act for part in acts_of(found, DAY) for act in part]
    for act in acts:
        for code in act.codes:
            after[code] = (act.since, FOREVER) if isinstance(act, Publish) else (after[code][0], act.until)
    assert {code for code, (since, until) in after.items() if since <= DAY < until} == codes
    assert {code for code, (since, until) in after.items() if since <= DAY - 1 < until} == before


def test_a_large_version_goes_in_parts_that_each_fit_into_a_proposal():
    found = change([f"{number:010}" for number in range(15_000)], removed=[f"x{'y' * 60}{n}" for n in range(999)])
    parts: Any = acts_of(found, DAY)
    assert len(parts) > 3
    for part in parts:
        assert len(part) <= MAX_ACTS
        assert len(msgspec.json.encode(part)) <= MAX_PROPOSAL_BYTES
        assert all(len(act.codes) <= MAX_CODES for act in part)
    assert sum(len(act.codes) for part in parts for act in part) == 15_999


def test_codes_that_are_kept_on_keep_when_they_began():
    part: Any
    (part,) = acts_of(change(kept=[(3, "a"), (3, "b"), (8, "c")]), DAY)
    assert [(act.since, act.codes) for act in part] == [(3, ["a", "b"]), (8, ["c"])]


def test_nothing_changed_is_no_act():
    assert acts_of(change(), DAY) == []


def test_an_upload_is_its_institutions_alone_and_forgotten_after_an_hour():
    now = [0.0]
    kept = Changes(lambda: now[0])
    name = kept.keep(change(["a"]))
    assert kept.find("ministry", "ministry-markets", name) is not None
    assert kept.find("operator", "ministry-markets", name) is None
    assert kept.find("ministry", "ministry-other", name) is None
    now[0] = KEPT_SECONDS + 1
    assert kept.find("ministry", "ministry-markets", name) is None
