"""Public totals: those of the minute for everybody, those of the last block for auditors and who watches the ledger."""

from pathlib import Path

import pytest

from madang.app import MODULES
from madang.base.money import queries as money
from madang.base.money.state import BANKS, POLICY
from madang.engine.node import Node
from madang.kernel.state import State
from madang.web.api.minute import Lagging, Totals, sees_live
from tests.support.cast import ALICE, CHUL, officer, quorum
from tests.support.signing import envelope
from tests.web.serving import Server, make_node
from tests.web.signing import pay, payload, read_header

PATH = "/money/bank?name=bank-b"


class Hand:
    """A clock that the test sets."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def issued(state: State) -> int:
    return money.bank(state, "bank-b").free


def test_totals_are_renewed_when_the_clocks_minute_changes_and_never_within_one(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    with Node(tmp_path / "node", MODULES) as probe:
        start = probe.ledger.durable.time // 60 * 60 + 120
    clock = Hand(start)
    with Node(tmp_path / "node", MODULES, clock) as node:
        totals = Totals(node)
        before = totals.taken()
        assert (before.height, before.time) == (node.ledger.durable.height, node.ledger.durable.time)
        had = issued(node.state())
        act = {"type": "money.issue_currency", "by": "central-bank", "bank": "bank-b", "amount": 5}
        signed = envelope(payload(act, not_after=start + 100), quorum("central-bank"))
        (answer,) = node.engine.submit([signed]).result()
        assert getattr(answer, "outcome", answer) == "accepted"
        clock.now = start + 59
        lagging = Lagging(node.ledger.reader(), totals.taken())
        assert (issued(State(lagging)), issued(node.state())) == (had, had + 5)
        assert lagging.used
        clock.now = start + 60
        after = totals.taken()
        assert after.height == node.ledger.durable.height > before.height
        assert issued(State(Lagging(node.ledger.reader(), after))) == had + 5


def test_what_is_no_total_is_read_as_it_is_now(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    with Node(tmp_path / "node", MODULES) as node:
        taken = Totals(node).taken()
        lagging = Lagging(node.ledger.reader(), taken)
        state = State(lagging)
        assert state.get(POLICY) == node.state().get(POLICY)
        assert not lagging.used
        assert [name for (name,), _ in state.scan(BANKS)] == [name for (name,), _ in node.state().scan(BANKS)]
        assert [name for (name,), _ in state.scan_after(BANKS, "bank-a")] == ["bank-b", "treasury-bank"]
        assert lagging.used


@pytest.mark.parametrize(
    ("who", "live"),
    [("audit-board", True), ("operator", True), ("central-bank", True), ("bank-a", False), ("ministry", False)],
)
def test_who_reads_the_totals_of_the_last_block(tmp_path: Path, who: str, live: bool) -> None:
    make_node(tmp_path / "node")
    with Node(tmp_path / "node", MODULES) as node:
        assert sees_live(node.state(), officer(who).party) is live
        assert sees_live(node.state(), who) is live
        assert not sees_live(node.state(), ALICE.party)


def test_answers_say_of_which_block_their_totals_are(server: Server) -> None:
    first = server.get(PATH)
    assert int(first.headers["madang-time"]) > 0
    assert "madang-time" not in server.get("/registers/version?register=none").headers
    free = int(server.get(PATH, authorization=read_header(officer("audit-board"), PATH)).json["liability"])
    height = server.submit(envelope(payload(pay(9, ALICE, CHUL.party)), [ALICE])).json["height"]
    answer = server.get(PATH, authorization=read_header(officer("audit-board"), PATH))
    assert answer.json["liability"] == free + 9
    assert int(answer.headers["madang-height"]) >= height and "madang-time" not in answer.headers
    public = server.get(PATH)
    assert int(public.headers["madang-height"]) < height or public.json["liability"] == free + 9
    assert server.get(PATH, authorization=read_header(ALICE, PATH)).json == public.json


def test_a_signature_that_does_not_hold_is_refused_even_where_none_is_needed(server: Server) -> None:
    answer = server.get(PATH, authorization=read_header(officer("audit-board"), "/money/banks"))
    assert (answer.status, answer.code) == (401, "read.other")
