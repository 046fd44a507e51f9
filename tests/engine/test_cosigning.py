"""A node has its checkpoints cosigned by real witnesses, publishes what reached the quorum, and waits for nobody."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from madang.engine import cosigning as cosignings
from madang.engine import publisher as publishers
from madang.engine import witnesses as witness_module
from madang.engine.node import Node
from madang.engine.witnesses import Witness as Asked
from madang.engine.witnesses import read_witnesses
from madang.kernel.errors import MadangError
from madang.log import check, check_files, require
from madang.log.errors import LogError
from madang.log.note import SignerKey, VerifierKey
from madang.log.proof import consistency_proof
from madang.log.witness import WitnessError
from madang.witness.folder import Folder
from madang.witness.service import Witness
from tests.engine.test_publisher import identifier
from tests.engine.toy import MODULES, START, WAIT, genesis, sign
from tests.log.reference import LOG_KEY, MemoryLog

ORIGIN = "toy.example/log"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Everything that is waited for, in less time."""
    for module, name, seconds in (
        (publishers, "PUBLISH_EVERY", 0.02),
        (cosignings, "ROUND_EVERY", 0.02),
        (cosignings, "GRACE", 0.3),
        (cosignings, "FIRST_PAUSE", 0.05),
        (cosignings, "LONGEST_PAUSE", 0.2),
    ):
        monkeypatch.setattr(module, name, seconds)


class QuietServer(ThreadingHTTPServer):
    """One whose clients may hang up."""

    daemon_threads = True

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing: the node cuts off what it does not wait for any more."""


class Served:
    """A real witness behind a small HTTP server of this process, which can be made to fail."""

    def __init__(self, path: Path, name: str) -> None:
        self.witness = Witness(Folder.create(path, name))
        self.folder = Folder(path)
        self.key: VerifierKey = self.folder.key().verifier()
        self.answer: Callable[[bytes], tuple[int, str, bytes]] = self.cosign
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.asked += 1
                body = self.rfile.read(int(self.headers["content-length"]))
                status, kind, answered = outer.answer(body) if self.path == "/w/add-checkpoint" else (404, "", b"")
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answered)))
                self.end_headers()
                self.wfile.write(answered)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/w/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def cosign(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            return 200, "text/plain", self.witness.add_checkpoint(body)
        except WitnessError as error:
            if error.status == 409:
                return 409, "text/x.tlog.size", f"{error.size}\n".encode()
            return error.status, "text/plain", b""

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.witness.close()


@pytest.fixture
def served(tmp_path) -> Iterator[list[Served]]:
    made = [Served(tmp_path / f"w{number}", f"w{number}.example") for number in range(1, 5)]
    yield made
    for one in made:
        one.close()


def make_node(folder: Path, witnesses: list[Served], quorum: int) -> Node:
    """A node's folder whose witnesses watch it."""
    Node.create(folder, MODULES, genesis(), ORIGIN)
    name_witnesses(folder, witnesses, quorum)
    key = SignerKey.parse((folder / "checkpoint.key").read_text()).verifier()
    for one in witnesses:
        one.folder.trust(key)
    return Node(folder, MODULES, lambda: START)


def name_witnesses(folder: Path, witnesses: list[Served], quorum: int) -> None:
    named = [{"url": one.url, "key": str(one.key)} for one in witnesses]
    (folder / "witnesses.json").write_text(json.dumps({"witnesses": named, "quorum": quorum}))


def eventually(holds: Callable[[], bool], what: str) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError(f"not within ten seconds: {what}")


def cosigners(node: Node, witnesses: list[Served], note: bytes | None = None) -> tuple[int, list[str]]:
    """Size of what is published, and whose cosignatures it has."""
    policy = require(node.log_key, [one.key for one in witnesses], 0)
    opened = policy.open(node.publisher.checkpoint() if note is None else note)
    return opened.checkpoint.size, [one.name for one in opened.cosigners]


def covers(node: Node) -> bool:
    try:
        size, _ = cosigners(node, [])
    except MadangError:
        return False
    return size == node.ledger.durable.size


def test_what_is_published_reached_the_quorum(tmp_path, served):
    with make_node(tmp_path / "node", served, 3) as node:
        transactions = [sign(number) for number in range(6)]
        for transaction in transactions:
            node.engine.submit([transaction]).result(WAIT)
            eventually(lambda: covers(node), "the newest checkpoint is published")
            note = (node.folder / "log" / "checkpoint").read_bytes()
            size, names = cosigners(node, served, note)
            assert len(names) >= 3
            assert check_files(node.folder / "log", node.log_key).checkpoint.size == size
        eventually(lambda: len(cosigners(node, served)[1]) == 4, "the fourth one cosigned too")
        receipt = node.publisher.receipt(identifier(3))
        assert check(receipt, require(node.log_key, [one.key for one in served], 4)).signed == transactions[3]
        assert len(receipt) <= 2_500
        assert [one.problem for one in node.publisher.witnesses()] == [""] * 4


def test_without_a_quorum_nothing_waits_and_cosignatures_come_after(tmp_path, served):
    def late(body):
        time.sleep(0.1)
        return served[0].cosign(body)

    served[0].answer = late
    with make_node(tmp_path / "node", served[:2], 0) as node:
        node.engine.submit([sign(0)]).result(WAIT)
        node.publisher.receipt(identifier(0))
        eventually(lambda: len(cosigners(node, served)[1]) == 2, "both cosigned what was published before")
        assert covers(node)


def test_ordering_goes_on_while_witnesses_are_down_and_receipts_wait(tmp_path, served):
    served[1].answer = lambda _body: (500, "text/plain", b"")
    with make_node(tmp_path / "node", served[:2], 2) as node:
        node.engine.submit([sign(0)]).result(WAIT)
        with pytest.raises(MadangError) as caught:
            node.publisher.receipt(identifier(0))
        assert caught.value.code == "log.uncosigned"
        assert not (node.folder / "log" / "checkpoint").exists()
        eventually(lambda: node.publisher.witnesses()[1].problem != "", "it is told who failed")
        assert "w2.example" in node.publisher.witnesses()[1].problem
        assert node.publisher.failure is None
        served[1].answer = served[1].cosign
        eventually(lambda: covers(node), "the checkpoint is published once the witness is back")
        check(node.publisher.receipt(identifier(0)), require(node.log_key, [one.key for one in served[:2]], 2))


def test_a_witness_that_fails_is_asked_less_and_less(monkeypatch):
    monkeypatch.setattr(cosignings, "FIRST_PAUSE", 1.0)
    monkeypatch.setattr(cosignings, "LONGEST_PAUSE", 60.0)
    monkeypatch.setattr(cosignings, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    seat = cosignings._Seat(Asked("http://w.example", SignerKey.generate("w.example", 4).verifier()))

    def end(future: "Future[bytes]") -> float:
        seat.asked = (b"note", future)
        seat.collect()
        return seat.not_before - 1000.0

    def failed() -> "Future[bytes]":
        future: Future[bytes] = Future()
        future.set_exception(MadangError("witness.slow", "It is slow."))
        return future

    assert [end(failed()) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [end(failed()) for _ in range(5_000)][-1] == 60
    assert seat.problem == "It is slow."
    well: Future[bytes] = Future()
    well.set_result(b"line")
    end(well)
    assert seat.problem == ""
    assert end(failed()) == 1


def test_a_witness_that_hangs_holds_up_nobody(tmp_path, served, monkeypatch):
    """Everything is published, and the node has stopped, before the witness has even become slow."""
    monkeypatch.setattr(witness_module, "SECONDS", 120.0)
    monkeypatch.setattr(cosignings, "SECONDS", 120.0)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        served[3].url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with make_node(tmp_path / "node", served, 3) as node:
            for number in range(3):
                node.engine.submit([sign(number)]).result(WAIT)
                eventually(lambda: covers(node), "three are enough")
            assert node.publisher.witnesses()[3] == cosignings.Standing("w4.example", 0, "")


def test_a_restart_keeps_what_was_cosigned(tmp_path, served):
    with make_node(tmp_path / "node", served[:2], 2) as node:
        node.engine.submit([sign(0)]).result(WAIT)
        eventually(lambda: covers(node), "published")
        policy = require(node.log_key, [one.key for one in served[:2]], 2)
        for one in served:
            one.answer = lambda _body: (503, "text/plain", b"")
        node.engine.submit([sign(1)]).result(WAIT)
    note = (tmp_path / "node" / "log" / "checkpoint").read_bytes()
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        assert not covers(node)
        node.engine.submit([sign(2)]).result(WAIT)
        assert node.publisher.checkpoint() == note
        check(node.publisher.receipt(identifier(0)), policy)
        for one in served:
            one.answer = one.cosign
        eventually(lambda: covers(node), "and goes on from there")
        check(node.publisher.receipt(identifier(2)), policy)
    assert served[0].folder.evidence() == []


def test_a_node_that_stops_has_its_last_block_cosigned(tmp_path, served):
    with make_node(tmp_path / "node", served[:2], 2) as node:
        node.engine.submit([sign(0), sign(1)]).result(WAIT)
        size = node.ledger.durable.size
    assert cosigners(node, served, (tmp_path / "node" / "log" / "checkpoint").read_bytes())[0] == size


# Files and witnesses that are wrong.


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "witnesses.invalid"),
        ("[]", "witnesses.invalid"),
        ('{"quorum": 1}', "witnesses.invalid"),
        ('{"witnesses": [], "quorum": 1}', "witnesses.invalid"),
        ('{"witnesses": [], "quorum": -1}', "witnesses.invalid"),
        ('{"witnesses": [], "threshold": 1}', "witnesses.invalid"),
        ('{"witnesses": [{"url": "http://a", "key": "nonsense"}]}', "witnesses.invalid"),
        ('{"witnesses": [{"url": "http://a", "key": "LOG"}]}', "witnesses.invalid"),
        ('{"witnesses": [{"url": "http://a", "key": "KEY"}, {"url": "http://b", "key": "KEY"}]}', "witnesses.invalid"),
        ('{"witnesses": [{"url": "ftp://a", "key": "KEY"}]}', "witnesses.url"),
        ('{"witnesses": [{"url": "http://", "key": "KEY"}]}', "witnesses.url"),
        ('{"witnesses": [{"url": "http://a:b", "key": "KEY"}]}', "witnesses.url"),
        ('{"witnesses": [{"url": "http://a?b", "key": "KEY"}]}', "witnesses.url"),
        ('{"witnesses": [{"url": "http://u:p@a", "key": "KEY"}]}', "witnesses.url"),
        ('{"witnesses": [{"url": "http://a b", "key": "KEY"}]}', "witnesses.url"),
    ],
)
def test_a_file_that_names_no_witnesses(tmp_path, text, code):
    key = SignerKey.generate("w.example", 4).verifier()
    (tmp_path / "witnesses.json").write_text(text.replace("KEY", str(key)).replace("LOG", str(LOG_KEY.verifier())))
    with pytest.raises(MadangError) as caught:
        read_witnesses(tmp_path / "witnesses.json", LOG_KEY.verifier())
    assert caught.value.code == code
    assert read_witnesses(tmp_path / "none.json", LOG_KEY.verifier()) is None


def ask(served: Served, log: MemoryLog) -> bytes:
    asked = Asked(served.url, served.key)
    try:
        return asked.cosign(log.note(), log.tree.size, lambda old: consistency_proof(old, log.tree.size, log.read))
    finally:
        asked.close()


ANSWERS = {
    "nothing": ((200, "text/plain", b""), "witness.answer"),
    "no signature": ((200, "text/plain", b"ok\n"), "witness.answer"),
    "too much": ((200, "text/plain", bytes(100_000)), "witness.answer"),
    "another status": ((404, "text/plain", b""), "witness.status"),
    "a redirect": ((302, "text/plain", b""), "witness.status"),
    "a conflict without its type": ((409, "text/plain", b"1\n"), "witness.status"),
    "a conflict without a size": ((409, "text/x.tlog.size", b"-1\n"), "witness.status"),
    "a size that it never agrees with": ((409, "text/x.tlog.size", b"1\n"), "witness.status"),
    "a size that is larger": ((409, "text/x.tlog.size", b"7\n"), "witness.ahead"),
    "a refusal": ((422, "text/plain", b""), "witness.refused"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_witness_answers_is_not_believed(served, name):
    answer, code = ANSWERS[name]
    served[0].answer = lambda _body: answer
    with pytest.raises(MadangError) as caught:
        ask(served[0], MemoryLog(6))
    assert caught.value.code == code
    assert "w1.example" in caught.value.message


def test_a_cosignature_of_another_checkpoint_is_refused(served):
    served[0].folder.trust(LOG_KEY.verifier())
    line = ask(served[0], MemoryLog(5))
    served[0].answer = lambda _body: (200, "text/plain", line)
    with pytest.raises(MadangError) as caught:
        ask(served[0], MemoryLog(6))
    assert caught.value.code == "witness.answer"


def test_a_witness_that_talks_for_ever_is_cut_off(monkeypatch):
    """Each byte comes in time; all of them never would."""
    monkeypatch.setattr(witness_module, "SECONDS", 0.5)
    done = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not done.is_set():
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                time.sleep(0.05)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        asked = Asked(f"http://127.0.0.1:{listener.getsockname()[1]}", SignerKey.generate("w.example", 4).verifier())
        with pytest.raises(MadangError) as caught:
            asked.cosign(b"note", 1, lambda _old: [])
        assert caught.value.code == "witness.slow"
        done.set()
        thread.join()


def test_a_connection_that_was_closed_meanwhile_is_opened_again(served):
    served[0].folder.trust(LOG_KEY.verifier())
    asked = Asked(served[0].url, served[0].key)
    log = MemoryLog(3)

    def prove(old: int) -> list[bytes]:
        return consistency_proof(old, log.tree.size, log.read)

    asked.cosign(log.note(), 3, prove)
    asked._connection.sock.shutdown(socket.SHUT_RDWR)
    log.grow(2)
    asked.cosign(log.note(), 5, prove)
    assert asked.size == 5
    asked.close()


# An operator with two logs.


def test_an_operator_that_shows_two_logs_is_caught(tmp_path, served):
    """A copy of the node's folder goes its own way under the same key. The witnesses of the one refuse the other."""
    with make_node(tmp_path / "node", served[:2], 2) as node:
        node.engine.submit([sign(0)]).result(WAIT)
        eventually(lambda: covers(node), "published")
    shutil.copytree(tmp_path / "node", tmp_path / "copy")
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        node.engine.submit([sign(1)]).result(WAIT)
        eventually(lambda: covers(node), "the first history is cosigned")
        size = node.ledger.durable.size
    before = (tmp_path / "copy" / "log" / "checkpoint").read_bytes()
    with Node(tmp_path / "copy", MODULES, lambda: START) as copy:
        copy.engine.submit([sign(2)]).result(WAIT)
        assert copy.ledger.durable.size == size
        eventually(lambda: all("refuses" in one.problem for one in copy.publisher.witnesses()), "both refuse")
        with pytest.raises(MadangError) as caught:
            copy.publisher.receipt(identifier(2))
        assert caught.value.code == "log.uncosigned"
    assert (tmp_path / "copy" / "log" / "checkpoint").read_bytes() == before
    for one in served[:2]:
        (kept,) = one.folder.evidence()
        assert kept.verdict.proven
        assert kept.verdict.held.size == kept.verdict.refused.size == size


def test_a_node_that_was_set_back_is_told(tmp_path, served):
    with make_node(tmp_path / "node", served[:2], 2) as node:
        node.engine.submit([sign(0)]).result(WAIT)
    shutil.copytree(tmp_path / "node", tmp_path / "older")
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        for number in range(1, 4):
            node.engine.submit([sign(number)]).result(WAIT)
    with Node(tmp_path / "older", MODULES, lambda: START) as older:
        older.engine.submit([sign(9)]).result(WAIT)
        eventually(lambda: all("older copy" in one.problem for one in older.publisher.witnesses()), "both tell")


def test_a_folder_of_another_log_is_refused_before_anything_is_signed(tmp_path, served):
    with make_node(tmp_path / "node", served[:1], 1) as node:
        node.engine.submit([sign(0)]).result(WAIT)
    shutil.copytree(tmp_path / "node", tmp_path / "copy")
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        node.engine.submit([sign(1)]).result(WAIT)
    (tmp_path / "copy" / "witnesses.json").unlink()
    with Node(tmp_path / "copy", MODULES, lambda: START) as copy:
        copy.engine.submit([sign(2)]).result(WAIT)
    shutil.rmtree(tmp_path / "copy" / "log")
    shutil.copytree(tmp_path / "node" / "log", tmp_path / "copy" / "log")
    name_witnesses(tmp_path / "copy", served[:1], 1)
    asked = served[0].asked
    with pytest.raises(LogError) as caught, Node(tmp_path / "copy", MODULES, lambda: START):
        pass
    assert caught.value.code == "log.publish.fork"
    assert served[0].asked == asked
