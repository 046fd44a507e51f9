"""Mistakes planted in copies of the real documents: each is found and named, and the ledger repeats the run."""

import pytest

from madang.base.programmes import queries
from madang.prover.matter import matter
from madang.prover.proving import prove
from madang.prover.replay import Replay
from madang.prover.results import Proof
from tests.prover.documents import coupon, document, proved_coupon, read, voucher
from tests.prover.ledger import act_of, repeat
from tests.support.cast import officer


def bad(proof: Proof) -> dict[str, str]:
    return {each.property: each.status for each in proof.results if each.status not in ("proved", "off")}


def test_the_real_documents_are_proved():
    assert bad(proved_coupon()) == {}


def spend_at_the_last_second(kind, programme):
    """`closes` is the first second after the use-by date."""
    kind["actions"]["spend"]["require"]["in_time"]["when"] = "at <= v.until"


def cap_on_what_is_unspent(kind, programme):
    """Granting, spending and granting again gets round it."""
    kind["actions"]["grant"]["require"]["capped"]["when"] = "a.granted - a.month_spent + amount <= cap"
    del programme["specification"]["grant"]


def refund_after_the_end(kind, programme):
    """Money on a voucher that has lapsed can't be spent, nor lapse again."""
    del kind["actions"]["refund"]["require"]["usable"]
    del kind["actions"]["refund"]["require"]["in_time"]
    del programme["specification"]["refund"]


def no_check_of_a_range(kind, programme):
    """What is due to a shop has an upper bound, which nothing keeps."""
    del kind["actions"]["repay"]["require"]["payable"]


def rules_wider_than_said(kind, programme):
    """The specification speaks of small shops; the clause was forgotten."""
    del programme["spend"]["require"]["small_shop"]


def rules_narrower_than_said(kind, programme):
    """A clause refuses whom the specification lets in."""
    programme["spend"]["require"]["mornings"] = "hour(at) < 12"


def invariant_that_a_record_breaks(kind, programme):
    """Checked when it runs, so that somebody would be refused for no reason."""
    kind["invariants"]["nobody_buys"] = "allowance.day_count == 0"


def invariant_that_accounts_break(kind, programme):
    """Checked by nobody when it runs."""
    kind["invariants"]["little_is_free"] = "free <= 1_000_000"


def everything_but_tobacco(kind, programme):
    """Who names nothing of a basket has not bought tobacco."""
    programme["spend"]["require"]["goods"] = 'goods != "tobacco"'
    del programme["specification"]["spend"]


PLANTED = [
    (spend_at_the_last_second, "specification/spend", "spend", "wider"),
    (cap_on_what_is_unspent, "invariant/capped", "grant", "violated"),
    (refund_after_the_end, "invariant/nothing_after_end", "refund", "violated"),
    (no_check_of_a_range, "ranges/repay", "repay", "out_of_range"),
    (everything_but_tobacco, "unnamed/spend", "spend", "unnamed"),
    (rules_wider_than_said, "specification/spend", "spend", "wider"),
    (rules_narrower_than_said, "specification/spend", "spend", "narrower"),
    (invariant_that_a_record_breaks, "invariant/nobody_buys", "spend", "violated"),
    (invariant_that_accounts_break, "invariant/little_is_free", "fund", "broken"),
]


ON_THE_LEDGER = {
    "wider": ("accepted", ""),
    "narrower": ("rejected", "programmes.clause"),
    "violated": ("rejected", "programmes.unsound"),
    "out_of_range": ("rejected", "programmes.out_of_range"),
    "broken": ("accepted", ""),
    "unnamed": ("accepted", ""),
}
"""What the real ledger answers to the last step of a run that goes wrong so."""


@pytest.mark.parametrize(("plant", "name", "action", "fault"), PLANTED, ids=lambda each: getattr(each, "__name__", ""))
def test_a_planted_mistake_is_shown_by_a_run_that_the_ledger_repeats(plant, name, action, fault):
    kind, programme = voucher(), coupon()
    plant(kind, programme)
    documents = read(kind, programme)
    proof = prove(*documents, steps=7)
    assert bad(proof).get(name) == "refuted"
    found = next(each for each in proof.results if each.property == name)
    example = next(each for each in found.counterexamples if each.action == action)
    assert (example.fault, example.replayed) == (fault, True)
    shown, outcomes = Replay(matter(*documents)).shows(example.trace)
    assert shown
    world, last = repeat(*documents, example.trace)
    assert (last.outcome, last.code) == ON_THE_LEDGER[fault], last
    assert fault != "broken" or queries.programme(world.state(), documents[1].programme).totals["free"] > 1_000_000
    assert [outcome.result for outcome in outcomes[:-1]] == ["accepted"] * (len(outcomes) - 1)


def test_goods_that_are_named_one_by_one_need_no_more():
    assert "unnamed/spend" not in {each.property for each in proved_coupon().results}
    proof = prove(*read(voucher(), document("agri-food-2026.yaml")), steps=0)
    assert {each.property: each.status for each in proof.results}["unnamed/spend"] == "proved"


def test_a_programme_that_names_nothing_by_its_name_means_it():
    programme = coupon()
    programme["spend"]["require"]["goods"] = 'goods != "tobacco" || goods == "-"'
    del programme["specification"]["spend"]
    found = {each.property for each in prove(*read(voucher(), programme), steps=0).results}
    assert "unnamed/spend" not in found


def test_clauses_that_contradict_each_other_are_named():
    kind, programme = voucher(), coupon()
    programme["spend"]["require"]["all_or_nothing"] = "v.left < amount"
    proof = prove(*read(kind, programme), steps=1)
    result = next(each for each in proof.results if each.property == "possible/spend")
    assert (result.status, set(result.clauses)) == ("refuted", {"enough", "all_or_nothing"})


def test_a_programme_that_closes_before_it_opens_lets_no_money_through():
    kind, programme = voucher(), coupon()
    programme["parameters"]["closes"] = "2025-07-21T08:00:00+09:00"
    proof = prove(*read(kind, programme), steps=1)
    assert bad(proof).get("flows/through") == "refuted"


def test_money_that_nobody_can_move_any_more_is_found_without_any_invariant():
    kind, programme = voucher(), coupon()
    refund_after_the_end(kind, programme)
    del kind["invariants"]["nothing_after_end"]
    documents = read(kind, programme)
    proof = prove(*documents, steps=7)
    assert bad(proof) == {"stranded/issued": "refuted"}
    stuck = next(each for each in proof.results if each.property == "stranded/issued").counterexamples[0]
    assert (stuck.fault, stuck.replayed) == ("stranded", True)
    world, last = repeat(*documents, stuck.trace)
    assert last.outcome == "accepted"
    # What takes the rest of a voucher is refused, and will be.
    expired = next(step for step in stuck.trace.steps if step.action in ("expire", "revoke"))
    world.time = stuck.trace.steps[-1].at + 10 * 365 * 86_400
    world.refuse("programmes.clause", act_of(documents[1].programme, expired), by=officer("ministry"))
    assert queries.programme(world.state(), documents[1].programme).totals["issued"] > 0


def test_an_action_that_the_parameters_switch_off_is_said_to_be_off():
    status = {each.property: (each.status, each.clauses) for each in proved_coupon().results}
    assert status["possible/buy"] == ("off", ("sold",))


def test_the_last_second_is_found_at_exactly_that_second():
    kind, programme = voucher(), coupon()
    spend_at_the_last_second(kind, programme)
    result = next(each for each in prove(*read(kind, programme)).results if each.property == "specification/spend")
    steps = result.counterexamples[0].trace.steps
    granted = next(step for step in steps if step.action in ("grant", "set_aside"))
    assert steps[-1].at == granted.given["until"]
