"""What clients of a simulation wish for: payments above all, some of which the rules must refuse."""

import base64
import hashlib
import random
from typing import Any

import msgspec

from madang.base.cards.state import PRESENTATIONS
from madang.base.cards.transactions import Present
from madang.engine.ledger import Ledger
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import (
    Collect,
    Expire,
    Freeze,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Refund,
    Unfreeze,
)
from tests.crash import town
from tests.services.vouchers.scene import COUPON
from tests.simulation.unsigned import unsigned
from tests.support.cast import BAKERY, GROCER, officer
from tests.support.signing import Wallet


class Intent:
    """What one client wants: it sends the same bytes until it is told what became of them."""

    def __init__(self, identifier: str, signed: bytes) -> None:
        self.id = identifier
        self.signed = signed
        self.done = False


def code_of(payer: str, until: int) -> str:
    """The code that a payer shows until a second: what a till reads off the phone."""
    return base64.b32encode(hashlib.sha256(f"{payer} {until}".encode()).digest())[:26].decode()


class Wishes:
    """Makes wishes by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def wish(self, ledger: Ledger, now: int, name: str) -> Intent:
        """What a client who sees this ledger wants at `now` (seconds). Different names are different wishes."""
        act, signer = self._act(State(ledger.reader()), now, name)
        identifier = hashlib.sha256(name.encode()).hexdigest()[:32]
        until = now + self.chance.choice([20, 120, 400])
        payload = {"chain": town.CHAIN, "id": identifier, "not_after": until, "acts": [act]}
        return Intent(identifier, unsigned(msgspec.json.encode(payload), [signer]))

    def _act(self, state: State, now: int, name: str) -> tuple[Act, Wallet]:
        chance = self.chance
        numbers = town.vouchers(state)
        who = chance.randrange(town.PAYERS)
        kind = chance.random()
        shop = chance.choice([BAKERY, BAKERY, BAKERY, GROCER])
        if kind < 0.12:
            return self._by_code(state, who, shop, now, name)
        if kind < 0.60:
            holder = who if chance.random() < 0.9 else (who + 1) % town.PAYERS
            amounts = [chance.choice([1, 7, 1_000, 60_000, 400_000]) for _ in range(chance.choice([1, 1, 2]))]
            parts = [PaymentPart(voucher=numbers[holder], amount=amount) for amount in amounts]
            merchant = shop.party if chance.random() < 0.95 else "centre"
            own = chance.choice([0, 0, 0, 100, 700])
            order = "o" + hashlib.sha256(name.encode()).hexdigest()[:12]
            by = town.payer(who).party
            return Pay(by=by, programme=COUPON, merchant=merchant, order=order, parts=parts, own=own), town.payer(who)
        if kind < 0.85:
            seen = queries.shop_payments(state, shop.party, COUPON)
            if seen:
                paid = chance.choice(seen)
                left = paid.amount - paid.refunded
                amount = max(1, chance.choice([left, left // 2, left + 1, paid.amount]))
                return Refund(
                    by=shop.party, programme=COUPON, merchant=shop.party, payment=paid.payment, amount=amount
                ), shop
        if kind < 0.92:
            number = numbers[who]
            sort: Any = chance.choice([Freeze, Unfreeze, Unfreeze, Recall] if chance.random() < 0.5 else [Expire])
            return sort(by="ministry", programme=COUPON, vouchers=[number]), officer("ministry")
        return PayOut(by="ministry", programme=COUPON, merchants=[shop.party]), officer("ministry")

    def _by_code(self, state: State, who: int, shop: Wallet, now: int, name: str) -> tuple[Act, Wallet]:
        """A payer shows a code; or a till collects by one that somebody shows, now and then for too much."""
        chance, payer = self.chance, town.payer(who)
        shown = [(parts[0], one) for parts, one in state.scan(PRESENTATIONS)]
        if not shown or chance.random() < 0.3:
            until = now + chance.choice([20, 60, 150])
            code = hashlib.sha256(code_of(payer.party, until).encode()).hexdigest()
            return Present(by=payer.party, code=code, programme=COUPON, limit=1_000, until=until), payer
        presenter, one = chance.choice(shown)
        amount = chance.choice([1, 7, 1_000, 1_001])
        order = "c" + hashlib.sha256(name.encode()).hexdigest()[:12]
        code = code_of(presenter, one.until)
        act = Collect(by=shop.party, programme=COUPON, merchant=shop.party, order=order, code=code, amount=amount)
        return act, shop
