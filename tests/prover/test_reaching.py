"""What is proved of an action that never happens says nothing: each has a run, or it is found that none leads to it."""

import pytest

from madang.prover.matter import matter
from madang.prover.proving import prove
from madang.prover.replay import Replay
from madang.prover.traces import Ending, Trace
from tests.prover.documents import coupon, document, proved_coupon, read, text, voucher
from tests.prover.ledger import repeat


def status(proof):
    return {
        each.property.removeprefix("reachable/"): each.status
        for each in proof.results
        if each.property.startswith("reachable/")
    }


def runs(proof):
    return {each.property.removeprefix("reachable/"): each.run for each in proof.results if each.run}


def test_every_action_has_a_run_from_nothing_that_ends_with_it():
    found = runs(proved_coupon())
    assert set(found) == {name for name, each in status(proved_coupon()).items() if each == "proved"}
    replay = Replay(matter(*read(voucher(), coupon())))
    for name, run in found.items():
        replay.restart()
        assert [replay.step(step).result for step in run] == ["accepted"] * len(run)
        assert run[-1].action == name


@pytest.mark.parametrize("name", ["refund_late", "payout", "unfreeze"])
def test_the_real_ledger_repeats_a_run(name):
    run = runs(proved_coupon())[name]
    _, last = repeat(*read(voucher(), coupon()), Trace(run, Ending("broken", name, "")))
    assert last.outcome == "accepted"


def test_what_contradicts_no_clause_of_its_own_and_yet_never_happens_is_found():
    """A grant never lets a voucher count before the programme opens."""
    programme = coupon()
    programme["spend"]["require"]["early"] = "at < opens"
    del programme["specification"]["spend"]
    proof = prove(*read(voucher(), programme), steps=1)
    assert {each.property: each.status for each in proof.results}["possible/spend"] == "proved"
    found = status(proof)
    assert (found["spend"], found["refund"], found["grant"]) == ("not_proved", "not_proved", "proved")
    assert not proof.is_complete


def test_a_specification_that_is_true_of_nothing_is_no_proof():
    programme = coupon()
    programme["spend"]["require"]["bought"] = "v.price > 0"  # and nothing is sold
    programme["specification"]["spend"] += " && v.price > 0"
    found = {each.property: each for each in prove(*read(voucher(), programme), steps=1).results}
    assert found["possible/spend"].status == found["specification/spend"].status == "proved"
    assert (found["reachable/spend"].status, found["reachable/spend"].clauses) == ("refuted", ("bought",))


def test_what_parameters_switch_off_is_no_finding():
    """Where nothing is sold there is nothing to give back, though no clause of giving back asks what is sold."""
    found = {each.property: (each.status, each.clauses) for each in proved_coupon().results}
    assert found["reachable/buy"] == ("off", ("sold",))
    assert found["reachable/cancel"] == ("off", ("bought",))
    assert found["reachable/capture"] == ("off", ("held",))


def test_what_a_clause_of_the_programme_makes_impossible_is_a_finding():
    """The programme lets shops hold money for a delivery, and then refuses whatever is held."""
    programme = coupon()
    programme["parameters"]["hold_days"] = "2"
    programme["spend"]["require"]["at_once"] = "later == 0"
    proof = prove(*read(voucher(), programme), steps=1)
    found = status(proof)
    assert [found[name] for name in ("spend", "capture", "void")] == ["proved", "refuted", "refuted"]


@pytest.mark.parametrize("stages", [1, 10])
def test_an_action_behind_many_of_another_is_reached(stages):
    programme = document("ev-charger-2026.yaml")
    programme["parameters"]["stages"] = str(stages)
    programme["specification"] = {}
    run = runs(prove(*read(voucher(), programme), steps=0))["reimburse"]
    assert [step.action for step in run].count("confirm") == stages


def test_months_of_a_run_are_those_of_the_calendar():
    """A grant of child meals is for one month, and has its number."""
    programme = document("child-meals-2026.yaml")
    for step in runs(prove(*read(voucher(), programme), steps=0))["spend"]:
        if step.action == "grant":
            assert step.given["instalment"] in range(1, 13)
            return
    pytest.fail("nothing was granted")


def test_a_kind_without_a_way_in_is_found():
    """No parameter has a part in it: no programme of the kind could ever do it."""
    documents = text(
        "kind: locked\nlanguage: 1\nrecords: {box: {open: bool}}\n"
        "actions:\n  put: {on: {b: new box}, set: {b.open: false}}\n"
        "  use: {on: {b: box}, require: {unlocked: b.open}, set: {b.open: true}}\n",
        "programme: my-box\nkind: locked\ntitle: {en: Box}\n",
    )
    found = {each.property: (each.status, each.clauses) for each in prove(*documents, steps=0).results}
    assert found["reachable/use"] == ("refuted", ("unlocked",))
