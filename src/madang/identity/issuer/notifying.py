"""What wallets tell about credentials that they got: kept, failed, or thrown away (OpenID4VCI 1.0, section 11)."""

import secrets
from typing import Literal

import msgspec

from madang.identity import jose
from madang.identity.issuer.office import Office
from madang.identity.issuer.standing import change
from madang.identity.issuer.store import place_of
from madang.identity.issuer.tokens import token_of
from madang.identity.issuer.wire import JSON, Refusal, Reply, Request, refused_as
from madang.kernel.errors import MadangError

NOTICE_SECONDS = 30 * 86_400
MAX_BYTES = 4 * 1024
Event = Literal["credential_accepted", "credential_failure", "credential_deleted"]
EVENTS: tuple[Event, ...] = ("credential_accepted", "credential_failure", "credential_deleted")


class Notice(msgspec.Struct, frozen=True):
    """The credentials of one answer, by number, in a delivery."""

    delivery: str
    numbers: tuple[str, ...]


def notice_for(office: Office, delivery: str, numbers: tuple[str, ...], now: int) -> str:
    """A name under which the wallet can tell what became of credentials, for thirty days."""
    name = secrets.token_urlsafe(24)
    place = place_of(office.institution.identifier, "notice", name)
    office.store.put(place, "notice", msgspec.json.encode(Notice(delivery, numbers)), now + NOTICE_SECONDS)
    return name


def take_notice(office: Office, request: Request) -> Reply:
    """Hear what a wallet tells. What was thrown away, or not stored, is revoked: nobody shall have it.

    Telling the same again is no error. Raises `Refusal`: what `token_of` raises, `invalid_notification_request`
    (`notice.form`), `invalid_notification_id` (`notice.unknown`).
    """
    token, _ = token_of(office, request, office.endpoint("notification"))
    name, event = _read(request)
    place = place_of(office.institution.identifier, "notice", name)
    found = office.store.find(place, request.now)
    notice = msgspec.json.decode(found, type=Notice) if found is not None else None
    if notice is None or notice.delivery != token.delivery:
        raise Refusal("invalid_notification_id", "notice.unknown", "There was no delivery under this name.")
    if event != "credential_accepted":
        change(
            office,
            office.store.issued_in(office.institution.identifier, notice.delivery, notice.numbers),
            "revoked",
            request.now,
        )
    return Reply(204, code=f"notice.{event}")


def _read(request: Request) -> tuple[str, Event]:
    if request.media_type != JSON or len(request.body) > MAX_BYTES:
        raise _malformed("The notification is no JSON, or too long.")
    try:
        content = jose.read_object(request.body, "The notification", "notice.form")
    except MadangError as error:
        raise refused_as("invalid_notification_request", error) from None
    name, event = content.get("notification_id"), content.get("event")
    known = next((one for one in EVENTS if one == event), None)
    if not isinstance(name, str) or known is None:
        raise _malformed("notification_id or event is missing, or none that there is.")
    return name, known


def _malformed(message: str) -> Refusal:
    return Refusal("invalid_notification_request", "notice.form", message)
