"""Detectors on a real ledger: a day of the demonstration, honest at first, and then with fraud planted in it."""

import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from madang.app import MODULES
from madang.audit.stored import opened, steady
from madang.demo import actors, stage
from madang.demo.town import COUPON, Clock, Town
from madang.detection import rows
from madang.detection.detectors import Looked, Thresholds, Watch, look
from madang.detection.payments import Ledger, Payment
from madang.engine.entries import entry_key, read_entry
from madang.engine.node import Node
from madang.kernel.errors import MadangError, StoreFailure
from madang.services.fraud import queries
from madang.services.fraud.transactions import RaiseFlags
from madang.services.vouchers.transactions import Pay, PaymentPart

CITIZENS, PAYMENTS, CROWD = 800, 1_500, 70
SECRET = bytes(range(32))


class Day(NamedTuple):
    """What was found before fraud was planted and after, and where it was planted."""

    honest: Looked
    planted: Looked
    payments: list[Payment]
    accepted: int
    resale_shop: str
    pair_shop: str
    elsewhere: list[str]
    folder: Path
    flags: list[str]


class Planter:
    """Plays fraud on a town: real transactions of its citizens, signed and accepted."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.shops = [
            place
            for place, shop in enumerate(town.shops)
            if shop.region.startswith("11") and self.sales_class(place) == "up_to_300m"
        ]
        self.seoul = [one.number for one in town.people if stage.area_of(one.region) == "11"]

    def sales_class(self, place: int) -> str:
        found = Ledger(steady(self.town.node.ledger.store), COUPON).merchant(self.town.tills[place])
        return found.sales_class if found is not None else ""

    def pay(self, person: int, place: int, amount: int, order: str) -> bool:
        """One citizen pays at a shop with what is on the first voucher that has enough."""
        town = self.town
        number = next((one for one in town.vouchers[person] if town.left[one] >= amount > 0), None)
        if number is None:
            return False
        wallet = town.wallets[person]
        part = PaymentPart(voucher=number, amount=amount)
        act = Pay(by=wallet.party, programme=COUPON, merchant=town.tills[place], order=order, parts=[part])
        town.accept(town.sign(wallet, act))
        town.left[number] -= amount
        return True

    def resale(self, place: int) -> None:
        """People sell their whole vouchers to one small shop, seconds apart: money for vouchers, and no goods."""
        done = 0
        for person in self.seoul:
            whole = max((self.town.left[one] for one in self.town.vouchers[person]), default=0)
            if done < CROWD and whole >= 100_000 and self.pay(person, place, whole, f"resale-{person}"):
                done += 1
        assert done == CROWD

    def again(self, place: int) -> None:
        """One person pays small sums at one shop all the time."""
        person = next(one for one in self.seoul if max(self.town.left[n] for n in self.town.vouchers[one]) > 5_000)
        for number in range(6):
            assert self.pay(person, place, 500, f"again-{number}")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """One day, looked at twice."""
    folder = tmp_path_factory.mktemp("day") / "node"
    Node.create(folder, MODULES, stage.genesis("2025", CITIZENS), stage.ORIGIN)
    clock = Clock(stage.MORNING)
    with Node(folder, MODULES, clock) as node:
        town = Town(node, clock, 2025, CITIZENS, lambda *_: None)
        town.register_merchants()
        town.publish_programme()
        town.register_citizens()
        town.grant()
        town.play_day(PAYMENTS)
        town.refund(30)
        honest, payments = looked(node, {})
        planter = Planter(town)
        crowded, visited = planter.shops[:2]
        planter.resale(crowded)
        planter.again(visited)
        clock.move(13 * 3_600)
        # The terminals say where they stood: where their shops are, but for three that were carried to Jeju.
        ledger = Ledger(steady(node.ledger.store), COUPON)
        every = list(ledger.payments())
        places = {(one.merchant, one.order): ledger.merchant(one.merchant).region for one in every}
        carried = every[10:40:10]
        places.update({(one.merchant, one.order): "5011010100" for one in carried})
        planted, _ = looked(node, places)
        flags = raise_flags(town, planted)
        found = (honest, planted, payments, len(town.paid), town.tills[crowded], town.tills[visited])
    return Day(*found, [one.payment for one in carried], folder, flags)


def looked(node: Node, places: dict[tuple[str, str], str]) -> tuple[Looked, list[Payment]]:
    """What is found in a running node's folder; twice, since it must be the same."""
    ledger = Ledger(steady(node.ledger.store), COUPON)
    first, second = (
        look(Watch(ledger.merchant, Thresholds(), places, "synthetic"), ledger.payments()) for _ in range(2)
    )
    assert first == second
    return first, list(ledger.payments())


def raise_flags(town: Town, found: Looked) -> list[str]:
    """Send what was found as flags of the auditor; their ids."""
    made = [rows.row(rows.evidence(COUPON, one), one, SECRET) for one in found.findings]
    auditor = actors.officers(actors.AUDITOR, town.seed)[0]
    town.accept(town.sign(auditor, RaiseFlags(by=actors.AUDITOR, programme=COUPON, rows=made)))
    return [name for name, _ in queries.flags(town.node.state(), actors.AUDITOR, COUPON, limit=500)]


def test_an_honest_day_has_next_to_no_flags(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    shops = day.honest.merchants
    with capsys.disabled():
        sys.stdout.write(f"\nhonest day, SYNTHETIC sales: {day.honest.flagged_merchants} of {shops} shops flagged\n")
    assert shops > 300
    assert day.honest.flagged_merchants * 1_000 <= shops  # at most one shop in a thousand
    assert day.honest.forgotten == day.honest.left_out == 0


def test_every_payment_is_seen_once_and_refunds_are_none(day: Day) -> None:
    assert day.honest.payments == len(day.payments) == day.accepted
    assert len({(one.merchant, one.payment) for one in day.payments}) == len(day.payments)
    assert min(one.amount for one in day.payments) > 0
    assert all(one.payer for one in day.payments)
    assert [one.at for one in day.payments] == sorted(one.at for one in day.payments)


def test_what_was_planted_is_found_and_nothing_else(day: Day) -> None:
    honest = [(one.reason, one.merchant) for one in day.honest.findings]
    new = [one for one in day.planted.findings if (one.reason, one.merchant) not in honest]
    resale = {one.reason for one in new if one.merchant == day.resale_shop}
    assert {"burst", "above_declared_sales"} <= resale
    assert {one.reason for one in new if one.merchant == day.pair_shop} == {"repeated_pair"}
    assert [one.subject for one in new if one.reason == "off_premises"] == day.elsewhere
    assert {one.merchant for one in new if one.reason != "off_premises"} == {day.resale_shop, day.pair_shop}
    sales = [one.numbers["sales"] for one in new if one.reason == "above_declared_sales"]
    assert sales == ["synthetic"]


def test_findings_become_flags_with_keyed_digests(day: Day) -> None:
    assert len(day.flags) == len(day.planted.findings)
    lines = [rows.evidence(COUPON, one) for one in day.planted.findings]
    made = [rows.row(line, one, SECRET) for line, one in zip(lines, day.planted.findings, strict=True)]
    assert len({one.evidence for one in made}) == len(made)
    other = rows.row(lines[0], day.planted.findings[0], SECRET[::-1])
    assert other.evidence != made[0].evidence
    assert msgspec.json.decode(lines[0])["programme"] == COUPON
    with pytest.raises(ValueError):
        rows.row(lines[0], day.planted.findings[0], SECRET[:31])


class Damaged:
    """A view of a ledger in which the writes of one accepted payment were changed."""

    def __init__(self, view, position: int) -> None:
        self._view, self._key = view, entry_key(position)

    def __getattr__(self, name):
        return getattr(self._view, name)

    def log_scan(self, start, stop):
        for key, value in self._view.log_scan(start, stop):
            if key == self._key:
                stored = msgspec.structs.replace(read_entry(value), writes=msgspec.msgpack.encode([]))
                value = msgspec.msgpack.encode(stored)
            yield key, value


def test_an_entry_that_was_changed_is_no_evidence(day: Day) -> None:
    with opened(day.folder) as view:
        last = sum(1 for _ in view.log_scan(b"e", b"f")) - 1
        with pytest.raises(StoreFailure, match="not what its leaf says"):
            list(Ledger(Damaged(view, last), COUPON).payments())
        for name in ("nothing", ""):
            with pytest.raises(MadangError) as caught:
                Ledger(view, name)
            assert caught.value.code == "detection.programme"
