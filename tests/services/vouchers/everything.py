"""A world with two programmes that use all that a voucher can do, `full` and its sibling of the same purpose."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Register
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.contract import canonical, digest, read_programme
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, Grant, GrantRow, Pay, PaymentPart
from tests.services.vouchers.scene import BUSAN, documents, facts
from tests.support.cast import ALICE, funds, genesis, officer, residents
from tests.support.proofs import vouched
from tests.support.signing import Wallet
from tests.support.world import START, World, present

FULL, SIBLING = "full", "sibling"
DAY = 86_400
OPENS = START
MIDDLE = START + 100 * DAY
"""Where most first instalments end and second ones begin."""
UNUSED_BY = START + 50 * DAY
CARRY_UNTIL = START + 150 * DAY
CLOSES = START + 200 * DAY
HOLD_DAYS, REISSUE_DAYS, CANCEL_DAYS = 3, 30, 7

DOCUMENT = """
programme: {name}
kind: voucher
title: {{ko: 모든 기능, en: All that there is}}
parameters:
  purpose: all-there-is
  subject: {subject}
  opens: 2026-01-01T09:00:00+09:00
  closes: 2026-07-20T09:00:00+09:00
  cap: 1_000_000
  special: ["film"]
  hold_days: 3
  unused_by: 2026-02-20T09:00:00+09:00
  carry: {carry}
  carry_percent: 10
  carry_until: 2026-05-31T09:00:00+09:00
  reissue_days: 30
  stages: 2
  reimburses: true
  sold: true
  discount: 10
  month_limit: 500_000
  cancel_days: 7
  cash_rest: 40
spend:
  require:
    films: goods != "film" || a.special_count < 2
    no_drink: {unnamed}goods != "drink"
    day_cap: "(a.day == day(at) ? a.day_spent : 0) + amount <= 200_000"
    twice_a_day: "(a.day == day(at) ? a.day_count : 0) < 5"
    month_cap: "(a.month == month(at) ? a.month_spent : 0) + amount <= 400_000"
    own_share: whole < 150_000 || own * 10 >= whole
"""


@cache
def _made(subject: str, carry: str, funded: bool, lines: bool) -> World:
    kind, kind_text, _, kind_digest, _ = documents()
    acts: list[Any] = []
    for name in (FULL, SIBLING):
        unnamed = "" if lines else 'goods == "-" || '
        programme = read_programme(DOCUMENT.format(name=name, subject=subject, carry=carry, unnamed=unnamed), kind)
        acts += [
            Draft(
                by="ministry",
                programme=name,
                bank="treasury-bank",
                kind=kind_text,
                document=canonical(programme).decode(),
            ),
            Approve(
                by="ministry",
                programme=name,
                bank="treasury-bank",
                kind=kind_digest,
                document=digest(programme).hex(),
                authorities=["welfare"],
            ),
            PublishProgramme(by="operator", programme=name, proof=vouched(kind_digest, digest(programme).hex())),
            Open(by="ministry", programme=name),
        ]
        if funded:
            acts.append(Fund(by="ministry", programme=name, amount=10_000_000))
    shops = [Entry(merchant=name, facts=facts(BUSAN)) for name in ("bakery", "grocer")]
    listing = [
        PublishRegister(by="operator", register="legal-dong", version=1, codes=[BUSAN], since=0),
        Register(by="operator", entries=shops),
    ]
    return World(MODULES, [*genesis(), *residents(), *funds(), *listing, *acts], time=OPENS)


def world_of(subject: str = "anyone", carry: str = "up_to", *, funded: bool = True, lines: bool = False) -> World:
    """A fresh world at the first second of use, with 10 million won in each escrow if it is funded.

    With `lines` the programmes take no payment that names no line of a basket.
    """
    return _made(subject, carry, funded, lines).fork()


def row(reference: str, holder: str = ALICE.party, amount: int = 100_000, **members: Any) -> GrantRow:
    """A row for a registered holder in Busan."""
    return GrantRow(reference=reference, amount=amount, region="26", holder=holder, **members)


def grant(world: World, *rows: GrantRow, programme: str = FULL) -> list[str]:
    """Grant rows as the welfare authority does; the vouchers' numbers."""
    world.accept(Grant(by="welfare", programme=programme, rows=list(rows)), by=officer("welfare"))
    return [voucher_for(world, one.reference, programme) for one in rows]


def voucher_for(world: World, reference: str, programme: str = FULL) -> str:
    """The voucher that a reference was granted."""
    return present(queries.granted(world.state(), "welfare", programme, reference))


def paying(
    *parts: tuple[Any, ...], by: Wallet = ALICE, merchant: str = "bakery", order: str = "order-1", **members: Any
) -> Pay:
    """A payment of (voucher, won) or (voucher, won, line)."""
    made = [PaymentPart(voucher=one[0], amount=one[1], line=one[2] if len(one) > 2 else 0) for one in parts]
    return Pay(by=by.party, programme=FULL, merchant=merchant, order=order, parts=made, **members)


def pay(world: World, *parts: tuple[Any, ...], by: Wallet = ALICE, **members: Any) -> str:
    """The same, accepted; the payment's number."""
    world.accept(paying(*parts, by=by, **members), by=by)
    return payments(world, members.get("merchant", "bakery"))[-1].payment


def payments(world: World, merchant: str = "bakery", programme: str = FULL) -> Sequence[queries.ShopPayment]:
    """What a shop sees."""
    return queries.shop_payments(world.state(), merchant, programme)


def view(world: World, number: str, holder: str = ALICE.party, programme: str = FULL) -> queries.VoucherView:
    """What the holder sees of a voucher."""
    return present(queries.voucher(world.state(), holder, programme, number))
