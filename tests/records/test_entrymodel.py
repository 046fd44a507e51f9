"""What was asked, as the ledger has it: a row an act, whoever signed, however it ended."""

import msgspec
from sqlalchemy import select

from madang.base.money.transactions import Pay
from madang.records.entrymodel import Entries, acts_of
from madang.records.projection import project, rebuild
from madang.records.schema import ENTRIES
from tests.support.cast import ALICE, BORA, quorum
from tests.support.signing import envelope


def test_every_act_is_a_row_with_its_outcome(yard, database):
    first = yard.accept(
        Pay(by=ALICE.party, to="bakery", amount=1), Pay(by=ALICE.party, to="bakery", amount=2), by=ALICE
    )
    refused = yard.send(Pay(by=BORA.party, to="bakery", amount=1), by=BORA)
    assert refused.outcome == "rejected"
    view = yard.node.ledger.store.view()
    project(database, view, Entries())

    def rows():
        with database.reading() as connection:
            return connection.execute(select(ENTRIES).order_by(ENTRIES.c.position, ENTRIES.c.number)).all()

    made = rows()
    shown = [(one.party, one.act, one.outcome, one.code, one.id, one.number) for one in made]
    assert shown == [
        ("ministry", "appeals.set_terms", "accepted", "", made[0].id, 0),
        (ALICE.party, "money.pay", "accepted", "", first.id, 0),
        (ALICE.party, "money.pay", "accepted", "", first.id, 1),
        (BORA.party, "money.pay", "rejected", refused.code, refused.id, 0),
    ]
    assert [one.height for one in made[1:]] == [first.height, first.height, refused.height]
    assert {one.at for one in made} == {yard.now}
    rebuild(database, view, Entries())
    assert rows() == made


def test_acts_are_read_of_either_envelope_and_of_nothing_else():
    payload = msgspec.json.encode({"acts": [{"type": "money.pay", "by": "ministry", "amount": 1}]})
    for signers in ([ALICE], [ALICE, BORA], [BORA], quorum("ministry")):
        assert [(act.type, act.by) for act in acts_of(envelope(payload, signers))] == [("money.pay", "ministry")]
    for other in (b"", b"{}", b"genesis", b"a.b.c", b'{"payload": "e30"}', b"\xff.\xff.\xff"):
        assert acts_of(other) == []
