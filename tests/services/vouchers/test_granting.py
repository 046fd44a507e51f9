"""How vouchers come to their holders: once for a purpose, within caps and times, bought, given back, cashed."""

from typing import Any

import msgspec
import pytest

from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Scope
from madang.base.money import ledger as money
from madang.base.money.transactions import CloseAccount, IssueTokens, OpenAccounts, RedeemTokens
from madang.base.parties.transactions import AppointInstitution
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.client.letters import claim_by_code, digest_of_code
from madang.contract import canonical, digest, read_programme
from madang.services.vouchers import queries
from madang.services.vouchers.state import LOCKS
from madang.services.vouchers.transactions import (
    Attest,
    AttestedHolder,
    Buy,
    Cancel,
    CashOut,
    Confirm,
    Fund,
    Grant,
    GrantRow,
    Recall,
    Reimburse,
)
from tests.services.vouchers.everything import (
    CANCEL_DAYS,
    CLOSES,
    DAY,
    DOCUMENT,
    FULL,
    MIDDLE,
    OPENS,
    SIBLING,
    grant,
    pay,
    row,
    view,
    voucher_for,
    world_of,
)
from tests.services.vouchers.scene import documents
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, quorum
from tests.support.proofs import vouched
from tests.support.signing import wallet
from tests.support.world import World

HOUSE, FATHER, MOTHER, CHILD = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
WELFARE, MINISTRY = officer("welfare"), officer("ministry")


def granting(*rows: GrantRow, programme: str = FULL) -> Grant:
    return Grant(by="welfare", programme=programme, rows=list(rows))


# ---------------------------------------------------------------------------------------------------------- locks


def test_nobody_is_granted_twice_for_one_purpose_whichever_programme_serves_it():
    world = world_of("person")
    grant(world, row("r1", subjects=[FATHER]))
    for programme in (FULL, SIBLING):
        again = granting(row("r2", BORA.party, subjects=[FATHER]), programme=programme)
        world.refuse("vouchers.locked", again, by=WELFARE)
    grant(world, row("r3", subjects=[FATHER], instalment=2), row("r4", BORA.party, subjects=[MOTHER]))
    world.check()


def test_a_household_locks_each_member():
    world = world_of("household")
    grant(world, row("r1", subjects=[HOUSE, FATHER, MOTHER], size=2))
    split = row("r2", BORA.party, subjects=["9" * 64, MOTHER])
    world.refuse("vouchers.locked", granting(split), by=WELFARE)
    grant(world, row("born", amount=50_000, subjects=[CHILD]))
    world.check()


@pytest.mark.parametrize(
    ("subject", "subjects"), [("person", []), ("person", [FATHER, MOTHER]), ("household", [])], ids=str
)
def test_a_programme_says_who_must_be_locked(subject, subjects):
    world = world_of(subject)
    world.refuse("vouchers.subjects", granting(row("r1", subjects=subjects)), by=WELFARE)


def test_two_rows_of_one_act_and_two_transactions_of_one_block_lock_once():
    world = world_of("person")
    twice = granting(row("r1", subjects=[FATHER]), row("r2", BORA.party, subjects=[FATHER]))
    world.refuse("vouchers.locked", twice, by=WELFARE)
    racing = [
        world.sign(granting(row(name, subjects=[FATHER]), programme=programme), by=WELFARE)
        for name, programme in (("r1", FULL), ("r2", SIBLING))
    ]
    assert [one.code for one in world.send(*racing)] == ["", "vouchers.locked"]
    world.check()


def test_a_recalled_grant_of_which_nothing_was_spent_is_as_if_not_made():
    world = world_of("person")
    unused, used = grant(world, row("r1", subjects=[FATHER]), row("r2", BORA.party, subjects=[MOTHER]))
    pay(world, (used, 1), by=BORA)
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[unused, used]), by=MINISTRY)
    grant(world, row("r3", CHUL.party, subjects=[FATHER]))
    world.refuse("vouchers.locked", granting(row("r4", CHUL.party, subjects=[MOTHER])), by=WELFARE)
    world.check()


def test_a_refused_grant_locks_nobody():
    world = world_of("person")
    world.refuse("programmes.clause", granting(row("r1", amount=1_000_001, subjects=[FATHER])), by=WELFARE)
    assert list(world.state().scan(LOCKS)) == []


# -------------------------------------------------------------------------------------------------- caps and times


def test_the_cap_binds_what_a_holder_was_granted_in_all_not_what_is_left():
    world = world_of()
    (first,) = grant(world, row("r1", amount=600_000))
    pay(world, (first, 150_000), own=15_000)
    refused = world.refuse("programmes.clause", granting(row("r2", amount=400_001)), by=WELFARE)
    assert refused.reason == "grant.capped"
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[first]), by=MINISTRY)
    grant(world, row("r3", amount=850_000))
    refused = world.refuse("programmes.clause", granting(row("r4", amount=1)), by=WELFARE)
    assert refused.reason == "grant.capped"


@pytest.mark.parametrize(
    ("since", "until"), [(OPENS - 1, CLOSES), (OPENS, CLOSES + 1), (MIDDLE, MIDDLE), (CLOSES, OPENS)], ids=str
)
def test_a_voucher_counts_within_the_programmes_time(since, until):
    refused = world_of().refuse("programmes.clause", granting(row("r1", since=since, until=until)), by=WELFARE)
    assert refused.reason == "grant.window"


def test_a_letters_voucher_counts_towards_the_cap_of_who_claims_it():
    world = world_of()
    letter = GrantRow(reference="letter", amount=500_000, region="26", code=digest_of_code(FULL, "A" * 26))
    grant(world, letter, row("r1", amount=500_001))
    taking = claim_by_code(by=ALICE.party, programme=FULL, code="A" * 26)
    assert world.refuse("programmes.clause", taking, by=ALICE).reason == "claim.capped"
    world.accept(claim_by_code(by=BORA.party, programme=FULL, code="A" * 26), by=BORA)
    assert view(world, voucher_for(world, "letter"), BORA.party).left == 500_000
    world.check()


def test_a_claim_that_somebody_saw_is_of_no_use_to_them():
    world = world_of()
    grant(world, GrantRow(reference="letter", amount=1_000, region="26", code=digest_of_code(FULL, "A" * 26)))
    seen = claim_by_code(by=ALICE.party, programme=FULL, code="A" * 26)
    assert b"A" * 26 not in msgspec.json.encode(seen)
    changed = msgspec.structs.replace
    world.refuse("vouchers.claim_signature", changed(seen, by=BORA.party), by=BORA)
    scope = Scope(acts=["vouchers.claim"], until=world.time + DAY)
    world.accept(Mandate(by=BORA.party, delegate=ALICE.party, scope=scope), by=BORA)
    world.refuse("vouchers.claim_signature", changed(seen, holder=BORA.party), by=ALICE)
    world.accept(Mandate(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    world.refuse("vouchers.claim_signature", changed(seen, by=BORA.party, holder=ALICE.party), by=BORA)
    own_key = wallet("a key that the thief made")
    world.refuse("vouchers.unknown_code", changed(seen, by=BORA.party, code_key=own_key.public_key), by=BORA)
    world.accept(seen, by=ALICE)
    assert view(world, voucher_for(world, "letter")).left == 1_000


def test_a_delegate_claims_for_whom_the_mandate_names():
    world = world_of()
    grant(world, GrantRow(reference="letter", amount=1_000, region="26", code=digest_of_code(FULL, "A" * 26)))
    taking = claim_by_code(by=BORA.party, programme=FULL, code="A" * 26, holder=ALICE.party)
    world.refuse("mandates.none", taking, by=BORA)
    scope = Scope(acts=["vouchers.claim"], until=world.time + DAY)
    world.accept(Mandate(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    world.accept(taking, by=BORA)
    assert view(world, voucher_for(world, "letter")).left == 1_000


# ---------------------------------------------------------------------------------------------------------- bought


def buying(amount: int = 100_000, price: int = 90_000, by: str = ALICE.party) -> Buy:
    return Buy(by=by, programme=FULL, amount=amount, price=price)


def bought(world: World) -> str:
    before = [one.number for one in queries.own_vouchers(world.state(), ALICE.party, FULL)]
    world.accept(buying(), by=ALICE)
    (number,) = (
        one.number for one in queries.own_vouchers(world.state(), ALICE.party, FULL) if one.number not in before
    )
    return number


def test_a_person_pays_the_price_and_the_programme_the_discount():
    world = world_of()
    number = bought(world)
    assert money.balance(world.state(), ALICE.party) == 210_000
    assert (view(world, number).left, view(world, number).price) == (100_000, 90_000)
    world.check()


@pytest.mark.parametrize(
    ("reason", "amount", "price"), [("buy.price", 100_000, 89_999), ("buy.month_limit", 500_010, 450_009)], ids=str
)
def test_the_price_and_the_limit_of_a_month_are_kept(reason, amount, price):
    assert world_of().refuse("programmes.clause", buying(amount, price), by=ALICE).reason == reason


def attesting(*rows: tuple[str, str], by: str = "bank-a", programme: str = FULL) -> Attest:
    holders = [AttestedHolder(holder=holder, subject=subject) for holder, subject in rows]
    return Attest(by=by, programme=programme, holders=holders)


def test_what_one_person_buys_is_limited_whatever_keys_it_uses():
    world = world_of("person")
    world.refuse("vouchers.not_attested", buying(), by=ALICE)
    world.accept(attesting((ALICE.party, FATHER), (BORA.party, FATHER)), by=officer("bank-a"))
    world.accept(attesting((CHUL.party, MOTHER), by="welfare"), by=WELFARE)
    world.accept(IssueTokens(by="bank-a", account=BORA.party, amount=300_000, reference="r"), by=officer("bank-a"))
    world.accept(buying(300_000, 270_000), by=ALICE)
    refused = world.refuse("programmes.clause", buying(200_010, 180_009, BORA.party), by=BORA)
    assert refused.reason == "buy.month_limit"
    world.accept(buying(200_000, 180_000, BORA.party), by=BORA)
    world.accept(buying(200_000, 180_000, CHUL.party), by=CHUL)
    (number,) = [one.number for one in queries.own_vouchers(world.state(), BORA.party, FULL)]
    world.accept(Cancel(by=BORA.party, programme=FULL, voucher=number), by=BORA)
    world.accept(buying(200_000, 180_000, BORA.party), by=BORA)
    world.check()


def test_all_that_one_person_buys_is_capped_whatever_keys_it_uses():
    world = world_of("person")
    world.accept(attesting((ALICE.party, FATHER), (BORA.party, FATHER)), by=officer("bank-a"))
    for key in (ALICE, BORA):
        more = IssueTokens(by="bank-a", account=key.party, amount=500_000, reference=f"r/{key.party}")
        world.accept(more, by=officer("bank-a"))
        world.accept(buying(500_000, 450_000, key.party), by=key)
        world.advance(31 * DAY)
    refused = world.refuse("programmes.clause", buying(10, 9), by=ALICE)
    assert refused.reason == "buy.capped"


ATTESTS: list[tuple[str, Any, Any]] = [
    ("vouchers.not_attester", attesting((CHUL.party, FATHER)), officer("bank-a")),
    ("vouchers.not_attester", attesting((ALICE.party, FATHER), ("nobody", FATHER)), officer("bank-a")),
    ("vouchers.not_attester", attesting((ALICE.party, FATHER), by="desk"), officer("desk")),
    ("vouchers.not_attester", attesting((ALICE.party, FATHER), by=ALICE.party), ALICE),
    ("vouchers.unknown_holder", attesting(("nobody", FATHER), by="welfare"), WELFARE),
    ("vouchers.not_for", attesting(("bakery", FATHER)), officer("bank-a")),
    ("vouchers.attested_otherwise", attesting((BORA.party, MOTHER), (ALICE.party, MOTHER)), officer("bank-a")),
    ("vouchers.attested_otherwise", attesting((ALICE.party, MOTHER), by="ministry"), MINISTRY),
]


@pytest.mark.parametrize(("code", "act", "by"), ATTESTS, ids=[f"{place} {one[0]}" for place, one in enumerate(ATTESTS)])
def test_who_attests_whom_and_only_once(code, act, by):
    world = world_of("person")
    world.accept(attesting((ALICE.party, FATHER)), by=officer("bank-a"))
    world.accept(attesting((ALICE.party, FATHER), by="ministry"), by=MINISTRY)
    world.refuse(code, act, by=by)
    world.accept(attesting((ALICE.party, MOTHER), programme=SIBLING), by=officer("bank-a"))


def rich(world: World) -> None:
    """Alice's account holds as much as a person's may."""
    full = 1_000_000 - money.balance(world.state(), ALICE.party)
    world.accept(IssueTokens(by="bank-a", account=ALICE.party, amount=full, reference="full"), by=officer("bank-a"))


def test_what_goes_back_to_a_holder_lands_above_the_holding_limit():
    world = world_of()
    first, second = bought(world), bought(world)
    rich(world)
    more = IssueTokens(by="bank-a", account=ALICE.party, amount=1, reference="more")
    world.refuse("money.holding_limit", more, by=officer("bank-a"))
    world.accept(Cancel(by=ALICE.party, programme=FULL, voucher=first), by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 1_090_000
    pay(world, (second, 60_000))
    world.accept(CashOut(by=ALICE.party, programme=FULL, voucher=second), by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 1_126_000
    world.check()


def test_what_a_holder_is_reimbursed_lands_above_the_holding_limit():
    world = world_of()
    (number,) = grant(world, row("r1"))
    rich(world)
    for stage in (1, 2):
        confirmed = Confirm(by="welfare", programme=FULL, voucher=number, stage=stage, evidence="e" * 64)
        world.accept(confirmed, by=WELFARE)
    world.accept(Reimburse(by=ALICE.party, programme=FULL, voucher=number, amount=100_000), by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 1_100_000
    world.check()


def test_a_holder_without_an_account_opens_one_and_has_it_back_then():
    world = world_of()
    number = bought(world)
    left = money.balance(world.state(), ALICE.party)
    world.accept(RedeemTokens(by=ALICE.party, amount=left, reference="out"), by=ALICE)
    world.accept(CloseAccount(by=ALICE.party), by=ALICE)
    back = Cancel(by=ALICE.party, programme=FULL, voucher=number)
    world.refuse("money.no_account", back, by=ALICE)
    world.accept(OpenAccounts(by="bank-b", owners=[ALICE.party]), by=officer("bank-b"))
    world.accept(back, by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 90_000


def test_another_sponsor_uses_up_nobodys_purpose():
    """A programme of the same purpose that another ministry runs locks nobody of this one."""
    world = world_of("person")
    names = [wallet(f"city {place}") for place in range(2)]
    keys = [new_key(one) for one in names]
    city = AppointInstitution(by="operator", party="city", roles=["sponsor"], threshold=2, officers=keys)
    world.accept(city, by=quorum("operator"))
    kind, text, _, kind_digest, _ = documents()
    document = read_programme(DOCUMENT.format(name="blocking", subject="person", carry="none", unnamed=""), kind)
    canonical_ = canonical(document).decode()
    world.accept(
        Draft(by="city", programme="blocking", bank="treasury-bank", kind=text, document=canonical_), by=names[0]
    )
    digests: dict[str, Any] = {"kind": kind_digest, "document": digest(document).hex()}
    approve = Approve(by="city", programme="blocking", bank="treasury-bank", authorities=["welfare"], **digests)
    world.accept(approve, by=names)
    proof = vouched(kind_digest, digest(document).hex())
    world.accept(Publish(by="operator", programme="blocking", proof=proof), by=quorum("operator"))
    world.accept(Open(by="city", programme="blocking"), by=names[0])
    world.accept(OpenAccounts(by="treasury-bank", owners=["city"]), by=officer("treasury-bank"))
    own = IssueTokens(by="treasury-bank", account="city", amount=1_000, reference="own")
    world.accept(own, by=officer("treasury-bank"))
    world.accept(Fund(by="city", programme="blocking", amount=1_000), by=names[0])
    grant(world, row("r1", amount=1, subjects=[FATHER]), programme="blocking")
    grant(world, row("r1", subjects=[FATHER]))
    world.refuse("vouchers.locked", granting(row("r2", subjects=[FATHER]), programme=SIBLING), by=WELFARE)
    world.check()


def test_only_people_buy_and_with_their_own_key():
    world = world_of()
    world.refuse("vouchers.not_for", buying(by="bakery"), by=BAKERY)
    world.refuse("vouchers.not_own_key", buying(by="ministry"), by=MINISTRY)


def test_an_unused_voucher_is_given_back_for_its_price_within_the_time():
    world = world_of()
    number = bought(world)
    back = Cancel(by=ALICE.party, programme=FULL, voucher=number)
    world.refuse("programmes.record_unknown", Cancel(by=BORA.party, programme=FULL, voucher=number), by=BORA)
    late = world.fork()
    late.advance(CANCEL_DAYS * DAY)
    assert late.refuse("programmes.clause", back, by=ALICE).reason == "cancel.in_time"
    used = world.fork()
    pay(used, (number, 1))
    assert used.refuse("programmes.clause", back, by=ALICE).reason == "cancel.unused"
    world.advance(CANCEL_DAYS * DAY - 1)
    world.accept(back, by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 300_000
    assert world.refuse("programmes.clause", back, by=ALICE).reason == "cancel.active"
    world.check()


def test_a_granted_voucher_is_never_money():
    world = world_of()
    (number,) = grant(world, row("r1"))
    pay(world, (number, 90_000))
    for act in (Cancel, CashOut):
        asked = act(by=ALICE.party, programme=FULL, voucher=number)
        assert world.refuse("programmes.clause", asked, by=ALICE).reason.endswith("bought")


def test_the_rest_is_cashed_less_the_discount_once_enough_was_spent():
    world = world_of()
    number = bought(world)
    cashing = CashOut(by=ALICE.party, programme=FULL, voucher=number)
    pay(world, (number, 59_999))
    assert world.refuse("programmes.clause", cashing, by=ALICE).reason == "cash_out.used"
    pay(world, (number, 1))
    world.accept(cashing, by=ALICE)
    assert money.balance(world.state(), ALICE.party) == 210_000 + 36_000
    assert (view(world, number).left, view(world, number).status) == (0, "cashed")
    world.check()
