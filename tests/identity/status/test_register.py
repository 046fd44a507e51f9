"""Places are given out once and at random; revoked is for good; what was acknowledged survives a crash."""

import os
import subprocess
import sys

import pytest

from madang.identity.status import register as registers
from madang.identity.status.packing import bit_at, status_at
from madang.identity.status.register import PLACES, Change, Status, StatusRegister
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.status.scene import BASE, LATER, one_place, register

VALID, REVOKED, SUSPENDED = Status.VALID, Status.REVOKED, Status.SUSPENDED


def code_of(call, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        call(*arguments)
    return refused.value.code


def test_places_are_different_random_and_of_one_list(tmp_path):
    with register(tmp_path) as lists:
        found = [one for _ in range(5) for one in lists.allocate(1_000, LATER, NOW)]
    assert len(set(found)) == 5_000
    assert {one.uri for one in found} == {f"{BASE}/1"}
    indexes = [one.index for one in found]
    assert indexes != sorted(indexes)
    # Drawn evenly: each quarter of the list gets about a quarter of them (1,250, off by six deviations at most).
    quarters = [sum(index * 4 // PLACES == quarter for index in indexes) for quarter in range(4)]
    assert all(abs(one - 1_250) < 184 for one in quarters), quarters


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_is_bounded(tmp_path, count):
    with register(tmp_path) as lists, pytest.raises(ValueError, match="expected"):
        lists.allocate(count, LATER, NOW)


def test_revoked_is_for_good_and_suspended_is_not(tmp_path):
    with register(tmp_path) as lists:
        place = one_place(lists)
        assert lists.status(place) is VALID
        assert not lists.change(place, VALID, NOW)
        assert [lists.change(place, status, NOW + 1) for status in (SUSPENDED, SUSPENDED)] == [True, False]
        assert [lists.change(place, status, NOW + 2) for status in (VALID, SUSPENDED, REVOKED)] == [True] * 3
        assert not lists.change(place, REVOKED, NOW + 3)
        for status in (VALID, SUSPENDED):
            assert code_of(lists.change, place, status, NOW + 3) == "status.final"
        assert lists.status(place) is REVOKED
        assert [(one.at, one.status) for one in lists.history(place)] == [
            (NOW, VALID),
            (NOW + 1, SUSPENDED),
            (NOW + 2, VALID),
            (NOW + 2, SUSPENDED),
            (NOW + 2, REVOKED),
        ]
        assert lists.history(place)[0] == Change(NOW, LATER, place.index, VALID)


@pytest.mark.parametrize(
    ("uri", "index"),
    [
        (f"{BASE}/1", -1),
        (f"{BASE}/1", PLACES),
        (f"{BASE}/0", 0),
        (f"{BASE}/3", 0),
        (f"{BASE}/one", 0),
        (f"{BASE}/²", 0),
        (BASE, 0),
        ("https://elsewhere.example/1", 0),
    ],
)
def test_only_what_was_given_out_has_a_status(tmp_path, uri, index):
    with register(tmp_path) as lists:
        one_place(lists)
        stranger = StatusReference(uri, index)
        for call in (lambda: lists.status(stranger), lambda: lists.history(stranger)):
            assert code_of(call) == "status.unallocated"
        assert code_of(lists.change, stranger, REVOKED, NOW) == "status.unallocated"


def test_a_free_place_has_no_status(tmp_path):
    with register(tmp_path) as lists:
        taken = one_place(lists)
        free = StatusReference(taken.uri, (taken.index + 1) % PLACES)
        assert code_of(lists.change, free, REVOKED, NOW) == "status.unallocated"


def test_everything_is_there_again_after_a_restart(tmp_path):
    with register(tmp_path) as lists:
        places = lists.allocate(3, LATER, NOW)
        for place, status in zip(places, (VALID, REVOKED, SUSPENDED), strict=True):
            lists.change(place, status, NOW)
        before = lists.packed(1)
    with register(tmp_path) as lists:
        assert [lists.status(place) for place in places] == [VALID, REVOKED, SUSPENDED]
        assert lists.packed(1) == before
        assert [status_at(before, 2, place.index) for place in places] == [0, 1, 2]
        revoked, suspended = (lists.packed_for(1, purpose) for purpose in ("revocation", "suspension"))
        assert [bit_at(revoked, place.index) for place in places] == [False, True, False]
        assert [bit_at(suspended, place.index) for place in places] == [False, False, True]


def test_the_next_list_is_there_before_it_is_needed_and_a_list_of_ended_credentials_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(registers, "PLACES", 4_000)
    with register(tmp_path) as lists:
        assert lists.numbers(NOW) == [1]
        first = lists.allocate(1_000, NOW + 10, NOW)
        assert lists.numbers(NOW) == [1, 2]
        rest = [lists.allocate(1_000, NOW + 10, NOW) for _ in range(2)]
        assert {one.uri for batch in (first, *rest) for one in batch} == {f"{BASE}/1"}
        second = lists.allocate(1_000, LATER, NOW)
        assert {one.uri for one in second} == {f"{BASE}/2"}
        assert (lists.numbers(NOW + 9), lists.numbers(NOW + 10)) == ([1, 2, 3], [2, 3])
    with register(tmp_path) as lists:
        assert (lists.numbers(NOW + 9), lists.numbers(NOW + 10)) == ([1, 2, 3], [2, 3])
        assert lists.status(second[0]) is VALID


@pytest.mark.parametrize("cut", range(1, 28))
def test_what_a_crash_cut_off_was_never_acknowledged(tmp_path, cut):
    with register(tmp_path) as lists:
        place = one_place(lists)
        lists.change(place, REVOKED, NOW)
    file = tmp_path / "1.statuses"
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    with register(tmp_path) as lists:
        assert lists.status(place) is VALID
        lists.change(place, REVOKED, NOW)
    assert file.read_bytes() == whole


def test_a_last_line_that_is_garbled_was_never_acknowledged_and_any_other_stops(tmp_path):
    with register(tmp_path) as lists:
        place = one_place(lists)
        lists.change(place, REVOKED, NOW)
    file = tmp_path / "1.statuses"
    whole = file.read_bytes()
    file.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with register(tmp_path) as lists:
        assert lists.status(place) is VALID
    for at in (2, 9, 13, 30):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert code_of(register, tmp_path) == "status.damaged"


def test_one_process_has_the_folder_under_one_address(tmp_path):
    with register(tmp_path):
        program = f"from madang.identity.status.register import *; StatusRegister(Path({str(tmp_path)!r}), {BASE!r})"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert "status.busy" in done.stderr
    assert code_of(StatusRegister, tmp_path, "https://elsewhere.example") == "status.base"
    with register(tmp_path):
        pass


def test_a_disk_that_refuses_is_told_and_nothing_is_taken_back(tmp_path, monkeypatch):
    with register(tmp_path) as lists:
        place = one_place(lists)
        length = (tmp_path / "1.statuses").stat().st_size
        real = os.write

        def full(descriptor: int, data: memoryview) -> int:
            real(descriptor, bytes(data[:5]))
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        assert code_of(lists.change, place, REVOKED, NOW) == "status.store"
        monkeypatch.undo()
        assert lists.status(place) is VALID
        assert (tmp_path / "1.statuses").stat().st_size == length
        assert lists.change(place, REVOKED, NOW)


def test_a_folder_that_is_none_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    assert code_of(register, tmp_path / "file") == "status.store"
