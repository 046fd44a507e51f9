"""Whoever is at a counter is told in words why something was refused, whatever refused it."""

from pathlib import Path

import pytest

from madang.app import MODULES
from madang.web.shop import AREA
from madang.web.site.words import Words

AUTHORITY = ("authority.key_revoked", "authority.key_too_new", "authority.suspended", "authority.unknown_party")
MET = {
    "cards": {"code"},
    "programmes": {"unknown", "paused", "clause", "out_of_range", "unsound", "budget", "record_unknown"},
    "money": {"balance", "no_account", "held", "bank_paused", "currency_paused", "no_reserve", "reserve_floor"},
    "parties": {
        "not_own_key",
        "not_merchant",
        "too_many_tills",
        "key_taken",
        "not_yours",
        "unknown_party",
        "not_active",
    }
    | {"not_suspended"},
    "merchants": {"waiting", "listed", "unknown_region", "not_merchant", "agent_twice", "not_agent", "too_many_agents"}
    | {"no_agency"},
    "vouchers": {"not_shop", "merchant", "unknown_order", "order_line", "lines", "not_collected", "no_lines"}
    | {"unknown_payment", "refund_too_much", "too_many_promises", "nothing_promised", "not_repayer"}
    | {"capture_too_much", "nothing_held"},
}
"""What a shop's acts can be refused by, module by module."""


@pytest.fixture(scope="module")
def words():
    return Words({"shop": Path(AREA.folder) / "words.yaml"})


@pytest.mark.parametrize("module", sorted(MET))
def test_every_refusal_that_a_shop_can_meet_exists_and_has_words_in_both_languages(words, module):
    known = next(one for one in MODULES if one.name == module).refusals
    for code in sorted(MET[module]):
        assert code in known, code
        key = f"shop.refusals.{module}.{code}"
        assert words.say("ko", key) != words.say("en", key)


@pytest.mark.parametrize("code", AUTHORITY)
def test_who_may_not_sign_is_told_so(words, code):
    assert words.say("ko", f"shop.refusals.{code}")


def test_no_words_of_refusal_ask_for_a_value(words):
    """They are said without any: amounts in them would be the customer's."""
    names = words.keys()
    for key in names:
        if key.startswith("shop.refusals."):
            assert "{" not in words.say("ko", key) + words.say("en", key)
