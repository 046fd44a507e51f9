"""A successor takes the place of a programme only if nobody loses what it promised."""

import pytest

from madang.kernel.errors import MadangError
from madang.prover.proving import prove
from tests.prover.documents import coupon, read, text, voucher


def compare(edit):
    """How a programme that `edit` makes of the coupon compares with it: what is not proved of `widens`."""
    kind = voucher()
    successor = coupon()
    edit(successor)
    proof = prove(*read(kind, successor), widens=read(kind, coupon()), steps=0)
    assert proof.widens == prove(*read(kind, coupon()), steps=0).programme
    return {
        each.property: {example.what for example in each.counterexamples} or set(each.clauses)
        for each in proof.results
        if each.property.startswith("widens/") and each.status != "proved"
    }


def longer(programme):
    """Lived longer, more granted, fewer shops excluded."""
    programme["parameters"]["closes"] = "2026-01-01T00:00:00+09:00"
    programme["parameters"]["cap"] = "50_000_000"
    programme["parameters"]["excluded"]["value"] = ["47111", "9124"]
    del programme["reclaim"]  # money goes back as early as before, and earlier


def shorter(programme):
    programme["parameters"]["closes"] = "2025-11-01T00:00:00+09:00"


def another_shop_less(programme):
    programme["parameters"]["excluded"]["value"].append("56")


def a_new_clause(programme):
    programme["spend"]["require"]["lunch"] = "hour(at) < 15"


def a_clause_less(programme):
    del programme["spend"]["require"]["small_shop"]
    del programme["specification"]["spend"]


def another_purpose(programme):
    programme["parameters"]["purpose"] = "another"


@pytest.mark.parametrize("edit", [longer, a_clause_less, lambda programme: None])
def test_what_only_widens_is_proved_to(edit):
    assert compare(edit) == {}


def test_an_earlier_end_takes_something_away():
    found = compare(shorter)
    assert "allowed" in found["widens/grant"]


@pytest.mark.parametrize("edit", [another_shop_less, a_new_clause])
def test_a_narrower_rule_for_spending_takes_something_away(edit):
    assert compare(edit) == {"widens/spend": {"allowed"}}


def test_a_parameter_that_only_a_service_reads_stays():
    assert compare(another_purpose) == {"widens/parameters": {"purpose"}}


def test_the_effect_stays():
    kind = """
kind: tally
language: 1
records:
  tally: {count: {int: 0..1_000}}
parameters: {step: {int: 1..9}}
actions:
  start: {on: {t: new tally}, set: {t.count: 0}}
  add:
    on: {t: tally}
    require: {room: t.count < 100}
    set: {t.count: t.count + step}
"""
    programme = "programme: my-tally\nkind: tally\ntitle: {en: Tally}\nparameters: {step: STEP}\n"
    old, new = text(kind, programme.replace("STEP", "1")), text(kind, programme.replace("STEP", "2"))
    found = {each.property: each.status for each in prove(*new, widens=old, steps=0).results}
    assert (found["widens/start"], found["widens/add"]) == ("proved", "not_proved")


def test_a_law_that_is_stricter_is_no_widening():
    kind = """
kind: tally
language: 1
records:
  tally: {count: {int: 0..1_000}}
parameters: {most: {int: 1..1_000}}
actions:
  start: {on: {t: new tally}, set: {t.count: 0}}
invariants:
  bounded: tally.count <= most
"""
    programme = "programme: my-tally\nkind: tally\ntitle: {en: Tally}\nparameters: {most: MOST}\n"
    old, new = text(kind, programme.replace("MOST", "10")), text(kind, programme.replace("MOST", "9"))
    found = {each.property: each.status for each in prove(*new, widens=old, steps=0).results}
    assert found["widens/laws"] == "not_proved"
    found = {each.property: each.status for each in prove(*old, widens=new, steps=0).results}
    assert found["widens/laws"] == "proved"


def test_programmes_of_two_kinds_are_not_compared():
    other = text(
        "kind: voucher\nlanguage: 1\nrecords: {thing: {count: {int: 0..1}}}\nactions:\n  rest: {}\n",
        "programme: quiet\nkind: voucher\ntitle: {en: Quiet}\n",
    )
    with pytest.raises(MadangError) as raised:
        prove(*read(voucher(), coupon()), widens=other)
    assert raised.value.code == "prover.other_kind"
