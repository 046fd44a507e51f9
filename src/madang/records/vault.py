"""The vault: what an office must know of people, encrypted for each of them, and gone when it must go.

Every person has two keys of their own, wrapped by the office's master key. What is put in opens only in the row it was
put into; an older row in its place does not fit the code over all of the person's items. On the ledger stand only
digests under the person's key, so that destroying it makes them say nothing to anybody, for ever.

Nobody reads without a line in the access log that names officer, purpose and item, written before the content is
decrypted; each purpose says what it is read for (`purposes`). That the officer is the one named is for the caller to
have checked.

Limits: 8 MiB an item, 200 items and 64 MiB a person. Whoever can set back *all* rows of a person together, as a
restored backup does, goes unnoticed by the vault itself; digests on the ledger tell for evidence and reasons. A key
destroyed in the database lives on in its old backups until the master key is replaced (`rewrap`) and the old one
destroyed.
"""

import hashlib
import hmac
import secrets
import time as system_time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId
from madang.records import cipher
from madang.records.cipher import PersonKeys, Place
from madang.records.consents import Consent, Receipt, read_receipt, write_receipt
from madang.records.database import Database
from madang.records.masterkey import MasterKey
from madang.records.purposes import PURPOSES, PurposeName, Why
from madang.records.schema import VAULT_ACCESSES, VAULT_ALIASES, VAULT_ITEMS, VAULT_KEYS, VAULT_PEOPLE

MAX_ITEM_BYTES = 8 * 1024 * 1024
MAX_ITEMS = 200
MAX_PERSON_BYTES = 64 * 1024 * 1024
DAY = 86_400
INDEX = "index"
Clock = Callable[[], float]


class Access(msgspec.Struct, frozen=True):
    """Who wants something of the vault, and for what."""

    officer: PartyId
    why: Why


class Kept(msgspec.Struct, frozen=True):
    """An item: its purpose, when it was put in (seconds), until when it is kept, how often it was replaced; bytes."""

    item: str
    purpose: PurposeName
    made_at: int
    keep_until: int
    revision: int
    size: int


class Erased(msgspec.Struct, frozen=True):
    """What a request to erase came to: how many items went, and how many stay until when (0: all is gone)."""

    gone: int
    kept: int
    kept_until: int


class Erasure(msgspec.Struct, frozen=True):
    """What the vault's own rows say of somebody's erasure: when it was asked for and when it ended (seconds; 0: not).

    With `keys_destroyed`, no `items` and no `parties` nothing of the person can be read or found: what remains anywhere
    are digests under a key that is no more.
    """

    person: str
    asked_at: int
    erased_at: int
    keys_destroyed: bool
    items: int
    parties: int


class Logged(msgspec.Struct, frozen=True):
    """A line of the access log."""

    at: int
    officer: str
    why: str
    what: str
    person: str
    item: str


class Vault:
    """The vault in a database, under a master key."""

    def __init__(self, database: Database, master: MasterKey, clock: Clock = system_time.time) -> None:
        """Open it, or begin it. Raises `MadangError` (`vault.master`): it is under another master key."""
        self._database = database
        self._master = master
        self._clock = clock
        with database.writing() as connection:
            self._index = _index_key(connection, master)

    # ---------------------------------------------------------------------------------------------------- people

    def enrol(self, access: Access, *parties: str) -> str:
        """A new person, found under these parties of the ledger. Gives the handle that the vault knows them by.

        Raises `MadangError` (`vault.linked`): one of them is somebody already.
        """
        person = _handle()
        keys = PersonKeys(cipher.new_key(), cipher.new_key())
        with self._database.writing() as connection:
            empty = cipher.head(keys.digest, person, ())
            row = {"person": person, "made_at": self._now(), "asked_at": 0, "erased_at": 0, "head": empty}
            connection.execute(insert(VAULT_PEOPLE).values(**row, **self._wrapped(person, 0, keys)))
            self._log(connection, access, "enrol", person)
            for party in parties:
                self._link(connection, person, party)
        return person

    def link(self, person: str, party: str, access: Access) -> None:
        """Find the person under a further party. Raises `MadangError`: `vault.unknown`, `vault.erased`, `.linked`."""
        with self._database.writing() as connection:
            self._keys(connection, person)
            self._log(connection, access, "link", person)
            self._link(connection, person, party)

    def unlink(self, person: str, party: str, access: Access) -> None:
        """Find the person no more under a party that is somebody else's, as after a slip of the pen.

        Raises `MadangError`: `vault.unknown`, `vault.erased`, `vault.not_linked`.
        """
        alias = cipher.alias(self._index, party)
        with self._database.writing() as connection:
            self._keys(connection, person)
            self._log(connection, access, "unlink", person)
            own = and_(VAULT_ALIASES.c.alias == alias, VAULT_ALIASES.c.person == person)
            if connection.execute(delete(VAULT_ALIASES).where(own)).rowcount != 1:
                raise MadangError("vault.not_linked", "This person is not found under this party. Check both.")
        self._forget()

    def person_of(self, party: str) -> str | None:
        """The person that a party of the ledger is, or None; a person's own handle leads to the person too."""
        with self._database.reading() as connection:
            found = select(VAULT_ALIASES.c.person).where(VAULT_ALIASES.c.alias == cipher.alias(self._index, party))
            alias = connection.execute(found).scalar_one_or_none()
            if alias is not None:
                return str(alias)
            own = select(VAULT_PEOPLE.c.person).where(VAULT_PEOPLE.c.person == party, VAULT_PEOPLE.c.erased_at == 0)
            person = connection.execute(own).scalar_one_or_none()
            return None if person is None else str(person)

    # ------------------------------------------------------------------------------------------------------ items

    def put(
        self, person: str, purpose: PurposeName, content: bytes, access: Access, consent: Consent | None = None
    ) -> tuple[str, str]:
        """Keep something. Gives the item, and the keyed digest of its content, which may stand on the ledger.

        What the person agreed to, where it is the person who gives it, is kept with it as a receipt: both or neither.

        Raises `MadangError`: `vault.size`, `vault.full`, `vault.unknown`, `vault.erased`, `vault.replayed`.
        """
        _check_size(content)
        with self._database.writing() as connection:
            keys, row, items = self._whole(connection, person)
            _check_room(items, content, 1 if consent is None else 2)
            place = self._new_place(person, row.generation, purpose)
            digest = cipher.digest(keys.digest, purpose, content)
            self._insert(connection, keys, place, content)
            if consent is not None:
                agreed = msgspec.structs.asdict(consent)
                receipt = Receipt(place.item, digest, purpose, place.made_at, place.keep_until, **agreed)
                beside = self._new_place(person, row.generation, "consent")
                self._insert(connection, keys, beside, write_receipt(receipt))
            self._renew(connection, person, keys, row.generation)
            self._log(connection, access, "put", person, place.item)
        return place.item, digest

    def replace(self, person: str, item: str, content: bytes, access: Access) -> None:
        """Put something newer in an item's place. Raises what `put` raises, and `vault.unknown_item`."""
        _check_size(content)
        with self._database.writing() as connection:
            keys, row, items = self._whole(connection, person)
            old = _find(items, item)
            _check_room([one for one in items if one.item != item], content)
            place = msgspec.structs.replace(_place(old, row.generation), revision=old.revision + 1)
            connection.execute(delete(VAULT_ITEMS).where(VAULT_ITEMS.c.item == item))
            self._insert(connection, keys, place, content)
            self._renew(connection, person, keys, row.generation)
            self._log(connection, access, "replace", person, item)

    def drop(self, person: str, dropped: Collection[str], access: Access) -> None:
        """Let go of items on which nothing was built, such as evidence that was never handed in.

        Receipts of what was agreed to about them go with them. That no act on the ledger names them is for the caller
        to have checked: what a decision was made on is kept. What stays is encrypted anew, as `erase` does.
        Raises what `read` raises of a person, and `vault.unknown_item`.
        """
        with self._database.writing() as connection:
            keys, row, items = self._whole(connection, person)
            for item in dropped:
                _find(items, item)
                self._log(connection, access, "drop", person, item)
            consents = _contents(connection, keys, row.generation, [one for one in items if one.purpose == "consent"])
            beside = [kept.item for kept, content in consents if read_receipt(content).item in dropped]
            gone = {*dropped, *beside}
            connection.execute(delete(VAULT_ITEMS).where(VAULT_ITEMS.c.item.in_(sorted(gone))))
            self._seal_anew(connection, person, keys, row, [one for one in items if one.item not in gone])
        self._forget()

    def read(self, person: str, item: str, access: Access) -> bytes:
        """The content of an item; the access is on record before it is decrypted.

        Raises `MadangError`: `vault.purpose` (not kept for this), `vault.unknown`, `vault.unknown_item`,
        `vault.erased`, `vault.damaged`, `vault.replayed`, `vault.master`.
        """
        with self._database.writing() as connection:
            self._log(connection, access, "read", person, item)
        with self._database.reading() as connection:
            keys, row, items = self._whole(connection, person)
            found = _find(items, item)
            if access.why not in PURPOSES[found.purpose].read_for:
                raise MadangError("vault.purpose", f"{found.purpose} is not kept for {access.why}. Nothing was shown.")
            return _content(connection, keys, _place(found, row.generation), found.sealed_hash)

    def read_named(self, person: str, digest: str, access: Access) -> bytes:
        """The content that a keyed digest on the ledger names. Raises what `read` raises."""
        with self._database.reading() as connection:
            keys, _, items = self._whole(connection, person)
        name = cipher.name(self._index, digest)
        item = next((one for one in items if one.named == name), None)
        if item is None:
            raise _unknown_item()
        content = self.read(person, item.item, access)
        if not hmac.compare_digest(cipher.digest(keys.digest, item.purpose, content), digest):
            raise cipher.damaged(item.item)
        return content

    def find(self, person: str, digests: Collection[str]) -> dict[str, Kept]:
        """Those items that these digests on the ledger name, by digest. Raises what `read` raises of a person.

        What was put in before names were kept is not found so.
        """
        with self._database.reading() as connection:
            _, _, items = self._whole(connection, person)
        names = {cipher.name(self._index, one): one for one in digests}
        return {names[one.named]: _kept(one) for one in items if one.named in names}

    def export(self, person: str, access: Access) -> list[tuple[Kept, bytes]]:
        """All that is kept of a person, for the person: what is kept for that is in it. One line of the log says so.

        Raises what `read` raises of a person.
        """
        with self._database.writing() as connection:
            self._log(connection, access, "export", person)
        with self._database.reading() as connection:
            keys, row, items = self._whole(connection, person)
            shown = [one for one in items if access.why in PURPOSES[one.purpose].read_for]
            return _contents(connection, keys, row.generation, shown)

    def receipts(self, person: str, access: Access) -> list[Receipt]:
        """What a person agreed to, oldest first. One line of the log says that it was looked at.

        Raises what `read` raises of a person.
        """
        if access.why not in PURPOSES["consent"].read_for:
            raise MadangError("vault.purpose", f"consent is not kept for {access.why}. Nothing was shown.")
        with self._database.writing() as connection:
            self._log(connection, access, "consents", person)
        with self._database.reading() as connection:
            keys, row, items = self._whole(connection, person)
            consents = [one for one in items if one.purpose == "consent"]
            return [read_receipt(one) for _, one in _contents(connection, keys, row.generation, consents)]

    def digest(self, person: str, item: str, access: Access) -> str:
        """The keyed digest of an item's content, to be held against the ledger. Raises what `read` raises."""
        content = self.read(person, item, access)
        with self._database.reading() as connection:
            keys, _, items = self._whole(connection, person)
            return cipher.digest(keys.digest, _find(items, item).purpose, content)

    def items(self, person: str, purpose: PurposeName | None = None) -> list[Kept]:
        """What is kept of a person, without its content, oldest first. Raises what `read` raises of a person."""
        with self._database.reading() as connection:
            _, _, items = self._whole(connection, person)
        found = [_kept(one) for one in items]
        return sorted((one for one in found if purpose in (None, one.purpose)), key=lambda one: (one.made_at, one.item))

    def accesses(self, person: str) -> list[Logged]:
        """Who did what with a person's data, oldest first: what the person may ask for at any time."""
        columns = [VAULT_ACCESSES.c[name] for name in Logged.__struct_fields__]
        found = select(*columns).where(VAULT_ACCESSES.c.person == person).order_by(VAULT_ACCESSES.c.access)
        with self._database.reading() as connection:
            return [Logged(*one) for one in connection.execute(found)]

    # ---------------------------------------------------------------------------------------------------- erasure

    def erase(self, person: str, access: Access) -> Erased:
        """Erase what need not be kept; with nothing left to keep, destroy the person's keys.

        What stays is encrypted anew and the old data key destroyed, so that no copy of what went can be read with a
        key that lives on. Raises `MadangError`: `vault.unknown`, `vault.erased`, `vault.damaged`, `vault.replayed`.
        """
        now = self._now()
        with self._database.writing() as connection:
            self._log(connection, access, "erase", person)
            connection.execute(
                update(VAULT_PEOPLE)
                .where(VAULT_PEOPLE.c.person == person, VAULT_PEOPLE.c.asked_at == 0)
                .values(asked_at=now)
            )
            result = self._let_go(connection, person, now, asked=True)
        self._forget()
        return result

    def erasure(self, person: str) -> Erasure:
        """What is left of a person in the vault's own rows. Raises `MadangError` (`vault.unknown`)."""
        with self._database.reading() as connection:
            row = _person(connection, person)
            items, parties = (
                int(connection.execute(select(func.count()).where(table.c.person == person)).scalar_one())
                for table in (VAULT_ITEMS, VAULT_ALIASES)
            )
        destroyed = bool(row.erased_at) and not row.data_key and not row.digest_key
        return Erasure(person, row.asked_at, row.erased_at, destroyed, items, parties)

    def lapse(self, access: Access) -> int:
        """Erase whatever has been kept for its time, of everybody; how many items went. Run it every day.

        Raises the first of what `erase` raises, after everybody else's turn.
        """
        now = self._now()
        over = select(VAULT_ITEMS.c.person).where(VAULT_ITEMS.c.keep_until != 0, VAULT_ITEMS.c.keep_until <= now)
        with self._database.reading() as connection:
            people = connection.execute(over.distinct().order_by(VAULT_ITEMS.c.person)).scalars().all()
        gone = 0
        failure: MadangError | None = None
        for person in people:
            try:
                with self._database.writing() as connection:
                    row = _person(connection, person)
                    gone += self._let_go(connection, person, now, asked=bool(row.asked_at)).gone
                    self._log(connection, access, "lapse", person)
            except MadangError as error:
                failure = failure or error  # one person's damaged rows keep nobody else's data
        self._forget()
        if failure is not None:
            raise failure
        return gone

    def rewrap(self, master: MasterKey) -> int:
        """Put every key under another master key, in one transaction; how many people it concerned.

        From then on, without the old master key, no backup shows what was erased. Raises `MadangError`
        (`vault.master`).
        """
        count = 0
        with self._database.writing() as connection:
            wrapped = master.wrap(self._index, INDEX.encode())
            connection.execute(
                update(VAULT_KEYS).where(VAULT_KEYS.c.name == INDEX).values(master=master.identifier, wrapped=wrapped)
            )
            for row in connection.execute(select(VAULT_PEOPLE).where(VAULT_PEOPLE.c.erased_at == 0)).all():
                keys = self._unwrapped(row)
                values = _wrap(master, row.person, row.generation, keys)
                connection.execute(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == row.person).values(**values))
                count += 1
        self._master = master
        self._forget()
        return count

    # --------------------------------------------------------------------------------------------------- inside

    def _let_go(self, connection: Connection, person: str, now: int, *, asked: bool) -> Erased:
        """Erase an item that is over, or that its person wants gone and nobody must keep."""
        keys, row, items = self._whole(connection, person)
        stay = [one for one in items if one.keep_until > now or (one.keep_until == 0 and not asked)]
        gone = [one.item for one in items if one not in stay]
        connection.execute(delete(VAULT_ITEMS).where(VAULT_ITEMS.c.item.in_(gone)))
        if not stay and asked:
            connection.execute(delete(VAULT_ALIASES).where(VAULT_ALIASES.c.person == person))
            connection.execute(
                update(VAULT_PEOPLE)
                .where(VAULT_PEOPLE.c.person == person)
                .values(data_key=b"", digest_key=b"", head=bytes(32), erased_at=now)
            )
            return Erased(len(gone), 0, 0)
        self._seal_anew(connection, person, keys, row, stay)
        return Erased(len(gone), len(stay), max((one.keep_until for one in stay), default=0))

    def _seal_anew(
        self, connection: Connection, person: str, keys: PersonKeys, row: Row[Any], stay: Sequence[Row[Any]]
    ) -> None:
        """Encrypt what stays under a new data key, in place of the one that backups may have been read with."""
        generation = row.generation + 1
        renewed = PersonKeys(cipher.new_key(), keys.digest)
        for one in stay:
            content = _content(connection, keys, _place(one, row.generation), one.sealed_hash)
            place = _place(one, generation)
            connection.execute(delete(VAULT_ITEMS).where(VAULT_ITEMS.c.item == one.item))
            self._insert(connection, renewed, place, content)
        values = self._wrapped(person, generation, renewed)
        connection.execute(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == person).values(**values))
        self._renew(connection, person, renewed, generation)

    def _insert(self, connection: Connection, keys: PersonKeys, place: Place, content: bytes) -> None:
        """Seal some content in its place."""
        sealed = cipher.seal(keys.data, place, content)
        values = msgspec.structs.asdict(place)
        del values["generation"]
        values |= {"size": len(sealed), "sealed_hash": hashlib.sha256(sealed).digest(), "sealed": sealed}
        named = cipher.name(self._index, cipher.digest(keys.digest, place.purpose, content))
        connection.execute(insert(VAULT_ITEMS).values(**values, named=named))

    def _new_place(self, person: str, generation: int, purpose: PurposeName) -> Place:
        now, days = self._now(), PURPOSES[purpose].keep_days
        return Place(person, generation, _handle(), purpose, 0, now, now + days * DAY if days else 0)

    def _whole(self, connection: Connection, person: str) -> tuple[PersonKeys, Row[Any], Sequence[Row[Any]]]:
        """A person's keys, row and items, which must be exactly those that were left there."""
        keys, row = self._keys(connection, person)
        items = _items(connection, person)
        found = cipher.head(keys.digest, person, _listed(items, row.generation))
        if not hmac.compare_digest(found, row.head):
            raise MadangError(
                "vault.replayed", f"The items of {person} are not those that were left: some are older, or missing."
            )
        return keys, row, items

    def _keys(self, connection: Connection, person: str) -> tuple[PersonKeys, Row[Any]]:
        row = _person(connection, person)
        if row.erased_at:
            raise MadangError("vault.erased", f"{person} was erased. Nothing of it can be read any more.")
        return self._unwrapped(row), row

    def _unwrapped(self, row: Row[Any]) -> PersonKeys:
        data = self._master.unwrap(row.data_key, _context("data", row.person, row.generation))
        return PersonKeys(data, self._master.unwrap(row.digest_key, _context("digest", row.person, 0)))

    def _wrapped(self, person: str, generation: int, keys: PersonKeys) -> dict[str, Any]:
        return _wrap(self._master, person, generation, keys)

    def _renew(self, connection: Connection, person: str, keys: PersonKeys, generation: int) -> None:
        code = cipher.head(keys.digest, person, _listed(_items(connection, person), generation))
        connection.execute(update(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == person).values(head=code))

    def _link(self, connection: Connection, person: str, party: str) -> None:
        alias = cipher.alias(self._index, party)
        if connection.execute(select(VAULT_ALIASES).where(VAULT_ALIASES.c.alias == alias)).first() is not None:
            raise MadangError("vault.linked", "This party is somebody in the vault already. Look them up instead.")
        connection.execute(insert(VAULT_ALIASES).values(alias=alias, person=person))

    def _log(self, connection: Connection, access: Access, what: str, person: str, item: str = "") -> None:
        values = {"at": self._now(), "officer": access.officer, "why": access.why, "what": what}
        connection.execute(insert(VAULT_ACCESSES).values(**values, person=person, item=item))

    def _forget(self) -> None:
        self._database.forget()

    def _now(self) -> int:
        return int(self._clock())


def _index_key(connection: Connection, master: MasterKey) -> bytes:
    row = connection.execute(select(VAULT_KEYS).where(VAULT_KEYS.c.name == INDEX)).one_or_none()
    if row is not None:
        return master.unwrap(row.wrapped, INDEX.encode())
    if connection.execute(select(func.count()).select_from(VAULT_PEOPLE)).scalar_one():
        raise MadangError("vault.damaged", "The vault has people and no index key. Restore a backup.")
    key = cipher.new_key()
    values = {"name": INDEX, "master": master.identifier, "wrapped": master.wrap(key, INDEX.encode())}
    connection.execute(insert(VAULT_KEYS).values(**values))
    return key


def _wrap(master: MasterKey, person: str, generation: int, keys: PersonKeys) -> dict[str, Any]:
    return {
        "master": master.identifier,
        "generation": generation,
        "data_key": master.wrap(keys.data, _context("data", person, generation)),
        "digest_key": master.wrap(keys.digest, _context("digest", person, 0)),
    }


def _context(sort: str, person: str, generation: int) -> bytes:
    return msgspec.msgpack.encode(["madang.vault.key.1", sort, person, generation])


def _person(connection: Connection, person: str) -> Row[Any]:
    found = select(VAULT_PEOPLE).where(VAULT_PEOPLE.c.person == person).with_for_update()
    row = connection.execute(found).one_or_none()
    if row is None:
        raise MadangError("vault.unknown", "The vault knows nobody of this handle. Check it.")
    return row


def _items(connection: Connection, person: str) -> Sequence[Row[Any]]:
    """A person's items without what is sealed in them."""
    columns = [one for one in VAULT_ITEMS.c if one.name != "sealed"]
    return connection.execute(select(*columns).where(VAULT_ITEMS.c.person == person)).all()


def _listed(items: Sequence[Row[Any]], generation: int) -> list[tuple[Place, bytes]]:
    return [(_place(one, generation), one.sealed_hash) for one in items]


def _content(connection: Connection, keys: PersonKeys, place: Place, sealed_hash: bytes) -> bytes:
    sealed = connection.execute(select(VAULT_ITEMS.c.sealed).where(VAULT_ITEMS.c.item == place.item)).scalar_one()
    if hashlib.sha256(sealed).digest() != sealed_hash:
        raise cipher.damaged(place.item)
    return cipher.unseal(keys.data, place, sealed)


def _contents(
    connection: Connection, keys: PersonKeys, generation: int, rows: Sequence[Row[Any]]
) -> list[tuple[Kept, bytes]]:
    """These items with their content, oldest first."""
    ordered = sorted(rows, key=lambda one: (one.made_at, one.item))
    return [(_kept(one), _content(connection, keys, _place(one, generation), one.sealed_hash)) for one in ordered]


def _find(items: Sequence[Row[Any]], item: str) -> Row[Any]:
    for one in items:
        if one.item == item:
            return one
    raise _unknown_item()


def _unknown_item() -> MadangError:
    return MadangError("vault.unknown_item", "This person has no such item in the vault. Check its handle.")


def _kept(row: Row[Any]) -> Kept:
    size = row.size - cipher.OVERHEAD_BYTES
    return Kept(row.item, row.purpose, row.made_at, row.keep_until, row.revision, size)


def _place(row: Row[Any], generation: int) -> Place:
    return Place(row.person, generation, row.item, row.purpose, row.revision, row.made_at, row.keep_until)


def _check_size(content: bytes) -> None:
    if len(content) > MAX_ITEM_BYTES:
        raise MadangError(
            "vault.size", f"An item has at most {MAX_ITEM_BYTES // 1024**2} MiB, this one {len(content)} bytes."
        )


def _check_room(items: Sequence[Row[Any]], content: bytes, more: int = 1) -> None:
    held = sum(one.size for one in items)
    if len(items) + more > MAX_ITEMS or held + len(content) > MAX_PERSON_BYTES:
        raise MadangError(
            "vault.full", f"A person has at most {MAX_ITEMS} items and {MAX_PERSON_BYTES // 1024**2} MiB here."
        )


def _handle() -> str:
    return to_base64url(secrets.token_bytes(16))
