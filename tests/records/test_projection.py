"""Projections: resumed, made again, killed or raced, they come to the same tables."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from madang.kernel.errors import MadangError
from madang.records.appealmodel import Appeals
from madang.records.following import Following
from madang.records.projection import Standing, project, rebuild, standings
from madang.records.schema import APPEALS, PROJECTIONS, metadata
from madang.services.appeals import queries
from tests.records.scene import Yard
from tests.services.appeals.scene import DESK, SECOND, decide, lodge, take, withdraw
from tests.support.cast import ALICE, BORA, CHUL

ROOT = Path(__file__).parents[2]


def live(yard: Yard, people=(ALICE, BORA, CHUL)) -> None:
    """Some appeals; those of the first two are decided and withdrawn."""
    for person in people:
        yard.accept(lodge(by=person.party), by=person)
    first, second, _ = (one for one in due(yard))
    yard.accept(take(first.number), by=DESK)
    yard.now += 5
    yard.accept(decide(first.number), by=SECOND)
    by = {one.party: one for one in people}[second.appellant]
    yard.accept(withdraw(second.number, by=by.party), by=by)


def due(yard: Yard):
    return queries.due(yard.node.state(), "desk", "desk", 2**40)


def tables(database) -> dict[str, list]:
    """Everything that projections made."""
    with database.reading() as connection:
        return {one.name: sorted(map(tuple, connection.execute(select(one)).all())) for one in metadata.sorted_tables}


def test_a_projection_takes_in_all_and_stands_at_the_last_block(yard, database):
    live(yard)
    view = yard.node.ledger.store.view()
    assert project(database, view, Appeals()) == Standing("appeals", yard.height)
    assert standings(database) == [Standing("appeals", yard.height)]
    with database.reading() as connection:
        found = {one.number: one for one in connection.execute(select(APPEALS))}
    assert sorted(one.status for one in found.values()) == ["decided", "lodged", "withdrawn"]
    for number, one in found.items():
        shown = queries.appeal(yard.node.state(), "desk", number)
        for name in ("programme", "appellant", "matter", "ground", "status", "outcome", "deadline", "closed_at"):
            assert getattr(one, name) == getattr(shown, name)


def test_resumed_after_every_block_it_is_as_if_made_at_once_and_as_if_made_again(yard, database):
    step_by_step = []
    for person in (ALICE, BORA, CHUL):
        yard.accept(lodge(by=person.party), by=person)
        step_by_step.append(project(database, yard.node.ledger.store.view(), Appeals()).height)
    number = due(yard)[0].number
    yard.accept(take(number), by=DESK)
    yard.accept(decide(number), by=SECOND)
    project(database, yard.node.ledger.store.view(), Appeals())
    assert step_by_step == sorted(step_by_step)
    resumed = tables(database)
    rebuild(database, yard.node.ledger.store.view(), Appeals())
    assert tables(database) == resumed


def test_nothing_new_changes_nothing(yard, database):
    live(yard)
    view = yard.node.ledger.store.view()
    project(database, view, Appeals())
    before = tables(database)
    project(database, view, Appeals())
    assert tables(database) == before


def test_a_new_version_of_a_projection_is_made_again(yard, database):
    live(yard)
    view = yard.node.ledger.store.view()
    project(database, view, Appeals())
    made = tables(database)["appeal"]
    with database.writing() as connection:
        connection.execute(update(APPEALS).values(status="forged"))

    class Newer(Appeals):
        version = 2

    project(database, view, Newer())
    assert tables(database)["appeal"] == made


def test_records_of_another_ledger_or_another_log_are_not_mixed_in(yard, database):
    live(yard)
    view = yard.node.ledger.store.view()
    project(database, view, Appeals())
    before = tables(database)["appeal"]
    for change, code in (({"chain": "another"}, "records.other_ledger"), ({"root": bytes(32)}, "records.other_log")):
        with database.writing() as connection:
            connection.execute(update(PROJECTIONS).values(**change))
        with pytest.raises(MadangError) as error:
            project(database, view, Appeals())
        assert error.value.code == code
        assert tables(database)["appeal"] == before
        rebuild(database, view, Appeals())
        assert tables(database)["appeal"] == before


def test_two_that_run_together_do_not_mix(yard, sqlite):
    """The second comes between the first one's reading and writing: the first one's transaction is undone."""
    live(yard)
    first, second = sqlite(), sqlite()
    view = yard.node.ledger.store.view()

    class Overtaken(Appeals):
        def apply(self, connection, view, blocks):
            super().apply(connection, view, blocks)
            connection.execute(update(PROJECTIONS).values(height=99))

    with pytest.raises(MadangError) as error:
        project(first, view, Overtaken())
    assert error.value.code == "records.raced"
    assert tables(second)["appeal"] == []
    assert project(second, view, Appeals()).height == yard.height


def test_a_failing_projection_leaves_its_last_whole_state(yard, database):
    live(yard)

    class Fails(Appeals):
        def apply(self, connection, view, blocks):
            super().apply(connection, view, blocks)
            connection.execute(insert(APPEALS).values(number="half"))

    with pytest.raises(MadangError, match=r"records.database"):
        project(database, yard.node.ledger.store.view(), Fails())
    assert tables(database)["appeal"] == []
    assert project(database, yard.node.ledger.store.view(), Appeals()).height == yard.height


PROGRAM = """
import sys
from pathlib import Path
from madang.records import projection
from madang.records.appealmodel import Appeals
from madang.records.database import open_database
from madang.records.following import Following
projection.TOGETHER = 1
database = open_database(sys.argv[2])
print("ready", flush=True)
while True:
    view = Following(Path(sys.argv[1]))
    projection.project(database, view, Appeals())
    view.close()
    if len(sys.argv) > 3:
        break
"""


def test_killed_again_and_again_it_comes_to_the_same_tables(yard, address, tmp_path):
    """kill -9 while it follows a running node, on both databases."""
    command = [sys.executable, "-c", PROGRAM, str(yard.folder), address]
    for number in range(4):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        matter = ("amount", "region", "freeze", "recovery")[number]
        for person in (ALICE, BORA, CHUL):
            yard.accept(lodge(by=person.party, matter=matter), by=person)
        time.sleep(0.05 * number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    subprocess.run([*command, "once"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    from madang.records.database import open_database

    killed = open_database(address)
    found = tables(killed)
    assert len(found["appeal"]) == 12
    following = Following(yard.folder)
    rebuild(killed, following, Appeals())
    following.close()
    assert tables(killed) == found
    killed.close()
