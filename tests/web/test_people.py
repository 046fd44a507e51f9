"""Lists and notices follow the node, whatever happens to them on the way."""

import asyncio

import pytest
from litestar import Litestar
from litestar.datastructures import State

from madang.app import MODULES
from madang.kernel.errors import MadangError
from madang.records import reading
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web import people
from madang.web.api.journal import FILE, Journal
from madang.web.nodes import open_node
from tests.web.serving import make_node


@pytest.mark.parametrize(
    ("failure", "told"),
    [(MadangError("records.database", "gone"), "records.database"), (ValueError("of nobody's making"), "ValueError")],
    ids=["the database", "a defect"],
)
def test_what_fails_is_told_without_its_text_and_tried_again(tmp_path, monkeypatch, failure, told):
    folder = tmp_path / "node"
    make_node(folder)
    real, calls = reading.bring_up_to_date, []

    def bring(database, view):
        calls.append(1)
        if len(calls) == 1:
            raise failure
        return real(database, view)

    monkeypatch.setattr(reading, "bring_up_to_date", bring)
    monkeypatch.setattr(people, "AGAIN", 0.01)

    async def play(node, journal):
        (following,) = people.additions(f"sqlite:///{tmp_path / 'records.sqlite'}").lifespans
        async with following(Litestar(state=State({"node": node, "journal": journal}))), asyncio.timeout(20):
            while len(calls) < 2:
                await asyncio.sleep(0.01)

    with open_node(folder, MODULES) as node:
        journal = Journal(folder)
        asyncio.run(play(node, journal))
        journal.close()
    written = (folder / FILE).read_text()
    assert told in written
    assert "nobody's making" not in written


def test_what_the_vault_kept_for_its_time_goes_by_itself(tmp_path):
    folder, address = tmp_path / "node", f"sqlite:///{tmp_path / 'records.sqlite'}"
    make_node(folder)
    master = FileMasterKey.create(tmp_path / "vault.key")
    database = open_database(address)
    long_ago = Vault(database, master, lambda: 1_000_000_000.0)
    person = long_ago.enrol(Access("desk-1", "appeal"), "somebody")
    long_ago.put(person, "evidence", b"a paper", Access("desk-1", "appeal"))

    async def play(node, journal):
        setting = people.VaultSetting(master, ("desk",))
        (following,) = people.additions(address, vault=setting).lifespans
        async with following(Litestar(state=State({"node": node, "journal": journal}))), asyncio.timeout(20):
            while long_ago.items(person):
                await asyncio.sleep(0.01)

    with open_node(folder, MODULES) as node:
        journal = Journal(folder)
        asyncio.run(play(node, journal))
        journal.close()
    assert [(one.officer, one.why, one.what) for one in long_ago.accesses(person)][-1] == ("desk", "retention", "lapse")
    database.close()
