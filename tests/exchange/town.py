"""A ledger on disk with three business days of payments, payouts and conversions, as banks find it in the evening.

Genesis is of Monday 2025-07-21, 9 o'clock in Seoul. What happens is in `live`; `Lived.ids` names each transaction.
"""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from madang.app import MODULES
from madang.base.debts.transactions import Impose
from madang.base.money.transactions import CloseAccount, CloseDay, IssueTokens, OpenDay, RedeemTokens
from madang.engine import node as nodes
from madang.engine.node import Node
from madang.exchange.banks import KOREA
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import Pay, PaymentPart, PayOut, Refund
from tests.crash import town
from tests.engine.toy import WAIT, LocalVerifier
from tests.services.vouchers.scene import COUPON, OPENS
from tests.support.cast import BAKERY, GROCER, officer, quorum
from tests.support.signing import Wallet, envelope

MONDAY, TUESDAY, WEDNESDAY = (datetime.date(2025, 7, day) for day in (21, 22, 23))


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of July 2025 in Korea."""
    return int(datetime.datetime(2025, 7, day, hour, minute, tzinfo=KOREA).timestamp())


@dataclass
class Lived:
    """A ledger's folder, and the ids of its transactions by what they were."""

    folder: Path
    ids: dict[str, str] = field(default_factory=dict)
    payments: list[str] = field(default_factory=list)


class Life:
    """A node whose clock is moved."""

    def __init__(self, folder: Path) -> None:
        self.lived = Lived(folder)
        self.time = OPENS
        Node.create(folder, MODULES, town.document(), town.LOG)
        self.node = Node(folder, MODULES, lambda: self.time)

    def send(self, name: str, acts: Sequence[Act], by: Wallet | list[Wallet]) -> str:
        """Have acts accepted under an id that the name gives; the id."""
        identifier = hashlib.sha256(name.encode()).hexdigest()[:32]
        made = {"chain": town.CHAIN, "id": identifier, "not_after": self.time + 100, "acts": acts}
        signers = [by] if isinstance(by, Wallet) else by
        (answer,) = self.node.engine.submit([envelope(msgspec.json.encode(made), signers)]).result(WAIT)
        assert getattr(answer, "outcome", answer) == "accepted", answer
        self.lived.ids[name] = identifier
        return identifier

    def pay(self, who: int, merchant: str, amount: int) -> None:
        """A payment with the voucher of one of the payers."""
        payer = town.payer(who)
        parts = [PaymentPart(voucher=town.vouchers(self.node.state())[who], amount=amount)]
        act = Pay(by=payer.party, programme=COUPON, merchant=merchant, order=f"order-{who}", parts=parts)
        self.send(f"pay {merchant} {self.time} {who}", [act], payer)

    def pay_out(self, name: str, *merchants: str) -> str:
        """A payout by the treasury bank."""
        act = PayOut(by="treasury-bank", programme=COUPON, merchants=list(merchants))
        return self.send(name, [act], officer("treasury-bank"))

    def issue(self, bank: str, account: str, amount: int, reference: str) -> None:
        """Tokens against a deposit."""
        act = IssueTokens(by=bank, account=account, amount=amount, reference=reference)
        self.send(f"issue {reference}", [act], officer(bank))

    def redeem(self, shop: Wallet, amount: int, reference: str) -> None:
        """Tokens back into a deposit."""
        act = RedeemTokens(by=shop.party, amount=amount, reference=reference)
        self.send(f"redeem {reference}", [act], shop)


def live(folder: Path) -> Lived:
    """Two days: what is paid out on Monday, on Tuesday, and what merchants turn back into deposits."""
    patch = pytest.MonkeyPatch()
    patch.setattr(nodes, "Verifier", LocalVerifier)
    life = Life(folder)
    with life.node:
        life.time = at(21, 10)
        life.pay(0, "bakery", 30_000)
        life.pay(1, "grocer", 12_345)
        life.issue("bank-a", town.payer(0).party, 5_000, "deposit-monday")
        life.time = at(21, 15)
        first = life.pay_out("monday", "grocer", "bakery")
        life.redeem(BAKERY, 30_000, f"{first}000")
        life.time = at(21, 17, 30)
        life.issue("bank-a", town.payer(1).party, 6_000, "deposit-evening")
        life.time = at(22, 9)
        life.pay(2, "bakery", 7_000)
        life.pay(3, "bakery", 500)
        life.pay(4, "grocer", 800)
        _refund(life, 400)
        life.time = at(22, 11)
        second = life.pay_out("tuesday", "bakery", "grocer")
        life.redeem(BAKERY, 7_100, f"{second}000")
        life.redeem(GROCER, 13_145, "all-of-it")
        life.issue("bank-b", "grocer", 1_000, "deposit-b")
        # A reference is used once by each owner, so that two may use the same.
        for who in (5, 6):
            act = RedeemTokens(by=town.payer(who).party, amount=100, reference="cash")
            life.send(f"redeem cash {who}", [act], town.payer(who))
        _debts(life)
    patch.undo()
    return life.lived


def _debts(life: Life) -> None:
    """On Wednesday the sponsor sets off what two shops owe it: some of one's takings, and all of the other's."""
    life.time = at(22, 14)
    for shop, principal in (("grocer", 300), ("bakery", 5_000)):
        ground = f"decision-{shop}"
        act = Impose(
            by="ministry",
            debtor=shop,
            ground=ground,
            principal=principal,
            conduct_at=at(21, 12),
            due_at=at(22, 15),
        )
        life.send(ground, [act], quorum("ministry"))
    life.time = at(23, 9)
    life.pay(5, "grocer", 1_000)
    life.pay(6, "bakery", 600)
    life.time = at(23, 10)
    life.pay_out("wednesday", "bakery", "grocer")


def _refund(life: Life, amount: int) -> None:
    payment = _latest_payment(life, "bakery")
    act = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=payment, amount=amount)
    life.send("refund", [act], BAKERY)


def _latest_payment(life: Life, merchant: str) -> str:
    from madang.services.vouchers.queries import shop_payments

    return shop_payments(life.node.state(), merchant, COUPON)[-1].payment


def live_with_days(folder: Path, *, ends_open: bool = False) -> Lived:
    """A central bank that opens and closes business days; an account that is emptied and closed at once.

    `ends_open`: another day is open at the end.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(nodes, "Verifier", LocalVerifier)
    life = Life(folder)
    bank = officer("central-bank")
    with life.node:
        life.time = at(21, 10)
        life.send("open", [OpenDay(by="central-bank", date="2025-07-21", cut_off=at(21, 17))], bank)
        life.issue("bank-a", "bakery", 900, "in-the-day")
        life.time = at(21, 18)
        life.issue("bank-a", "bakery", 100, "behind-the-cut-off")
        life.time = at(21, 19)
        life.send("close", [CloseDay(by="central-bank")], bank)
        life.issue("bank-b", "grocer", 50, "of-bank-b")
        life.time = at(22, 8)
        acts = [RedeemTokens(by="bakery", amount=1_000, reference="goodbye"), CloseAccount(by="bakery")]
        life.send("goodbye", acts, BAKERY)
        life.time = at(22, 9)
        life.send("open again", [OpenDay(by="central-bank", date="2025-07-22", cut_off=at(22, 17))], bank)
        life.time = at(22, 18)
        life.send("close again", [CloseDay(by="central-bank")], bank)
        life.issue("bank-a", town.payer(0).party, 70, "not-opened-yet")
        if ends_open:
            life.send("open at last", [OpenDay(by="central-bank", date="2025-07-23", cut_off=at(23, 17))], bank)
    patch.undo()
    return life.lived
