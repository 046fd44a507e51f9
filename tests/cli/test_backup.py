"""Backups at the prompt: of a node that is stopped and of one that is served, checked before they are trusted."""

import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.app import MODULES
from madang.cli import serving
from madang.client import Client
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError
from tests.cli.running import Run
from tests.cli.served import Served, served
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.web.signing import signed_payment


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    acts = [*cast.genesis(), *cast.residents(), *cast.funds()]
    genesis = write_genesis("test-chain", int(time.time()) - 60, SITE, [ORIGIN], acts)
    Node.create(folder, MODULES, genesis, "test.example/log")
    return folder


@pytest.fixture
def running(node: Path) -> Iterator[Served]:
    with served(node) as found:
        yield found


def test_a_stopped_node_is_copied_and_the_copy_is_checked(run: Run, node: Path, tmp_path: Path) -> None:
    done = run("backup", node, tmp_path / "copy", "--json")
    assert done.status == 0, done
    assert (done.json["checked"], done.json["holds"], done.json["height"]) == (True, True, 0)
    assert run("verify", tmp_path / "copy").status == 0
    with Node(tmp_path / "copy", MODULES) as restored:
        assert restored.ledger.durable.root.hex() == done.json["root"]
    again = run("backup", node, tmp_path / "copy")
    assert (again.status, "[backup.exists]" in again.err) == (1, True)
    unchecked = run("backup", node, tmp_path / "other", "--no-check")
    assert "Nobody has checked it yet: madang verify" in unchecked.out


def test_a_copy_that_does_not_hold_is_said_to_be_broken(run: Run, node: Path, tmp_path: Path) -> None:
    """A store that was changed behind the ledger's back is copied as it is, and found by the check."""
    store = RocksStore(node / "store")
    key, value = next(iter(store.scan(b"money.account\0", b"money.account\1")))
    store.write([(key, value.replace(b"bank-a", b"bank-b"))], [])
    store.close()
    done = run("backup", node, tmp_path / "copy")
    assert done.status == 1
    assert "DIVERGES" in done.out
    assert "[backup.broken]" in done.err


def test_a_key_that_can_t_be_read_is_found_before_it_is_needed(run: Run, node: Path, tmp_path: Path) -> None:
    key = (node / "checkpoint.key").read_bytes()
    for place, damaged in enumerate((b"", b"\xff" * 20, key[:-5])):
        (node / "checkpoint.key").write_bytes(damaged)
        done = run("backup", node, tmp_path / f"copy-{place}", "--no-check")
        assert (done.status, "[backup.key]" in done.err) == (1, True), done
    (node / "checkpoint.key").write_bytes(key)
    done = run("backup", node, tmp_path / "copy", "--no-check", "--json")
    assert done.json["log_key"].startswith("test.example/log+")


def test_a_served_node_copies_itself_while_it_takes_payments(run: Run, running: Served, tmp_path: Path) -> None:
    stop = threading.Event()
    paid: list[str] = []

    def pay() -> None:
        with Client(running.url) as client:
            while not stop.is_set():
                paid.append(client.submit(signed_payment()).outcome)

    payer = threading.Thread(target=pay)
    payer.start()
    try:
        while len(paid) < 5:
            time.sleep(0.02)
        done = run("backup", running.folder, tmp_path / "copy", "--json")
    finally:
        stop.set()
        payer.join()
    assert done.status == 0, done
    assert done.json["holds"]
    assert done.json["height"] >= 1
    assert set(paid) == {"accepted"}
    assert not (tmp_path / "copy" / serving.FILE).exists()
    running.stop()
    assert not (running.folder / serving.FILE).exists()
    whole = run("verify", running.folder, "--json").json
    assert whole["divergence"] is None
    assert done.json["height"] <= whole["blocks"]


def test_the_copy_is_made_for_nobody_without_the_secret(running: Served, tmp_path: Path) -> None:
    file = running.folder / serving.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = serving.read(running.folder).token
    body = json.dumps({"target": str(tmp_path / "stolen")}).encode()
    with Client(running.url) as client:
        for given in ("", "Bearer ", f"Bearer {token[:-1]}", token, "Bearer ü"):
            headers = {"authorization": given.encode().decode("latin-1")} if given else {}
            with pytest.raises(MadangError) as caught:
                client.post(serving.PATH, body, headers)
            assert caught.value.code == "http.not_found"
        for wrong in (b"", b"{}", b'{"target":"copy"}', b'{"target":"/x\\u0000"}', b'{"target":5}'):
            with pytest.raises(MadangError) as caught:
                client.post(serving.PATH, wrong, {"authorization": f"Bearer {token}"})
            assert caught.value.code == "http.request"
    assert not (tmp_path / "stolen").exists()


def test_what_the_running_node_can_t_do_is_said(run: Run, running: Served, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    assert "[backup.exists]" in run("backup", running.folder, tmp_path / "there").err
    assert "[backup.unwritable]" in run("backup", running.folder, tmp_path / "file" / "x").err
    assert "[backup.no_node]" in run("backup", tmp_path / "there", tmp_path / "x").err


def test_a_node_that_another_program_runs_is_left_alone(run: Run, node: Path, tmp_path: Path) -> None:
    with Node(node, MODULES):
        done = run("backup", node, tmp_path / "copy")
        assert (done.status, "[backup.not_served]" in done.err) == (1, True), done
        # What a server that was killed left behind leads nowhere, or to somebody else.
        (node / serving.FILE).write_text('{"url":"http://127.0.0.1:1","token":"x"}')
        assert "[backup.not_served]" in run("backup", node, tmp_path / "copy").err
    assert run("backup", node, tmp_path / "copy").status == 0


def test_a_server_that_was_killed_is_followed_by_another(run: Run, node: Path, tmp_path: Path) -> None:
    (node / serving.FILE).write_text("of a run that was killed")
    os.chmod(node / serving.FILE, 0o644)
    with served(node):
        assert stat.S_IMODE((node / serving.FILE).stat().st_mode) == 0o600
        assert run("backup", node, tmp_path / "copy").status == 0


@pytest.mark.parametrize(
    ("host", "reachable"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("10.1.2.3", "10.1.2.3"), ("::", "[::1]"), ("::1", "[::1]")],
)
def test_where_a_server_is_reached_on_its_own_machine(tmp_path: Path, host: str, reachable: str) -> None:
    with serving.announced(tmp_path, host, 80):
        first = serving.read(tmp_path)
    assert first.url == f"http://{reachable}:80"
    with serving.announced(tmp_path, host, 80):
        assert serving.read(tmp_path).token != first.token
    shutil.rmtree(tmp_path)
    with pytest.raises(MadangError):
        serving.read(tmp_path)
