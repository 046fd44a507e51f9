"""The database: counts are on disk when they return, tries never pass five, and a wrong master key is found."""

import sqlite3
import threading
from pathlib import Path

import pytest

from madang.cards.store import MAX_TRIES, Store
from madang.kernel.errors import MadangError

MARK, NUMBER, SALT = b"mark", b"number", bytes(16)


def store(folder: Path) -> Store:
    made = Store.make(folder, MARK)
    made.add([(NUMBER, "card", b"sealed", SALT)])
    assert made.choose_pin(NUMBER, b"pin", SALT, 1)
    return made


def test_five_tries_are_counted_and_no_sixth(tmp_path: Path):
    one = store(tmp_path)
    assert [one.count_try(NUMBER).tries for _ in range(MAX_TRIES)] == [1, 2, 3, 4, 5]
    assert one.count_try(NUMBER) is None
    again = Store(tmp_path, MARK)
    assert again.count_try(NUMBER) is None
    assert again.count_try(b"unknown") is None
    again.reset_tries(NUMBER, 1)
    assert again.count_try(NUMBER).tries == 1
    again.reset_tries(NUMBER, 1)
    assert again.find(NUMBER).tries == 1
    again.forgive(NUMBER)
    assert again.find(NUMBER).tries == 0


def test_many_pads_at_once_get_five_tries_together(tmp_path: Path):
    store(tmp_path).close()
    counted: list[int] = []

    def pad() -> None:
        own = Store(tmp_path, MARK)
        for _ in range(3):
            row = own.count_try(NUMBER)
            if row is not None:
                counted.append(row.tries)
        own.close()

    pads = [threading.Thread(target=pad) for _ in range(6)]
    for one in pads:
        one.start()
    for one in pads:
        one.join()
    assert sorted(counted) == [1, 2, 3, 4, 5]


def test_a_card_without_a_pin_has_no_tries(tmp_path: Path):
    made = Store.make(tmp_path, MARK)
    made.add([(NUMBER, "card", b"sealed", SALT)])
    assert made.count_try(NUMBER) is None
    assert made.find(NUMBER).tries == 0


def test_a_pin_is_chosen_once_for_each_time_that_it_is_allowed(tmp_path: Path):
    one = store(tmp_path)
    assert not one.choose_pin(NUMBER, b"other", SALT, 1)
    assert one.find(NUMBER).pin == b"pin"
    assert one.choose_pin(NUMBER, b"other", SALT, 3)
    assert not one.choose_pin(NUMBER, b"third", SALT, 2)
    assert not one.choose_pin(b"unknown", b"third", SALT, 9)


def test_a_pad_is_counted_for_a_while(tmp_path: Path):
    one = store(tmp_path)
    assert [one.count_pad("till", 100 + at, 0, 3) for at in range(4)] == [True, True, True, False]
    assert one.count_pad("another", 104, 0, 3)
    one.forgive_pad("till")
    assert [one.count_pad("till", 105, 0, 3) for _ in range(2)] == [True, False]
    assert [one.count_pad("till", 200, 100, 3) for _ in range(2)] == [True, False]


def test_cards_are_added_all_or_none(tmp_path: Path):
    one = store(tmp_path)
    with pytest.raises(sqlite3.IntegrityError):
        one.add([(b"new", "new", b"sealed", SALT), (NUMBER, "twice", b"sealed", SALT)])
    assert one.find(b"new") is None
    one.add([(b"new", "new", b"sealed", SALT)])
    assert one.find(b"new").name == "new"


def test_a_database_is_made_once_and_opens_under_its_master_key(tmp_path: Path):
    with pytest.raises(MadangError, match=r"card\.no_database"):
        Store(tmp_path, MARK)
    Store.make(tmp_path, MARK).close()
    assert (tmp_path / "cards.sqlite").stat().st_mode & 0o777 == 0o600
    with pytest.raises(MadangError, match=r"card\.exists"):
        Store.make(tmp_path, MARK)
    with pytest.raises(MadangError, match=r"card\.other_master_key"):
        Store(tmp_path, b"another")
