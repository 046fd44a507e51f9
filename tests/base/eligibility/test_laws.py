"""Random lives of offers: whatever is opened, counted, claimed and closed, no token is spent twice or uncounted."""

import random
from collections import Counter

import pytest

from madang.base.eligibility.state import SPENT, TALLIES
from madang.base.eligibility.tokens import nullifier, prepared
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import ClaimByToken, Recall
from tests.base.eligibility.scene import OFFER, claiming, closing, counting, modulus, opening, signed_token
from tests.services.vouchers.everything import DAY, FULL, world_of
from tests.support.cast import ALICE, BORA, CHUL, officer, quorum
from tests.support.signing import Wallet
from tests.support.world import World

OFFERS = (OFFER, "another")
HOLDERS = (ALICE, BORA, CHUL)
MOST = 12


class Model:
    """What should be so: of each offer how many were counted, which tokens were spent, and whether it is closed."""

    def __init__(self) -> None:
        self.counted = dict.fromkeys(OFFERS, 0)
        self.spent: dict[str, set[str]] = {name: set() for name in OFFERS}
        self.closed: set[str] = set()
        self.met: Counter[str] = Counter()

    def of_a_claim(self, claim: ClaimByToken, right: bool) -> str:
        """How a claim should end."""
        if claim.offer in self.closed:
            return "eligibility.closed"
        if any(claim.token in spent for spent in self.spent.values()):
            return "eligibility.spent"
        if len(self.spent[claim.offer]) >= self.counted[claim.offer]:
            return "eligibility.not_counted"
        return "" if right else "eligibility.not_signed"

    def of_a_count(self, offer: str, number: int) -> str:
        """How a count should end."""
        if offer in self.closed:
            return "eligibility.closed"
        if number <= self.counted[offer]:
            return "eligibility.falling"
        return "eligibility.too_many" if number > MOST else ""


def submit(world: World, model: Model, act, by) -> str:
    result = world.submit(act, by=by)
    assert result.outcome in ("accepted", "rejected"), result
    model.met[f"{type(act).__name__} {result.code}"] += 1
    return result.code


def compare(world: World, model: Model) -> None:
    """Ledger and model agree, and every law holds."""
    world.check()
    state = world.state()
    for (_, offer), tally in state.scan(TALLIES):
        assert (tally.issued, tally.spent) == (model.counted[offer], len(model.spent[offer]))
        assert tally.closed == (offer in model.closed)
    assert len(list(state.scan(SPENT))) == sum(map(len, model.spent.values()))


@pytest.mark.parametrize("seed", range(3))
def test_a_long_walk_agrees_with_a_model(seed: int):
    dice, model, world = random.Random(seed), Model(), world_of("person")
    for name in OFFERS:
        world.accept(opening(offer=name, key=modulus(name), most=MOST, amount=1_000), by=quorum("welfare"))
    seen: list[tuple[Wallet, str, ClaimByToken]] = []
    for step in range(60):
        world.advance(dice.choice([1, 60, DAY // 4]))
        offer = dice.choice(OFFERS)
        kind = dice.choices(["claim", "again", "count", "recall", "close"], [8, 4, 4, 2, 0.2 if step > 30 else 0])[0]
        if kind == "count":
            number = model.counted[offer] + dice.choice([-1, 0, 1, 3, 9])
            if number < 1:
                continue
            code = submit(world, model, counting(number, offer=offer), officer("welfare"))
            assert code == model.of_a_count(offer, number)
            model.counted[offer] = model.counted[offer] if code else number
        elif kind == "close":
            code = submit(world, model, closing(offer=offer), quorum("welfare"))
            assert code == ("eligibility.closed" if offer in model.closed else "")
            model.closed.add(offer)
        elif kind == "recall":
            holder = dice.choice(HOLDERS)
            held = [one.number for one in queries.own_vouchers(world.state(), holder.party, FULL) if one.left]
            if held:
                submit(world, model, Recall(by="ministry", programme=FULL, vouchers=held[:1]), officer("ministry"))
        else:
            holder, signed_for, claim = _claim(dice, offer, seen if kind == "again" else [])
            seen.append((holder, signed_for, claim))
            code = submit(world, model, claim, holder)
            assert code == model.of_a_claim(claim, right=signed_for == claim.offer)
            if not code:
                model.spent[claim.offer].add(claim.token)
        compare(world, model)
    assert model.met["ClaimByToken "] > 2, model.met


def _claim(
    dice: random.Random, offer: str, seen: list[tuple[Wallet, str, ClaimByToken]]
) -> tuple[Wallet, str, ClaimByToken]:
    """Who claims, for which offer the token was signed, and the claim: a fresh one, or one that was seen before."""
    if seen:
        return dice.choice(seen)
    holder, signed_for = dice.choice(HOLDERS), dice.choice([offer, offer, offer, dice.choice(OFFERS)])
    return holder, signed_for, claiming(holder, signed_token(holder, signed_for), offer=offer)


def test_a_nullifier_is_of_one_token_one_offer_and_one_holder():
    tokens = ["A" * 43, "A" * 42 + "E"]
    names = {
        nullifier(prepared(token, programme, offer, holder))
        for token in tokens
        for programme in ("full", "sibling")
        for offer in OFFERS
        for holder in (ALICE.party, BORA.party)
    }
    assert len(names) == 16
