"""Files of grants in parts, and how long they are kept."""

from madang.services.vouchers.transactions import MAX_ROWS, GrantRow
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


def test_a_file_is_its_institutions_and_programmes_alone_for_an_hour():
    now = [0.0]
    uploads = Uploads(lambda: now[0])
    name = uploads.keep("ministry", "coupon", rows(2))
    found = uploads.find("ministry", "coupon", name)
    assert found is not None
    assert found.total == 2_000
    assert uploads.find("welfare", "coupon", name) is None
    assert uploads.find("ministry", "other", name) is None
    now[0] = KEPT_SECONDS + 1
    assert uploads.find("ministry", "coupon", name) is None


def test_the_oldest_files_are_forgotten():
    uploads = Uploads()
    names = [uploads.keep("ministry", "coupon", rows(1)) for _ in range(MOST_UPLOADS + 1)]
    assert uploads.find("ministry", "coupon", names[0]) is None
    assert uploads.find("ministry", "coupon", names[1]) is not None
