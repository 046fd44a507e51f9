"""What a proof needs beside the solver's yes: what it does not decide or know is refused."""

from typing import Any, cast

import pytest

from madang.kernel.errors import MadangError
from madang.prover import proving
from madang.prover.bounded import Runs
from madang.prover.encoding import Encoder, Scope
from madang.prover.matter import matter
from madang.prover.proving import prove
from madang.prover.receipts import covers, digest, encode, load, receipt
from madang.prover.replay import Replay
from madang.prover.steps import Fault
from tests.prover.documents import coupon, proved_coupon, read, text, voucher

MONTHS = """
kind: months
language: 1
records:
  purse: {month: month, left: {won: 0..1_000}}
parameters: {closes: time, last: month}
actions:
  start:
    on: {p: new purse}
    require: {in_time: at < closes}
    set: {p.month: month(at), p.left: 1_000}
invariants:
  short: INVARIANT
"""
PROGRAMME = """
programme: purse
kind: months
title: {en: Purse}
parameters: {closes: 2026-01-01T00:00:00+09:00, last: LAST}
"""


def months(invariant: str, last: str = "2025-12") -> tuple[Any, Any]:
    return text(MONTHS.replace("INVARIANT", invariant), PROGRAMME.replace("LAST", last))


def status(proof):
    return {each.property: each.status for each in proof.results}


def test_a_part_of_the_language_that_is_not_known_is_an_error():
    with pytest.raises(MadangError) as raised:
        Encoder((), exact=True).expression(cast(Any, object()), Scope({}))
    assert raised.value.code == "prover.unknown_part"


def test_what_the_solver_does_not_decide_within_its_bound_is_refused(monkeypatch):
    monkeypatch.setattr(proving, "STEP_RESOURCES", 1)
    proof = prove(*read(voucher(), coupon()), steps=0)
    assert not proof.is_complete
    assert "not_proved" in status(proof).values()


def test_a_month_is_taken_exactly_where_less_does_not_suffice():
    """That what is before 2026 is at most December 2025 follows from the calendar alone."""
    assert prove(*months("purse.month <= last"), steps=0).is_complete
    assert status(prove(*months("purse.month <= last", "2025-11"), steps=1))["invariant/short"] == "refuted"


def test_a_run_in_which_a_month_is_none_is_no_counterexample():
    """What is known of months in general puts March 2025 anywhere; the run that is shown is in that month."""
    kind, programme = (each.replace("in_time: at < closes", "that: month(at) == last") for each in (MONTHS, PROGRAMME))
    documents = text(kind.replace("INVARIANT", "purse.left <= 999"), programme.replace("LAST", "2025-03"))
    subject = matter(*documents)
    alarm = Runs(subject, {})
    alarm.look()
    fault: Fault = "violated"
    key = ("invariant/short", "start", "p", fault)
    assert not Replay(subject).shows(alarm.trace(alarm.find(key)[1], key))[0]
    example = next(each for each in prove(*documents, steps=2).results if each.property == key[0]).counterexamples[0]
    assert example.replayed and Replay(subject).shows(example.trace)[0]


def test_a_run_in_a_year_far_from_the_programme_is_found_too():
    kind, programme = (each.replace("in_time: at < closes", "that: month(at) == last") for each in (MONTHS, PROGRAMME))
    documents = text(kind.replace("INVARIANT", "purse.left <= 999"), programme.replace("LAST", "2099-12"))
    result = next(each for each in prove(*documents, steps=2).results if each.property == "invariant/short")
    (step,) = result.counterexamples[0].trace.steps
    assert (result.status, step.at // 86_400 // 365 + 1970) == ("refuted", 2100)


def test_an_invariant_that_is_false_of_the_first_record_is_found():
    proof = prove(*months("purse.left <= 999"), steps=2)
    assert status(proof)["invariant/short"] == "refuted"
    example = next(each for each in proof.results if each.property == "invariant/short").counterexamples[0]
    assert [step.action for step in example.trace.steps] == ["start"]


def test_the_same_documents_give_the_same_receipt():
    again = receipt(prove(*read(voucher(), coupon())))
    assert encode(again) == encode(receipt(proved_coupon()))
    assert covers(again, *read(voucher(), coupon()))
    assert not covers(again, *months("purse.left <= 1_000"))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"x",
        lambda data: data.replace(b'"kind"', b'"kin"'),
        lambda data: b"",
        lambda data: data.replace(b",", b", ", 1),
    ],
)
def test_only_the_canonical_form_of_a_receipt_is_one(change):
    data = encode(receipt(proved_coupon()))
    assert digest(load(data)) == digest(load(data + b"\n"))
    with pytest.raises(MadangError) as raised:
        load(change(data))
    assert raised.value.code == "prover.receipt"
