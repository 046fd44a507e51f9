"""The vault: what it keeps, for whom, for how long; and what whoever holds the database can make of it."""

import itertools
import re

import pytest
from sqlalchemy import delete, insert, select, update

from madang.kernel.errors import MadangError
from madang.records.consents import Consent, Receipt
from madang.records.masterkey import FileMasterKey
from madang.records.purposes import FIVE_YEARS, PURPOSES
from madang.records.schema import VAULT_ACCESSES, VAULT_ALIASES, VAULT_ITEMS, VAULT_KEYS, VAULT_PEOPLE
from madang.records.vault import MAX_ITEM_BYTES, MAX_ITEMS, Access, Erased, Erasure, Vault

DAY = 86_400
NOW = 1_753_056_000
BY = Access("officer-1", "appeal")
ASKED = Access("officer-1", "person_asked")
NOTICE = Access("outbox", "notice")
PHONE, BIRTH, OTHER = b'{"phone":"010-1234-5678"}', b"a certificate of birth", b"a lease"
TABLES = (VAULT_KEYS, VAULT_PEOPLE, VAULT_ALIASES, VAULT_ITEMS, VAULT_ACCESSES)


class Scene:
    """A vault with a clock that a test moves."""

    def __init__(self, database, folder) -> None:
        self.database = database
        self.now = NOW
        self.master = FileMasterKey.create(folder / "master.key")
        self.vault = self.open()

    def open(self, master=None) -> Vault:
        return Vault(self.database, master or self.master, lambda: self.now)

    def rows(self, table=VAULT_ITEMS) -> list[dict]:
        with self.database.reading() as connection:
            return [dict(one) for one in connection.execute(select(table)).mappings()]

    def change(self, *statements) -> None:
        with self.database.writing() as connection:
            for one in statements:
                connection.execute(one)

    def stored(self) -> bytes:
        """Everything in the database, as whoever stole it reads it."""
        return repr([self.rows(table) for table in TABLES]).encode()


@pytest.fixture
def scene(database, tmp_path):
    return Scene(database, tmp_path)


def code(call, *arguments) -> str:
    with pytest.raises(MadangError) as error:
        call(*arguments)
    assert not re.search(r"010|birth|lease", error.value.message)
    return error.value.code


# -------------------------------------------------------------------------------------------------- what it keeps


def test_what_is_put_in_comes_out_for_what_it_is_kept_and_is_logged(scene):
    person = scene.vault.enrol(ASKED, "alice-key")
    item, digest = scene.vault.put(person, "evidence", BIRTH, BY)
    scene.now += 60
    assert scene.vault.read(person, item, BY) == BIRTH
    assert scene.open().read(person, item, Access("board", "audit")) == BIRTH
    assert scene.vault.digest(person, item, BY) == digest
    assert code(scene.vault.read, person, item, NOTICE) == "vault.purpose"
    logged = [(one.at - NOW, one.officer, one.why, one.what, one.item) for one in scene.vault.accesses(person)]
    assert logged == [
        (0, "officer-1", "person_asked", "enrol", ""),
        (0, "officer-1", "appeal", "put", item),
        (60, "officer-1", "appeal", "read", item),
        (60, "board", "audit", "read", item),
        (60, "officer-1", "appeal", "read", item),
        (60, "outbox", "notice", "read", item),
    ]


def test_a_person_is_found_under_each_of_the_parties_and_under_the_own_handle(scene):
    person = scene.vault.enrol(ASKED, "alice-coupon", "alice-meals")
    scene.vault.link(person, "alice-energy", ASKED)
    for name in ("alice-coupon", "alice-meals", "alice-energy", person):
        assert scene.open().person_of(name) == person
    assert scene.vault.person_of("bora") is None
    assert code(scene.vault.link, person, "alice-meals", ASKED) == "vault.linked"
    assert code(scene.vault.enrol, ASKED, "alice-coupon") == "vault.linked"
    assert len(scene.rows(VAULT_PEOPLE)) == 1, "nobody was half enrolled"


def test_a_person_who_was_linked_by_mistake_is_found_so_no_more_and_the_log_says_who_undid_it(scene):
    person, other = scene.vault.enrol(ASKED, "alice"), scene.vault.enrol(ASKED, "bora")
    scene.vault.link(person, "bora-meals", ASKED)
    for whose, party, wrong in (
        (other, "bora-meals", "vault.not_linked"),
        (person, "nobody", "vault.not_linked"),
        ("unknown", "bora-meals", "vault.unknown"),
    ):
        assert code(scene.vault.unlink, whose, party, ASKED) == wrong
    assert scene.vault.person_of("bora-meals") == person
    scene.vault.unlink(person, "bora-meals", ASKED)
    assert scene.open().person_of("bora-meals") is None and scene.vault.person_of("alice") == person
    assert [one.what for one in scene.vault.accesses(person)] == ["enrol", "link", "unlink"]
    assert scene.vault.accesses(person)[-1].officer == ASKED.officer
    scene.vault.link(other, "bora-meals", ASKED)
    assert scene.vault.person_of("bora-meals") == other


def test_the_newest_revision_counts(scene):
    person = scene.vault.enrol(ASKED)
    item, _ = scene.vault.put(person, "contact", b"old", ASKED)
    scene.vault.replace(person, item, PHONE, ASKED)
    assert scene.vault.read(person, item, NOTICE) == PHONE
    assert [(one.item, one.revision, one.purpose) for one in scene.vault.items(person)] == [(item, 1, "contact")]
    assert len(scene.rows()) == 1


def test_digests_are_keyed_by_the_person_and_by_the_purpose(scene):
    first, second = scene.vault.enrol(ASKED), scene.vault.enrol(ASKED)
    digests = [
        scene.vault.put(person, purpose, BIRTH, BY)[1]
        for person, purpose in itertools.product((first, second), ("evidence", "reason"))
    ]
    assert len(set(digests)) == 4
    assert scene.vault.put(first, "evidence", BIRTH, BY)[1] == digests[0]
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in digests)


def test_nothing_that_was_put_in_is_readable_in_the_database(scene):
    person = scene.vault.enrol(ASKED, "alice-coupon")
    for purpose, content in (("contact", PHONE), ("evidence", BIRTH), ("reason", OTHER)):
        scene.vault.put(person, purpose, content, BY)
    stored = scene.stored()
    for secret in (PHONE, b"010-1234-5678", BIRTH, OTHER, b"alice-coupon"):
        assert secret not in stored
    assert person.encode() in stored, "the search would find what is there"


def test_sizes_are_bounded(scene):
    person = scene.vault.enrol(ASKED)
    assert code(scene.vault.put, person, "evidence", bytes(MAX_ITEM_BYTES + 1), BY) == "vault.size"
    item, _ = scene.vault.put(person, "evidence", bytes(MAX_ITEM_BYTES), BY)
    assert code(scene.vault.replace, person, item, bytes(MAX_ITEM_BYTES + 1), BY) == "vault.size"
    for _ in range(6):
        scene.vault.put(person, "evidence", bytes(MAX_ITEM_BYTES), BY)
    assert code(scene.vault.put, person, "evidence", bytes(MAX_ITEM_BYTES), BY) == "vault.full"
    scene.vault.replace(person, item, b"small", BY)


def test_items_are_counted(scene, monkeypatch):
    monkeypatch.setattr("madang.records.vault.MAX_ITEMS", 3)
    assert MAX_ITEMS == 200
    person = scene.vault.enrol(ASKED)
    for _ in range(3):
        scene.vault.put(person, "evidence", b"", BY)
    assert code(scene.vault.put, person, "evidence", b"", BY) == "vault.full"


def test_who_or_what_is_not_there_is_told(scene):
    person, other = scene.vault.enrol(ASKED), scene.vault.enrol(ASKED)
    item, _ = scene.vault.put(person, "evidence", BIRTH, BY)
    assert code(scene.vault.read, "A" * 22, item, BY) == "vault.unknown"
    assert code(scene.vault.put, "A" * 22, "evidence", b"", BY) == "vault.unknown"
    assert code(scene.vault.read, person, "A" * 22, BY) == "vault.unknown_item"
    assert code(scene.vault.read, other, item, BY) == "vault.unknown_item"
    assert code(scene.vault.replace, other, item, b"", BY) == "vault.unknown_item"


# ------------------------------------------------------------------------------------------------------- attacks


def played(scene) -> tuple[str, str, str, str]:
    """Two people, the first with two pieces of evidence."""
    alice, bora = scene.vault.enrol(ASKED), scene.vault.enrol(ASKED)
    first, _ = scene.vault.put(alice, "evidence", BIRTH, BY)
    second, _ = scene.vault.put(alice, "evidence", OTHER, BY)
    scene.vault.put(bora, "evidence", b"of bora", BY)
    return alice, bora, first, second


def row_of(scene, item: str) -> dict:
    return next(one for one in scene.rows() if one["item"] == item)


SEALED = ("size", "sealed_hash", "sealed")


def test_rows_that_were_swapped_do_not_open(scene):
    alice, _, first, second = played(scene)
    one, other = row_of(scene, first), row_of(scene, second)
    for target, source in ((first, other), (second, one)):
        values = {name: source[name] for name in SEALED}
        scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == target).values(**values))
    for item in (first, second):
        assert code(scene.vault.read, alice, item, BY) == "vault.replayed"


def test_another_persons_row_does_not_open(scene):
    alice, bora, first, _ = played(scene)
    theirs = next(one for one in scene.rows() if one["person"] == bora)
    values = {name: theirs[name] for name in SEALED}
    scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == first).values(**values))
    assert code(scene.vault.read, alice, first, BY) == "vault.replayed"
    scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == theirs["item"]).values(person=alice))
    assert code(scene.vault.read, alice, theirs["item"], BY) == "vault.replayed"


def test_another_persons_wrapped_keys_do_not_open(scene):
    alice, bora, first, _ = played(scene)
    theirs = next(one for one in scene.rows(VAULT_PEOPLE) if one["person"] == bora)
    values = {name: theirs[name] for name in ("data_key", "digest_key", "head")}
    scene.change(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == alice).values(**values))
    assert code(scene.vault.read, alice, first, BY) == "vault.master"


@pytest.mark.parametrize(
    "cut", [lambda data: data[:-1], lambda data: data[:5], lambda data: b"", lambda data: data[1:]]
)
def test_what_was_cut_or_damaged_does_not_open(scene, cut):
    alice, _, first, _ = played(scene)
    sealed = row_of(scene, first)["sealed"]
    scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == first).values(sealed=cut(sealed)))
    assert code(scene.vault.read, alice, first, BY) == "vault.damaged"


def test_every_bit_counts(scene):
    alice, _, first, _ = played(scene)
    sealed = row_of(scene, first)["sealed"]
    for place in range(0, len(sealed), 7):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == first).values(sealed=changed))
        assert code(scene.vault.read, alice, first, BY) == "vault.damaged"


@pytest.mark.parametrize(
    ("column", "value"),
    [("purpose", "contact"), ("made_at", 1), ("keep_until", 1), ("revision", 7), ("sealed_hash", bytes(32))],
)
def test_what_stands_beside_the_content_is_bound_too(scene, column, value):
    alice, _, first, _ = played(scene)
    scene.change(update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == first).values(**{column: value}))
    assert code(scene.vault.read, alice, first, BY) == "vault.replayed"
    assert code(scene.vault.erase, alice, ASKED) == "vault.replayed", "nothing goes before its time by a forged date"


def test_an_older_ciphertext_in_its_own_row_does_not_open(scene):
    person = scene.vault.enrol(ASKED)
    item, _ = scene.vault.put(person, "contact", b'{"phone":"old"}', ASKED)
    old = row_of(scene, item)
    scene.vault.replace(person, item, PHONE, ASKED)
    scene.change(delete(VAULT_ITEMS), insert(VAULT_ITEMS).values(**old))
    assert code(scene.vault.read, person, item, NOTICE) == "vault.replayed"
    assert code(scene.vault.replace, person, item, b"x", ASKED) == "vault.replayed"


def test_a_row_that_was_taken_away_or_added_is_noticed(scene):
    alice, _, first, second = played(scene)
    gone = row_of(scene, first)
    scene.change(delete(VAULT_ITEMS).where(VAULT_ITEMS.c.item == first))
    assert code(scene.vault.read, alice, second, BY) == "vault.replayed"
    scene.change(insert(VAULT_ITEMS).values(**gone))
    assert scene.vault.read(alice, second, BY) == OTHER
    scene.change(insert(VAULT_ITEMS).values(**gone | {"item": "B" * 22}))
    assert code(scene.vault.read, alice, second, BY) == "vault.replayed"


def test_with_another_master_key_or_none_nothing_opens(scene, tmp_path):
    alice, _, first, _ = played(scene)
    other = FileMasterKey.create(tmp_path / "other.key")
    assert code(scene.open, other) == "vault.master"
    (tmp_path / "master.key").unlink()
    assert code(FileMasterKey.open, tmp_path / "master.key") == "vault.key_file"
    assert scene.vault.read(alice, first, BY) == BIRTH, "an open vault goes on"


def test_an_index_key_that_was_taken_away_is_not_made_anew(scene):
    played(scene)
    scene.change(delete(VAULT_KEYS))
    assert code(scene.open) == "vault.damaged"


# ------------------------------------------------------------------------------------------- keeping and erasing


def test_what_need_not_be_kept_goes_at_once_and_the_rest_when_its_time_is_over(scene):
    person = scene.vault.enrol(ASKED, "alice")
    contact, _ = scene.vault.put(person, "contact", PHONE, ASKED)
    evidence, digest = scene.vault.put(person, "evidence", BIRTH, BY)
    until = NOW + FIVE_YEARS * DAY
    assert scene.vault.erase(person, ASKED) == Erased(1, 1, until)
    assert code(scene.vault.read, person, contact, NOTICE) == "vault.unknown_item"
    assert scene.vault.read(person, evidence, BY) == BIRTH
    assert scene.vault.digest(person, evidence, BY) == digest, "what stands on the ledger can still be proven"
    scene.now = until - 1
    assert scene.vault.lapse(Access("nightly", "retention")) == 0
    scene.now = until
    assert scene.vault.lapse(Access("nightly", "retention")) == 1
    assert code(scene.vault.read, person, evidence, BY) == "vault.erased"
    assert scene.vault.person_of("alice") is None
    assert scene.vault.person_of(person) is None


def test_without_a_wish_only_what_is_over_goes(scene):
    person = scene.vault.enrol(ASKED, "alice")
    contact, _ = scene.vault.put(person, "contact", PHONE, ASKED)
    scene.vault.put(person, "reason", BIRTH, BY)
    scene.now += FIVE_YEARS * DAY
    assert scene.vault.lapse(Access("nightly", "retention")) == 1
    assert scene.vault.read(person, contact, NOTICE) == PHONE
    assert scene.vault.person_of("alice") == person


def test_a_destroyed_key_opens_nothing_that_was_copied_before(scene):
    """The thief has a copy of all rows but the keys' row: with the key destroyed they are noise."""
    person = scene.vault.enrol(ASKED)
    item, digest = scene.vault.put(person, "contact", PHONE, ASKED)
    copied = row_of(scene, item)
    before = scene.rows(VAULT_PEOPLE)[0]
    assert scene.vault.erase(person, ASKED) == Erased(1, 0, 0)
    (row,) = scene.rows(VAULT_PEOPLE)
    assert (row["data_key"], row["digest_key"], row["erased_at"]) == (b"", b"", NOW)
    scene.change(insert(VAULT_ITEMS).values(**copied))
    for call in (scene.vault.read, scene.vault.digest):
        assert code(call, person, item, NOTICE) == "vault.erased"
    assert code(scene.vault.erase, person, ASKED) == "vault.erased"
    assert code(scene.vault.put, person, "contact", PHONE, ASKED) == "vault.erased"
    assert before["digest_key"] not in scene.stored()
    assert digest.encode() not in scene.stored()


def test_what_stays_is_under_a_new_key_so_that_copies_of_what_went_are_noise(scene):
    person = scene.vault.enrol(ASKED)
    contact, _ = scene.vault.put(person, "contact", PHONE, ASKED)
    scene.vault.put(person, "evidence", BIRTH, BY)
    copied = row_of(scene, contact)
    old = scene.rows(VAULT_PEOPLE)[0]
    scene.vault.erase(person, ASKED)
    new = scene.rows(VAULT_PEOPLE)[0]
    assert new["generation"] == old["generation"] + 1
    assert old["data_key"] not in scene.stored()
    scene.change(insert(VAULT_ITEMS).values(**copied))
    assert code(scene.vault.read, person, contact, NOTICE) == "vault.replayed"


def test_a_restored_keys_row_opens_nothing_once_the_master_key_was_replaced(scene, tmp_path):
    """Backups hold destroyed keys, wrapped by the old master key. With that one destroyed they are noise too."""
    person, other = scene.vault.enrol(ASKED), scene.vault.enrol(ASKED, "bora")
    scene.vault.put(person, "contact", PHONE, ASKED)
    kept, _ = scene.vault.put(other, "evidence", BIRTH, BY)
    backup_people, backup_items = scene.rows(VAULT_PEOPLE), scene.rows()
    scene.vault.erase(person, ASKED)
    newer = FileMasterKey.create(tmp_path / "newer.key")
    assert scene.vault.rewrap(newer) == 1
    assert scene.open(newer).read(other, kept, BY) == BIRTH
    assert scene.open(newer).person_of("bora") == other
    assert code(scene.open) == "vault.master"
    old = next(one for one in backup_people if one["person"] == person)
    scene.change(
        update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == person).values(**old),
        insert(VAULT_ITEMS).values(next(one for one in backup_items if one["person"] == person)),
    )
    (item,) = [one["item"] for one in scene.rows() if one["person"] == person]
    assert code(scene.open(newer).read, person, item, NOTICE) == "vault.master"


def test_one_persons_damaged_rows_keep_nobody_elses_data(scene):
    first, second = scene.vault.enrol(ASKED), scene.vault.enrol(ASKED)
    for one in (first, second):
        scene.vault.put(one, "evidence", BIRTH, BY)
    scene.change(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == min(first, second)).values(head=bytes(32)))
    scene.now += FIVE_YEARS * DAY
    assert code(scene.vault.lapse, Access("nightly", "retention")) == "vault.replayed"
    assert [one["person"] for one in scene.rows()] == [min(first, second)]


def test_every_purpose_says_on_what_ground_and_for_whom():
    for name, purpose in PURPOSES.items():
        assert purpose.ground.endswith(".")
        assert "person_asked" in purpose.read_for, f"people may see what is kept of them as {name}"
        assert "retention" not in purpose.read_for, "who clears away reads nothing"
    assert [name for name, purpose in PURPOSES.items() if "notice" in purpose.read_for] == ["contact"]


def test_deleted_rows_are_not_left_in_the_files_of_sqlite(sqlite, tmp_path):
    scene = Scene(sqlite(), tmp_path)
    person = scene.vault.enrol(ASKED)
    item, _ = scene.vault.put(person, "contact", PHONE, ASKED)
    sealed, wrapped = row_of(scene, item)["sealed"], scene.rows(VAULT_PEOPLE)[0]["data_key"]
    files = [tmp_path / "again.db", tmp_path / "again.db-wal"]

    def on_disk(secret: bytes) -> bool:
        return any(secret in one.read_bytes() for one in files if one.exists())

    assert on_disk(sealed) and on_disk(wrapped)
    scene.vault.erase(person, ASKED)
    assert not on_disk(sealed)
    assert not on_disk(wrapped)


# ---------------------------------------------------------------------------------------- what people give and ask

OWN = Access("alice-key", "person_asked")
AGREED = Consent("desk", "appeals.lodge", "en", "The desk keeps this for five years. You may refuse.")


def test_what_was_agreed_to_is_kept_beside_what_was_given(scene):
    person = scene.vault.enrol(OWN, "alice-key")
    item, digest = scene.vault.put(person, "evidence", BIRTH, OWN, AGREED)
    until = NOW + FIVE_YEARS * DAY
    receipt = Receipt(item, digest, "evidence", NOW, until, "desk", "appeals.lodge", "en", AGREED.words)
    assert scene.vault.receipts(person, OWN) == [receipt]
    assert [one.purpose for one in scene.vault.items(person)].count("consent") == 1
    assert {one.keep_until for one in scene.vault.items(person)} == {until}
    assert code(scene.vault.receipts, person, BY) == "vault.purpose"
    assert [one.what for one in scene.vault.accesses(person)] == ["enrol", "put", "consents"]
    assert AGREED.words.encode() not in scene.stored()


def test_without_room_for_a_receipt_nothing_is_kept(scene):
    person = scene.vault.enrol(OWN)
    for _ in range(MAX_ITEMS - 1):
        scene.vault.put(person, "evidence", OTHER, OWN)
    assert code(scene.vault.put, person, "evidence", BIRTH, OWN, AGREED) == "vault.full"
    assert len(scene.vault.items(person)) == MAX_ITEMS - 1
    scene.vault.put(person, "evidence", BIRTH, OWN)


def test_what_the_ledger_names_is_found_and_is_what_it_names(scene):
    person = scene.vault.enrol(OWN, "alice-key")
    first, named = scene.vault.put(person, "evidence", BIRTH, OWN)
    second, other = scene.vault.put(person, "evidence", OTHER, OWN)
    found = scene.vault.find(person, [named, "0" * 64])
    assert {digest: one.item for digest, one in found.items()} == {named: first}
    assert found[named].size == len(BIRTH)
    assert scene.vault.read_named(person, named, Access("desk-1", "application")) == BIRTH
    assert code(scene.vault.read_named, person, "0" * 64, BY) == "vault.unknown_item"
    assert named.encode() not in scene.stored(), "a copy of the rows joins nothing to the ledger"
    names = {one["item"]: one["named"] for one in scene.rows()}
    swap = [
        update(VAULT_ITEMS).where(VAULT_ITEMS.c.item == item).values(named=names[of])
        for item, of in ((first, second), (second, first))
    ]
    scene.change(*swap)
    assert code(scene.vault.read_named, person, other, BY) == "vault.damaged"


def test_what_was_never_handed_in_goes_with_its_receipt_and_the_rest_is_encrypted_anew(scene):
    person = scene.vault.enrol(OWN, "alice-key")
    item, _ = scene.vault.put(person, "evidence", BIRTH, OWN, AGREED)
    stays, _ = scene.vault.put(person, "evidence", OTHER, OWN)
    scene.vault.put(person, "contact", PHONE, BY)
    before = {one["item"]: one["sealed"] for one in scene.rows()}
    assert code(scene.vault.drop, person, [item, "nothing"], OWN) == "vault.unknown_item"
    assert len(scene.vault.items(person)) == 4
    scene.vault.drop(person, [item], OWN)
    left = {one["purpose"]: one for one in scene.rows()}
    assert sorted(left) == ["contact", "evidence"]
    assert left["evidence"]["item"] == stays
    assert left["evidence"]["sealed"] != before[stays]
    assert scene.vault.read(person, stays, OWN) == OTHER
    assert scene.vault.receipts(person, OWN) == []
    assert [one.item for one in scene.vault.accesses(person) if one.what == "drop"] == [item]


def test_a_person_has_everything_in_one_piece_and_the_log_says_so(scene):
    person = scene.vault.enrol(OWN, "alice-key")
    scene.vault.put(person, "contact", PHONE, BY)
    scene.now += 60
    scene.vault.put(person, "evidence", BIRTH, OWN, AGREED)
    found = scene.vault.export(person, OWN)
    assert next((one.purpose, one.made_at - NOW) for one, _ in found) == ("contact", 0)
    assert {one.purpose: content for one, content in found}["evidence"] == BIRTH
    assert scene.vault.export(person, BY) == [one for one in found if one[0].purpose == "evidence"]
    assert [one.what for one in scene.vault.accesses(person)][-2:] == ["export", "export"]


def test_the_vault_says_itself_what_is_left_of_somebody(scene):
    person = scene.vault.enrol(OWN, "alice-key")
    scene.vault.put(person, "evidence", BIRTH, OWN, AGREED)
    assert scene.vault.erasure(person) == Erasure(person, 0, 0, keys_destroyed=False, items=2, parties=1)
    scene.vault.erase(person, OWN)
    assert scene.vault.erasure(person) == Erasure(person, NOW, 0, keys_destroyed=False, items=2, parties=1)
    scene.now += FIVE_YEARS * DAY
    assert scene.vault.lapse(Access("desk", "retention")) == 2
    over = Erasure(person, NOW, scene.now, keys_destroyed=True, items=0, parties=0)
    assert scene.vault.erasure(person) == over
    assert scene.vault.person_of("alice-key") is None
    assert code(scene.vault.erasure, "nobody") == "vault.unknown"
