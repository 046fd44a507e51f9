"""What happens at a pad: a person chooses a PIN, or pays with card and PIN.

A try is counted, on disk, before the PIN is looked at. Whether the number is unknown, the PIN wrong or none chosen, the
card blocked or its tries used up, the answer is the same, and takes the same work.
"""

import base64
import re
import secrets
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import NamedTuple, Protocol

from madang.base.cards.queries import KeptCard
from madang.base.cards.state import code_digest
from madang.base.cards.transactions import MAX_SECONDS, Present
from madang.base.parties.ledger import party_of_card
from madang.cards.store import MAX_TRIES, Row, Store
from madang.cards.vault import SALT_BYTES, Vault
from madang.client.wallet import Wallet, make_payload, sign
from madang.kernel.errors import MadangError

PAD_TRIES = 20
PAD_SECONDS = 3_600
MAX_NEW = 1_000
"""As many as one act stocks."""
MARGIN_SECONDS = 10
"""How much earlier a code ends than it might, since block time may be behind this machine's clock."""
_NUMBER = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_PIN = re.compile(r"[0-9]{6}\Z")
_NO_SALT = bytes(SALT_BYTES)
_NO_PIN = bytes(32)


class Ledger(Protocol):
    """What the service asks of a node: a real one through `madang.cards.node`, the machine itself in tests."""

    @property
    def chain(self) -> str:
        """The ledger's name."""

    def kept_card(self, card: Wallet) -> KeptCard | None:
        """A card's standing, asked with its own key."""

    def submit(self, signed: bytes) -> None:
        """Submit a transaction. Raises `MadangError` with the code of its refusal."""


class NewCard(NamedTuple):
    """A new card: the number to print as a QR code, its name on the ledger, and the key that stocks it."""

    number: str
    name: str
    public_key: str


class Presented(NamedTuple):
    """A one-time code to show to the till, and the second at which it ends."""

    code: str
    until: int


class CardService:
    """Cards in `store`, opened with `vault`; `now` gives seconds since 1970."""

    def __init__(self, store: Store, vault: Vault, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._vault = vault
        self._now = now

    def make(self, count: int) -> list[NewCard]:
        """Make up to 1,000 blank cards. Raises `MadangError` (`card.count`)."""
        if not 1 <= count <= MAX_NEW:
            raise MadangError("card.count", f"Make 1 to {MAX_NEW:,} cards at a time.")
        rows, made = [], []
        for _ in range(count):
            number, wallet = secrets.token_urlsafe(16), Wallet.generate()
            salt = secrets.token_bytes(SALT_BYTES)
            rows.append((self._vault.digest(number), wallet.kid, self._vault.seal(wallet), salt))
            made.append(NewCard(number, wallet.kid, wallet.public_key))
        self._store.add(rows)
        return made

    def name_of(self, number: str) -> str:
        """The card's name on the ledger, by which a desk binds or blocks it. Raises `MadangError` (`card.unknown`)."""
        row = self._find(number)
        if row is None:
            raise MadangError("card.unknown", "No card has this number here. Read it again.")
        return row.name

    def choose_pin(self, number: str, pin: str, ledger: Ledger) -> None:
        """Keep the PIN that a person chose, once for each time that a desk allowed it on the ledger.

        Raises `MadangError`: `card.pin_form`, `card.pin_weak`, `card.unknown`, `card.pin_not_allowed`.
        """
        check_pin(pin)
        row = self._find(number)
        if row is None:
            raise MadangError("card.unknown", "No card has this number here. Read it again.")
        kept = ledger.kept_card(self._vault.open(row.name, row.sealed))
        salt = secrets.token_bytes(SALT_BYTES)
        allowed = kept is not None and kept.status == "bound" and kept.pins > row.pins
        if kept is None or not allowed:
            raise _not_allowed()
        if not self._store.choose_pin(row.number, self._vault.hash_pin(pin, salt), salt, kept.pins):
            raise _not_allowed()

    def present(self, number: str, pin: str, programme: str, limit: int, pad: str, ledger: Ledger) -> Presented:
        """Sign for a payment of up to `limit` won in a programme; returns the code that the till reveals.

        `pad` names where the PIN was typed. Raises `MadangError`: `card.pad` (too many wrong tries there),
        `card.refused`, or the code with which the ledger refused (`cards.per_payment` and others).
        """
        now = int(self._now())
        if not self._store.count_pad(pad, now, now - PAD_SECONDS, PAD_TRIES):
            raise MadangError("card.pad", "There were too many wrong tries at this pad. Wait an hour, or use another.")
        wallet = self._checked(number, pin, ledger)
        self._store.forgive_pad(pad)
        code = base64.b32encode(secrets.token_bytes(17))[:26].decode()
        until = now + MAX_SECONDS - MARGIN_SECONDS
        by = party_of_card(wallet.kid)
        act = Present(by=by, code=code_digest(code), programme=programme, limit=limit, until=until)
        try:
            ledger.submit(sign(make_payload(ledger.chain, [act], until), [wallet]))
        except MadangError as error:
            if error.code == "cards.not_presenter":
                raise _refused() from None
            raise
        return Presented(code, until)

    def _checked(self, number: str, pin: str, ledger: Ledger) -> Wallet:
        """The card's key where the PIN is right. Raises `MadangError` (`card.refused`)."""
        row = self._find(number)
        if row is not None and row.tries >= MAX_TRIES:
            self._follow_resets(row, ledger)
        counted = self._store.count_try(self._vault.digest(number))
        # The same work where there is nothing to compare with, so that time does not tell which it was.
        salt, expected = (_NO_SALT, _NO_PIN) if counted is None else (counted.salt, counted.pin or _NO_PIN)
        right = self._vault.is_pin(pin, salt, expected)
        if counted is None or not right:
            raise _refused()
        self._store.forgive(counted.number)
        return self._vault.open(counted.name, counted.sealed)

    def _follow_resets(self, row: Row, ledger: Ledger) -> None:
        kept = ledger.kept_card(self._vault.open(row.name, row.sealed))
        if kept is not None and kept.status == "bound":
            self._store.reset_tries(row.number, kept.resets)

    def _find(self, number: str) -> Row | None:
        return self._store.find(self._vault.digest(number)) if _NUMBER.match(number) else None


def check_pin(pin: str) -> None:
    """Refuse what is no PIN, and those that are guessed first: one digit, runs, repetitions, dates (of birth).

    Raises `MadangError`: `card.pin_form`, `card.pin_weak`.
    """
    if not _PIN.match(pin):
        raise MadangError("card.pin_form", "A PIN is six digits. Type it again.")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeated = any(pin == pin[:length] * (6 // length) for length in (2, 3))
    if (len(steps) == 1 and steps <= {0, 1, 9}) or repeated or _is_date(pin):
        raise MadangError(
            "card.pin_weak", "This PIN is guessed too easily: no runs, repetitions or dates. Choose another."
        )


def _is_date(pin: str) -> bool:
    """Whether this is a day as YYMMDD, as on an identity card."""
    try:
        date(2000 + int(pin[:2]), int(pin[2:4]), int(pin[4:]))
    except ValueError:
        return False
    return True


def _refused() -> MadangError:
    return MadangError(
        "card.refused",
        f"Card or PIN is not right, or the card is blocked. After {MAX_TRIES} wrong tries a desk helps.",
    )


def _not_allowed() -> MadangError:
    return MadangError("card.pin_not_allowed", "No desk allows a PIN to be chosen for this card now. Ask at a desk.")
