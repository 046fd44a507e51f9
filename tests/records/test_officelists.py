"""An office's lists: every filter against a plain one in Python, and what real acts leave in them."""

import random
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from madang.base.programmes.state import PROGRAMMES, Programme
from madang.kernel.errors import MadangError
from madang.records.following import Written
from madang.records.officelists import (
    ApplicationFilter,
    DisputeFilter,
    FlagFilter,
    Waiting,
    count_waiting,
    list_applications,
    list_disputes,
    list_flags,
)
from madang.records.officemodel import OfficeWork
from madang.records.projection import project, rebuild
from madang.records.schema import APPLICATIONS, DECIDING, DISPUTES, FLAGS
from madang.services.applications.state import AUTHORITIES, Authority
from madang.services.applications.transactions import Apply, Decide, SetTerms
from madang.services.disputes.transactions import Answer, File, Transfer, Withdraw
from madang.services.fraud import queries as fraud
from tests.services.appeals.scene import UNTIL
from tests.services.fraud.scene import OPENER, opening, raising
from tests.services.vouchers.scene import COUPON
from tests.support.cast import ALICE, BORA, GROCER, officer, quorum

NOW = 1_753_056_000
DAY = 86_400
DECIDERS = [
    ("coupon", "ministry", "sponsor"),
    ("coupon", "welfare", "authority"),
    ("meals", "welfare", "sponsor"),
    ("meals", "city", "authority"),
]


def applications(chance: random.Random, number: int) -> dict[str, Any]:
    entered_at = NOW + chance.randrange(20) * DAY
    return {
        "number": f"{chance.getrandbits(80):022x}",
        "programme": chance.choice(["coupon", "meals", "nobodys"]),
        "instalment": 1,
        "ground": chance.choice(["regular", "birth"]),
        "applicant": f"person-{number}",
        "holder": "",
        "channel": chance.choice(["own", "desk", "delegate"]),
        "status": chance.choice(["entered", "to_desk", "granted", "declined", "withdrawn"]),
        "authority": "",
        "evidence": chance.randrange(3),
        "entered_at": entered_at,
        "deadline": entered_at + 7 * DAY,
        "closed_at": 0,
        "reference": "",
        "declined": "",
    }


def flags(chance: random.Random, number: int) -> dict[str, Any]:
    raised_at = NOW + chance.randrange(50)
    standing = chance.choice(["waiting", "in_case", "set_aside"])
    return {
        "number": f"{raised_at:010x}{number:022x}",
        "programme": chance.choice(["coupon", "meals"]),
        "sort": chance.choice(["payment", "merchant", "voucher"]),
        "subject": f"subject-{number}",
        "reason": chance.choice(["burst", "resale"]),
        "source": chance.choice(["appointed", "report"]),
        "raised_by": "somebody",
        "raised_at": raised_at,
        "case": "c" * 32 if standing == "in_case" else "",
        "standing": standing,
    }


def disputes(chance: random.Random, number: int) -> dict[str, Any]:
    filed_at = NOW + chance.randrange(20) * DAY
    return {
        "case": f"{filed_at:010x}{number:022x}",
        "handler": chance.choice(["ministry", "welfare"]),
        "programme": chance.choice(["", "coupon"]),
        "holder": f"person-{number}",
        "payee": "bakery",
        "ground": chance.choice(["unauthorised", "duplicate"]),
        "amount": 1_000,
        "filed_at": filed_at,
        "answer_by": filed_at + 5 * DAY,
        "decide_by": filed_at + 14 * DAY,
        "answered": chance.choice(["", "agrees", "denies"]),
        "standing": chance.choice(["open", "upheld", "rejected", "withdrawn"]),
        "decided_at": 0,
        "credited": 0,
        "charged": 0,
    }


CHANCE = random.Random(7)
ROWS = {make: [make(CHANCE, number) for number in range(150)] for make in (applications, flags, disputes)}


@pytest.fixture
def filled(database):
    with database.writing() as connection:
        columns = ("programme", "office", "role")
        connection.execute(insert(DECIDING), [dict(zip(columns, one, strict=True)) for one in DECIDERS])
        for table, make in ((APPLICATIONS, applications), (FLAGS, flags), (DISPUTES, disputes)):
            connection.execute(insert(table), ROWS[make])
    return database


def decided_by(office: str, role: str = "") -> set[str]:
    return {programme for programme, one, as_what in DECIDERS if one == office and role in ("", as_what)}


def plainly(rows: list[dict[str, Any]], wanted: Any, *skipped: str) -> list[dict[str, Any]]:
    """The rows in which every field is as wanted, but for those that mean something else."""
    values = {name: one for name, one in msgspec.structs.asdict(wanted).items() if one is not None}
    same = {name: one for name, one in values.items() if name not in ("office", "overdue_at", *skipped)}
    return [row for row in rows if all(row[name] == one for name, one in same.items())]


@pytest.mark.parametrize("office", ["ministry", "welfare", "city", "nobody"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"programme": "coupon"},
        {"programme": "nobodys"},
        {"status": "open"},
        {"status": "to_desk"},
        {"ground": "birth", "channel": "desk"},
        {"overdue_at": NOW + 15 * DAY},
        {"overdue_at": NOW + 7 * DAY},
        {"status": "granted", "overdue_at": NOW + 99 * DAY},
    ],
)
def test_applications_are_filtered_as_plainly(filled, office, asked):
    wanted = ApplicationFilter(office=office, **asked)
    expected = [one for one in ROWS[applications] if one["programme"] in decided_by(office)]
    expected = plainly(expected, wanted, "status")
    if wanted.status is not None:
        statuses = ("entered", "to_desk") if wanted.status == "open" else (wanted.status,)
        expected = [one for one in expected if one["status"] in statuses]
    if wanted.overdue_at is not None:
        late = [one for one in expected if one["status"] == "entered"]
        expected = [one for one in late if one["deadline"] < wanted.overdue_at]
    expected.sort(key=lambda one: (one["deadline"], one["number"]))
    with filled.reading() as connection:
        page = list_applications(connection, wanted, limit=500)
        assert [one.number for one in page.rows] == [one["number"] for one in expected]
        assert (page.total, page.next) == (len(expected), "")
        first = list_applications(connection, wanted, limit=3)
        assert first.rows == page.rows[:3]
        if first.next:
            assert list_applications(connection, wanted, first.next, 500).rows == page.rows[3:]


@pytest.mark.parametrize("office", ["ministry", "welfare", "city"])
@pytest.mark.parametrize(
    "asked", [{}, {"programme": "meals"}, {"standing": "waiting"}, {"reason": "burst", "source": "report"}]
)
def test_flags_are_the_sponsors_newest_first(filled, office, asked):
    wanted = FlagFilter(office=office, **asked)
    expected = [one for one in ROWS[flags] if one["programme"] in decided_by(office, "sponsor")]
    expected = plainly(expected, wanted)
    expected.sort(key=lambda one: one["number"], reverse=True)
    with filled.reading() as connection:
        page = list_flags(connection, wanted, limit=500)
        assert [one.number for one in page.rows] == [one["number"] for one in expected]
        first = list_flags(connection, wanted, limit=2)
        if first.next:
            assert list_flags(connection, wanted, first.next, 500).rows == page.rows[2:]


@pytest.mark.parametrize("office", ["ministry", "welfare", "city"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"standing": "open", "answered": ""},
        {"ground": "duplicate", "programme": "coupon"},
        {"overdue_at": NOW + 20 * DAY},
        {"overdue_at": NOW + 14 * DAY},
    ],
)
def test_disputes_are_filtered_as_plainly(filled, office, asked):
    wanted = DisputeFilter(office=office, **asked)
    expected = plainly([one for one in ROWS[disputes] if one["handler"] == office], wanted)
    if wanted.overdue_at is not None:
        still_open = [one for one in expected if one["standing"] == "open"]
        expected = [one for one in still_open if one["decide_by"] <= wanted.overdue_at]
    expected.sort(key=lambda one: (one["decide_by"], one["case"]))
    with filled.reading() as connection:
        page = list_disputes(connection, wanted, limit=500)
        assert [one.case for one in page.rows] == [one["case"] for one in expected]
        assert page.total == len(expected)


def test_what_waits_is_what_the_lists_hold(filled):
    now = NOW + 16 * DAY
    with filled.reading() as connection:
        for office in ("ministry", "welfare", "city", "nobody"):
            counted = count_waiting(connection, office, now)
            entered = ApplicationFilter(office=office, status="entered")
            late = ApplicationFilter(office=office, overdue_at=now)
            assert counted.applications == list_applications(connection, entered).total
            assert counted.applications_overdue == list_applications(connection, late).total
            assert counted.flags == list_flags(connection, FlagFilter(office=office, standing="waiting")).total
            assert counted.disputes == list_disputes(connection, DisputeFilter(office=office, standing="open")).total
            overdue = DisputeFilter(office=office, overdue_at=now)
            assert counted.disputes_overdue == list_disputes(connection, overdue).total
        assert count_waiting(connection, "nobody", now) == Waiting(0, 0, 0, 0, 0, 0, 0)


def test_a_place_of_another_list_is_refused(filled):
    with filled.reading() as connection:
        for call in (
            lambda: list_applications(connection, ApplicationFilter(office="ministry"), "zz"),
            lambda: list_flags(connection, FlagFilter(office="ministry"), "1,2"),
            lambda: list_disputes(connection, DisputeFilter(office="ministry"), "1"),
        ):
            with pytest.raises(MadangError) as error:
                call()
            assert error.value.code == "records.page"


# ------------------------------------------------------------------------------------------------- from the ledger


def test_who_decides_is_who_the_ledger_names_now(database):
    """A sponsor may give a draft up, and another take the name; authorities come and go with the terms."""

    def wrote(*writes: tuple[bytes, bytes | None]) -> None:
        with database.writing() as connection:
            block = Written(1, NOW, bytes(32), [list(writes)])
            OfficeWork().apply(connection, view=None, blocks=[block])

    def deciders() -> list[tuple[str, str]]:
        with database.reading() as connection:
            return sorted((one.office, one.role) for one in connection.execute(select(DECIDING)))

    def draft(sponsor: str) -> tuple[bytes, bytes]:
        record = Programme(sponsor, "bank", "k", "d", "draft", (), ())
        return PROGRAMMES.key("coupon"), PROGRAMMES.encode(record)

    welfare, city = (AUTHORITIES.key("coupon", one) for one in ("welfare", "city"))
    named = AUTHORITIES.encode(Authority(1))
    wrote(draft("ministry"), (welfare, named), (city, named))
    assert deciders() == [("city", "authority"), ("ministry", "sponsor"), ("welfare", "authority")]
    wrote((welfare, None), draft("welfare"))
    assert deciders() == [("city", "authority"), ("welfare", "sponsor")]
    wrote((welfare, named), (PROGRAMMES.key("coupon"), None))
    assert deciders() == [("city", "authority"), ("welfare", "authority")]


def everything(database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        tables = (APPLICATIONS, DECIDING, FLAGS, DISPUTES)
        return {one.name: sorted(map(tuple, connection.execute(select(one)).all())) for one in tables}


def test_the_lists_are_what_the_ledger_says_however_often_they_are_made(yard, database):
    def take_in() -> None:
        project(database, yard.node.ledger.store.view(), OfficeWork())

    terms = SetTerms(by="ministry", programme=COUPON, since=yard.now, until=UNTIL, days=7)
    yard.accept(terms, by=quorum("ministry"))
    for person, subject in ((ALICE, "a"), (BORA, "b")):
        yard.accept(Apply(by=person.party, programme=COUPON, subjects=[subject * 64]), by=person)
    take_in()
    with database.reading() as connection:
        page = list_applications(connection, ApplicationFilter(office="ministry"))
        assert sorted(one.applicant for one in page.rows) == sorted([ALICE.party, BORA.party])
    yard.accept(
        Decide(by=OPENER.party, application=page.rows[0].number, decision="declined", ground="not_resident"), by=OPENER
    )
    yard.accept(raising(), by=OPENER)
    ((flag, _),) = fraud.flags(yard.node.state(), "ministry", COUPON)
    yard.accept(opening(flag), by=OPENER)
    filing = File(
        by=ALICE.party,
        holder=ALICE.party,
        payee="grocer",
        ground="unauthorised",
        amount=7,
        statement="ab" * 32,
        transfer=Transfer(transaction="0" * 32, at=yard.now),
    )
    yard.accept(filing, by=ALICE)
    take_in()
    with database.reading() as connection:
        own = ApplicationFilter(office="ministry")
        assert [one.status for one in list_applications(connection, own).rows].count("declined") == 1
        (found,) = list_flags(connection, FlagFilter(office="ministry")).rows
        assert (found.number, found.standing, found.subject) == (flag, "in_case", "bakery")
        (disputed,) = list_disputes(connection, DisputeFilter(office="bank-a")).rows
        assert (disputed.payee, disputed.amount, disputed.answered, disputed.standing) == ("grocer", 7, "", "open")
        assert count_waiting(connection, "bank-a", yard.now) == Waiting(0, 0, 0, 0, 0, 1, 0)
        assert count_waiting(connection, "ministry", yard.now) == Waiting(0, 0, 1, 0, 0, 0, 0)
    yard.accept(Answer(by="grocer", case=disputed.case, agrees=False, statement="cd" * 32), by=GROCER)
    yard.accept(Withdraw(by=ALICE.party, case=disputed.case), by=ALICE)
    take_in()
    with database.reading() as connection:
        (disputed,) = list_disputes(connection, DisputeFilter(office="bank-a")).rows
        assert (disputed.answered, disputed.standing) == ("denies", "withdrawn")
    before = everything(database)
    rebuild(database, yard.node.ledger.store.view(), OfficeWork())
    assert everything(database) == before
    assert officer("ministry") == OPENER
