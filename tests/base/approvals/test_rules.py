"""Every refusal of approvals in order of precedence, and when the acts of a proposal run."""

import msgspec
import pytest

from madang.base.approvals import MODULE, queries
from madang.base.approvals.queries import counting
from madang.base.approvals.state import PROPOSALS, Proposal
from madang.base.approvals.transactions import MAX_OPEN, Approve, Expire, Propose, Withdraw
from madang.base.money.ledger import balance
from madang.base.money.transactions import IssueCurrency, OpenAccounts, Pay, Remit
from madang.base.operations.transactions import Pause, Resume
from madang.base.parties.transactions import (
    AppointOfficer,
    DismissOfficer,
    EnrolKey,
    ReinstateByQuorum,
    RevokeKey,
    SetThreshold,
    Suspend,
    SuspendByQuorum,
)
from madang.kernel.module import InvariantBroken
from tests.support.cast import ALICE, BAKERY, new_key, officer, officers, quorum, standard_world
from tests.support.signing import wallet
from tests.support.world import START

ONE, TWO, THREE = officers("ministry")
NOBODY = "AAAAAAAAAAAAAAAAAAAAAA"
DAY = 86_400


def raw(*acts):
    return msgspec.Raw(msgspec.json.encode(acts))


def propose(*acts, by=ONE, deadline=START + DAY):
    return Propose(by=by.party, acts=raw(*acts), deadline=deadline)


def approve(handle, by):
    return Approve(by=by.party, proposal=handle)


REMIT = Remit(by="ministry", to="bakery", amount=1_000)


def proposed(world, *acts, by=ONE):
    """Propose these acts; the handle."""
    before = dict(queries.proposals(world.state(), "ministry"))
    world.accept(propose(*acts, by=by, deadline=world.time + DAY), by=by)
    (handle,) = dict(queries.proposals(world.state(), "ministry")).keys() - before.keys()
    return handle


@pytest.mark.parametrize(
    ("code", "act", "by"),
    [
        ("approvals.not_officer", propose(REMIT, by=ALICE), ALICE),
        (
            "approvals.not_officer",
            Propose(by="ministry", acts=raw(REMIT), deadline=0),
            ONE,
        ),
        (
            "approvals.too_large",
            Propose(by=ONE.party, acts=msgspec.Raw(b"[" + b" " * 65_535 + b"]"), deadline=0),
            ONE,
        ),
        ("json.invalid", Propose(by=ONE.party, acts=msgspec.Raw(b'{"type":"approvals.propose"}'), deadline=0), ONE),
        ("json.invalid", Propose(by=ONE.party, acts=msgspec.Raw(b'[{"type":"money.none"}]'), deadline=0), ONE),
        ("json.invalid", Propose(by=ONE.party, acts=msgspec.Raw(b"[1.5]"), deadline=0), ONE),
        (
            "json.duplicate",
            Propose(
                by=ONE.party,
                acts=msgspec.Raw(b'[{"type":"money.remit","by":"ministry","to":"bakery","amount":1,"amount":2}]'),
                deadline=0,
            ),
            ONE,
        ),
        (
            "json.invalid",
            Propose(
                by=ONE.party,
                acts=msgspec.Raw(b'[{"type":"money.remit","by":"ministry","to":"bakery","amount":1.0}]'),
                deadline=0,
            ),
            ONE,
        ),
        ("payload.acts", propose(deadline=0), ONE),
        ("payload.acts", propose(*[REMIT] * 17, deadline=0), ONE),
        ("approvals.nested", propose(propose(REMIT), deadline=0), ONE),
        ("approvals.nested", propose(REMIT, approve(NOBODY, ONE), deadline=0), ONE),
        ("approvals.nested", propose(Expire(by="ministry", institution="desk", proposals=[NOBODY]), deadline=0), ONE),
        (
            "approvals.other_party",
            propose(REMIT, Pay(by=TWO.party, to="bakery", amount=1), deadline=0),
            ONE,
        ),
        ("approvals.deadline", propose(REMIT, deadline=START), ONE),
        ("approvals.deadline", propose(REMIT, deadline=START + 30 * DAY + 1), ONE),
        ("approvals.not_officer", Approve(by=ALICE.party, proposal=NOBODY), ALICE),
        ("approvals.unknown_proposal", approve(NOBODY, ONE), ONE),
        ("approvals.not_officer", Withdraw(by="bakery", proposal=NOBODY), BAKERY),
        ("approvals.unknown_proposal", Withdraw(by=ONE.party, proposal=NOBODY), ONE),
    ],
)
def test_refusals(code, act, by):
    world = standard_world()
    world.refuse(code, act, by=by)


def test_a_suspended_institution_proposes_nothing():
    world = standard_world()
    world.accept(SuspendByQuorum(by="operator", party="ministry"), by=quorum("operator"))
    world.refuse("approvals.not_officer", propose(REMIT), by=ONE)


def test_the_last_approval_runs_the_acts():
    world = standard_world()
    world.accept(SetThreshold(by="ministry", threshold=3), by=quorum("ministry"))
    handle = proposed(world, REMIT, REMIT)
    world.check()
    world.accept(approve(handle, TWO), by=TWO)
    assert present_approvals(world, handle) == (ONE.party, TWO.party)
    world.refuse("approvals.approved_already", approve(handle, TWO), by=TWO)
    world.refuse("approvals.approved_already", approve(handle, ONE), by=ONE)
    world.refuse("approvals.unknown_proposal", approve(handle, officer("desk")), by=officer("desk"))
    world.accept(approve(handle, THREE), by=THREE)
    assert balance(world.state(), "bakery") == 2_000
    assert queries.proposals(world.state(), "ministry") == []
    world.refuse("approvals.unknown_proposal", approve(handle, THREE), by=THREE)
    world.check()


def present_approvals(world, handle):
    found = queries.proposal(world.state(), "ministry", handle)
    assert found is not None
    return found.approved_by


def test_one_officer_is_enough_where_the_threshold_is_one():
    world = standard_world()
    world.accept(SetThreshold(by="ministry", threshold=1), by=quorum("ministry"))
    world.accept(propose(REMIT), by=ONE)
    assert queries.proposals(world.state(), "ministry") == []


def test_an_approval_is_taken_back():
    world = standard_world()
    world.accept(SetThreshold(by="ministry", threshold=3), by=quorum("ministry"))
    handle = proposed(world, REMIT)
    world.refuse("approvals.not_approved", Withdraw(by=TWO.party, proposal=handle), by=TWO)
    world.accept(approve(handle, TWO), by=TWO)
    world.accept(Withdraw(by=ONE.party, proposal=handle), by=ONE)
    world.check()
    world.accept(approve(handle, THREE), by=THREE)
    assert present_approvals(world, handle) == (TWO.party, THREE.party)
    world.accept(Withdraw(by=TWO.party, proposal=handle), by=TWO)
    world.accept(Withdraw(by=THREE.party, proposal=handle), by=THREE)
    assert queries.proposal(world.state(), "ministry", handle) is None


def test_an_officer_who_left_counts_no_more():
    world = standard_world()
    handle = proposed(world, REMIT)
    world.accept(AppointOfficer(by="ministry", key=new_key(wallet("fourth"))), by=quorum("ministry"))
    world.accept(DismissOfficer(by="ministry", officer=ONE.party), by=quorum("ministry"))
    world.accept(approve(handle, TWO), by=TWO)
    assert present_approvals(world, handle) == (ONE.party, TWO.party)
    world.accept(approve(handle, THREE), by=THREE)
    assert queries.proposal(world.state(), "ministry", handle) is None


def test_what_was_approved_with_a_key_that_was_revoked_since_counts_no_more():
    world = standard_world()
    handle = proposed(world, REMIT)
    second = wallet("second device of the first officer", party=ONE.party)
    world.accept(EnrolKey(by=ONE.party, key=new_key(second)), by=ONE)
    world.refuse("approvals.approved_already", approve(handle, ONE), by=second)
    world.accept(RevokeKey(by=ONE.party, party=ONE.party, key=ONE.kid), by=second)
    world.accept(approve(handle, TWO), by=TWO)
    assert present_approvals(world, handle) == (ONE.party, TWO.party)
    assert balance(world.state(), "bakery") == 0
    assert counting(world.state(), "ministry", queries.proposals(world.state(), "ministry")[0][1]) == [TWO.party]
    world.check()
    world.accept(approve(handle, ONE), by=second)
    assert balance(world.state(), "bakery") == 1_000
    assert queries.proposals(world.state(), "ministry") == []


def test_an_approval_signed_with_two_keys_counts_while_one_of_them_works():
    world = standard_world()
    second = wallet("second device of the first officer", party=ONE.party)
    world.accept(EnrolKey(by=ONE.party, key=new_key(second)), by=ONE)
    world.accept(propose(REMIT), by=[ONE, second])
    ((handle, _),) = queries.proposals(world.state(), "ministry")
    world.accept(RevokeKey(by=ONE.party, party=ONE.party, key=ONE.kid), by=second)
    world.accept(approve(handle, TWO), by=TWO)
    assert balance(world.state(), "bakery") == 1_000


def test_what_a_suspended_officer_approved_waits_until_the_officer_is_back():
    world = standard_world()
    handle = proposed(world, REMIT)
    world.accept(SuspendByQuorum(by="ministry", party=ONE.party), by=[TWO, THREE])
    world.accept(approve(handle, TWO), by=TWO)
    assert balance(world.state(), "bakery") == 0
    world.accept(ReinstateByQuorum(by="ministry", party=ONE.party), by=[TWO, THREE])
    world.refuse("approvals.approved_already", approve(handle, ONE), by=ONE)
    world.accept(approve(handle, THREE), by=THREE)
    assert balance(world.state(), "bakery") == 1_000


def test_a_lower_threshold_does_not_run_a_proposal_by_itself():
    world = standard_world()
    world.accept(SetThreshold(by="ministry", threshold=3), by=quorum("ministry"))
    handle = proposed(world, REMIT)
    world.accept(approve(handle, TWO), by=TWO)
    world.accept(SetThreshold(by="ministry", threshold=2), by=officers("ministry"))
    assert queries.proposal(world.state(), "ministry", handle) is not None
    world.accept(approve(handle, THREE), by=THREE)
    assert queries.proposal(world.state(), "ministry", handle) is None


def test_a_refused_act_refuses_the_last_approval_which_can_be_sent_again():
    world = standard_world()
    too_much = Remit(by="ministry", to="desk", amount=1_000)
    handle = proposed(world, REMIT, too_much)
    world.refuse("money.no_account", approve(handle, TWO), by=TWO)
    assert present_approvals(world, handle) == (ONE.party,)
    world.accept(OpenAccounts(by="bank-a", owners=["desk"]), by=officer("bank-a"))
    world.accept(approve(handle, TWO), by=TWO)


def test_authority_is_checked_again_when_the_acts_run():
    world = standard_world()
    handle = proposed(world, SetThreshold(by="ministry", threshold=3), REMIT)
    world.refuse("authority.quorum", approve(handle, TWO), by=TWO)  # the first act asks for a third officer


def test_a_paused_act_does_not_run_by_approval():
    world = standard_world()
    handle = proposed(world, REMIT)
    world.accept(
        Pause(by="operator", act_type="money.remit", reason="incident", until=world.time + 60), by=quorum("operator")
    )
    world.refuse("kernel.paused", approve(handle, TWO), by=TWO)
    world.accept(Resume(by="operator", act_type="money.remit"), by=quorum("operator"))
    world.accept(approve(handle, TWO), by=TWO)


def test_a_proposal_serves_quorum_acts_of_the_central_bank():
    world = standard_world()
    one, two, _ = officers("central-bank")
    act = IssueCurrency(by="central-bank", bank="bank-a", amount=1)
    world.accept(propose(act, by=one), by=one)
    ((handle, _),) = queries.proposals(world.state(), "central-bank")
    world.accept(approve(handle, two), by=two)
    world.check()


def test_after_the_deadline_anyone_clears_away():
    world = standard_world()
    first, second = proposed(world, REMIT), proposed(world, REMIT)
    clear = Expire(by=ALICE.party, institution="ministry", proposals=[first, second, first, NOBODY])
    world.advance(DAY)
    world.refuse("approvals.not_expired", clear, by=ALICE)
    assert queries.expired(world.state(), "ministry", world.time) == []
    world.advance(1)
    world.refuse("approvals.expired", approve(first, TWO), by=TWO)
    assert queries.expired(world.state(), "ministry", world.time) == sorted([first, second])
    world.accept(clear, by=ALICE)
    assert queries.proposals(world.state(), "ministry") == []
    world.accept(clear, by=ALICE)  # again changes nothing


def test_an_institution_has_so_many_open_proposals():
    world = standard_world()
    for _ in range(0, MAX_OPEN, 16):
        world.accept(*[propose(REMIT)] * 16, by=ONE)
    world.refuse("approvals.too_many", propose(REMIT, by=TWO), by=TWO)
    world.accept(propose(Suspend(by="desk", party="x1"), by=officer("desk")), by=officer("desk"))
    assert len(queries.show_proposals(world.state(), TWO.party, "ministry")) == MAX_OPEN
    assert queries.show_proposals(world.state(), ALICE.party, "ministry") == []
    world.check()


def test_the_law_sees_what_is_wrong():
    def broken(record, institution="ministry", count=1):
        state = standard_world().state()
        for number in range(count):
            state.put(PROPOSALS, record, institution, f"h{number}")
        try:
            for law in MODULE.invariants:
                law(state)
        except InvariantBroken:
            return True
        return False

    assert not broken(Proposal(b"[]", 1, 0, ("a",), (("k",),)), count=MAX_OPEN)
    assert broken(Proposal(b"[]", 1, 0, ("a",), (("k",),)), count=MAX_OPEN + 1)
    assert broken(Proposal(b"[]", 1, 0, ("a",), (("k",),)), institution=ALICE.party)
    assert broken(Proposal(b"[]", 1, 0, ("a", "a"), (("k",), ("k",))))
    assert broken(Proposal(b"[]", 1, 0, (), ()))
    assert broken(Proposal(b"[]", 1, 0, ("a",), ()))
    assert broken(Proposal(b"[]", 1, 0, ("a",), ((),)))
    assert broken(Proposal(b" " * 65_537, 1, 0, ("a",), (("k",),)))
