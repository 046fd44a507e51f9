"""A country in small for the programmes that are shipped: towns, shops of every sort, a card in each hand.

`play(name)` is a world in which that programme is open and funded; a `Play` says in few words what happens in it.
"""

from functools import cache
from typing import Any

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Facts, Register
from madang.base.money import ledger as money
from madang.base.money.transactions import IssueTokens, OpenAccounts
from madang.base.parties.transactions import NewMerchant, RegisterMerchants
from madang.base.programmes.queries import programme
from madang.base.programmes.transactions import Approve, Close, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.contract import canonical, digest, read_kind, read_programme
from madang.services.vouchers import queries
from madang.services.vouchers.state import HELD
from madang.services.vouchers.transactions import (
    Expire,
    Fund,
    Grant,
    GrantRow,
    Line,
    Order,
    Pay,
    PaymentPart,
    PayOut,
    Reclaim,
    Refund,
)
from tests.services.vouchers.scene import DOCUMENTS
from tests.support.cast import ALICE, funds, genesis, new_key, officer, quorum, residents
from tests.support.proofs import vouched_for
from tests.support.signing import Wallet, wallet
from tests.support.world import World, present

DAY = 86_400
SEOUL, BUSAN = "1171010100", "2611010100"
SHOPS: dict[str, Facts] = {
    "diner": Facts(region=SEOUL, industry="56111", category="5812", sales_class="up_to_300m"),
    "busan-diner": Facts(region=BUSAN, industry="56111", category="5812", sales_class="up_to_300m"),
    "book-shop": Facts(region=SEOUL, industry="47611", category="5942", sales_class="up_to_1b"),
    "cinema": Facts(region=SEOUL, industry="59141", category="7832", sales_class="over_3b"),
    "market": Facts(region=BUSAN, industry="47121", category="5411", sales_class="up_to_500m"),
    "power": Facts(region=SEOUL, industry="35130", category="4900", sales_class="over_3b"),
    "coal-shop": Facts(region=SEOUL, industry="47719", category="5983", sales_class="up_to_300m"),
    "charging": Facts(region=SEOUL, industry="42321", category="1731", sales_class="up_to_3b"),
    "data-house": Facts(region=SEOUL, industry="63112", category="7374", sales_class="up_to_3b"),
    "start-up": Facts(region=SEOUL, industry="62010", category="7372", sales_class="up_to_300m"),
}
LISTS = {"onnuri-merchants": ["market"], "data-suppliers": ["data-house"]}
BUDGET = 40_000_000


def shop(name: str) -> Wallet:
    """The key of a shop."""
    return wallet(name, party=name)


class Play:
    """A programme on its way. Amounts are won, times seconds; what is not said is Alice's and the sponsor's."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name

    def fork(self) -> "Play":
        """The same, to go another way."""
        return Play(self.world.fork(), self.name)

    def at(self, seconds: int) -> None:
        """It is this time now."""
        self.world.time = seconds

    def row(self, reference: str, amount: int, holder: Wallet = ALICE, /, **members: Any) -> GrantRow:
        """A row to grant, in Seoul if nothing else is said."""
        return GrantRow(reference=reference, amount=amount, holder=holder.party, **({"region": SEOUL[:5]} | members))

    def grant(self, *rows: GrantRow) -> list[str]:
        """The authority grants; the vouchers' numbers."""
        self.world.accept(Grant(by="welfare", programme=self.name, rows=list(rows)), by=officer("welfare"))
        state = self.world.state()
        return [present(queries.granted(state, "welfare", self.name, one.reference)) for one in rows]

    def not_granted(self, row: GrantRow, reason: str) -> None:
        """The authority may not grant this, for this reason: a clause, or a code of vouchers."""
        act = Grant(by="welfare", programme=self.name, rows=[row])
        self._refused(act, officer("welfare"), reason)

    def paying(self, number: str, amount: int, merchant: str, by: Wallet = ALICE, line: int = 0, **members: Any) -> Pay:
        parts = [PaymentPart(voucher=number, amount=amount, line=line)]
        members = {"order": "order"} | members
        return Pay(by=by.party, programme=self.name, merchant=merchant, parts=parts, **members)

    def pay(self, number: str, amount: int, merchant: str, by: Wallet = ALICE, **members: Any) -> str:
        """A payment; its number."""
        before = self._payments(merchant)
        self.world.accept(self.paying(number, amount, merchant, by, **members), by=by)
        (payment,) = self._payments(merchant) - before
        return payment

    def _payments(self, merchant: str) -> set[str]:
        return {one.payment for one in queries.shop_payments(self.world.state(), merchant, self.name, limit=500)}

    def not_paid(
        self, number: str, amount: int, merchant: str, reason: str, by: Wallet = ALICE, **members: Any
    ) -> None:
        """This payment is refused, for this reason."""
        self._refused(self.paying(number, amount, merchant, by, **members), by, reason)

    def basket(self, merchant: str, *lines: tuple[str, int]) -> None:
        """The till says what was bought."""
        made = [Line(goods=goods, amount=amount) for goods, amount in lines]
        self.world.accept(Order(by=merchant, merchant=merchant, order="order", lines=made), by=shop(merchant))

    def refund(self, merchant: str, payment: str, amount: int) -> None:
        """The shop gives back."""
        act = Refund(by=merchant, programme=self.name, merchant=merchant, payment=payment, amount=amount)
        self.world.accept(act, by=shop(merchant))

    def refused(self, act: Any, by: Wallet, reason: str) -> None:
        """This act is refused, for this reason."""
        self._refused(act, by, reason)

    def view(self, number: str, holder: Wallet = ALICE) -> queries.VoucherView:
        """What the holder sees."""
        return present(queries.voucher(self.world.state(), holder.party, self.name, number))

    def totals(self) -> dict[str, int]:
        """Won by account."""
        return present(programme(self.world.state(), self.name)).totals

    def end(self, vouchers: list[str], shops: list[str]) -> None:
        """What is left lapses, shops are paid out, the rest goes back, and the programme closes with nothing in it."""
        before = self.totals()
        live = [one for one in vouchers if self._status(one) in ("active", "frozen")]
        if live:
            self.world.accept(Expire(by=ALICE.party, programme=self.name, vouchers=live), by=ALICE)
        if shops:
            self.world.accept(PayOut(by="ministry", programme=self.name, merchants=shops), by=officer("ministry"))
        left = self.totals()["free"]
        assert left == before["free"] + before["issued"]
        if left:
            self.world.accept(Reclaim(by="ministry", programme=self.name, amount=left), by=officer("ministry"))
        assert sum(self.totals()[name] for name in ("free", "issued", "held", "due")) == 0
        assert money.balance(self.world.state(), money.escrow_of(self.name)) == 0
        self.world.accept(Close(by="ministry", programme=self.name), by=quorum("ministry"))
        self.world.check()

    def _status(self, number: str) -> str:
        holders = [one for one in self.world.state().scan(HELD, self.name) if one[0][2] == number]
        ((_, holder, _), _) = holders[0]
        return present(queries.voucher(self.world.state(), holder, self.name, number)).status

    def _refused(self, act: Any, by: Wallet, reason: str) -> None:
        result = self.world.submit(act, by=by)
        assert result.outcome == "rejected", result
        assert (result.reason if result.code == "programmes.clause" else result.code) == reason, result


@cache
def _made(name: str, time: int) -> World:
    kind = read_kind((DOCUMENTS / "voucher.yaml").read_text())
    document = read_programme((DOCUMENTS / f"{name}.yaml").read_text(), kind)
    new = [NewMerchant(key=new_key(shop(one)), party=one) for one in SHOPS]
    entries = [Entry(merchant=one, facts=facts) for one, facts in SHOPS.items()]
    return World(
        MODULES,
        [
            *genesis(),
            *residents(),
            *funds(),
            RegisterMerchants(by="bank-b", merchants=new),
            OpenAccounts(by="bank-b", owners=list(SHOPS)),
            IssueTokens(by="bank-b", account="start-up", amount=10_000_000, reference="start-up"),
            PublishRegister(by="operator", register="legal-dong", version=1, codes=[SEOUL, BUSAN], since=0),
            *[
                PublishRegister(by="operator", register=one, version=1, codes=codes, since=0)
                for one, codes in LISTS.items()
            ],
            Register(by="operator", entries=entries),
            Draft(
                by="ministry",
                programme=name,
                bank="treasury-bank",
                kind=canonical(kind).decode(),
                document=canonical(document).decode(),
            ),
            Approve(
                by="ministry",
                programme=name,
                bank="treasury-bank",
                kind=digest(kind).hex(),
                document=digest(document).hex(),
                authorities=["welfare"],
            ),
            PublishProgramme(by="operator", programme=name, proof=vouched_for(kind, document)),
            Open(by="ministry", programme=name),
            Fund(by="ministry", programme=name, amount=BUDGET),
        ],
        time=time,
    )


def play(name: str, time: int) -> Play:
    """The programme of this document, open and funded with 40 million won, at this time."""
    return Play(_made(name, time).fork(), name)
