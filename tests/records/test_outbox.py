"""The outbox: each notice once a channel, to where only the vault knows, however often it is tried or killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update

from madang.kernel.errors import MadangError
from madang.records.channels import CHANNELS, Message, Undeliverable, spools
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.noticemodel import notice
from madang.records.noticetexts import Kind
from madang.records.outbox import BACKOFF, MAX_AGE, Contact, Outbox, Sent, dead_letters, own_notices
from madang.records.schema import NOTICE_DELIVERIES, NOTICE_TITLES, NOTICES, VAULT_PEOPLE
from madang.records.vault import Access, Vault

ROOT = Path(__file__).parents[2]
NOW = 1_753_056_000
ASKED = Access("desk-officer", "person_asked")
CONTACT = Contact(channels=["text", "letter"], phone="010-1234-5678", address="서울특별시 종로구 1")


class Post:
    """An outbox on real spools, with a clock that a test moves."""

    def __init__(self, database, folder: Path) -> None:
        self.database, self.folder, self.now = database, folder / "spool", NOW
        self.vault = Vault(database, FileMasterKey.create(folder / "master.key"), lambda: self.now)
        self.channels = spools(self.folder)
        self._made = 0

    def run(self) -> Sent:
        return Outbox(self.database, self.vault, self.channels, lambda: self.now).run()

    def person(self, party: str, contact: Contact = CONTACT) -> str:
        person = self.vault.enrol(ASKED, party)
        self.vault.put(person, "contact", msgspec.json.encode(contact), ASKED)
        return person

    def tell(self, recipient: str = "alice", kind: Kind = "paid", at: int | None = None, **about: object) -> str:
        """A notice that waits; its key."""
        self._made += 1
        about = {"programme": "coupon", "amount": 12_000, "number": "0042"} | about
        row = notice(kind, recipient, self.now if at is None else at, (self._made,), about)
        with self.database.writing() as connection:
            connection.execute(insert(NOTICES).values(**row))
        return str(row["key"])

    def spooled(self, channel: str) -> list[Message]:
        files = sorted((self.folder / channel).glob("*.json"))
        return [msgspec.json.decode(one.read_bytes(), type=Message) for one in files]

    def deliveries(self) -> list[tuple]:
        table = NOTICE_DELIVERIES.c
        with self.database.reading() as connection:
            found = select(table.channel, table.status, table.attempts, table.error).order_by(table.key, table.channel)
            return [tuple(one) for one in connection.execute(found)]


@pytest.fixture
def post(database, tmp_path) -> Post:
    with database.writing() as connection:
        connection.execute(insert(NOTICE_TITLES).values(programme="coupon", language="ko", title="소비쿠폰"))
    return Post(database, tmp_path)


class Fails:
    """A carrier that is away."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def send(self, message: Message) -> None:
        self.asked += 1
        raise self.error


def test_a_notice_goes_to_the_app_and_on_the_ways_that_were_chosen_once(post):
    post.person("alice")
    key = post.tell()
    assert post.run() == Sent(0, 1, 3, 0, 0)
    assert post.run() == Sent(0, 0, 0, 0, 0)
    short = "12,000원이 결제되었습니다. 확인번호 0042."
    assert post.spooled("app") == [Message(key, "app", "alice", "ko", short)]
    assert post.spooled("text") == [Message(key, "text", "010-1234-5678", "ko", short)]
    (letter,) = post.spooled("letter")
    assert letter.to == "서울특별시 종로구 1"
    assert letter.text.startswith("소비쿠폰: ")
    assert post.spooled("voice") == []


def test_who_is_unknown_to_the_vault_or_left_no_contact_is_told_in_the_app_alone(post):
    post.vault.enrol(ASKED, "bora")
    post.tell("alice")
    post.tell("bora")
    assert post.run() == Sent(0, 2, 2, 0, 0)
    assert {one.to for one in post.spooled("app")} == {"alice", "bora"}
    assert [post.spooled(channel) for channel in CHANNELS[1:]] == [[], [], []]


def test_a_person_without_a_key_is_found_by_the_own_handle(post):
    person = post.person("nothing", Contact(language="en", channels=["voice"], phone="02-120"))
    post.tell(person, "appeal_decided", detail="granted")
    post.run()
    assert post.spooled("voice")[0].text == "Your appeal was decided. See 'My notices' in the app."


def test_a_text_on_the_way_shows_no_programme_and_a_letter_does(post):
    post.person("alice", msgspec.structs.replace(CONTACT, channels=["text", "letter", "voice"]))
    kinds: list[Kind] = ["granted", "use_by", "case_opened"]
    for kind in kinds:
        post.tell("alice", kind, amount=0, day=NOW)
    post.run()
    for channel in ("app", "text", "voice"):
        assert len(post.spooled(channel)) == 3
        assert not [one for one in post.spooled(channel) if "소비쿠폰" in one.text]
    assert all("소비쿠폰" in one.text for one in post.spooled("letter"))


def test_every_look_at_an_address_is_on_record(post):
    person = post.person("alice")
    post.tell()
    post.run()
    looked = [one for one in post.vault.accesses(person) if one.what == "read"]
    assert {(one.officer, one.why) for one in looked} == {("outbox", "notice")}
    assert len(looked) == 4


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(post):
    post.person("alice", Contact(channels=["text"], phone="02-120"))
    key = post.tell()
    away = Fails(ConnectionError())
    post.channels["text"] = away
    assert post.run() == Sent(0, 1, 1, 1, 0)
    assert post.run() == Sent(0, 0, 0, 0, 0)
    for tries, wait in enumerate(BACKOFF, 2):
        post.now += wait - 1
        assert post.run() == Sent(0, 0, 0, 0, 0)
        post.now += 1
        last = tries == len(BACKOFF) + 1
        assert post.run() == Sent(0, 0, 0, int(not last), int(last))
        assert away.asked == tries
    post.now += 10**7
    assert post.run() == Sent(0, 0, 0, 0, 0)
    with post.database.reading() as connection:
        (dead,) = dead_letters(connection)
    assert (dead.key, dead.channel, dead.kind, dead.error) == (key, "text", "paid", "system.ConnectionError")


def test_a_carrier_that_comes_back_has_each_message_once(post):
    post.person("alice", Contact(channels=["text"], phone="02-120"))
    for _ in range(5):
        post.tell()
    working = post.channels["text"]
    post.channels["text"] = Fails(OSError())
    post.run()
    post.channels["text"] = working
    post.now += BACKOFF[0]
    assert post.run() == Sent(0, 0, 5, 0, 0)
    assert len(post.spooled("text")) == 5


@pytest.mark.parametrize(
    ("contact", "error"),
    [
        (Contact(channels=["text"]), "notices.no_address"),
        (Contact(channels=["letter"], phone="02-120"), "notices.no_address"),
    ],
)
def test_without_an_address_it_is_a_dead_letter_at_once(post, contact, error):
    post.person("alice", contact)
    post.tell()
    assert post.run() == Sent(0, 1, 1, 0, 1)
    with post.database.reading() as connection:
        assert [one.error for one in dead_letters(connection)] == [error]


def test_one_persons_damaged_vault_keeps_nobody_else_waiting(post):
    person = post.person("alice")
    post.person("bora")
    with post.database.writing() as connection:
        connection.execute(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == person).values(head=bytes(32)))
    post.tell("alice")
    post.tell("bora")
    post.run()
    assert {one.to for one in post.spooled("text")} == {"010-1234-5678"}
    assert ("contact", "dead", 0, "vault.replayed") in post.deliveries()
    assert ("app", "dead", 1, "vault.replayed") in post.deliveries()


def test_what_is_no_contact_is_a_dead_letter(post):
    person = post.vault.enrol(ASKED, "alice")
    post.vault.put(person, "contact", b'{"phone":"javascript:x"}', ASKED)
    post.tell()
    post.run()
    assert ("contact", "dead", 0, "notices.contact") in post.deliveries()


def test_an_address_that_was_erased_meanwhile_is_not_used(post):
    person = post.person("alice")
    post.tell()
    post.channels["text"] = Fails(OSError())
    post.channels["letter"] = Fails(OSError())
    post.run()
    post.vault.erase(person, ASKED)
    post.channels = spools(post.folder)
    post.now += BACKOFF[0]
    assert post.run() == Sent(0, 0, 0, 0, 2)
    assert post.spooled("text") == post.spooled("letter") == []


def test_what_was_found_days_late_is_listed_and_not_sent(post):
    post.person("alice")
    post.tell(at=NOW - MAX_AGE)
    key = post.tell(at=NOW - MAX_AGE + 1)
    assert post.run().planned == 1
    assert [one.key for one in post.spooled("app")] == [key]
    with post.database.reading() as connection:
        assert len(own_notices(connection, "alice")) == 2


def test_a_database_that_is_away_makes_no_dead_letters(post, monkeypatch):
    post.tell()

    def away(*_arguments):
        raise MadangError("records.database", "The database failed.")

    monkeypatch.setattr(post.vault, "person_of", away)
    with pytest.raises(MadangError, match=r"records.database"):
        post.run()
    monkeypatch.undo()
    assert post.run() == Sent(0, 1, 1, 0, 0)


def test_a_message_that_can_never_arrive_is_given_up_at_once(post):
    post.channels["app"] = Fails(Undeliverable("carrier.unknown", "Nobody has this app."))
    post.tell()
    assert post.run() == Sent(0, 1, 0, 0, 1)


# ---------------------------------------------------------------------------------------------------- my notices


def test_my_notices_are_mine_oldest_first_in_full(post):
    post.tell("alice", "granted", amount=0, day=NOW)
    post.now += 60
    post.tell("alice")
    post.tell("bora")
    with post.database.reading() as connection:
        mine = own_notices(connection, "alice")
        assert [one.kind for one in mine] == ["granted", "paid"]
        assert mine[0].text == "소비쿠폰: 바우처가 지급되었습니다. 2025년 7월 21일까지 쓸 수 있습니다."
        assert [one.text for one in own_notices(connection, "alice", "en", NOW + 60)] == [
            "Public voucher: 12,000 won were paid. Confirmation number 0042. If it was not you, report it at once."
        ]
        assert own_notices(connection, "alice", limit=1) == mine[:1]
        assert own_notices(connection, "nobody") == []


@pytest.mark.parametrize(
    "bad", [{"phone": "x"}, {"channels": ["fax"]}, {"language": "fr"}, {"address": "x" * 301}, {"tier": "poor"}]
)
def test_a_contact_of_another_form_is_refused(bad):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, Contact)


# ----------------------------------------------------------------------------------------------------- kill -9

PROGRAM = """
import sys
from pathlib import Path
from madang.records import outbox
from madang.records.channels import spools
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Vault
outbox.TOGETHER = 7
folder = Path(sys.argv[1])
database = open_database(sys.argv[2])
vault = Vault(database, FileMasterKey.open(folder / "master.key"), lambda: 1753056000)
sending = outbox.Outbox(database, vault, spools(folder / "spool"), lambda: 1753056000)
print("ready", flush=True)
while sending.run().sent:
    pass
print("done", flush=True)
"""


def test_killed_again_and_again_each_notice_leaves_once(address, tmp_path):
    """Between a killed process's file and its note the carrier takes the file away: it must not come again."""
    database = open_database(address)
    post = Post(database, tmp_path)
    post.person("alice", Contact(channels=["text"], phone="02-120"))
    keys = {post.tell() for _ in range(60)}
    taken: list[str] = []
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), address]

    def carry() -> None:
        for file in sorted((tmp_path / "spool" / "text").glob("*.json")):
            taken.append(file.stem)
            file.rename(file.parent / "done" / file.name)

    for number in range(6):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.03 + 0.05 * number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        carry()
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert said.stdout == b"ready\ndone\n"
    carry()
    assert sorted(taken) == sorted(keys), "each once"
    assert {one.key for one in post.spooled("app")} == keys
    assert {status for _, status, _, _ in post.deliveries()} == {"sent"}
    database.close()
