"""The spool: one file a notice, whole or not at all, once whatever happens."""

import stat
import threading

import msgspec
import pytest

from madang.records.channels import CHANNELS, Message, Spool, spools

KEY = "a" * 64


def message(text: str = "바우처가 지급되었습니다.") -> Message:
    return Message(KEY, "text", "010-1234-5678", "ko", text)


def test_a_message_is_one_file_for_its_owner_alone(tmp_path):
    spool = Spool(tmp_path / "spool", "text")
    spool.send(message())
    (file,) = (tmp_path / "spool" / "text").glob("*.json")
    assert file.name == f"{KEY}.json"
    assert msgspec.json.decode(file.read_bytes(), type=Message) == message()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_message_is_put_there_once_and_not_again_after_it_was_sent(tmp_path):
    spool = Spool(tmp_path, "text")
    spool.send(message())
    spool.send(message("other"))
    file = tmp_path / "text" / f"{KEY}.json"
    assert msgspec.json.decode(file.read_bytes(), type=Message) == message()
    file.rename(tmp_path / "text" / "done" / file.name)
    spool.send(message())
    assert not file.exists()


def test_many_that_send_the_same_leave_one_file(tmp_path):
    spool = Spool(tmp_path, "text")
    threads = [threading.Thread(target=spool.send, args=(message(),)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.name for one in (tmp_path / "text").iterdir() if one.is_file()] == [f"{KEY}.json"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    spool = Spool(tmp_path, "text")
    (tmp_path / "text" / ".part-1-x").write_text('{"half')
    Spool(tmp_path, "text")
    spool.send(message())
    assert sorted(one.name for one in (tmp_path / "text").iterdir()) == [f"{KEY}.json", "done"]


def test_where_nothing_can_be_written_it_may_work_later(tmp_path):
    spool = Spool(tmp_path, "text")
    (tmp_path / "text" / "done").rmdir()
    (tmp_path / "text").rmdir()
    with pytest.raises(OSError, match="No such file"):
        spool.send(message())


def test_every_channel_has_a_spool(tmp_path):
    assert tuple(spools(tmp_path)) == CHANNELS
