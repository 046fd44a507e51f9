"""A subject is given a token once, whatever happens at the same time or breaks in between; on both databases."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from madang.identity.eligibility.register import BATCH_SECONDS
from madang.kernel.errors import MadangError
from madang.records.database import open_database
from madang.records.schema import ELIGIBILITY_ISSUES as ISSUES
from madang.records.schema import ELIGIBILITY_OFFERS as OFFERS
from madang.records.schema import ELIGIBILITY_SUBJECTS as SUBJECTS
from madang.records.tokens import TokenRegister
from tests.base.eligibility.scene import modulus, offered, opening
from tests.identity.eligibility.scene import NOW, view_of
from tests.support.cast import quorum

FATHER, MOTHER, CHILD = ("1" * 64, "2" * 64, "3" * 64)
FIRST, SECOND = b"first request", b"second request"


@pytest.fixture(scope="module")
def view():
    return view_of(offered())


def code_of(what, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        what(*arguments)
    return refused.value.code


def rows(database) -> tuple[int, int, int]:
    with database.reading() as connection:
        count = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (ISSUES, SUBJECTS)]
        issued = connection.execute(select(func.sum(OFFERS.c.issued))).scalar_one()
    return count[0], count[1], int(issued or 0)


def test_a_subject_is_given_one_token_and_its_own_request_again(database, view):
    register = TokenRegister(database)
    register.take(view, [FATHER], FIRST, NOW)
    register.take(view, [FATHER], FIRST, NOW + 9_999)
    assert code_of(register.take, view, [FATHER], SECOND, NOW) == "eligibility.already"
    assert code_of(register.take, view, [MOTHER], FIRST, NOW) == "eligibility.request"
    register.take(view, [MOTHER], SECOND, NOW)
    assert rows(database) == (2, 2, 2)


def test_a_household_is_locked_with_each_member_or_not_at_all(database, view):
    register = TokenRegister(database)
    register.take(view, [FATHER, MOTHER], FIRST, NOW)
    assert code_of(register.take, view, [CHILD, MOTHER], SECOND, NOW) == "eligibility.already"
    register.take(view, [CHILD], SECOND, NOW)
    assert rows(database) == (2, 3, 2)


def test_another_offer_of_the_same_purpose_is_no_second_chance(database):
    world = offered()
    world.accept(opening(offer="another", key=modulus("another")), by=quorum("welfare"))
    world.accept(opening(offer="second", key=modulus("second"), instalment=2), by=quorum("welfare"))
    register = TokenRegister(database)
    register.take(view_of(world), [FATHER], FIRST, NOW)
    assert code_of(register.take, view_of(world, "another"), [FATHER], FIRST, NOW) == "eligibility.already"
    register.take(view_of(world, "second"), [FATHER], FIRST, NOW)


def test_what_was_given_another_way_is_not_given_by_a_token_nor_the_other_way_round(database, view):
    register = TokenRegister(database)
    register.exclude(view.purpose, 1, [FATHER])
    assert code_of(register.take, view, [FATHER], FIRST, NOW) == "eligibility.already"
    register.take(view, [MOTHER], FIRST, NOW)
    assert code_of(register.exclude, view.purpose, 1, [MOTHER, CHILD]) == "eligibility.already"
    assert code_of(register.exclude, view.purpose, 1, [FATHER]) == "eligibility.already"
    register.exclude(view.purpose, 2, [FATHER, MOTHER])
    assert rows(database) == (1, 4, 1)


def test_no_more_are_signed_than_the_offer_is_for(database):
    world = offered(issued=0)
    world.accept(opening(offer="small", key=modulus("small"), most=1), by=quorum("welfare"))
    register, small = TokenRegister(database), view_of(world, "small")
    register.take(small, [FATHER], FIRST, NOW)
    assert code_of(register.take, small, [MOTHER], SECOND, NOW) == "eligibility.exhausted"
    register.take(small, [FATHER], FIRST, NOW)
    assert rows(database) == (1, 1, 1)


def test_of_many_requests_of_one_person_at_once_one_is_written(database, view):
    register, ends = TokenRegister(database), []

    def ask(number: int) -> None:
        try:
            register.take(view, [FATHER, MOTHER] if number % 2 else [MOTHER], b"request %d" % number, NOW)
            ends.append("")
        except MadangError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends) == ["", *["eligibility.already"] * 7]
    assert rows(database)[0] == 1


def test_what_broke_off_left_nothing_and_what_was_written_is_known_by_another_process(address, view):
    class Breaking:
        """Breaks when all is written and before it is durable."""

        @contextmanager
        def writing(self):
            with database.writing() as connection:
                yield connection
                raise KeyboardInterrupt

    database = open_database(address)
    register = TokenRegister(database)
    register._database = Breaking()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        register.take(view, [FATHER], FIRST, NOW)
    assert rows(database) == (0, 0, 0)
    TokenRegister(database).take(view, [FATHER], FIRST, NOW)
    database.close()
    again = open_database(address)
    assert code_of(TokenRegister(again).take, view, [FATHER], SECOND, NOW) == "eligibility.already"
    TokenRegister(again).take(view, [FATHER], FIRST, NOW)
    again.close()


def test_a_database_that_is_gone_is_told_and_not_tried_for_ever(sqlite, view):
    opened = sqlite()
    register = TokenRegister(opened)
    with opened.writing() as connection:
        SUBJECTS.drop(connection)
        ISSUES.drop(connection)
    assert code_of(register.take, view, [FATHER], FIRST, NOW) == "records.database"


def test_tokens_are_counted_by_hours_that_are_over(database, view):
    register = TokenRegister(database)
    for number in range(3):
        register.take(view, [f"{number:064x}"], b"%d" % number, NOW + number * BATCH_SECONDS)
    hour = NOW // BATCH_SECONDS
    assert [register.counted(view, (hour + later) * BATCH_SECONDS) for later in range(4)] == [0, 1, 2, 3]
    assert [register.oldest(view, counted) for counted in range(4)] == [hour, hour + 1, hour + 2, None]
