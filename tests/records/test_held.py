"""What shops hold until they deliver: listed by the oldest, gone once it was delivered or let go."""

import pytest
from sqlalchemy import insert

from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.contract import canonical, digest, read_programme
from madang.kernel.errors import MadangError
from madang.records.heldlist import list_held
from madang.records.heldmodel import Held
from madang.records.projection import project, rebuild
from madang.records.schema import HELD_PARTS
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Capture, Fund, Grant, Pay, PaymentPart, Void
from tests.records.scene import Yard
from tests.services.vouchers.scene import COUPON, DOCUMENTS, documents, row
from tests.support.cast import ALICE, BAKERY, officer, quorum
from tests.support.proofs import vouched

MEALS = "delivered-meals-2025"


@pytest.fixture
def delivering(yard: Yard) -> Yard:
    """A programme whose money may be held, with a voucher of Alice's."""
    kind, kind_text, _, kind_digest, _ = documents()
    coupon = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text().replace("subject: person", "subject: anyone")
    text = coupon.replace(COUPON, MEALS).replace("cap: 550_000", "cap: 550_000\n  hold_days: 5")
    programme = read_programme(text, kind)
    named = digest(programme).hex()
    document = canonical(programme).decode()
    yard.accept(
        Draft(by="ministry", programme=MEALS, bank="treasury-bank", kind=kind_text, document=document),
        Approve(by="ministry", programme=MEALS, bank="treasury-bank", kind=kind_digest, document=named),
        by=quorum("ministry"),
    )
    yard.accept(
        PublishProgramme(by="operator", programme=MEALS, proof=vouched(kind_digest, named)), by=quorum("operator")
    )
    yard.accept(Open(by="ministry", programme=MEALS), by=quorum("ministry"))
    yard.accept(Fund(by="ministry", programme=MEALS, amount=1_000_000), by=quorum("ministry"))
    yard.accept(Grant(by="ministry", programme=MEALS, rows=[row("a", ALICE.party)]), by=officer("ministry"))
    return yard


def order(yard: Yard, amount: int) -> str:
    """Alice orders; the payment's name."""
    voucher = str(queries.granted(yard.node.state(), "ministry", MEALS, "a"))
    parts = [PaymentPart(voucher=voucher, amount=amount)]
    pay = Pay(by=ALICE.party, programme=MEALS, merchant="bakery", order=f"o-{amount}", parts=parts, later=True)
    yard.accept(pay, by=ALICE)
    return queries.shop_payments(yard.node.state(), "bakery", MEALS)[-1].payment


def listed(database, merchant: str = "bakery") -> list[tuple[str, int]]:
    with database.reading() as connection:
        return [(one.payment, one.held) for one in list_held(connection, merchant).rows]


def test_what_is_held_is_listed_until_it_is_delivered_or_let_go(delivering, database):
    yard = delivering

    def take_in() -> None:
        project(database, yard.node.ledger.store.view(), Held())

    payments = []
    for number in range(3):
        yard.now += 60
        payments.append(order(yard, 1_000 + number))
    take_in()
    assert listed(database) == [(payments[0], 1_000), (payments[1], 1_001), (payments[2], 1_002)]
    assert listed(database, "grocer") == []
    name = {"by": "bakery", "programme": MEALS, "merchant": "bakery"}
    yard.accept(Capture(**name, payment=payments[0], amount=1_000), by=BAKERY)
    yard.accept(Void(**name, payment=payments[1]), by=BAKERY)
    yard.accept(Capture(**name, payment=payments[2], amount=2), by=BAKERY)
    take_in()
    assert listed(database) == [(payments[2], 1_000)]
    rebuild(database, yard.node.ledger.store.view(), Held())
    assert listed(database) == [(payments[2], 1_000)]


def test_parts_of_a_payment_are_one_line_and_pages_together_are_the_list(database):
    parts = [
        {"programme": f"p{number % 2}", "part": f"bakery/{number:x}/{part}", "merchant": "bakery"}
        | {"payment": f"{number:x}", "at": 1_000 + number // 3, "held": 10 + part}
        for number in range(20)
        for part in range(2)
    ]
    with database.writing() as connection:
        connection.execute(insert(HELD_PARTS), parts)
    expected = sorted((1_000 + number // 3, f"{number:x}", f"p{number % 2}", 21) for number in range(20))
    found, after = [], ""
    with database.reading() as connection:
        while True:
            page = list_held(connection, "bakery", after, 7)
            assert page.total == 20
            found += [(one.at, one.payment, one.programme, one.held) for one in page.rows]
            after = page.next
            if not after:
                break
        with pytest.raises(MadangError, match="where a page"):
            list_held(connection, "bakery", "x")
    assert found == expected
