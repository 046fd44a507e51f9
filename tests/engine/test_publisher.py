"""What is published of a node's log holds together for readers who trust nobody."""

import hashlib
import threading

import pytest

from madang.engine import ledger as ledgers
from madang.engine import publisher as publishers
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.log import Policy, check, check_files
from tests.engine.toy import ANNA, MODULES, START, WAIT, Decline, genesis, sign


@pytest.fixture
def node(tmp_path):
    Node.create(tmp_path / "node", MODULES, genesis(), "toy.example/log")
    with Node(tmp_path / "node", MODULES, lambda: START) as running:
        running.engine.submit([sign(0)]).result(WAIT)  # keys work from block 1
        yield running


def identifier(number: int) -> str:
    return hashlib.sha256(b"toy %d" % number).hexdigest()[:32]


def test_receipts_and_files_verify_across_tiles(node):
    for start in range(1, 601, 40):
        node.engine.submit([sign(number) for number in range(start, start + 40)]).result(WAIT)
        if start % 200 == 1:
            node.publisher.publish_now()
    node.engine.submit([sign(700, Decline(by=ANNA.party))]).result(WAIT)
    node.publisher.publish_now()
    audit = check_files(node.folder / "log", node.log_key)
    assert audit.checkpoint.size == node.ledger.durable.size
    assert audit.checkpoint.root == node.ledger.durable.root
    policy = Policy(node.log_key, (), 0, node.log_key.name)
    for number in (0, 1, 255, 256, 600, 700):
        checked = check(node.publisher.receipt(identifier(number)), policy)
        assert checked.signed == ledgers.find(node.ledger.store, identifier(number))[1].signed
    with pytest.raises(MadangError) as error:
        node.publisher.receipt("00" * 16)
    assert error.value.code == "transaction.unknown"


def test_a_receipt_made_while_blocks_arrive_verifies(node, monkeypatch):
    """The tree may grow by a tile between looking up a transaction and proving it."""
    found = ledgers.find

    def slow(view, name):
        answer = found(view, name)
        for start in range(1, 601, 100):
            node.engine.submit([sign(number) for number in range(start, start + 100)]).result(WAIT)
        node.publisher.publish_now()
        return answer

    monkeypatch.setattr(publishers, "find", slow)
    check(node.publisher.receipt(identifier(0)), Policy(node.log_key, (), 0, node.log_key.name))


def test_the_publisher_follows_by_itself_and_readers_are_safe_meanwhile(node, monkeypatch):
    monkeypatch.setattr(publishers, "PUBLISH_EVERY", 0.01)
    failures = []
    done = threading.Event()

    def read():
        while not done.is_set():
            try:
                check(node.publisher.receipt(identifier(0)), Policy(node.log_key, (), 0, node.log_key.name))
            except Exception as error:  # noqa: BLE001
                failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for start in range(1, 300, 10):
        node.engine.submit([sign(number) for number in range(start, start + 10)]).result(WAIT)
    done.set()
    thread.join()
    assert not failures
    assert node.publisher.failure is None


def test_a_node_that_stopped_has_published_everything(tmp_path):
    Node.create(tmp_path / "node", MODULES, genesis(), "toy.example/log")
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        node.engine.submit([sign(1), sign(2)]).result(WAIT)
        size = node.ledger.durable.size
        assert size > 2
    assert check_files(tmp_path / "node" / "log", node.log_key).checkpoint.size == size
    with Node(tmp_path / "node", MODULES, lambda: START) as node:
        again = node.engine.submit([sign(1), sign(3)]).result(WAIT)
        assert [getattr(one, "repeated", None) for one in again] == [True, False]
    assert check_files(tmp_path / "node" / "log", node.log_key).checkpoint.size == size + 2
