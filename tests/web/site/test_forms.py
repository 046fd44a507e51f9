"""What people type into forms, as tables of cases."""

from typing import Annotated, Literal

import pytest
from msgspec import Meta

from madang.kernel.fields import MAX_WON
from madang.web.site.forms import literals, read_amount

Sort = Literal["", "open", "closed"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", 1),
        (" 1 ", 1),
        ("12,000", 12_000),
        ("12000원", 12_000),
        ("12,000 원", 12_000),
        ("₩12,000", 12_000),
        ("₩ 9,007,199,254,740,991", MAX_WON),
        (str(MAX_WON + 1), None),
        ("0", None),
        ("-5", None),
        ("12.5", None),
        ("1e3", None),
        ("", None),
        ("one", None),
        ("١٢", None),
        ("1" * 17, None),
        ("9" * 4_000, None),
    ],
)
def test_an_amount_is_whole_won_in_digits(text, amount):
    assert read_amount(text) == amount


def test_a_lower_bound_holds_too():
    assert read_amount("500", 500) == 500
    assert read_amount("501", 500) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (str, []),
        (Sort, ["open", "closed"]),
        (Sort | None, ["open", "closed"]),
        (list[Sort], ["open", "closed"]),
        (Annotated[list[Annotated[Sort, Meta()]], Meta(max_length=3)] | None, ["open", "closed"]),
        (Annotated[str, Meta(pattern="open")], []),
        (Literal[1, "one"], ["one"]),
    ],
)
def test_the_texts_of_a_type_are_found_and_no_others(wanted, found):
    assert literals(wanted) == found
