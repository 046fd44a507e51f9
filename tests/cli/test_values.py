"""What a person types becomes what was declared, or one sentence in the terms of the option."""

from typing import Annotated, Any, get_type_hints

import pytest
import typer
from msgspec import Meta

from madang.base.mandates.transactions import Grant as Mandate
from madang.base.merchants.transactions import Apply, Register
from madang.base.money.transactions import Pay as PayMoney
from madang.base.parties.transactions import RegisterPeople
from madang.cli import fields, values
from madang.services.vouchers.transactions import Freeze, Grant, Pay

VOUCHER = "A" * 22
FACTS = {"region": "2611010100", "industry": "47121", "category": "5411", "sales_class": "over_3b"}


def kinds(act: type) -> dict[str, Any]:
    return get_type_hints(act, include_extras=True)


def read(act: type, **typed: Any) -> dict[str, Any]:
    told = values.members(typed, kinds(act), flag)
    values.check(told, kinds(act), flag)
    return told


def flag(name: str) -> str:
    return f"--{name}"


@pytest.mark.parametrize(
    ("act", "typed", "told"),
    [
        (PayMoney, {"amount": "5", "to": None}, {"amount": "5"}),
        (
            Pay,
            {"parts": [f"voucher={VOUCHER},amount=5", f"voucher={VOUCHER}, amount=6"]},
            {"parts": [{"voucher": VOUCHER, "amount": "5"}, {"voucher": VOUCHER, "amount": "6"}]},
        ),
        (
            Pay,
            {"parts": [f'[{{"voucher":"{VOUCHER}","amount":5}}]']},
            {"parts": [{"voucher": VOUCHER, "amount": 5}]},
        ),
        (
            Pay,
            {"parts": [f'{{"voucher":"{VOUCHER}","amount":5}}', f"voucher={VOUCHER},amount=6"]},
            {"parts": [{"voucher": VOUCHER, "amount": 5}, {"voucher": VOUCHER, "amount": "6"}]},
        ),
        (Apply, {"facts": ",".join(f"{name}={value}" for name, value in FACTS.items())}, {"facts": FACTS}),
        (
            Register,
            {"entries": ["merchant=bb," + ",".join(f"facts.{name}={value}" for name, value in FACTS.items())]},
            {"entries": [{"merchant": "bb", "facts": FACTS}]},
        ),
        (
            Mandate,
            {"scope": "acts=vouchers.pay,acts=vouchers.claim,until=9"},
            {"scope": {"acts": ["vouchers.pay", "vouchers.claim"], "until": "9"}},
        ),
        (Mandate, {"scope": "acts=vouchers.pay,until=9"}, {"scope": {"acts": ["vouchers.pay"], "until": "9"}}),
        (Freeze, {"vouchers": [VOUCHER], "programme": None}, {"vouchers": [VOUCHER]}),
        (Freeze, {"vouchers": []}, {}),
    ],
)
def test_what_is_typed_is_read(act: type, typed: dict[str, Any], told: dict[str, Any]) -> None:
    assert read(act, **typed) == told


@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        (PayMoney, {"amount": "0"}, "--amount can't be '0'. It takes a whole number, 1 to 9,007,199,254,740,991: an"),
        (PayMoney, {"amount": "9" * 20}, "--amount can't be '99999999999999999999'. It takes a whole number"),
        (PayMoney, {"amount": "5 won"}, "--amount can't be '5 won'"),
        (PayMoney, {"amount": "600,000"}, "at least one won. Write it in digits only: 600000."),
        (PayMoney, {"amount": "600,000원"}, "Write it in digits only: 600000."),
        (PayMoney, {"amount": "9" * 9000}, "--amount can't be '" + "9" * 60 + "…'"),
        (PayMoney, {"to": "b/"}, "--to can't be 'b/'. It takes text of the form [A-Za-z0-9_-]{2,43}: an institution's"),
        (Freeze, {"vouchers": [VOUCHER, "x"]}, "--vouchers, number 2 can't be 'x'"),
        (Freeze, {"vouchers": [VOUCHER] * 1001}, "It takes 1 to 1,000 values"),
        (Pay, {"parts": ["x"]}, "--parts can't be 'x'. Write voucher=…,amount=…"),
        (Pay, {"parts": [""]}, "--parts can't be ''. Write voucher=…,amount=…"),
        (Pay, {"parts": ["[1"]}, "--parts takes JSON text, and this is none"),
        (Pay, {"parts": ["[1]"]}, "--parts, number 1 can't be '1'. It takes voucher=…,amount=…"),
        (Pay, {"parts": [f"voucher={VOUCHER},amount=0"]}, "--parts, number 1, amount can't be '0'. It takes a whole"),
        (Pay, {"parts": [f"voucher={VOUCHER},amount=6,000"]}, "A comma ends a value: write amounts in digits only."),
        (Pay, {"parts": [f"voucher={VOUCHER}"]}, "--parts, number 1 lacks amount. Its fields: voucher, amount, line."),
        (Pay, {"parts": [f"voucher={VOUCHER},amount=1,z=1"]}, "--parts, number 1 has no field z. Its fields: voucher,"),
        (Pay, {"parts": ["amount=1,amount=2"]}, "--parts has amount twice"),
        (Register, {"entries": ["facts=1,facts.region=2"]}, "--entries has facts twice"),
        (Apply, {"facts": "region=1"}, "--facts, region can't be '1'. It takes text of the form [0-9]{10}: a legal-"),
        (
            Apply,
            {"facts": ",".join(f"{name}={value}" for name, value in (FACTS | {"sales_class": "big"}).items())},
            "--facts, sales_class can't be 'big'. It takes one of up_to_300m, up_to_500m, up_to_1b, up_to_3b, over_3b.",
        ),
        (
            Mandate,
            {"scope": "acts=vouchers.lend,until=9"},
            "--scope, acts, number 1 can't be 'vouchers.lend'. It takes one",
        ),
        (Mandate, {"scope": "acts"}, "--scope can't be 'acts'. Write acts=… (repeat it),programme=…"),
        (Mandate, {"scope": "acts.x=1,acts=vouchers.pay,until=9"}, "--scope has acts twice"),
        (RegisterPeople, {"keys": ['{"public_key":"x"}']}, "--keys, number 1, public_key can't be 'x'"),
        (Grant, {"rows": ["reference=r1,amount=5,region=26,holder=x"]}, "--rows, number 1, holder can't be 'x'"),
    ],
)
def test_what_does_not_fit_is_said_in_the_terms_of_the_option(act: type, typed: dict[str, Any], said: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        read(act, **typed)
    assert said in caught.value.message
    for word in ("`$", "Expected", "regex", "Object"):
        assert word not in caught.value.message


@pytest.mark.parametrize("amount", ["0", "1.5", "x", "9" * 20])
def test_what_is_no_amount_gets_no_hint(amount: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        read(PayMoney, amount=amount)
    assert "digits only" not in caught.value.message


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (bool, "true or false"),
        (int, "It takes a whole number."),
        (str, "It takes text."),
        (Annotated[int, Meta(ge=3)], "a whole number, at least 3."),
        (Annotated[int, Meta(le=3)], "a whole number, at most 3."),
    ],
)
def test_every_bound_is_said(kind: Any, said: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        values.check({"x": [4.5]}, {"x": kind}, flag)
    assert said in caught.value.message


def test_help_names_every_field_of_a_structure_where_it_can_be_wrapped() -> None:
    option = fields.parameter("scope", "scope", kinds(Mandate)["scope"], required=True)
    said = option.annotation.__metadata__[0].help
    assert said == "acts=… (repeat it), programme=…, per_use=…, total=…, since=…, until=…; or JSON. Required."
