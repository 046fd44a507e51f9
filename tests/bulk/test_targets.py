"""The same over a real node: in this process with its disk and signatures, and behind HTTP."""

import sys
import time

import pytest

from madang.app import MODULES
from madang.bulk import BATCH, HttpTarget, NodeTarget, Unanswered, read_grants, send_grants
from madang.bulk.targets import MAX_QUERY_BYTES, _parts
from madang.client import Client, Wallet, make_payload, sign
from madang.engine.embedded import Embedded
from madang.engine.node import Node
from madang.kernel.machine import Result
from madang.kernel.state import State
from tests.bulk.town import COUPON, acts, as_csv, genesis, held, waiting
from tests.support.cast import officer
from tests.support.signing import wallet
from tests.support.world import START
from tests.web.serving import make_node, serving

MANY = 100_000


def client_wallet(institution: str) -> Wallet:
    return Wallet(officer(institution)._key)


def target_of(node: Node) -> NodeTarget:
    chain = node.ledger.machine.chain.name
    signer = client_wallet("ministry")
    return NodeTarget(node, "ministry", lambda asked: sign(make_payload(chain, asked, START + 300), [signer]))


class StopsAtTheThird:
    """A target whose node ends when the third transaction comes."""

    def __init__(self, target: NodeTarget, node: Node) -> None:
        self._target, self._node, self._count = target, node, 0
        self.granted, self.sign = target.granted, target.sign

    def submit(self, signed: bytes) -> Result:
        self._count += 1
        if self._count == 3:
            self._node.engine.stop()
            raise KeyboardInterrupt
        return self._target.submit(signed)


def test_a_hundred_thousand_rows_go_through_a_real_node(tmp_path):
    Node.create(tmp_path / "node", MODULES, genesis(), "test.example/bulk")
    data = as_csv([waiting(number) for number in range(MANY)])
    with Node(tmp_path / "node", MODULES, clock=lambda: START) as node:
        send_grants([waiting(MANY)], COUPON, "ministry", target_of(node))  # keys work from the next block
        started = time.perf_counter()
        rows = read_grants(data)
        read = time.perf_counter()
        report = send_grants(rows, COUPON, "ministry", target_of(node))
        sent = time.perf_counter()
        again = send_grants(rows, COUPON, "ministry", target_of(node))
        passed_over = time.perf_counter()
        sys.stdout.write(
            f"read {MANY / (read - started):,.0f} rows/s, granted {MANY / (sent - read):,.0f} rows/s, "
            f"passed over {MANY / (passed_over - sent):,.0f} rows/s\n"
        )
        assert (report.granted, report.is_complete) == (MANY, True)
        assert (again.granted, again.skipped) == (0, MANY)
        for module in node.ledger.machine.modules:
            for law in module.invariants:
                law(State(node.ledger.reader()))


def test_a_node_that_was_killed_between_batches_goes_on_where_it_was(tmp_path):
    Node.create(tmp_path / "node", MODULES, genesis(), "test.example/bulk")
    rows = [waiting(number) for number in range(3 * BATCH)]
    with Node(tmp_path / "node", MODULES, clock=lambda: START) as node:
        with pytest.raises(KeyboardInterrupt):
            send_grants(rows, COUPON, "ministry", StopsAtTheThird(target_of(node), node))
        assert isinstance(node.engine, Embedded)
        node.engine._intake.inbox.put(None)
    with Node(tmp_path / "node", MODULES, clock=lambda: START) as node:
        report = send_grants(rows, COUPON, "ministry", target_of(node))
    assert (report.granted, report.skipped, report.is_complete) == (BATCH, 2 * BATCH, True)


def test_a_node_that_stops_leaves_the_question_open(tmp_path):
    Node.create(tmp_path / "node", MODULES, genesis(), "test.example/bulk")
    with Node(tmp_path / "node", MODULES, clock=lambda: START) as node:
        target = target_of(node)
        signed = target.sign([])
        assert isinstance(node.engine, Embedded)
        node.engine._intake.stopping = True
        with pytest.raises(Unanswered) as caught:
            target.submit(signed)
        node.engine._intake.stopping = False
    assert caught.value.code == "engine.stopped"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bulk") / "node"
    make_coupon_node(folder)
    with serving(folder) as running:
        yield running


def make_coupon_node(folder):
    # `make_node` brings the cast with money; what is left of our acts opens the coupon.
    skipped = len(acts()) - 7
    make_node(folder, acts()[skipped:])


def test_it_works_over_http(server):
    rows = [held(1), *[waiting(number) for number in range(2, 1_200)]]
    rows[700] = held(701, holder=wallet("nobody").party)
    rows[800] = waiting(801, 170_000)
    with Client(server.url) as client:
        target = HttpTarget(client, [client_wallet("ministry")])
        report = send_grants(rows, COUPON, "ministry", target)
        assert report.stopped is None
        assert [(one.row, one.code) for one in report.refusals] == [
            (702, "vouchers.unknown_holder"),
            (802, "programmes.clause"),
        ]
        again = send_grants(rows, COUPON, "ministry", target)
        assert (again.granted, again.skipped, again.refused) == (0, 1_197, 2)


def test_who_may_not_grant_is_told_over_http(server):
    with Client(server.url) as client:
        report = send_grants([waiting(9_000)], COUPON, "ministry", HttpTarget(client, [client_wallet("bank-a")]))
        assert report.stopped.code == "authority.not_signed"
        report = send_grants([waiting(9_000)], COUPON, "ministry", HttpTarget(client, [Wallet.generate()]))
        assert report.stopped.code == "key.unknown"


def test_nobody_there_is_no_answer():
    with Client("http://127.0.0.1:9", timeout=1) as client:
        client._chain = "test-chain"
        target = HttpTarget(client, [client_wallet("ministry")])
        with pytest.raises(Unanswered):
            target.submit(target.sign([]))
        with pytest.raises(Unanswered):
            target.granted(COUPON, ["r1"])


def test_long_references_are_asked_in_several_requests():
    references = [f"{'a/' * 30}{number:04d}" for number in range(100)]
    parts = _parts(references)
    assert [one for part in parts for one in part] == references
    assert len(parts) > 1
    assert all(sum(len(one.replace("/", "%2F")) + 3 for one in part) <= MAX_QUERY_BYTES for part in parts)
    assert _parts([]) == []
