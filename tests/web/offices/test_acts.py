"""Acts in words: what has words gets them, and what is a name stays as it is."""

from types import SimpleNamespace
from typing import Any

import pytest
from litestar import Request
from litestar.datastructures import State as AppState

from madang.base.debts.transactions import Waive
from madang.base.money.transactions import OpenAccounts
from madang.base.parties.transactions import AppointInstitution
from madang.web.console import AREA
from madang.web.offices.acts import MOST_SHOWN, tell
from madang.web.site.look import Look
from madang.web.site.names import Name
from madang.web.site.routes import COMMON, HERE, VENDOR
from madang.web.site.sessions import Sessions
from madang.web.site.statics import Statics
from madang.web.site.visit import Req, Site, Visit
from madang.web.site.words import Words


@pytest.fixture(scope="module")
def visit():
    """Somebody at the console, in English, where one bank has a name; nothing of it asks the ledger."""
    words = Words({"site": HERE / "words.yaml", "console": AREA.folder / "words.yaml"})
    look = Look((COMMON, AREA), words, Statics({"vendor": VENDOR}))
    named = {"bank-a": Name(ko="가나은행", en="First Bank")}
    served = SimpleNamespace(state=AppState({"names": named}))
    scope: Any = {"type": "http", "headers": [(b"accept-language", b"en")], "litestar_app": served}
    request: Req = Request(scope)
    return Visit(Site((AREA,), look, Sessions()), AREA, request)


def test_a_name_that_is_a_word_of_ours_by_chance_is_not_relabelled(visit):
    assert visit.say("console.values.settlement") == "Settlement"
    appoint = AppointInstitution(by="operator", party="settlement", roles=["sponsor"], threshold=1, officers=[])
    rows = dict(tell(visit, appoint).rows)
    assert "settlement" in rows.values()
    assert "Settlement" not in rows.values()
    accounts = OpenAccounts(by="bank-a", owners=["open", "error"])
    assert dict(tell(visit, accounts).rows).popitem()[1] == "open, error"


def test_a_choice_of_a_few_is_said_in_words(visit):
    told = tell(visit, Waive(by="ministry", debt="d" * 43, amount=1_000, reason="hardship"))
    assert "Hardship" in dict(told.rows).values()


def test_of_a_long_list_it_is_said_how_many_more_there_are(visit):
    accounts = OpenAccounts(by="bank-a", owners=[f"shop-{number}" for number in range(MOST_SHOWN + 3)])
    assert tell(visit, accounts).rows[0][1].endswith(f"shop-{MOST_SHOWN - 1} and 3 more")


def test_institutions_are_called_by_name_with_the_short_one_behind_it(visit):
    told = tell(visit, OpenAccounts(by="bank-a", owners=["bank-a", "bank-b"]))
    assert (told.by, told.rows[0][1]) == ("First Bank (bank-a)", "First Bank (bank-a), bank-b")
