"""Random lives of programmes that use all that there is, against a model of their books: both agree after every act.

What is submitted goes through the real machine, in blocks, with replays; only the arithmetic of signatures is left
out, which is tested elsewhere. The books (`books.py`) say whether an act must be accepted, and where each won is then.
"""

import base64
import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from madang.base.cards.transactions import Present
from madang.base.debts.transactions import Impose
from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Revoke, Scope
from madang.base.money import ledger as money
from madang.base.money.transactions import IssueTokens, OpenAccounts
from madang.base.parties.transactions import EnrolKey
from madang.base.programmes.queries import programme
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.errors import Malformed
from madang.kernel.machine import MARKS
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.state import voucher_of
from madang.services.vouchers.transactions import (
    Bind,
    Buy,
    Cancel,
    Capture,
    CarryOver,
    CashOut,
    Collect,
    Confirm,
    CreditInterest,
    Draw,
    Expire,
    Freeze,
    Fund,
    Funder,
    Grant,
    GrantRow,
    KeepPromises,
    Line,
    Move,
    NameFunders,
    Order,
    PaidLine,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    RecallUnused,
    Reclaim,
    Refund,
    Reimburse,
    Repay,
    Settle,
    Succession,
    Unfreeze,
    Void,
)
from tests.services.vouchers.books import Books, Purchase, Voucher
from tests.services.vouchers.everything import (
    CARRY_UNTIL,
    CLOSES,
    DAY,
    FULL,
    HOLD_DAYS,
    MIDDLE,
    SIBLING,
    UNUSED_BY,
    world_of,
)
from tests.simulation.unsigned import unsigned
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, quorum
from tests.support.signing import Wallet
from tests.support.world import World

SECOND = Wallet("bora second", party=BORA.party)
WALLETS = {ALICE.party: ALICE, BORA.party: SECOND, CHUL.party: CHUL, "bakery": BAKERY, "grocer": GROCER}
PEOPLE = [ALICE.party, BORA.party, CHUL.party]
SHOPS = ["bakery", "grocer"]
FUNDERS = ("ministry", "welfare", "desk")
ACCOUNTS = (*PEOPLE, *SHOPS, *FUNDERS, "treasury-bank", "bank-a")
NOWHERE = "A" * 22

AMOUNTS = [1, 7, 999, 5_000, 10_000, 30_000, 60_000, 100_000, 149_999, 150_000, 200_000, 200_001]
SMALL = [1, 7, 999, 5_000, 10_000, 30_000]
LETTERS = ["A" * 26, "B" * 26]
SUBJECTS = [[], [], [], ["1" * 64], ["2" * 64, "3" * 64], ["3" * 64]]
OF_PAYMENTS = ("deliver", "refund", "promise")
DOINGS = [
    *("time_passes", "time_passes", "time_passes", "time_passes", "a_date_comes"),
    *("grant", "claim", "buy", "buy", "give_back", "give_back"),
    *("pay", "pay", "pay_to_the_last_won", "pay_later", "pay_later", "pay_a_basket", "pay_a_basket"),
    *("pay_for_another", "pay_by_code", "a_bill", "deliver", "deliver", "deliver"),
    *("refund", "refund", "promise", "keep_promises"),
    *("stop", "stop", "expire", "recall", "recall_unused", "carry_over", "carry_over", "move", "confirm_and_reimburse"),
    *("send_again", "pay_out", "fund_or_reclaim", "interest", "a_debt", "wind_up"),
]
"""What people do in a life, the usual more often."""


@cache
def _made(carry: str, several: bool) -> World:
    world = world_of("anyone", carry, funded=not several)
    treasury, bank = officer("treasury-bank"), officer("bank-a")
    world.accept(EnrolKey(by=BORA.party, key=new_key(SECOND)), by=BORA)
    world.accept(OpenAccounts(by="treasury-bank", owners=["welfare", "desk", "treasury-bank"]), by=treasury)
    world.accept(OpenAccounts(by="bank-a", owners=["bank-a"]), by=bank)
    for name, by in (("welfare", treasury), ("desk", treasury), ("treasury-bank", treasury), ("bank-a", bank)):
        tokens = IssueTokens(
            by=name if name == "bank-a" else "treasury-bank", account=name, amount=3_000_000, reference=name
        )
        world.accept(tokens, by=by)
    return world


class Programmes(RuleBasedStateMachine):
    """One ledger and one set of books, side by side; `met` counts what both did, over all lives."""

    met: ClassVar[Counter[str]] = Counter()

    @initialize(carry=st.sampled_from(["up_to", "all_if_below", "none"]), several=st.booleans())
    def begin(self, carry: str, several: bool) -> None:
        self.world = _made(carry, several).fork()
        self.books = Books(carry, set(SHOPS), set(PEOPLE), {"bakery": "bank-a", "grocer": "bank-b"})
        state = self.world.state()
        for name in ACCOUNTS:
            self.books.books["tokens", name] = money.balance(state, name)
        for name in (FULL, SIBLING):
            self.books.books["free", name] = money.balance(state, money.escrow_of(name))
        self.books.books["touched",] = not several
        self.money = self.books.money()
        self.number = 0
        self.sent: list[tuple[bytes, bytes, Any]] = []
        if several:
            shares = zip(FUNDERS, (7_400, 1_600, 1_000), strict=True)
            named = [Funder(funder=name, share=share) for name, share in shares]
            self.send(NameFunders(by="ministry", programme=FULL, funders=named))
            for name, amount in zip(FUNDERS, (1_480_000, 320_000, 200_000), strict=True):
                self.send(Fund(by=name, programme=FULL, amount=amount))
        rows: list[dict[str, Any]] = [
            {"holder": ALICE.party, "until": MIDDLE, "subjects": ["1" * 64]},
            {"holder": ALICE.party, "since": MIDDLE, "instalment": 2, "subjects": ["1" * 64]},
            {"holder": BORA.party, "amount": 300_000},
            {"holder": CHUL.party, "amount": 450_000},
            {"code": digest_of_code(FULL, "A" * 26)},
        ]
        self.grant_rows("welfare", FULL, rows)

    # --------------------------------------------------------------------------------------------------- sending

    def send(self, act: Act) -> bool:
        """Both do it; they agree on whether, and a refusal writes its mark alone."""
        payload = self.world.payload(act, not_after=self.world.time + 30)
        signed = unsigned(payload, self._signers(act))
        result = self._order(signed)
        accepted = self.books.run(act, self.world.time, payload)
        assert (result.outcome == "accepted") == accepted, (act, result)
        assert result.outcome in ("accepted", "rejected"), result
        if not accepted:
            assert [key[: len(MARKS.prefix)] for key, _ in self.world.entries[-1].writes] == [MARKS.prefix]
        self.met[f"{type(act).__name__} {result.outcome}"] += 1
        self.met[f"{type(act).__name__} {result.code} {result.reason}"] += 1
        self.sent.append((payload, signed, result))
        return accepted

    @staticmethod
    def _signers(act: Act) -> list[Wallet]:
        if act.by in WALLETS:
            return [WALLETS[act.by]]
        return quorum(act.by) if act.quorum else [officer(act.by)]

    def _order(self, signed: bytes) -> Any:
        machine = self.world.machine
        block = machine.open(self.world.store, self.world.height + 1, self.world.time)
        result = block.execute(machine.read(signed))
        self.world._seal(block)
        return result

    # --------------------------------------------------------------------------------------------------- looking

    def vouchers(self) -> dict[str, Voucher]:
        return self.books.of("voucher")

    def pick(self, choices: Sequence[Any]) -> Any:
        return self.dice.choice(choices)

    def odds(self, many: int) -> bool:
        """One time in so many."""
        return self.dice.randrange(many) == 0

    def unless(self) -> bool:
        """Mostly: what follows is as it should be, and else a mistake."""
        return self.dice.randrange(8) > 0

    def some(self, holder: str = "", status: str = "active", **members: Any) -> str:
        """A voucher of `holder` in use, with such members, if there is one and it is not to be a mistake."""
        now = self.world.time
        fitting = [
            number
            for number, one in self.vouchers().items()
            if (not holder or one.holder == holder) and one.status == status and one.programme == FULL
            if (one.since <= now < one.until or members)
            and all(getattr(one, name) == value for name, value in members.items())
        ]
        if not fitting or not self.unless():
            fitting = [*self.vouchers(), NOWHERE]
        return str(self.pick(fitting))

    def payment(self, *, held: bool = False, merchant: str = "") -> tuple[str, str, Purchase]:
        found = [(key[1], key[2], one) for key, one in self.books.books.items() if key[0] == "payment"]
        held_ones = [one for one in found if any(part.held for part in one[2].parts)]
        ours = [one for one in found if one[0] == merchant]
        return self.pick((held and held_ones) or ours or found)  # type: ignore[no-any-return]

    def has(self, sort: str) -> bool:
        return bool(self.books.of(sort))

    def next_number(self) -> int:
        self.number += 1
        return self.number

    # --------------------------------------------------------------------- time, and how they come to people

    @rule(seed=st.integers(0, 2**32 - 1))
    def step(self, seed: int) -> None:
        """One thing that people do. The seed says what: chance among so many rules would leave most of them out."""
        self.dice = random.Random(f"{seed} {len(self.sent)} {self.world.time}")
        doings = [doing for doing in DOINGS if self.has("payment") or doing not in OF_PAYMENTS]
        getattr(self, self.pick(doings))()

    def time_passes(self) -> None:
        self.world.advance(self.pick([1, 59, 61, 3_600, 3_600, DAY, DAY, DAY, 3 * DAY, 7 * DAY, 31 * DAY]))

    def a_date_comes(self) -> None:
        if self.number < 12:
            return
        edge = self.pick([UNUSED_BY, MIDDLE, MIDDLE, CARRY_UNTIL, CLOSES]) + self.pick([-1, 0, 1])
        if edge > self.world.time + 60 * DAY and self.unless():
            return
        self.world.time = max(self.world.time, edge)

    def grant(self) -> None:
        name = FULL if self.unless() else SIBLING
        amount = self.pick([10_000, 100_000, 100_000, 300_000, 600_000, 1_000_001])
        locked = self.pick(SUBJECTS)
        rows: list[dict[str, Any]] = [{"holder": self.pick(PEOPLE), "amount": amount, "subjects": locked}]
        shape = self.pick(["until", "since", "code", "two", "again", "plain", "plain"])
        if shape == "until":
            rows[0]["until"] = MIDDLE
        if shape == "since":
            rows[0] |= {"since": MIDDLE, "instalment": 2}
        if shape == "code":
            rows[0] |= {"holder": None, "code": digest_of_code(name, self.pick(LETTERS))}
        if shape == "two":
            rows.append({"holder": BORA.party, "amount": 1_000, "subjects": locked})
        if shape == "again":
            rows[0]["reference"] = "r1"
        self.grant_rows("welfare" if self.unless() else self.pick(["ministry", "desk"]), name, rows)

    def grant_rows(self, by: str, name: str, rows: list[dict[str, Any]]) -> None:
        made = []
        for row in rows:
            reference = f"r{self.next_number()}"
            members: dict[str, Any] = {"reference": reference, "amount": 100_000, "region": "26"} | row
            made.append(GrantRow(**members))
        self.send(Grant(by=by, programme=name, rows=made))

    def claim(self) -> None:
        by, holder = self.pick(PEOPLE), self.pick([None, None, *PEOPLE])
        if holder not in (None, by) and self.unless():
            scope = Scope(acts=["vouchers.claim"], until=self.world.time + DAY)
            self.send(Mandate(by=holder, delegate=by, scope=scope))
        self.send(claim_by_code(by=by, programme=FULL, code=self.pick(LETTERS), holder=holder))

    def buy(self) -> None:
        amount = self.pick([10, 100, 50_000, 100_000, 250_000, 500_010])
        price = amount * 9 // 10 + (not self.unless())
        self.send(Buy(by=self.pick(PEOPLE), programme=FULL, amount=amount, price=price))

    def give_back(self) -> None:
        """A bought voucher is given back, or cashed after most of it was spent."""
        bought = [number for number, one in self.vouchers().items() if one.price and one.status == "active"]
        if not bought:
            self.buy()
            return
        number = self.pick(bought)
        holder = self.vouchers()[number].holder if self.unless() else CHUL.party
        if self.odds(2):
            self.send(Cancel(by=holder, programme=FULL, voucher=number))
            return
        if self.unless():
            most = self.vouchers()[number].granted * 6 // 10
            self.pay_parts(holder, "bakery", [(number, max(1, most + self.pick([-1, 0, 0, 1])))])
        self.send(CashOut(by=holder, programme=FULL, voucher=number))

    # ---------------------------------------------------------------------------------------------------- paying

    def pay_parts(self, by: str, merchant: str, parts: list[tuple[Any, ...]], **members: Any) -> None:
        made = [PaymentPart(voucher=part[0], amount=part[1], line=part[2] if len(part) > 2 else 0) for part in parts]
        order = members.pop("order", "") or f"o{self.next_number()}"
        self.send(Pay(by=by, programme=FULL, merchant=merchant, order=order, parts=made, **members))

    def pay(self) -> None:
        by, amounts = self.pick(PEOPLE), [self.pick(AMOUNTS) for _ in range(self.pick([1, 1, 2, 3]))]
        own = self.pick([0, 0, 1, 500])
        if sum(amounts) >= 150_000:
            own = -(-sum(amounts) // 10) - self.pick([0, 0, 1])
        parts = [(self.some(by), amount) for amount in amounts]
        self.pay_parts(by, self.pick(["bakery", "bakery", "grocer"]), parts, own=own)

    def pay_to_the_last_won(self) -> None:
        """Or one beyond; at the last second, or one later."""
        by = self.pick(PEOPLE)
        number = self.some(by)
        voucher = self.vouchers().get(number)
        if voucher is None:
            return
        if self.odds(6):
            self.world.time = max(self.world.time, voucher.until - self.pick([0, 1]))
        amount = min(max(1, voucher.left + self.pick([0, 0, 1])), self.pick([30_000, 200_000]))
        self.pay_parts(by, "bakery", [(number, amount)], own=amount // 10 if amount >= 150_000 else 0)

    def pay_later(self) -> None:
        by = self.pick(PEOPLE)
        parts = [(self.some(by), self.pick(SMALL)) for _ in range(self.pick([1, 1, 2]))]
        self.pay_parts(by, "bakery", parts, later=True, own=0 if self.unless() else 1)

    def pay_a_basket(self) -> None:
        """A basket of two lines, paid with one or two vouchers: rightly, above, twice, or by a stranger's word."""
        by, order, amount = self.pick(PEOPLE), f"o{self.next_number()}", self.pick(SMALL)
        goods = self.pick(["film", "film", "film", "bread", "drink"])
        lines = [Line(goods=goods, amount=amount), Line(goods="bread", amount=5_000)]
        twist = self.pick(["", "", "", "", "stranger", "above", "twice", "two", "two", "third line"])
        seller = "grocer" if twist == "stranger" else "bakery"
        self.send(Order(by=seller, merchant="bakery", order=order, lines=lines))
        parts: list[tuple[Any, ...]] = [(self.some(by), amount + (twist == "above"), 1)]
        if twist in ("two", "third line"):
            parts.append((self.some(by), 5_000, 2 if twist == "two" else 3))
        self.pay_parts(by, "bakery", parts, order=order)
        if twist == "twice":
            self.pay_parts(by, "bakery", parts, order=order)

    def pay_for_another(self) -> None:
        by, holder = self.dice.sample(PEOPLE, 2)
        if self.odds(3):
            self.send(Revoke(by=holder, principal=holder, delegate=by))
        if self.odds(2):
            acts: list[Any] = self.pick([["vouchers.pay"], ["vouchers.pay", "vouchers.claim"]])
            scope = Scope(acts=acts, per_use=30_000, total=45_000, until=self.world.time + 3 * DAY)
            self.send(Mandate(by=holder, delegate=by, scope=scope))
        for _ in range(self.pick([1, 2])):
            amount = self.pick([1, 20_000, 30_000, 30_001])
            self.pay_parts(by, "bakery", [(self.some(holder), amount)], holder=holder, own=self.pick([0, 1]))

    def pay_by_code(self) -> None:
        number = max(1, self.next_number() - (not self.unless()) * self.pick([1, 2]))
        code = base64.b32encode(hashlib.sha256(b"%d" % number).digest())[:26].decode()
        digest = hashlib.sha256(code.encode()).hexdigest()
        by, amounts = self.pick(PEOPLE), [self.pick(SMALL), self.pick(SMALL)]
        limit = sum(amounts) if self.unless() else sum(amounts) - 1
        self.send(Present(by=by, code=digest, programme=FULL, limit=limit, until=self.world.time + 180))
        self.world.advance(self.pick([0, 0, 0, 180, 181]))
        order, lines, amount = f"o{self.number}", [], sum(amounts)
        if self.odds(2):
            named = [Line(goods="bread", amount=amount) for amount in amounts]
            self.send(Order(by="bakery", merchant="bakery", order=order, lines=named))
            lines = [PaidLine(line=place, amount=amount) for place, amount in enumerate(amounts, 1)]
            amount += not self.unless()
        seller = "bakery" if self.unless() else "grocer"
        act = Collect(by=seller, programme=FULL, merchant="bakery", order=order, code=code, amount=amount, lines=lines)
        self.send(act)
        if not self.unless():
            self.send(act)

    def a_bill(self) -> None:
        by = self.pick(PEOPLE)
        number, customer = self.some(by), hashlib.sha256(by.encode()).hexdigest()
        if self.odds(2):
            self.send(
                Bind(by=by if self.unless() else self.pick(PEOPLE), programme=FULL, voucher=number, customer=customer)
            )
        drawn = customer if self.unless() else "d" * 64
        seller = "grocer" if self.unless() else "bakery"
        self.send(
            Draw(
                by=seller,
                programme=FULL,
                merchant="grocer",
                order="bill",
                customer=drawn,
                vouchers=[number],
                amount=self.pick(SMALL),
            )
        )

    # ---------------------------------------------------------------------------- deliveries, and what goes back

    def deliver(self) -> None:
        merchant, payment, purchase = self.payment(held=self.unless())
        held = sum(one.held for one in purchase.parts)
        if self.odds(3):
            self.world.time = max(self.world.time, purchase.at + HOLD_DAYS * DAY + self.pick([-1, 0]))
        if self.odds(2):
            amount = max(1, held // self.pick([1, 2, 3]) + (not self.unless()))
            by = merchant if self.unless() else "grocer"
            self.send(Capture(by=by, programme=FULL, merchant=merchant, payment=payment, amount=amount))
        if self.odds(2):
            by = self.pick([merchant, CHUL.party])
            self.send(Void(by=by, programme=FULL, merchant=merchant, payment=payment))

    def refund(self) -> None:
        merchant, payment, purchase = self.payment()
        amount = max(1, sum(purchase.refundable) // self.pick([1, 1, 2, 3]) + (not self.unless()))
        by = merchant if self.unless() else "grocer"
        promised = self.odds(2)
        self.send(Refund(by=by, programme=FULL, merchant=merchant, payment=payment, amount=amount, promised=promised))

    def promise(self) -> None:
        """A shop that was paid out owes a refund, until it takes or repays enough."""
        _, payment, purchase = self.payment(merchant="bakery")
        self.send(PayOut(by="ministry", programme=FULL, merchants=["bakery"]))
        amount = max(1, sum(purchase.refundable) // self.pick([1, 2]))
        act = Refund(by="bakery", programme=FULL, merchant="bakery", payment=payment, amount=amount, promised=True)
        self.send(act)
        if self.odds(2):
            by = self.pick(["bakery", "bank-a", "bank-a", "bank-b"])
            self.send(Repay(by=by, programme=FULL, merchant="bakery", amount=self.pick([amount, 1, 10_000_000])))

    def keep_promises(self) -> None:
        """Somebody pays the shop first, which is what it waits for."""
        self.pay()
        self.send(KeepPromises(by=self.pick(PEOPLE), programme=FULL, merchant="bakery"))

    # --------------------------------------------------------------------------------- what happens to vouchers

    def stop(self) -> None:
        sort: Any = self.pick([Freeze, Unfreeze, Unfreeze])
        number = self.some(status="frozen" if sort is Unfreeze else "active")
        by = self.pick([*FUNDERS, "ministry"])
        if sort is Unfreeze and self.odds(2):
            self.send(Freeze(by="desk", programme=FULL, vouchers=[number]))
        if self.odds(2) and number in self.vouchers() and self.vouchers()[number].holder in PEOPLE:
            by = self.vouchers()[number].holder
        numbers = [number] if self.unless() else [number, self.some()]
        self.send(sort(by=by, programme=FULL, vouchers=numbers))

    def expire(self) -> None:
        lapsed = [number for number, one in self.vouchers().items() if one.until <= self.world.time]
        number = self.pick(lapsed) if lapsed and self.unless() else self.some()
        self.send(Expire(by=CHUL.party, programme=FULL, vouchers=[number]))

    def recall(self) -> None:
        """Afterwards somebody may be granted anew."""
        self.send(Recall(by="ministry" if self.unless() else "desk", programme=FULL, vouchers=[self.some()]))
        row = {"holder": CHUL.party, "amount": 1_000, "subjects": self.pick(SUBJECTS)}
        self.grant_rows("welfare", SIBLING, [row])

    def recall_unused(self) -> None:
        if self.odds(3):
            self.world.time = max(self.world.time, UNUSED_BY)
        self.send(RecallUnused(by=CHUL.party, programme=FULL, vouchers=[self.some()]))

    def carry_over(self) -> None:
        if not any(one.until == MIDDLE and one.status == "active" for one in self.vouchers().values()):
            return
        if self.odds(4):
            self.world.time = max(self.world.time, MIDDLE)
        ended = self.some(instalment=1, until=MIDDLE)
        holder = self.vouchers()[ended].holder if ended in self.vouchers() else ""
        into = self.some(holder, instalment=2)
        self.send(CarryOver(by=CHUL.party, programme=FULL, vouchers=[Succession(voucher=ended, into=into)]))

    def move(self) -> None:
        by, region = self.pick(["desk", "welfare", "ministry", "bank-a"]), self.pick(["11", "26"])
        self.send(Move(by=by, programme=FULL, voucher=self.some(), region=region))

    def confirm_and_reimburse(self) -> None:
        number = self.some()
        for stage in self.pick([[1], [1, 2], [1, 2], [2], [3]]):
            by = "welfare" if self.unless() else self.pick(["ministry", "desk"])
            self.send(Confirm(by=by, programme=FULL, voucher=number, stage=stage, evidence="e" * 64))
        found = self.vouchers().get(number)
        asks = self.pick(["ministry", "welfare", CHUL.party])
        if found and found.holder in PEOPLE and self.unless():
            asks = found.holder
        self.send(Reimburse(by=asks, programme=FULL, voucher=number, amount=self.pick(AMOUNTS)))

    # ---------------------------------------------------------------------------------------------- whose money

    def pay_out(self) -> None:
        by = self.pick(["ministry", "operator", "treasury-bank", "desk"])
        self.send(PayOut(by=by, programme=FULL, merchants=self.pick([["bakery"], ["grocer"], SHOPS])))

    def fund_or_reclaim(self) -> None:
        sort: Any = self.pick([Fund, Reclaim])
        by = self.pick([*FUNDERS, "ministry", "bank-a"])
        self.send(sort(by=by, programme=FULL, amount=self.pick(AMOUNTS)))

    def interest(self) -> None:
        by, reference = self.pick(["treasury-bank", "treasury-bank", "bank-a"]), f"i{self.next_number()}"
        self.send(CreditInterest(by=by, programme=FULL, amount=self.pick(AMOUNTS), reference=reference))

    def a_debt(self) -> None:
        now, ground = self.world.time, f"case-{self.next_number()}"
        amount, due = self.pick(SMALL), now + self.pick([1, DAY])
        self.send(Impose(by="ministry", debtor="bakery", ground=ground, principal=amount, conduct_at=now, due_at=due))

    def wind_up(self) -> None:
        """All that is held is let go, all that is due paid, what is left lapses; then the accounts are settled."""
        if self.number < 20:
            return
        if self.unless():
            self.world.time = max([self.world.time, CLOSES, *(one.until for one in self.vouchers().values())])
            for key, one in list(self.books.books.items()):
                if key[0] == "payment" and any(part.held for part in one.parts):
                    self.send(Void(by=key[1], programme=FULL, merchant=key[1], payment=key[2]))
            for number, voucher in self.vouchers().items():
                if voucher.status in ("active", "frozen") and voucher.programme == FULL:
                    self.send(Expire(by=CHUL.party, programme=FULL, vouchers=[number]))
            for shop in SHOPS:
                self.send(PayOut(by="operator", programme=FULL, merchants=[shop]))
        self.send(Settle(by="ministry", programme=FULL))

    def send_again(self) -> None:
        payload, signed, first = self.pick(self.sent[-5:])
        if json.loads(payload)["not_after"] < self.world.time:
            with pytest.raises(Malformed, match="payload.expired"):
                self._order(signed)
            return
        again = self._order(signed)
        assert again.repeated
        assert (again.outcome, again.height, again.index) == (first.outcome, first.height, first.index)

    # ------------------------------------------------------------------------------------------------------ laws

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "books"):
            return
        assert self.books.money() == self.money, "won appeared or disappeared in the books"
        state = self.world.state()
        ruled = compiled(state, state.get(PROGRAMMES, FULL))
        issued = {FULL: 0, SIBLING: 0}
        for number, one in self.vouchers().items():
            found = voucher_of(state, ruled, one.programme, number)
            assert [getattr(found, name) for name in one._fields[1:]] == list(one[1:]), one._fields
            issued[one.programme] += one.left
        for name, on_vouchers in issued.items():
            totals = programme(state, name).totals
            assert (totals["free"], totals["issued"]) == (self.books.books["free", name], on_vouchers)
        for shop in SHOPS:
            assert queries.takings(state, shop, FULL) == self.books.of("due").get(shop, 0)
        for name in ACCOUNTS:
            assert money.balance(state, name) == self.books.books["tokens", name], name

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        self.world.check()
        state = self.world.state()
        for shop in SHOPS:
            for seen in queries.shop_payments(state, shop, FULL, limit=500):
                one = self.books.books["payment", shop, seen.payment]
                amount = sum(part.amount for part in one.parts) + one.own
                held, back = sum(part.held for part in one.parts), sum(part.back for part in one.parts) + one.own_back
                assert (seen.amount, seen.held, seen.refunded) == (amount, held, back)


ACTS = [
    *("Bind", "Buy", "Cancel", "Capture", "CarryOver", "CashOut", "Claim", "Collect", "Confirm", "CreditInterest"),
    *("Draw", "Expire", "Freeze", "Fund", "Grant", "KeepPromises", "Move", "Order", "Pay", "PayOut", "Present"),
    *("Recall", "RecallUnused", "Reclaim", "Refund", "Reimburse", "Repay", "Settle", "Unfreeze", "Void"),
]


def live(lives: int) -> None:
    """So many random lives of fifty steps. A failure is shown as it was found: making it smaller takes minutes."""
    chosen = settings(
        phases=[Phase.generate],
        max_examples=lives,
        stateful_step_count=50,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Programmes, settings=chosen)


def walk(lives: Sequence[int]) -> Counter[str]:
    """The same with nothing but chance, which repeats itself less; what was met."""
    Programmes.met.clear()
    for life in lives:
        chance = random.Random(life)
        one = Programmes()
        try:
            one.begin(carry=chance.choice(["up_to", "all_if_below", "none"]), several=chance.random() < 0.5)
            for _ in range(50):
                one.step(seed=chance.randrange(2**32))
                one.both_agree()
            one.teardown()
        except BaseException as error:
            error.add_note(f"failing life: walk([{life}])")
            raise
    return Counter(Programmes.met)


def test_books_and_ledger_agree_on_every_life():
    live(200)


def test_three_hundred_seeded_lives_meet_every_act():
    met = walk(range(300))
    assert [act for act in ACTS if met[f"{act} accepted"] < 5] == []
    assert [act for act in ACTS if met[f"{act} rejected"] < 2] == []


@pytest.mark.soak
def test_books_and_ledger_agree_on_many_more_lives():
    live(1_000)
    walk(range(1_000, 1_000 + int(os.environ.get("MADANG_LIVES", "5000"))))
