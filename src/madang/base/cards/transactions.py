"""What may be asked of cards and one-time codes."""

from typing import Annotated

from msgspec import Meta

from madang.base.parties.transactions import PublicKey
from madang.kernel.fields import Digest, KeyId, Name, PartyId, Time, Won
from madang.kernel.transaction import Act

MAX_STOCK = 1_000
MAX_SECONDS = 180
"""How long a code may wait to be revealed."""

Code = Annotated[
    str,
    Meta(pattern=r"^[A-Z2-7]{26}\Z", description="A one-time code: 130 random bits in base32, as shown in a QR code."),
]
"""For the acts of services that redeem codes."""
Presenter = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{2,43}|card:[A-Za-z0-9_-]{43})\Z",
        description="A person, or a card: `card:` and the thumbprint of its key.",
    ),
]
"""The one name of who asks that a card has: no other act can be asked in it."""


class Stock(Act, frozen=True, kw_only=True, tag="cards.stock"):
    """A card service registers up to 1,000 blank cards by their public keys; it alone keeps the private ones."""

    keys: Annotated[list[PublicKey], Meta(min_length=1, max_length=MAX_STOCK)]


class Bind(Act, frozen=True, kw_only=True, tag="cards.bind"):
    """A desk gives a blank card to a person, whose former card is blocked; limits are in won, a day is a Korean one.

    Without `holder` the person is new to the ledger and has no device of their own. Two officers sign, or one and the
    person. A card that a registered person did not sign for works after 72 hours.
    """

    card: KeyId
    holder: PartyId | None = None
    per_payment: Won
    per_day: Won


class Block(Act, frozen=True, kw_only=True, tag="cards.block"):
    """The holder or a desk blocks a card for good, at once: it is lost, or its holder did not ask for it."""

    card: KeyId


class ResetTries(Act, frozen=True, kw_only=True, tag="cards.reset_tries"):
    """A desk lets a person who mistyped the PIN five times try again; the PIN stays what it is."""

    card: KeyId


class NewPin(Act, frozen=True, kw_only=True, tag="cards.new_pin"):
    """A desk lets a person choose another PIN, once, at the card service's pad.

    Two officers sign, or one and the person. Without the person's signature the card works again after 72 hours.
    """

    card: KeyId


class Present(Act, frozen=True, kw_only=True, tag="cards.present"):
    """A person, or a card of theirs, authorises a code: who sells and reveals it by `until` takes up to `limit` won.

    `code` is SHA-256 of the code. The shop is not known yet. A later code replaces one that waits. It is all that a
    card's key signs.
    """

    by: Presenter
    code: Digest
    programme: Name
    limit: Won
    until: Time
