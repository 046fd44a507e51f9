"""Every task of the desk: its words, the act that its form makes, and what does not fit."""

from pathlib import Path
from typing import Any

import pytest

from madang.kernel.transaction import type_name
from madang.web.desk.kinds import BY_NAME, TASKS, Asked
from madang.web.site.forms import Invalid
from madang.web.site.words import Words

HERE = Path(__file__).parents[3] / "src/madang/web/desk"
PARTY, KID, DIGEST, HANDLE = "A" * 43, "B" * 43, "ab" * 32, "C" * 22
FIELDS = {
    "party": PARTY,
    "public_key": "D" * 86,
    "sort": "jws",
    "key": KID,
    "card": KID,
    "per_payment": "50,000원",
    "per_day": "100000",
    "principal": PARTY,
    "delegate": KID,
    "acts": "vouchers.pay appeals.lodge",
    "programme": "coupon-2025",
    "per_use": "10,000",
    "total": "50,000",
    "days": "180",
    "for_party": PARTY,
    "subjects": f"{DIGEST}\n{'cd' * 32}",
    "matter": "amount",
    "office": "desk",
    "appeal": HANDLE,
    "outcome": "granted",
    "reason": DIGEST,
    "voucher": HANDLE,
    "vouchers": HANDLE,
    "region": "26",
}
EVIDENCE = {"mandate": DIGEST, "apply": DIGEST, "appeal": f"{DIGEST} {DIGEST}"}
GROUNDS = {"mandate": "written", "apply": "birth", "appeal": "move"}
ACTS = {
    "register": "parties.register_people",
    "freeze": "parties.suspend",
    "recover": "parties.recover",
    "complete": "parties.complete_recovery",
    "reinstate": "parties.reinstate",
    "veto": "parties.veto_recovery",
    "revoke_key": "parties.revoke_key",
    "card": "cards.bind",
    "block": "cards.block",
    "tries": "cards.reset_tries",
    "pin": "cards.new_pin",
    "mandate": "mandates.register",
    "end_mandate": "mandates.revoke",
    "apply": "applications.apply",
    "appeal": "appeals.lodge",
    "take": "appeals.take",
    "decide": "appeals.decide",
    "freeze_vouchers": "vouchers.freeze",
    "unfreeze_vouchers": "vouchers.unfreeze",
    "move": "vouchers.move",
}


def made(task, **other) -> Any:
    """The one act that the task's form makes."""
    (act,) = BY_NAME[task].make(asked(task, **other))
    return act


def asked(task, **other):
    fields = {**FIELDS, "evidence": EVIDENCE.get(task, ""), "ground": GROUNDS.get(task, ""), **other}
    named = [field.name for field in BY_NAME[task].fields]
    return Asked({name: fields[name] for name in named if name in fields}, "officer", "desk", 1_000)


def test_every_task_is_listed_once():
    assert set(ACTS) == {task.name for task in TASKS} == set(BY_NAME)
    assert len(BY_NAME) == len(TASKS)


@pytest.mark.parametrize("task", sorted(ACTS))
def test_a_form_makes_its_act(task):
    act = made(task)
    assert type_name(act) == ACTS[task]
    assert act.by in ("desk", "officer")


def test_amounts_days_and_lists_are_read_as_people_write_them():
    bind = made("card")
    assert (bind.per_payment, bind.per_day, bind.holder) == (50_000, 100_000, None)
    mandate = made("mandate")
    assert (mandate.scope.acts, mandate.scope.per_use) == (["vouchers.pay", "appeals.lodge"], 10_000)
    assert mandate.scope.until == 1_000 + 180 * 86_400
    assert made("appeal").evidence == [DIGEST]


@pytest.mark.parametrize(
    ("task", "field", "value"),
    [
        ("freeze", "party", "no such form\n"),
        ("register", "public_key", "D" * 85),
        ("register", "sort", "password"),
        ("card", "per_payment", "-5"),
        ("card", "per_payment", "1.5"),
        ("card", "per_day", "0"),
        ("card", "per_day", "1" + "0" * 16),
        ("mandate", "days", "0x10"),
        ("mandate", "days", "99999"),
        ("mandate", "acts", "vouchers.grant"),
        ("mandate", "evidence", "short"),
        ("apply", "subjects", "900101-1234567"),
        ("appeal", "matter", "weather"),
        ("move", "region", "부산"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(task, field, value):
    with pytest.raises(Invalid) as caught:
        BY_NAME[task].make(asked(task, **{field: value}))
    assert caught.value.field == field


def test_every_field_task_and_choice_has_words():
    words = Words({"desk": HERE / "words.yaml"})
    needed = {f"desk.groups.{task.group}" for task in TASKS}
    for task in TASKS:
        needed |= {f"desk.tasks.{task.name}.title", f"desk.tasks.{task.name}.text"}
        for field in task.fields:
            needed.add(f"desk.fields.{field.name}.label")
            needed |= {f"desk.choices.{field.name}.{one.replace('.', '_')}" for one in field.choices}
    assert not sorted(one for one in needed if one not in words)
