"""Sends notices: to the app always, and on the ways that a person chose, whose address only the vault knows.

Each notice leaves once a channel. What fails is tried again after a minute, five, half an hour and so on, and given up
after eight times: a dead letter that an officer finds. A notice that was found three days late, as when old blocks are
taken in for the first time, is in the person's list and not sent any more.
"""

import time as system_time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, Row, select, update

from madang.kernel.errors import MadangError
from madang.records.channels import Channel, ChannelName, Message, Undeliverable
from madang.records.database import Database
from madang.records.noticemodel import insert_new, remind
from madang.records.noticetexts import HEADINGS, Facts, Kind, Language, Text, say
from madang.records.paging import Page, page_of
from madang.records.schema import NOTICE_DELIVERIES, NOTICE_TITLES, NOTICES
from madang.records.vault import Access, Vault

TOGETHER = 500
MAX_AGE = 3 * 86_400
BACKOFF = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds until the next try, after the first, second ... failure."""
AS_OUTBOX = Access("outbox", "notice")
MAX_PAGE = 500


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a person wishes to be told, beside the app: kept in the vault for the purpose `contact`, as JSON."""

    language: Language = "ko"
    channels: Annotated[list[Literal["text", "letter", "voice"]], Meta(max_length=3)] = []
    phone: Annotated[str, Meta(pattern=r"^(\+?[0-9][0-9-]{2,19})?\Z")] = ""
    address: Annotated[str, Meta(max_length=300)] = ""


class Sent(msgspec.Struct, frozen=True):
    """What a round did."""

    reminded: int
    planned: int
    sent: int
    waiting: int
    dead: int


class OwnNotice(msgspec.Struct, frozen=True):
    """A line of 'My notices' (내 알림): when (seconds), about what, and the text only the person sees."""

    key: str
    at: int
    kind: Kind
    text: str


class NoticeRow(msgspec.Struct, frozen=True):
    """A line of 'My notices' (내 알림): when (seconds), about what, a heading, and the text only the person sees."""

    key: str
    at: int
    kind: Kind
    title: str
    body: str


class DeadLetter(msgspec.Struct, frozen=True):
    """A notice that did not get through: when it was given up (seconds), and the code of why."""

    key: str
    channel: str
    kind: str
    done_at: int
    error: str


class Outbox:
    """What sends."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        channels: Mapping[ChannelName, Channel],
        clock: Callable[[], float] = system_time.time,
    ) -> None:
        self._database = database
        self._vault = vault
        self._channels = channels
        self._clock = clock

    def run(self) -> Sent:
        """One round: remind, plan what is new, send what is due. Raises `MadangError` (`records.database`)."""
        now = int(self._clock())
        with self._database.writing() as connection:
            reminded = remind(connection, now)
        planned = self._plan(now)
        counts = {"sent": 0, "waiting": 0, "dead": 0}
        for row in self._due(now):
            counts[self._deliver(row, now)] += 1
        return Sent(reminded, planned, **counts)

    def _plan(self, now: int) -> int:
        """Find out how each new notice is sent; how many."""
        table = NOTICES.c
        late = update(NOTICES).where(table.planned == 0, table.at <= now - MAX_AGE).values(planned=1)
        with self._database.writing() as connection:
            connection.execute(late)
        found = select(NOTICES).where(table.planned == 0).order_by(table.at, table.key).limit(TOGETHER)
        planned = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(found).all()
            if not rows:
                return planned
            deliveries = [one for row in rows for one in self._ways(row, now)]
            with self._database.writing() as connection:
                insert_new(connection, NOTICE_DELIVERIES, deliveries)
                connection.execute(update(NOTICES).where(table.key.in_([row.key for row in rows])).values(planned=1))
            planned += len(rows)

    def _ways(self, row: Row[Any], now: int) -> list[dict[str, Any]]:
        """The app, and what the person chose; a dead letter where the vault can't say what that was."""
        ways = [_delivery(row.key, "app", now)]
        try:
            chosen = self._contact(row.recipient).channels
        except MadangError as error:
            _raise_if_database(error)
            broken = {"status": "dead", "done_at": now, "error": error.code}
            return [*ways, _delivery(row.key, "contact", now) | broken]
        return ways + [_delivery(row.key, name, now) for name in dict.fromkeys(chosen)]

    def _due(self, now: int) -> list[Row[Any]]:
        table = NOTICE_DELIVERIES.c
        found = (
            select(NOTICES, table.channel, table.attempts)
            .join(NOTICE_DELIVERIES, table.key == NOTICES.c.key)
            .where(table.status == "waiting", table.due_at <= now)
            .order_by(table.due_at, table.key, table.channel)
            .limit(TOGETHER)
        )
        with self._database.reading() as connection:
            return list(connection.execute(found).all())

    def _deliver(self, row: Row[Any], now: int) -> Literal["sent", "waiting", "dead"]:
        """Hand it to the carrier, then note it. Killed in between, it is handed over again, which changes nothing."""
        try:
            self._channels[row.channel].send(self._message(row))
        except OSError as error:
            return self._failed(row, now, f"system.{type(error).__name__}"[:48])
        except MadangError as error:
            _raise_if_database(error)
            return self._note(row, "dead", now, error.code[:48])
        return self._note(row, "sent", now, "")

    def _message(self, row: Row[Any]) -> Message:
        contact = self._contact(row.recipient)
        to = {"app": row.recipient, "letter": contact.address}.get(row.channel, contact.phone)
        if not to:
            raise Undeliverable("notices.no_address", "The person has no address for this channel any more.")
        with self._database.reading() as connection:
            text = _text(connection, row, contact.language)
        shown = text.full if row.channel == "letter" else text.short
        return Message(row.key, row.channel, to, contact.language, shown)

    def _contact(self, recipient: str) -> Contact:
        """How the recipient wishes to be told; nothing but the app for whom the vault does not know."""
        person = self._vault.person_of(recipient)
        items = self._vault.items(person, "contact") if person is not None else []
        if person is None or not items:
            return Contact()
        content = self._vault.read(person, items[-1].item, AS_OUTBOX)
        try:
            return msgspec.json.decode(content, type=Contact)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise MadangError("notices.contact", "What the vault holds is no contact. Put it in anew.") from None

    def _failed(self, row: Row[Any], now: int, error: str) -> Literal["waiting", "dead"]:
        if row.attempts >= len(BACKOFF):
            self._note(row, "dead", now, error)
            return "dead"
        values = {"attempts": row.attempts + 1, "due_at": now + BACKOFF[row.attempts], "error": error}
        self._change(row, values)
        return "waiting"

    def _note(self, row: Row[Any], status: Literal["sent", "dead"], now: int, error: str) -> Literal["sent", "dead"]:
        self._change(row, {"status": status, "attempts": row.attempts + 1, "done_at": now, "error": error})
        return status

    def _change(self, row: Row[Any], values: dict[str, Any]) -> None:
        table = NOTICE_DELIVERIES.c
        same = (table.key == row.key, table.channel == row.channel, table.status == "waiting")
        with self._database.writing() as connection:
            connection.execute(update(NOTICE_DELIVERIES).where(*same).values(**values))


def own_notices(
    connection: Connection, reader: str, language: Language = "ko", since: int = 0, limit: int = 100
) -> list[OwnNotice]:
    """Up to `limit` (at most 500) official notices to `reader` from the second `since` on, oldest first (내 알림).

    For the signed read of the person: that `reader` signed is for the caller to have checked.
    """
    table = NOTICES.c
    most = min(max(limit, 1), MAX_PAGE)
    found = select(NOTICES).where(table.recipient == reader, table.at >= since).order_by(table.at, table.key)
    rows = connection.execute(found.limit(most)).all()
    return [OwnNotice(one.key, one.at, one.kind, _text(connection, one, language).full) for one in rows]


def list_notices(
    connection: Connection, party: str, language: Language = "ko", after: str = "", limit: int = 20
) -> Page[NoticeRow]:
    """A page of the official notices to a party, the newest first, in Korean or English.

    For the party itself, which is for the caller to have checked. Raises `MadangError`: `records.page`,
    `notices.language`.
    """
    if language not in ("ko", "en"):
        raise MadangError("notices.language", "Notices are in ko and en. Name one of them.")
    table = NOTICES.c
    order = (table.at, table.key)
    page = page_of(connection, NOTICES, _Row, [table.recipient == party], order, limit, after, newest_first=True)
    rows = [_shown(connection, one, language) for one in page.rows]
    return Page(rows, page.total, page.next)


def _shown(connection: Connection, row: "_Row", language: Language) -> NoticeRow:
    text = _text(connection, row, language)
    return NoticeRow(row.key, row.at, row.kind, HEADINGS[row.kind][language], text.full)


def dead_letters(connection: Connection, limit: int = 100) -> list[DeadLetter]:
    """Notices that were given up, the latest first: an officer finds another way to the person."""
    table = NOTICE_DELIVERIES.c
    found = (
        select(table.key, table.channel, NOTICES.c.kind, table.done_at, table.error)
        .join(NOTICES, NOTICES.c.key == table.key)
        .where(table.status == "dead")
        .order_by(table.done_at.desc(), table.key, table.channel)
        .limit(min(max(limit, 1), MAX_PAGE))
    )
    return [DeadLetter(*one) for one in connection.execute(found)]


def _raise_if_database(error: MadangError) -> None:
    """A database that is away is no fault of a notice: the round ends, and the next goes on."""
    if error.code == "records.database":
        raise error


class _Row(msgspec.Struct, frozen=True):
    """What is kept of a notice to say it."""

    key: str
    at: int
    kind: Kind
    programme: str
    amount: int
    number: str
    day: int
    detail: str


def _text(connection: Connection, row: "Row[Any] | _Row", language: Language) -> Text:
    titles = select(NOTICE_TITLES.c.title).where(
        NOTICE_TITLES.c.programme == row.programme, NOTICE_TITLES.c.language == language
    )
    title = connection.execute(titles).scalar_one_or_none() or ""
    return say(row.kind, language, Facts(title, row.amount, row.number, row.day, row.detail))


def _delivery(key: str, channel: str, now: int) -> dict[str, Any]:
    return {
        "key": key, "channel": channel, "status": "waiting", "attempts": 0, "due_at": now, "done_at": 0, "error": "",
    }  # fmt: skip
