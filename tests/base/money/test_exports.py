"""That an export was made is recorded: by its digest, by those who may look, and nobody concerned can tell."""

import pytest

from madang.base.money import queries
from madang.base.money.transactions import RecordExport
from tests.support.cast import ALICE, officer, standard_world
from tests.support.world import START

DIGEST = "d" * 64


def record(by="bank-a", since=0, until=0, digest=DIGEST):
    return RecordExport(by=by, digest=digest, since=since, until=until)


CASES = [
    ([], "money.not_reviewer", record("operator", 9, 3), officer("operator")),
    ([], "money.not_reviewer", record(ALICE.party), ALICE),
    ([record()], "money.export_range", record(since=1, until=0), officer("bank-a")),
    ([], "money.export_range", record(until=1), officer("bank-a")),
    ([record()], "money.export_recorded", record(until=1), officer("bank-a")),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for step in before:
        world.accept(step, by=officer(step.by))
    world.refuse(code, act, by=by)


def test_a_bank_and_an_auditor_record_theirs_and_see_them():
    world = standard_world()
    world.accept(record(), by=officer("bank-a"))
    world.accept(record("audit-board", until=1), by=officer("audit-board"))
    state = world.state()
    bank, auditor = officer("bank-a").party, officer("audit-board").party
    ((digest, found),) = queries.show_exports(state, bank, "bank-a")
    assert (digest, found.since, found.until, found.time) == (DIGEST, 0, 0, START)
    assert len(queries.show_exports(state, auditor, "bank-a")) == 1
    assert len(queries.show_exports(state, auditor, "audit-board")) == 1
    assert [queries.show_exports(state, one, "bank-a") for one in (ALICE.party, officer("bank-b").party)] == [[], []]
    world.check()


def test_what_is_written_is_the_same_whomever_it_concerns():
    world = standard_world()
    before = dict(world.store.dump())
    world.accept(record(), by=officer("bank-a"))
    changed = {key.split(b"\0")[0] for key, value in world.store.dump().items() if before.get(key) != value}
    assert changed == {b"money.export", b"kernel.mark"}
