"""A successor takes the place of a programme only if nobody loses what it promised."""

import pytest

from madang.contract import digest
from madang.kernel.errors import MadangError
from madang.prover.matter import matter
from madang.prover.proving import Findings, prove
from madang.prover.sides import sides_of
from tests.prover.documents import coupon, read, text, voucher


def compare(edit, before=lambda programme: None):
    """How a programme that `edit` makes of the coupon compares with one that `before` makes: what is not proved."""
    return {
        each.property: {(example.what, example.fault) for example in each.counterexamples} or set(each.clauses)
        for each in compared(edit, before)
    }


def compared(edit, before=lambda programme: None):
    kind = voucher()
    old, successor = coupon(), coupon()
    before(old)
    edit(successor)
    findings = Findings(matter(*read(kind, successor)))
    findings.compare(matter(*read(kind, old)))
    return [each for each in findings.results({}) if each.property.startswith("widens/") and each.status != "proved"]


def same(programme):
    pass


def longer(programme):
    """Lived longer, more granted."""
    programme["parameters"]["closes"] = "2026-01-01T00:00:00+09:00"
    programme["parameters"]["cap"] = "50_000_000"


def fewer_shops_excluded(programme):
    programme["parameters"]["excluded"]["value"] = ["47111", "9124"]


def more_shops_for_the_holder(programme):
    """A utility that draws on a bound number is let into no more shops than before."""
    excluded = programme["parameters"]["excluded"]["value"]
    programme["spend"]["require"]["draws"] = (
        f"payer == v.holder || !has_prefix(shop.industry, [{', '.join(f'{code!r}' for code in excluded)}])"
    ).replace("'", '"')
    del programme["specification"]["spend"]
    fewer_shops_excluded(programme)


def shorter(programme):
    programme["parameters"]["closes"] = "2025-11-01T00:00:00+09:00"


def another_shop_less(programme):
    programme["parameters"]["excluded"]["value"].append("56")


def a_new_clause(programme):
    programme["spend"]["require"]["lunch"] = "hour(at) < 15"


def another_purpose(programme):
    programme["parameters"]["purpose"] = "another"


def with_clause(action, name, when):
    """What protects a holder, as a sponsor writes it into a programme."""

    def write(programme):
        programme.setdefault(action, {"require": {}})["require"][name] = when
        programme["specification"].pop(action, None)

    return write


def without_specification(action):
    return lambda programme: programme["specification"].pop(action)


@pytest.mark.parametrize("edit", [same, longer, more_shops_for_the_holder])
def test_what_only_widens_is_proved_to(edit):
    assert compare(edit) == {}


def test_an_earlier_end_takes_something_away():
    found = compare(shorter)
    assert ("allowed", "narrower") in found["widens/grant"]


@pytest.mark.parametrize("edit", [another_shop_less, a_new_clause])
def test_a_narrower_rule_for_spending_takes_something_away(edit):
    assert ("allowed", "narrower") in compare(edit)["widens/spend"]


PROTECTIONS = [
    ("revoke", "notice", "v.until <= at", ("allowed", "wider")),
    ("expire", "notice", "v.until + 30 * 86_400 <= at", ("allowed", "wider")),
    ("recall_unused", "heard", 'v.status == "frozen"', ("allowed", "wider")),
    ("refund_late", "not_at_night", "9 <= hour(at)", ("allowed", "wider")),
    ("payout", "kept_for_refunds", "amount + 100_000 <= t.due", ("allowed", "wider")),
    ("spend", "own_money_confirmed", "own <= 5_000", ("own", "costlier")),
    ("spend", "protects_refunds", "t.due <= 1_000_000", ("protects_refunds", "unprotected")),
]
"""Action, clause, condition: what dropping it is."""


@pytest.mark.parametrize(("action", "name", "when", "lost"), PROTECTIONS, ids=lambda each: str(each)[:24])
def test_to_drop_what_protects_the_holder_is_no_widening(action, name, when, lost):
    dropped = without_specification(action) if action == "spend" else same
    assert lost in compare(dropped, with_clause(action, name, when))[f"widens/{action}"]
    # To add it takes nothing from the holder, unless it narrows what only stays as it was.
    if action not in ("payout", "spend"):
        assert compare(with_clause(action, name, when), dropped) == {}


def test_draws_by_others_are_allowed_no_more_than_before():
    found = compared(fewer_shops_excluded)
    assert [each.property for each in found] == ["widens/spend"]
    (example,) = found[0].counterexamples
    assert (example.what, example.fault) == ("allowed", "wider")
    state = example.difference.state
    assert state["payer"] == state["v.customer"] != state["v.holder"]
    assert (example.difference.before.refused, example.difference.after.refused) == ("industry", "")


def test_money_that_was_kept_for_grants_leaves_no_earlier():
    assert compare(lambda programme: programme.pop("reclaim")) == {"widens/reclaim": {("allowed", "wider")}}


def test_a_smaller_own_share_is_a_gain_and_a_larger_one_a_loss():
    share = [with_clause("spend", "own_share", f"own * 10 >= whole * {tenths}") for tenths in (1, 2)]
    assert ("allowed", "narrower") in compare(share[1], share[0])["widens/spend"]
    # Whoever draws takes no own money; but what the rules say of others stays as it was.
    assert compare(share[0], share[1])["widens/spend"] == {("allowed", "wider")}


def test_a_result_that_is_worse_for_the_holder_is_no_widening():
    def counted(programme):
        programme["parameters"]["special"] = ["film"]

    def counts_more(programme):
        programme["parameters"]["special"] = ["book", "film"]

    def reissues(days):
        return lambda programme: programme["parameters"].update(reissue_days=str(days))

    found = compare(counts_more, counted)
    assert ("a.special_count", "worse") in found["widens/spend"]
    worse = {each.property: each for each in compared(reissues(7), reissues(30))}["widens/reissue"].counterexamples[0]
    until = [each.results["v.until"] for each in (worse.difference.before, worse.difference.after)]
    assert (worse.what, worse.fault, until[0] - until[1] > 0) == ("v.until", "worse", True)
    assert "widens/reissue" not in compare(reissues(30), reissues(7))


def test_an_example_is_what_both_contracts_do_with_round_amounts():
    (result,) = [each for each in compared(shorter) if each.property == "widens/grant"]
    shown = result.counterexamples[0].difference
    assert (shown.before.refused, shown.after.refused) in (("", "in_time"), ("", "window"))
    assert shown.state["amount"] % 1_000 == 0


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
    proof = prove(*new, widens=old, steps=0)
    assert proof.widens == digest(old[1]).hex()
    found = {each.property: each.status for each in proof.results}
    assert (found["widens/start"], found["widens/add"]) == ("proved", "not_proved")


def test_of_a_kind_of_which_nobody_said_whom_it_serves_everything_stays():
    """Whether more of it is a gain or a loss is not known."""
    kind = """
kind: tally
language: 1
records:
  tally: {count: {int: 0..1_000}}
parameters: {most: {int: 1..1_000}}
actions:
  start: {on: {t: new tally}, set: {t.count: 0}}
  add:
    on: {t: tally}
    require: {room: t.count < most}
    set: {t.count: t.count + 1}
"""
    programme = "programme: my-tally\nkind: tally\ntitle: {en: Tally}\nparameters: {most: MOST}\n"
    old, new = text(kind, programme.replace("MOST", "10")), text(kind, programme.replace("MOST", "11"))
    found = {each.property: each.status for each in prove(*new, widens=old, steps=0).results}
    assert (found["widens/start"], found["widens/add"]) == ("proved", "not_proved")


def test_every_action_of_the_shipped_kind_has_a_side_or_stays():
    kind, sides = read(voucher(), coupon())[0], sides_of(read(voucher(), coupon())[0])
    named = [*sides.theirs, *sides.against, *sides.by_holder]
    actions = {each.name for each in kind.actions}
    assert len(named) == len(set(named)) and set(named) <= actions
    assert actions - set(named) == {"capture", "freeze", "move", "payout"}
    fields = {f"{each.name}.{field.name}" for each in kind.records for field in each.fields}
    assert {*sides.more_is_better, *sides.less_is_better} <= fields
    assert {*sides.receives} <= {each.name for each in kind.accounts}


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
