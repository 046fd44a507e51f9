"""`madang node` where no network is needed: what is refused before anything is written, what a stopped node tells."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from madang.app import MODULES
from madang.engine.genesis import read_genesis, write_genesis
from tests.cli.running import Run
from tests.cli.served import served
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.web.serving import make_node


@pytest.fixture
def base(tmp_path: Path) -> Path:
    file = tmp_path / "base.json"
    file.write_bytes(write_genesis("test-chain", int(time.time()) - 60, SITE, [ORIGIN], cast.genesis()))
    return file


def prepared(run: Run, folder: Path, name: str, port: int = 26601) -> Path:
    done = run("node", "init", folder, "--name", name, "--peer-address", f"127.0.0.1:{port}", "--rpc-port", port + 100)
    assert done.status == 0, done
    return folder / "card.json"


def test_the_cards_enter_the_genesis_document_as_acts_that_admit(run: Run, base: Path, tmp_path: Path) -> None:
    cards = [prepared(run, tmp_path / name, name, port) for name, port in (("bank-b", 26602), ("bank-a", 26601))]
    named = [one for card in cards for one in ("--cards", card)]
    done = run("node", "genesis", base, *named, "--power", 20, "--output", tmp_path / "genesis.json", "--json")
    assert (done.status, done.json["validators"]) == (0, ["bank-a", "bank-b"])
    acts: list[Any] = read_genesis((tmp_path / "genesis.json").read_bytes(), MODULES)[2]
    assert [(one.by, one.institution, one.power) for one in acts[-2:]] == [
        ("operator", "bank-a", 20),
        ("operator", "bank-b", 20),
    ]
    assert [one.consensus_key for one in acts[-2:]] == [
        json.loads(card.read_bytes())["consensus_key"] for card in cards[::-1]
    ]
    assert "[output.exists]" in run("node", "genesis", base, *named, "--output", tmp_path / "genesis.json").err
    (tmp_path / "bad.json").write_text("{}")
    assert "[genesis.invalid]" in run("node", "genesis", tmp_path / "bad.json", *named, "--output", tmp_path / "x").err


def test_a_join_that_is_refused_leaves_the_folder_as_it_was(run: Run, base: Path, tmp_path: Path, needs) -> None:
    needs("cometbft")
    folder, other = tmp_path / "bank-a", tmp_path / "bank-b"
    cards = ["--cards", prepared(run, folder, "bank-a"), "--cards", prepared(run, other, "bank-b", 26602)]
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    genesis = tmp_path / "genesis.json"
    run("node", "genesis", base, *cards, "--output", genesis)
    common = ("node", "join", folder, "--origin", "ledger.example/a")
    cases = {
        "network.nobody": (*common, "--genesis", base, *cards),
        "network.missing": (*common, "--genesis", genesis, *cards[:2]),
        "network.founder": (*common, "--genesis", genesis, *cards, "--late"),
        "network.state_sync": (*common, "--genesis", genesis, *cards, "--trust", "1:abc"),
        "network.unprepared": ("node", "join", tmp_path / "none", *common[3:], "--genesis", genesis, *cards),
    }
    for code, command in cases.items():
        done = run(*command)
        assert (done.status, f"[{code}]" in done.err) == (1, True), (code, done)
        assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert run(*common, "--genesis", genesis, *cards).status == 0
    again = run(*common, "--genesis", genesis, *cards)
    assert (again.status, "[network.unprepared]" in again.err) == (1, True)
    never = run("node", "status", folder, "--json")
    assert (never.status, never.json["troubles"][0]["text"]) == (1, "It was never started.")


def test_a_prepared_folder_is_never_served_as_a_ledger_of_its_own(run: Run, tmp_path: Path) -> None:
    prepared(run, tmp_path / "bank-a", "bank-a")
    done = run("node", "start", tmp_path / "bank-a")
    assert (done.status, "[node.missing]" in done.err) == (1, True)


def test_the_status_of_a_node_that_stands_alone(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "node"
    make_node(folder)
    with served(folder) as node:
        assert "madang: Not for production money" in capfd.readouterr().err
        done = run("node", "status", folder)
        assert (done.status, done.out.splitlines()[0].split()) == (0, ["well", "yes"])
        public = run("node", "status", "--url", node.url, "--json")
        assert (public.status, public.json["ledger"]["height"]) == (0, 0)
        assert public.json["ledger"]["caution"]["code"] == "engine.one_machine"
        assert "caution     engine.one_machine: Not for production money" in done.out
        journal = [json.loads(line) for line in (folder / "node.log").read_text().splitlines()]
        assert [one["event"] for one in journal] == ["started", "caution"]
        assert run("node", "snapshot", folder, "--json").json == []
    done = run("node", "status", folder, "--json")
    assert (done.status, [one["code"] for one in done.json["troubles"]]) == (1, ["node.stopped"])
    assert done.json["troubles"][0]["text"].startswith("It was told to, at ")
    assert done.json["ledger"]["caution"]["code"] == "engine.one_machine"
    assert run("node", "status", "--url", node.url).status == 1
    for usage in ((), (folder, "--url", node.url)):
        assert "[cli.usage]" in run("node", "status", *usage).err
    assert "[node.missing]" in run("node", "status", tmp_path / "nowhere").err


def test_what_can_t_be_restored_is_refused_and_nothing_moves(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "node"
    make_node(folder)
    shutil.copytree(folder, tmp_path / "backup")
    done = run("node", "restore", folder, tmp_path / "backup")
    assert (done.status, "[restore.embedded]" in done.err) == (1, True)
    with served(folder):
        assert "[store.in_use]" in run("node", "restore", folder, tmp_path / "backup").err
