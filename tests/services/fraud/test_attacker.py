"""What a stranger, a shop's customer or another shop can find out about a case or a debt: that there are leaves.

The attacker knows the software, every name, the numbers of the case, the flag and the debt, and every digest; it asks
every query as anybody may, and as each party that the case does not concern. The control asks as the sponsor.
"""

import hashlib
import inspect
import itertools
from functools import cache
from typing import Any

import msgspec
import pytest

from madang.app import MODULES
from madang.base.debts import MODULE as DEBTS
from madang.base.debts import queries as debts
from madang.engine.entries import digest
from madang.kernel.machine import MARKS
from madang.services.fraud import MODULE as FRAUD
from madang.services.fraud import queries
from tests.services.fraud.scene import (
    AFTER_HEARING,
    DECIDER,
    NOTICE,
    OPENER,
    REASONS,
    STATEMENT,
    case_ids,
    deciding,
    evidence,
    flag_ids,
    fraud_world,
    opening,
    recovery,
    reporting,
    stating,
    vouchers,
)
from tests.services.vouchers.scene import COUPON
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, INSTITUTIONS
from tests.support.world import World, present

AMOUNT = 54_321


@cache
def decided() -> tuple[World, dict[str, str]]:
    """A case against the bakery that Chul's report led to, decided; and what must stay hidden of it."""
    world = fraud_world()
    world.accept(reporting(7, by=CHUL.party), by=CHUL)
    (flag,) = flag_ids(world)
    world.accept(opening(flag), by=OPENER)
    (case,) = case_ids(world)
    world.accept(stating(case), by=BAKERY)
    world.advance(AFTER_HEARING)
    world.accept(deciding(case, recovery=recovery(world, AMOUNT)), by=DECIDER)
    debt = present(queries.own_case(world.state(), "bakery", COUPON, case)).debt
    hidden = {"flag": flag, "case": case, "debt": debt, "amount": str(AMOUNT), "evidence": evidence(7)}
    return world, hidden | {"notice": NOTICE, "statement": STATEMENT, "reasons": REASONS}


def told(reader: str | None) -> str:
    """All answers of every query to somebody who guesses every name and number right."""
    world, hidden = decided()
    people = [ALICE.party, BORA.party, CHUL.party]
    guesses: dict[str, list[Any]] = {
        "name": [*INSTITUTIONS, "bakery", "grocer", COUPON, *people],
        "institution": list(INSTITUTIONS),
        "programme": [COUPON],
        "number": [hidden["flag"], hidden["case"], hidden["debt"], vouchers()[0]],
        "reader": [reader],
    }
    answers = []
    for query in [query for module in (DEBTS, FRAUD) for query in module.queries]:
        parameters = list(inspect.signature(query).parameters.values())[1:]
        if ("reader" in [one.name for one in parameters]) != (reader is not None):
            continue
        needed = [one.name for one in parameters if one.default is inspect.Parameter.empty]
        for values in itertools.product(*(guesses[name] for name in needed)):
            answers.append(query(world.state(), **dict(zip(needed, values, strict=True))))
    assert answers
    return msgspec.json.encode(answers).decode()


@pytest.mark.parametrize("reader", [None, ALICE.party, BORA.party, "grocer", "operator", "welfare", "bank-a", "desk"])
def test_whom_a_case_does_not_concern_learns_nothing_of_it(reader):
    answers = told(reader)
    _, hidden = decided()
    assert [name for name, secret in hidden.items() if secret in answers] == []
    assert "bakery" not in answers


def test_whoever_reported_sees_the_own_report_and_nothing_that_came_of_it():
    answers = told(CHUL.party)
    _, hidden = decided()
    assert [name for name, secret in hidden.items() if secret in answers] == ["evidence"]


def test_the_search_would_find_it_all():
    """The control: the sponsor and an auditor see every part, the party itself all but flag and evidence."""
    _, hidden = decided()
    for reader in ("ministry", "audit-board"):
        answers = told(reader)
        assert [name for name, secret in hidden.items() if secret not in answers] == []
    answers = told("bakery")
    assert [name for name, secret in hidden.items() if secret not in answers] == ["flag", "evidence"]


def test_tables_that_anybody_may_read_hold_no_case_and_no_debt():
    world, hidden = decided()
    public = [table for module in MODULES for table in module.tables if table.public]
    assert {"debts.terms", "fraud.deadlines"} <= {table.name for table in public}
    ranges = [table.range() for table in public]
    data = b"".join(key + value for start, stop in ranges for key, value in world.store.scan(start, stop))
    assert [name for name, secret in hidden.items() if secret.encode() in data] == []


def test_a_leaf_can_t_be_opened_by_guessing_who_and_how_much():
    """The leaf of the decision holds a digest; the 128 random bits of the officer's transaction are in what it digests.

    The attacker is told all that was written but for the replay mark. With the mark the same guess succeeds.
    """
    world, _ = decided()
    (decision,) = [one for one in world.entries if any(key.startswith(b"debts.debt") for key, _ in one.writes)]
    leaf = hashlib.sha256(msgspec.msgpack.encode(decision.writes)).digest()
    assert digest(msgspec.msgpack.encode(decision.writes)) == leaf
    known = [(key, value) for key, value in decision.writes if not key.startswith(MARKS.prefix)]
    (mark_key,) = [key for key, _ in decision.writes if key.startswith(MARKS.prefix)]
    mark = MARKS.decode(dict(decision.writes)[mark_key])
    for guess, opens in ((bytes(32), False), (mark.payload_hash, True)):
        made = MARKS.encode(msgspec.structs.replace(mark, payload_hash=guess))
        writes = sorted([*known, (mark_key, made)])
        assert (hashlib.sha256(msgspec.msgpack.encode(writes)).digest() == leaf) == opens


def test_a_debt_among_others_is_not_told_by_totals_to_anybody_else():
    world, _ = decided()
    for reader in (ALICE.party, "operator", "welfare", "bakery"):
        assert debts.totals(world.state(), reader, "ministry").imposed == 0
    assert debts.totals(world.state(), "ministry", "ministry").imposed == 2 * AMOUNT
