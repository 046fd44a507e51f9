"""Random lives of vouchers against an independent model: after every act both agree, won for won.

What is submitted goes through the real machine, in blocks, with replays; only the arithmetic of signatures is left
out, which is tested elsewhere: an act signed by the wrong party is an act in another's name.
"""

import hashlib
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from madang.base.money import ledger as money
from madang.base.parties.transactions import EnrolKey
from madang.base.programmes.queries import programme
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.client.letters import claim_by_code
from madang.kernel.errors import Malformed
from madang.kernel.machine import MARKS
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.state import voucher_of
from madang.services.vouchers.transactions import (
    Expire,
    Freeze,
    Fund,
    Grant,
    GrantRow,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)
from tests.services.vouchers.scene import CLOSES, COUPON, TILL, coupon_world
from tests.simulation.model import Model
from tests.simulation.unsigned import unsigned
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, quorum
from tests.support.signing import Wallet
from tests.support.world import World

PEOPLE = [ALICE, BORA, CHUL]
WALLETS = {one.party: one for one in PEOPLE} | {"bakery": BAKERY, TILL.party: TILL}
SHOPS = {"bakery": ("2611010100", True), "grocer": ("2611010100", False), "centre": ("1111010100", True)}
HOLDERS = ("bakery", "grocer", "centre", ALICE.party, BORA.party, CHUL.party, "ministry")

parties = st.sampled_from([one.party for one in PEOPLE])
shops = st.sampled_from(["bakery"] * 9 + ["grocer", "centre", "nowhere"])
amounts = st.sampled_from([100_000, 150_000, 200_000, 300_000, 400_000, 450_000, 450_001, 12_345])
spent = st.one_of(st.integers(1, 30_000), st.integers(1, 30_000), st.sampled_from([100_000, 150_000, 450_000]))
regions = st.sampled_from(["26", "26", "26", "2611", "11"])
letters = st.sampled_from(["A" * 26, "B" * 26, "C" * 26])


@cache
def jws_bora() -> World:
    """The coupon's world in which Bora, too, has a key in hardware."""
    world = coupon_world()
    second = Wallet("bora second")
    world.accept(EnrolKey(by=BORA.party, key=new_key(second)), by=BORA)
    return world


def signer_of(party: str) -> list[Wallet]:
    if party == BORA.party:
        return [Wallet("bora second", party=BORA.party)]
    return [WALLETS[party]] if party in WALLETS else quorum(party)[:1]


class Vouchers(RuleBasedStateMachine):
    """One ledger and one model, side by side."""

    @initialize()
    def begin(self) -> None:
        self.world = jws_bora().fork()
        self.model = Model(SHOPS, {TILL.party: "bakery"}, [one.party for one in PEOPLE])
        state = self.world.state()
        for holder in HOLDERS:
            self.model.books["tokens", holder] = money.balance(state, holder)
        self.model.books["free",] = 10_000_000
        self.money = self.model.money()
        self.number = 0
        self.sent: list[tuple[bytes, bytes, Any]] = []
        rows = [(one.party, 150_000, "26", None) for one in (ALICE, ALICE, BORA, CHUL)]
        self.grant_rows("ministry", [*rows, (ALICE.party, 100_000, "26", "A" * 26)], again=False)

    def send(self, act: Act) -> None:
        """Both do it; they agree on whether, and a refusal writes its mark alone."""
        payload = self.world.payload(act, not_after=self.world.time + 30)
        signed = unsigned(payload, signer_of(act.by))
        result = self._order(signed)
        accepted = self.model.run(act, self.world.time, payload)
        assert (result.outcome == "accepted") == accepted, (act, result)
        assert result.outcome in ("accepted", "rejected"), result
        if not accepted:
            assert [key[: len(MARKS.prefix)] for key, _ in self.world.entries[-1].writes] == [MARKS.prefix]
        self.sent.append((payload, signed, result))

    def _order(self, signed: bytes) -> Any:
        machine = self.world.machine
        block = machine.open(self.world.store, self.world.height + 1, self.world.time)
        result = block.execute(machine.read(signed))
        self.world._seal(block)
        return result

    def vouchers(self) -> list[str]:
        return list(self.model.of("voucher")) or ["A" * 22]

    # ------------------------------------------------------------------------------------------------- rules

    @rule(seconds=st.sampled_from([1, 59, 61, 3_600, 86_400, 30 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(seconds)

    @precondition(lambda self: self.number > 25)
    @rule(place=st.sampled_from([CLOSES - 1, CLOSES, CLOSES + 1]))
    def the_end_comes(self, place: int) -> None:
        self.world.time = max(self.world.time, place)

    @rule(
        by=st.sampled_from(["ministry", "ministry", "welfare", "desk"]),
        rows=st.lists(st.tuples(parties, amounts, regions, st.none() | letters), min_size=1, max_size=3),
        again=st.booleans(),
    )
    def grant(self, by: str, rows: list, again: bool) -> None:
        self.grant_rows(by, rows, again)

    def grant_rows(self, by: str, rows: list, again: bool) -> None:
        made = []
        for holder, amount, region, code in rows:
            self.number += 1
            reference = f"r{self.number - 1 if again and self.number % 4 == 0 else self.number}"
            digest = code and hashlib.sha256(f"{COUPON}:{code}".encode()).hexdigest()
            made.append(
                GrantRow(
                    reference=reference,
                    amount=amount,
                    region=region,
                    holder=None if code else holder,
                    code=digest,
                )
            )
        self.send(Grant(by=by, programme=COUPON, rows=made))

    @rule(by=parties, code=letters)
    def claim(self, by: str, code: str) -> None:
        self.send(claim_by_code(by=by, programme=COUPON, code=code))

    @rule(data=st.data(), merchant=shops, own=st.sampled_from([0, 0, 0, 1, 5_000, 250_000]), by=parties)
    def pay(self, data: Any, merchant: str, own: int, by: str) -> None:
        self.pay_with(data, merchant, own, by)

    def pay_with(self, data: Any, merchant: str, own: int, by: str) -> None:
        mine = [number for number, voucher in self.model.of("voucher").items() if voucher[0] == by]
        others = data.draw(st.integers(0, 9)) == 0 or not mine
        source = st.sampled_from(self.vouchers() if others else mine)
        chosen = data.draw(st.lists(st.tuples(source, spent), min_size=1, max_size=3))
        self.number += 1
        parts = [PaymentPart(voucher=number, amount=amount) for number, amount in chosen]
        self.send(Pay(by=by, programme=COUPON, merchant=merchant, order=f"o{self.number}", parts=parts, own=own))

    @rule(data=st.data(), merchant=shops, by=parties)
    def pay_more(self, data: Any, merchant: str, by: str) -> None:
        self.pay_with(data, merchant, 0, by)

    @precondition(lambda self: self.model.of("payment"))
    @rule(data=st.data(), by=st.sampled_from(["bakery"] * 4 + [TILL.party, ALICE.party]), amount=spent)
    def refund(self, data: Any, by: str, amount: int) -> None:
        keys = [key for key in self.model.books if key[0] == "payment"]
        key = data.draw(st.sampled_from(keys))
        _, parts, own, back = self.model.books[key]
        left = sum(paid - refunded for _, paid, refunded in parts) + own - back
        asked = data.draw(st.sampled_from([amount, max(1, left), left + 1, max(1, left // 3)]))
        act = Refund(by=by, programme=COUPON, merchant=key[1], payment=key[2], amount=asked)
        self.send(act)

    @rule(data=st.data(), sort=st.sampled_from([Freeze, Unfreeze, Recall, Expire]))
    def stop(self, data: Any, sort: Any) -> None:
        by = data.draw(st.sampled_from(["ministry", "ministry", "desk", ALICE.party, CHUL.party]))
        numbers = data.draw(st.lists(st.sampled_from(self.vouchers()), min_size=1, max_size=2))
        self.send(sort(by=by, programme=COUPON, vouchers=numbers))

    @precondition(lambda self: self.number % 3 == 0)
    @rule(
        by=st.sampled_from(["ministry", "operator", "ministry", "desk"]),
        merchants=st.lists(st.sampled_from(["bakery", "bakery", "bakery", "grocer"]), min_size=1, max_size=2),
    )
    def pay_out(self, by: str, merchants: list[str]) -> None:
        self.send(PayOut(by=by, programme=COUPON, merchants=merchants))

    @precondition(lambda self: self.number % 8 == 0)
    @rule(by=st.sampled_from(["ministry", "desk"]), amount=spent)
    def fund(self, by: str, amount: int) -> None:
        self.send(Fund(by=by, programme=COUPON, amount=amount))

    @precondition(lambda self: self.world.time >= CLOSES or self.number % 8 == 0)
    @rule(amount=st.integers(1, 20_000_000))
    def reclaim(self, amount: int) -> None:
        self.send(Reclaim(by="ministry", programme=COUPON, amount=amount))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: Any) -> None:
        payload, signed, first = data.draw(st.sampled_from(self.sent[-5:]))
        if json.loads(payload)["not_after"] < self.world.time:
            with pytest.raises(Malformed, match="payload.expired"):
                self._order(signed)
            return
        again = self._order(signed)
        assert again.repeated
        assert (again.outcome, again.height, again.index) == (first.outcome, first.height, first.index)

    # ---------------------------------------------------------------------------------------------------- laws

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        assert self.model.money() == self.money, "won appeared or disappeared in the model"
        state = self.world.state()
        ruled = compiled(state, state.get(PROGRAMMES, COUPON))
        for number, (holder, region, status, left) in self.model.of("voucher").items():
            found = voucher_of(state, ruled, COUPON, number)
            assert (found.holder, found.region, found.status, found.left) == (holder, region, status, left)
            assert 0 <= found.left <= found.granted
        totals = programme(state, COUPON).totals
        assert totals["free"] == self.model.books["free",]
        assert totals["issued"] == sum(voucher[3] for voucher in self.model.of("voucher").values())
        for shop in SHOPS:
            assert queries.takings(state, shop, COUPON) == self.model.of("due").get(shop, 0)
        for holder in HOLDERS:
            assert money.balance(state, holder) == self.model.books["tokens", holder]

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


TestVouchers = Vouchers.TestCase
TestVouchers.settings = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
