"""Files of grants in parts, and how long they are kept."""

import pytest

from madang.services.vouchers.transactions import MAX_ROWS, GrantRow
from madang.web.api.problems import Refused
from madang.web.console import uploads as module
from madang.web.console.uploads import KEPT_SECONDS, MOST_UPLOADS, PART_BYTES, Part, Uploads, split


def rows(count: int, subjects: int = 0) -> list[GrantRow]:
    return [
        GrantRow(reference=f"r-{number}", amount=1_000, region="26", subjects=["ab" * 32] * subjects)
        for number in range(count)
    ]


def test_a_part_has_at_most_a_thousand_rows():
    assert split(rows(2_001)) == [
        Part(0, MAX_ROWS, 1_000_000),
        Part(MAX_ROWS, 2 * MAX_ROWS, 1_000_000),
        Part(2 * MAX_ROWS, 2_001, 1_000),
    ]
    assert split([]) == []


def test_a_part_of_long_rows_has_fewer():
    found = split(rows(1_000, subjects=24))
    assert [one.start for one in found[1:]] == [one.end for one in found[:-1]]
    assert found[-1].end == 1_000
    assert all((one.end - one.start) * 1_600 < PART_BYTES for one in found)


def keep(uploads, officer="one", count=2):
    return uploads.keep(officer, "ministry", "coupon", rows(count))


def is_kept(uploads, name):
    return uploads.find("ministry", "coupon", name) is not None


def test_a_file_is_its_institutions_and_programmes_alone_for_an_hour():
    now = [0.0]
    uploads = Uploads(lambda: now[0])
    name = keep(uploads)
    found = uploads.find("ministry", "coupon", name)
    assert found is not None
    assert found.total == 2_000
    assert uploads.find("welfare", "coupon", name) is None
    assert uploads.find("ministry", "other", name) is None
    now[0] = KEPT_SECONDS + 1
    assert uploads.find("ministry", "coupon", name) is None


def test_a_further_file_takes_the_place_of_the_officers_own_oldest():
    uploads = Uploads()
    others = keep(uploads, "two")
    names = [keep(uploads) for _ in range(MOST_UPLOADS + 1)]
    assert [is_kept(uploads, one) for one in (others, *names)] == [True, False] + [True] * MOST_UPLOADS


def test_an_officers_rows_are_bounded_too(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 10)
    uploads = Uploads()
    others, first, second = keep(uploads, "two", 10), keep(uploads, count=6), keep(uploads, count=6)
    assert [is_kept(uploads, one) for one in (others, first, second)] == [True, False, True]


def test_a_server_that_is_full_refuses_and_forgets_nobodys_until_they_are_old(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS_IN_ALL", 10)
    now = [0.0]
    uploads = Uploads(lambda: now[0])
    others = keep(uploads, "two", 9)
    with pytest.raises(Refused) as refused:
        keep(uploads)
    assert (refused.value.problem.status, refused.value.problem.code) == (503, "console.uploads_full")
    assert is_kept(uploads, others)
    now[0] = KEPT_SECONDS + 1
    assert is_kept(uploads, keep(uploads))
