"""Every payment bears the edition of document and published lists under which it was allowed."""

from madang.base.registers.transactions import Publish
from madang.services.vouchers import queries
from madang.services.vouchers.state import EDITIONS
from tests.services.vouchers.presets.scene import DAY, Play, play
from tests.services.vouchers.presets.test_markets_and_firms import SALE, bought
from tests.services.vouchers.scene import COUPON, coupon_world, documents, grant, pay, row
from tests.support.cast import ALICE, BORA, quorum
from tests.support.world import World, present

LIST = "onnuri-merchants"


def listing(made: Play, version: int, *codes: str) -> None:
    """More shops take the voucher."""
    act = Publish(by="operator", register=LIST, version=version, codes=list(codes), since=0)
    made.world.accept(act, by=quorum("operator"))


def edition(made: Play, payment: str, merchant: str = "market", reader: str = "market") -> queries.EditionView:
    return present(queries.allowed_under(made.world.state(), reader, made.name, merchant, payment))


def test_a_payment_says_which_version_of_a_list_allowed_it():
    made = play("onnuri-2025", SALE)
    number = bought(made)
    first = made.pay(number, 10_000, "market")
    published = made.world.time
    made.world.advance(DAY)
    again = made.pay(number, 10_000, "market")
    listing(made, 2, "diner")
    second = made.pay(number, 10_000, "diner")
    added = made.world.time
    made.world.advance(1)
    listing(made, 2, "book-shop")  # more of the same version, and another time
    third = made.pay(number, 10_000, "book-shop")
    digest = edition(made, first).document
    assert edition(made, first) == queries.EditionView(1, digest, [queries.ListView(LIST, 1, published)])
    assert edition(made, again) == edition(made, first)
    assert edition(made, second, "diner", "diner") == queries.EditionView(2, digest, [queries.ListView(LIST, 2, added)])
    assert edition(made, third, "book-shop", "book-shop") == queries.EditionView(
        3, digest, [queries.ListView(LIST, 2, added + 1)]
    )
    made.world.check()


def test_a_list_that_payments_do_not_ask_makes_no_edition():
    made = play("onnuri-2025", SALE)
    number = bought(made)
    first = made.pay(number, 10_000, "market")
    act = Publish(by="operator", register="data-suppliers", version=2, codes=["diner"], since=0)
    made.world.accept(act, by=quorum("operator"))
    second = made.pay(number, 10_000, "market")
    assert edition(made, first) == edition(made, second)


def paid() -> tuple[World, str]:
    world = coupon_world()
    (number,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({number: 1_000}), by=ALICE)
    (payment,) = queries.shop_payments(world.state(), "bakery", COUPON)
    return world, payment.payment


def test_a_programme_without_lists_has_one_edition_a_document():
    world, payment = paid()
    found = queries.allowed_under(world.state(), "bakery", COUPON, "bakery", payment)
    assert found == queries.EditionView(1, documents()[4], [])
    assert [parts for parts, _ in world.state().scan(EDITIONS)] == [(COUPON, 1)]


def test_an_edition_of_a_payment_is_shown_to_whom_the_payment_concerns():
    world, payment = paid()
    readers = ["bakery", ALICE.party, "ministry", "audit-board", "grocer", BORA.party, "welfare", "desk", "bank-a"]
    shown = [one for one in readers if queries.allowed_under(world.state(), one, COUPON, "bakery", payment) is not None]
    assert shown == ["bakery", ALICE.party, "ministry", "audit-board"]
    assert queries.allowed_under(world.state(), "bakery", COUPON, "grocer", payment) is None
    assert queries.allowed_under(world.state(), "bakery", "nothing", "bakery", payment) is None
