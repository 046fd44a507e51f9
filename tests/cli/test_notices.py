"""Notices at a prompt: found beside a running node, sent once, listed for their person."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from madang.engine import node as nodes
from madang.services.appeals import queries
from tests.cli.running import Run
from tests.engine.toy import LocalVerifier
from tests.records.scene import Yard
from tests.services.appeals.scene import DESK, SECOND, decide, lodge, take
from tests.support.cast import ALICE

BY = ("--officer", "desk-1", "--why", "person_asked")


@pytest.fixture
def yard(tmp_path, monkeypatch):
    """A node; commands run beside it."""
    monkeypatch.setattr(nodes, "Verifier", LocalVerifier)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MADANG_DATABASE", raising=False)
    with Yard(tmp_path / "node") as made:
        yield made


def decided(yard: Yard) -> None:
    """An appeal of Alice that is decided now: what is days old is not sent any more."""
    yard.accept(lodge(), by=ALICE)
    (number,) = [one.number for one in queries.due(yard.node.state(), "desk", "desk", 2**40)]
    yard.accept(take(number), by=DESK)
    yard.now = int(time.time())
    yard.accept(decide(number), by=SECOND)


def test_what_happened_is_sent_once_and_listed(run: Run, yard: Yard, tmp_path: Path):
    decided(yard)
    assert run("vault", "key").status == 0
    assert run("vault", "enrol", f"--party={ALICE.party}", *BY).status == 0
    (tmp_path / "contact.json").write_text(json.dumps({"language": "en", "channels": ["text"], "phone": "02-120"}))
    put = ("--purpose", "contact", *BY, "--", ALICE.party, "contact.json")
    assert run("vault", "put", *put).status == 0
    first = run("notices", "run", yard.folder, "--once", "--json").json
    assert (first["sent"], first["dead"], first["height"]) == (2, 0, yard.height)
    again = run("notices", "run", yard.folder, "--once", "--json").json
    assert (again["planned"], again["sent"]) == (0, 0)
    (message,) = (tmp_path / "spool" / "text").glob("*.json")
    assert msgspec.json.decode(message.read_bytes())["text"] == "Your appeal was decided. See 'My notices' in the app."
    listed = run("notices", "list", "--language", "en", "--json", "--", ALICE.party).json
    assert [(one["kind"], "dismissed" in one["text"]) for one in listed] == [("appeal_decided", True)]
    assert run("notices", "list", "nobody").out == "No notices.\n"
    assert run("notices", "list", "--dead", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list",), "notices.whose"),
        (("list", "alice", "--dead"), "notices.whose"),
        (("list", "alice", "--language", "fr"), "notices.language"),
        (("run", "absent", "--once"), "store.open"),
    ],
)
def test_what_is_wrong_is_named(run: Run, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    said = run("notices", *arguments)
    assert (said.status, f"[{code}]" in said.err) == (1, True), said.err
