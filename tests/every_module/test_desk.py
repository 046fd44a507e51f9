"""No act that officers of a desk sign alone moves what a person has, and docs/desk.md says what they can do.

Every act of the ledger stands in exactly one list: what `docs/desk.md` gives a desk, or one of those below. A new act
fails here until somebody has said which: if it moves what a person has, add a case that a true signature gets through.
"""

import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.app import MODULES
from madang.base.cards.state import code_digest
from madang.base.cards.transactions import Bind as BindCard
from madang.base.cards.transactions import Block, NewPin, Present, ResetTries
from madang.base.mandates.transactions import Grant as GrantMandate
from madang.base.mandates.transactions import Register as RegisterMandate
from madang.base.mandates.transactions import Revoke as RevokeMandate
from madang.base.mandates.transactions import Scope
from madang.base.money.state import ACCOUNTS
from madang.base.money.transactions import Pay as PayOwn
from madang.base.money.transactions import RedeemTokens
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import AppointInstitution, RegisterPeople, Suspend
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.kernel.authority import authorise
from madang.kernel.errors import Malformed, Rejected
from madang.kernel.transaction import Act, type_name
from madang.services.applications.transactions import Apply
from madang.services.applications.transactions import SetTerms as SetApplicationTerms
from madang.services.vouchers import queries
from madang.services.vouchers.state import voucher_of
from madang.services.vouchers.transactions import Bind, Collect, Freeze, Move
from tests.base.cards.scene import CARD, SERVER, SERVICE, SPARE, bind, code, stock
from tests.every_module.strategies import strategy_of
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.simulation.unsigned import unsigned
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, officers, quorum
from tests.support.signing import Wallet, wallet
from tests.support.world import World

ACTS = {type_name(act): act for module in MODULES for act in module.rules}
PAGE = Path(__file__).parents[2] / "docs/desk.md"
DESK = officers("desk")
CARDS_PARTY = party_of_card(CARD.party)
NAMES = ["desk", *(one.party for one in DESK)]


def names(module: str, acts: str) -> set[str]:
    return {f"{module}.{one}" for one in acts.split()}


MOVES_WHAT_A_PERSON_HAS = (
    names("vouchers", "pay collect buy cancel cash_out draw bind capture reimburse claim claim_by_token refund order")
    | names("money", "pay redeem_tokens close_account")
    | names("cards", "present")
    | names("mandates", "grant")
    | names("debts", "pay propose_instalments agree_instalments agree_set_off")
)
"""What persons, and shops towards them, sign: no officer of a desk has a part in it."""
FOR_OTHER_INSTITUTIONS = (
    names("parties", "appoint_institution register_merchants add_till")
    | names("operations", "pause resume pause_programme resume_programme pause_bank resume_bank")
    | names("operations", "pause_currency resume_currency")
    | names("validators", "admit change_power remove readmit rotate_key schedule_upgrade withdraw_upgrade")
    | names("registers", "publish withdraw_codes")
    | names("trust", "define_type name_issuer withdraw_issuer name_verifier withdraw_verifier")
    | names("trust", "name_wallet_provider withdraw_wallet_provider")
    | names("money", "set_policy issue_currency withdraw_currency open_accounts issue_tokens open_window close_window")
    | names("money", "open_day close_day place_hold release_hold execute_hold record_export")
    | names("cards", "stock")
    | names("merchants", "apply approve decline register suspend reinstate close appoint_agent dismiss_agent")
    | names("debts", "set_terms impose waive object")
    | names("programmes", "draft approve name_authorities publish open close amend succeed")
    | names("vouchers", "fund reclaim name_funders settle credit_interest pay_out grant attest confirm carry_over")
    | names("vouchers", "recall_unused recall repay")
    | names("appeals", "set_terms")
    | names("applications", "set_terms decide")
    | names("fraud", "set_deadlines raise_flags set_aside open_case make_statement withdraw_case dismiss decide")
    | names("disputes", "set_terms answer credit charge_back withdraw")
)
FOR_ANYBODY = (
    names("parties", "enrol_key rotate_key")
    | names("approvals", "expire")
    | names("programmes", "expire_drafts")
    | names("validators", "report_equivocation")
    | names("money", "remit")
    | names("anchors", "publish")
    | names("trust", "name_staff_issuers")
    | names("eligibility", "open count close")
    | names("vouchers", "expire void keep_promises")
    | names("fraud", "report")
)
"""What any party may do, with its own keys, its own money, or what is over."""


def of_the_page() -> set[str]:
    """The acts whose command the page gives."""
    found = re.findall(r"`madang act ([a-z-]+) ([a-z-]+)`", PAGE.read_text(encoding="utf-8"))
    return {f"{module}.{act.replace('-', '_')}" for module, act in found}


def test_every_act_is_in_one_list_and_the_page_names_what_a_desk_does():
    lists = [of_the_page(), MOVES_WHAT_A_PERSON_HAS, FOR_OTHER_INSTITUTIONS, FOR_ANYBODY]
    listed = sorted(name for one in lists for name in one)
    assert sorted(set(ACTS) - set(listed)) == [], "say in tests/every_module/test_desk.py who makes these acts"
    assert sorted(set(listed) - set(ACTS)) == [], "there are no such acts any more"
    assert [name for name in listed if listed.count(name) > 1] == []


@cache
def _made() -> tuple[World, tuple[str, ...]]:
    world = coupon_world()
    numbers = grant(world, row("desk-1", ALICE.party), row("desk-2", CHUL.party))
    service = AppointInstitution(
        by="operator", party=SERVICE, roles=["card_service"], threshold=1, officers=[new_key(SERVER)]
    )
    world.accept(service, by=quorum("operator"))
    world.accept(stock(CARD, SPARE), by=SERVER)
    world.accept(bind(), by=[officer("desk"), ALICE])
    scope = Scope(acts=["vouchers.pay"], per_use=5_000, total=9_000, until=world.time + 90_000)
    world.accept(GrantMandate(by=ALICE.party, delegate=BORA.party, scope=scope), by=ALICE)
    shown = Present(by=ALICE.party, code=code_digest(code()), programme=COUPON, limit=9_000, until=world.time + 180)
    world.accept(shown, by=ALICE)
    window = SetApplicationTerms(by="ministry", programme=COUPON, since=world.time, until=world.time + 90_000, days=7)
    world.accept(window, by=quorum("ministry"))
    return world, tuple(numbers)


def town() -> tuple[World, tuple[str, ...]]:
    """A world in which Alice and Chul have vouchers and own money, and Alice a card, a delegate and a shown code."""
    world, numbers = _made()
    return world.fork(), numbers


def what_all_have(world: World) -> dict[str, int]:
    """Own money of every party; what is left on each voucher; what each shop is owed."""
    state = world.state()
    has = {owner: account.balance for (owner,), account in state.scan(ACCOUNTS) if ":" not in owner}
    programme = state.get(PROGRAMMES, COUPON)
    ruled = compiled(state, programme)
    has |= {number: voucher_of(state, ruled, COUPON, number).left for number in _made()[1]}
    return has | {f"owed {shop}": queries.takings(state, shop, COUPON) for shop in ("bakery", "grocer", "centre")}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_what_officers_of_a_desk_sign_alone_moves_nothing_of_anybodys(name: str):
    """Whatever they write, in the desk's name, in their own, or in a person's."""
    may_be_theirs = of_the_page() | FOR_ANYBODY

    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy_of(ACTS[name], True), st.sampled_from([*NAMES, ALICE.party, CHUL.party, "bakery", CARDS_PARTY]))
    def sign(act: Act, by: str):
        world, _ = town()
        before = what_all_have(world)
        act = msgspec.structs.replace(act, by=by)
        accepted = submitted(world, act)
        assert not accepted or name in may_be_theirs, act
        assert not accepted or by in NAMES, act
        assert what_all_have(world) == before

    sign()


def submitted(world: World, act: Act) -> bool:
    """Whether all officers of the desk together get an act through."""
    block = world.machine.open(world.store, world.height + 1, world.time)
    signed = unsigned(world.payload(act), DESK)
    try:
        result = block.execute(world.machine.read(signed))
    except Malformed:
        return False
    world._seal(block)
    assert result.outcome != "defect", result
    return result.outcome == "accepted"


@pytest.mark.parametrize("name", sorted(ACTS))
def test_no_officer_acts_in_the_name_of_a_person_a_shop_or_a_card(name: str):
    @settings(max_examples=1, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy_of(ACTS[name], True))
    def check(act: Act):
        state = town()[0].state()
        signed_by = frozenset(one.party for one in DESK)
        for by in (ALICE.party, CHUL.party, "bakery", CARDS_PARTY, "bank-a"):
            with pytest.raises(Rejected, match=r"authority\.(not_signed|quorum)"):
                authorise(state, msgspec.structs.replace(act, by=by), signed_by)

    check()


def attempts() -> list[tuple[str, Act, Wallet]]:
    """Acts that move what Alice has, each with who may make it: true but for the signature."""
    world, (number, _) = town()
    later = world.time + 60
    shown = Present(by=ALICE.party, code=code_digest(code("another")), programme=COUPON, limit=9_000, until=later)
    scope = Scope(acts=["vouchers.pay"], per_use=5_000, total=9_000, until=later, programme=COUPON)
    collect = Collect(by="bakery", programme=COUPON, merchant="bakery", order="o-1", code=code(), amount=9_000)
    acts: list[tuple[Act, Wallet]] = [
        (pay({number: 5_000}), ALICE),
        (pay({number: 5_000}, own=1_000), ALICE),
        (collect, BAKERY),
        (Bind(by=ALICE.party, programme=COUPON, voucher=number, customer="ab" * 32), ALICE),
        (PayOwn(by=ALICE.party, to="bakery", amount=1_000), ALICE),
        (RedeemTokens(by=ALICE.party, amount=1_000, reference="redeem-1"), ALICE),
        (shown, ALICE),
        (msgspec.structs.replace(shown, by=CARDS_PARTY), CARD),
        (GrantMandate(by=ALICE.party, delegate=CHUL.party, scope=scope), ALICE),
    ]
    return [(f"{type_name(act)} {place}", act, signer) for place, (act, signer) in enumerate(acts)]


@pytest.mark.parametrize(("_what", "act", "signer"), attempts(), ids=lambda one: one if isinstance(one, str) else "")
def test_what_its_owner_can_do_no_officer_can(_what: str, act: Act, signer: Wallet):
    assert type_name(act) in MOVES_WHAT_A_PERSON_HAS
    world, _ = town()
    before = what_all_have(world)
    for by in (act.by, *NAMES):
        assert not submitted(world, msgspec.structs.replace(act, by=by)), by
    assert what_all_have(world) == before
    world.accept(act, by=signer)


def what_a_desk_does() -> list[Act]:
    """What the page gives a desk, on what there is."""
    world, (number, other) = town()
    scope = Scope(acts=["vouchers.pay"], per_use=5_000, total=9_000, until=world.time + 900_000)
    paper = RegisterMandate(
        by="desk", principal=ALICE.party, delegate=CHUL.party, ground="written", evidence="ab" * 32, scope=scope
    )
    return [
        RegisterPeople(by="desk", keys=[new_key(wallet("somebody new"))]),
        Suspend(by="desk", party=ALICE.party),
        paper,
        RevokeMandate(by="desk", principal=ALICE.party, delegate=BORA.party),
        BindCard(by="desk", card=SPARE.party, holder=ALICE.party, per_payment=5_000, per_day=5_000),
        BindCard(by="desk", card=SPARE.party, per_payment=5_000, per_day=5_000),
        ResetTries(by="desk", card=CARD.party),
        NewPin(by="desk", card=CARD.party),
        Block(by="desk", card=CARD.party),
        Freeze(by="desk", programme=COUPON, vouchers=[number, other]),
        Move(by="desk", programme=COUPON, voucher=number, region="11"),
        Apply(by=DESK[0].party, programme=COUPON, for_party=ALICE.party, subjects=["cd" * 32]),
    ]


@pytest.mark.parametrize("act", what_a_desk_does(), ids=type_name)
def test_what_a_desk_can_do_moves_nothing(act: Act):
    assert type_name(act) in of_the_page()
    world, _ = town()
    before = what_all_have(world)
    assert submitted(world, act)
    assert what_all_have(world) == before
    world.check()
