"""The office's list at a prompt, beside a running node."""

import csv
import io
import sys
from pathlib import Path

import pytest

from madang.engine import node as nodes
from tests.cli.running import Run
from tests.engine.toy import LocalVerifier
from tests.records.scene import Yard
from tests.services.appeals.scene import lodge
from tests.support.cast import ALICE, BORA, CHUL


@pytest.fixture
def yard(tmp_path, monkeypatch):
    monkeypatch.setattr(nodes, "Verifier", LocalVerifier)
    with Yard(tmp_path / "node") as made:
        for person in (ALICE, BORA, CHUL):
            made.accept(lodge(by=person.party), by=person)
        yield made


def test_the_list_is_updated_beside_the_node_filtered_and_paged(run: Run, yard: Yard, tmp_path: Path):
    records = f"sqlite:///{tmp_path}/records.db"
    assert run("appeals", "update", yard.folder, "--database", records).out == (
        f"The list of appeals stands at block {yard.height}.\n"
    )
    yard.accept(lodge(matter="region", ground="move"), by=ALICE)
    assert run("appeals", "update", yard.folder, "--database", records, "--json").json == {"height": yard.height}
    asked = ("appeals", "list", "--office", "desk", "--database", records)
    page = run(*asked, "--limit", "3", "--json").json
    assert (len(page["rows"]), page["total"]) == (3, 4)
    place = f"{page['next']['deadline']},{page['next']['number']}"
    assert run(*asked, "--limit", "3").out.splitlines()[-2:] == ["3 of 4", f"More: --after {place}"]
    rest = run(*asked, "--limit", "3", "--after", place, "--json").json
    assert (len(rest["rows"]), rest["next"]) == (1, None)
    found = run(*asked, "--matter", "region", "--ground", "move", "--status", "open", "--json").json
    assert [one["appellant"] for one in found["rows"]] == [ALICE.party]
    assert run(*asked, "--overdue", "--json").json["total"] == 4  # the scene lies in the past
    assert run("appeals", "list", "--office", "ministry", "--database", records, "--json").json["total"] == 0
    again = run("appeals", "update", yard.folder, "--database", records, "--rebuild", "--json")
    assert again.json == {"height": yard.height}
    assert run(*asked, "--json").json["total"] == 4


def test_the_list_as_csv_is_written_once(run: Run, yard: Yard, tmp_path: Path):
    records, target = f"sqlite:///{tmp_path}/records.db", tmp_path / "list.csv"
    assert run("appeals", "update", yard.folder, "--database", records).status == 0
    asked = ("appeals", "csv", target, "--office", "desk", "--database", records)
    assert run(*asked).status == 0
    lines = list(csv.DictReader(io.StringIO(target.read_text())))
    assert {one["appellant"].removeprefix("'") for one in lines} == {ALICE.party, BORA.party, CHUL.party}
    assert "output.exists" in run(*asked).err
    assert run(*asked, "--force").status == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", "--office", "x"), "appeals.filter"),
        (("list", "--office", "desk", "--status", "lost"), "appeals.filter"),
        (("list", "--office", "desk", "--search", "abc"), "appeals.filter"),
        (("list", "--office", "desk", "--after", "1"), "appeals.filter"),
        (("list", "--office", "desk", "--database", "records.db"), "records.address"),
        (("update", ".",), "store.open"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(run: Run, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    said = run("appeals", *arguments)
    assert said.status == 1
    assert f"[{code}]" in said.err


def test_without_the_extra_it_says_what_to_install(run: Run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "madang.records.database", None)
    said = run("appeals", "list", "--office", "desk")
    assert (said.status, "[records.absent]" in said.err) == (1, True)
