"""What issuers remember, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from madang.identity.issuer.store import Issued, Sort, place_of
from madang.identity.status.register import Status, StatusRegister
from madang.records import issuing
from madang.records.database import Database
from madang.records.issuing import MOST_LISTED, REMEMBERED_SECONDS, Issuing

NOW = 1_800_000_000
PLACE = place_of("office", "code", "value")
ONE = Issued("n1", "office", "person", "resident", "dc+sd-jwt", "k1", "d1", "https://a.example/1", 5, NOW, NOW + 9)


@pytest.fixture
def store(database: Database) -> Issuing:
    return Issuing(database)


def test_what_is_kept_is_found_until_its_time_is_over(store):
    store.put(PLACE, "code", b"one", NOW + 10)
    store.put(PLACE, "code", b"two", NOW + 10)
    assert store.find(PLACE, NOW + 9) == b"two"
    assert store.find(PLACE, NOW + 10) is None
    assert store.find(place_of("other", "code", "value"), NOW) is None
    assert store.take(PLACE, NOW + 10) is None


def test_one_of_many_takes_it(store):
    store.put(PLACE, "code", b"one", NOW + 10)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: store.take(PLACE, NOW), range(16)))
    assert sorted(one is not None for one in found) == [False] * 15 + [True]


def test_a_value_is_used_up_by_one_of_many(store):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: store.use(PLACE, "jti", NOW + 10), range(16)))
    assert sorted(found) == [False] * 15 + [True]


def test_no_more_uses_are_counted_than_there_are_whoever_comes_together(store):
    store.put(PLACE, "offer", b"one", NOW + 10)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: store.count(PLACE, NOW, 5), range(24)))
    # Where two come at once one of them may get nothing, and try again; never does a sixth get something.
    assert 1 <= sum(one == b"one" for one in found) <= 5
    while store.count(PLACE, NOW, 5) is not None:
        assert len(found) < 40
        found.append(b"one")
    assert sum(one == b"one" for one in found) == 5


def test_what_is_over_is_pruned_and_nothing_else(store):
    store.put(PLACE, "code", b"one", NOW)
    store.put(place_of("office", "code", "other"), "code", b"two", NOW + 1)
    assert store.prune(NOW) == 1
    assert store.find(place_of("office", "code", "other"), NOW) == b"two"


def test_a_credential_is_on_record_for_its_time_and_ninety_days(store):
    later = msgspec.structs.replace(ONE, number="n2", valid_until=ONE.valid_until + 1)
    store.record([ONE, later])
    assert store.prune(ONE.valid_until + REMEMBERED_SECONDS - 1) == 0
    assert store.prune(ONE.valid_until + REMEMBERED_SECONDS) == 1
    assert store.issued_to("office", "person") == [later]


def test_one_call_forgets_no_more_than_it_may_and_the_next_ones_the_rest(store, monkeypatch):
    monkeypatch.setattr(issuing, "AT_ONCE", 2)
    monkeypatch.setattr(issuing, "TURNS", 2)
    for at in range(3):
        store.put(place_of("office", "jti", str(at)), "jti", b"", NOW)
    store.record([msgspec.structs.replace(ONE, number=f"n{at}") for at in range(5)])
    later = ONE.valid_until + REMEMBERED_SECONDS
    assert [store.prune(later) for _ in range(4)] == [5, 3, 0, 0]


def test_what_is_pending_is_counted_by_sort_until_it_is_over(store):
    sorts: tuple[Sort, ...] = ("pushed", "visit", "token")
    for at, sort in enumerate(sorts):
        store.put(place_of("office", sort, "value"), sort, b"", NOW + at + 1)
    assert store.pending(("pushed", "visit"), NOW) == 2
    assert store.pending(("pushed", "visit"), NOW + 1) == 1
    assert store.pending(("jti",), NOW) == 0


def test_a_place_in_a_status_list_is_not_given_out_again_though_its_credential_is_forgotten(store, tmp_path):
    with StatusRegister(tmp_path / "status", "https://a.example") as lists:
        (place,) = lists.allocate(1, NOW + 9, NOW)
        store.record([msgspec.structs.replace(ONE, status_uri=place.uri, status_index=place.index)])
        store.prune(NOW + 2 * REMEMBERED_SECONDS)
        assert store.issued_to("office", "person") == []
        assert lists.status(place) is Status.VALID
        again = [one for _ in range(50) for one in lists.allocate(1_000, NOW + 9, NOW)]
        assert place not in again


def test_what_was_issued_is_listed_by_person_and_delivery_and_stands_as_last_said(store):
    more = [msgspec.structs.replace(ONE, number=f"n{at}", issued_at=NOW + at, delivery=f"d{at}") for at in (2, 3)]
    foreign = msgspec.structs.replace(ONE, number="n4", institution="other")
    store.record([ONE, *more, foreign])
    assert [one.number for one in store.issued_to("office", "person")] == ["n3", "n2", "n1"]
    assert store.issued_to("office", "nobody") == []
    assert store.issued_in("office", "d2") == [more[0]]
    assert store.issued_in("office", "d1", ["n2"]) == []
    store.stand("office", ["n1", "n4"], "suspended", NOW + 5)
    assert store.issued_in("office", "d1") == [msgspec.structs.replace(ONE, standing="suspended", changed_at=NOW + 5)]
    assert store.issued_in("other", "d1") == [foreign]


def test_what_can_still_be_revoked_is_not_hidden_by_what_came_after_it(store):
    year = msgspec.structs.replace(ONE, valid_until=NOW + 365 * 86_400)
    short = [msgspec.structs.replace(ONE, number=f"s{at}", issued_at=NOW + 5) for at in range(MOST_LISTED)]
    revoked = msgspec.structs.replace(year, number="r1", issued_at=NOW + 6, standing="revoked")
    store.record([year, revoked, *short])
    listed = store.issued_to("office", "person")
    assert len(listed) == MOST_LISTED and listed[0] == year and revoked not in listed
