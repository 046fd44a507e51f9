"""Everything the demonstration does, one step a method: register, publish, grant, pay, refund, pay out.

Each step signs real transactions and waits until they are durable. Progress goes to a callback.
"""

import hashlib
import hmac
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from madang import data
from madang.base.merchants.transactions import Entry, Facts, Register
from madang.base.money.transactions import CloseWindow, IssueTokens, OpenAccounts, OpenWindow, Participant
from madang.base.parties.transactions import NewMerchant, RegisterMerchants, RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.client.wallet import make_payload, sign
from madang.contract import canonical, digest
from madang.data import synthetic
from madang.demo import actors, stage
from madang.demo.actors import Actor
from madang.engine.interface import Answer, system_clock
from madang.engine.node import Node
from madang.kernel.errors import Malformed
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, Grant, GrantRow, Pay, PaymentPart, PayOut, Refund

BATCH = 1_000
COUPON = "consumption-coupon-2025"
OWN_MONEY = 50_000
PAYMENTS_A_STEP = 100
T = TypeVar("T")
Progress = Callable[[str, int, int], None]


class Clock:
    """The demonstration's own time: seconds since 1970, moved by the day that is played."""

    def __init__(self, now: int) -> None:
        self.start = now
        self._now = now

    def __call__(self) -> int:
        return self._now

    def move(self, seconds: int) -> None:
        """So long after the start."""
        self._now = self.start + seconds


class LaterClock:
    """A clock that goes on from a time (seconds) at which another stopped."""

    def __init__(self, now: int) -> None:
        self._behind = system_clock() - now

    def __call__(self) -> int:
        return system_clock() - self._behind


class TrueClock(Clock):
    """The time of this machine, which no demonstration moves."""

    def __init__(self) -> None:
        super().__init__(system_clock())

    def __call__(self) -> int:
        return system_clock()


class Town:
    """A node, a clock, and the synthetic actors on it. `seed` makes the day repeatable but for what is signed."""

    def __init__(self, node: Node, clock: Clock, seed: int, citizens: int, progress: Progress) -> None:
        self.node = node
        self.clock = clock
        self.random = random.Random(seed)
        self.seed = str(seed)
        self.progress = progress
        self.people = list(synthetic.people(citizens, seed))
        self.wallets = [Actor(f"{seed}/citizen/{person.number}") for person in self.people]
        self.shops = [shop for shop in data.merchants() if shop.region in stage.regions_in_force()]
        self.tills = {place: f"shop-{place:05d}" for place in range(len(self.shops))}
        self.vouchers: dict[int, list[str]] = defaultdict(list)
        self.left: dict[str, int] = {}
        self.refused: dict[str, int] = defaultdict(int)
        self.paid: list[tuple[str, str]] = []
        """(transaction id, merchant) of each accepted payment."""
        self.opened = ""
        """The id of the transaction that opened and funded the programme."""

    # Signing and sending.

    def sign(self, signer: Actor, *acts: Act) -> bytes:
        """A transaction of these acts, good for five minutes of the demonstration's time."""
        return signer.jws(self._payload(acts))

    def _payload(self, acts: Sequence[Act]) -> bytes:
        identifier = f"{self.random.getrandbits(128):032x}"
        return make_payload(stage.CHAIN, acts, self.clock() + 300, identifier)

    def accept(self, *signed: bytes) -> list[Result]:
        """Send transactions that must be accepted; returns when they are durable."""
        results = []
        for answer in self.node.engine.submit(signed).result():
            if isinstance(answer, Malformed) or answer.outcome != "accepted":
                raise RuntimeError(f"the demonstration can't go on: {answer}")
            results.append(answer)
        return results

    def agree(self, institution: str, *acts: Act) -> None:
        """A quorum act: two officers sign the same payload."""
        quorum = actors.officers(institution, self.seed)[: actors.THRESHOLD]
        self.accept(sign(self._payload(acts), quorum))

    def bulk(self, what: str, signer: Actor, acts: Sequence[Act]) -> None:
        """Many acts of one institution, a transaction each, with progress."""
        for done, act in enumerate(acts, 1):
            self.accept(self.sign(signer, act))
            self.progress(what, done, len(acts))

    def _officer(self, institution: str) -> Actor:
        return actors.officers(institution, self.seed)[0]

    # The steps.

    def register_merchants(self) -> None:
        """Every shop becomes a party, gets an account at the merchants' bank, and is listed with its facts."""
        new = [NewMerchant(key=Actor(f"{self.seed}/{name}").new_key, party=name) for name in self.tills.values()]
        entries = [
            Entry(
                merchant=self.tills[place],
                facts=Facts(
                    region=fact.region,
                    industry=fact.industry,
                    category=fact.category,
                    sales_class=synthetic.sales_class(fact, int(self.seed)),
                ),
            )
            for place, fact in enumerate(self.shops)
        ]
        bank = self._officer(actors.MERCHANTS_BANK)
        acts: list[Act] = [RegisterMerchants(by=actors.MERCHANTS_BANK, merchants=part) for part in _parts(new)]
        acts += [OpenAccounts(by=actors.MERCHANTS_BANK, owners=part) for part in _parts(list(self.tills.values()))]
        self.bulk("merchants registered", bank, acts)
        listing = [Register(by=actors.OPERATOR, entries=part) for part in _parts(entries)]
        self.bulk("merchants listed", self._officer(actors.OPERATOR), listing)

    def publish_programme(self) -> None:
        """Draft, approve by two officers, publish by the operator's two, open, and fund from the treasury account."""
        kind, programme = stage.coupon(self.clock.start - stage.MORNING)
        draft = Draft(
            by=actors.MINISTRY,
            programme=COUPON,
            bank=actors.TREASURY_BANK,
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        )
        ministry = self._officer(actors.MINISTRY)
        self.accept(self.sign(ministry, draft))
        kind_digest, programme_digest = digest(kind).hex(), digest(programme).hex()
        self.agree(
            actors.MINISTRY,
            Approve(
                by=actors.MINISTRY,
                programme=COUPON,
                bank=actors.TREASURY_BANK,
                kind=kind_digest,
                document=programme_digest,
                authorities=[actors.WELFARE],
            ),
        )
        proof = stage.proof(kind, programme)
        self.agree(actors.OPERATOR, Publish(by=actors.OPERATOR, programme=COUPON, proof=proof))
        opening = Open(by=actors.MINISTRY, programme=COUPON)
        funding = Fund(by=actors.MINISTRY, programme=COUPON, amount=stage.budget(len(self.people)))
        self.opened = self.accept(self.sign(ministry, opening, funding))[0].id

    def register_citizens(self) -> None:
        """Citizens' fresh keys, and for some an account with own money."""
        keys = [wallet.new_key for wallet in self.wallets]
        acts: list[Act] = [RegisterPeople(by=actors.CITIZENS_BANK, keys=part) for part in _parts(keys)]
        with_money = [wallet.party for wallet in self.wallets[::10]]
        acts += [OpenAccounts(by=actors.CITIZENS_BANK, owners=part) for part in _parts(with_money)]
        bank = self._officer(actors.CITIZENS_BANK)
        self.bulk("citizens registered", bank, acts)
        deposits = [
            IssueTokens(by=actors.CITIZENS_BANK, account=party, amount=OWN_MONEY, reference=f"deposit/{place}")
            for place, party in enumerate(with_money)
        ]
        for part in _parts(deposits, 16):
            self.accept(self.sign(bank, *part))

    def grant(self) -> int:
        """A voucher for each citizen by tier and region, a second one for some; returns the won granted."""
        rows, owners = [], []
        for person, wallet in zip(self.people, self.wallets, strict=True):
            area = stage.area_of(person.region)
            amounts = [synthetic.grant_amount(person.tier, person.region)] + [100_000] * (person.number % 4 == 0)
            for place, amount in enumerate(amounts, 1):
                reference = f"r{place}/{person.number:06d}"
                rows.append(
                    GrantRow(
                        reference=reference,
                        amount=amount,
                        region=area,
                        instalment=place,
                        subjects=[self.subject(person.number)],
                        holder=wallet.party,
                    )
                )
                owners.append(person.number)
        authority = self._officer(actors.WELFARE)
        acts = [Grant(by=actors.WELFARE, programme=COUPON, rows=part) for part in _parts(rows)]
        self.bulk("vouchers granted", authority, acts)
        state = self.node.state()
        for row, owner in zip(rows, owners, strict=True):
            number = queries.granted(state, actors.WELFARE, COUPON, row.reference) or ""
            self.vouchers[owner].append(number)
            self.left[number] = row.amount
        return sum(row.amount for row in rows)

    def subject(self, number: int) -> str:
        """The keyed digest by which the welfare authority names a person: the household code of its letters."""
        key = hashlib.sha256(f"{self.seed} {actors.WELFARE}".encode()).digest()
        return hmac.digest(key, str(number).encode(), "sha256").hex()

    def play_day(self, payments: int) -> None:
        """A day from nine to nine: citizens pay, mostly near home; some try where the voucher does not count."""
        for start, _ in enumerate(self.pay(payments, "payments")):
            self.clock.move(12 * 3600 * (start + 1) * PAYMENTS_A_STEP // payments)

    def pay(self, payments: int, what: str) -> Iterator[float]:
        """So many payments, some together; yields when each group was answered (seconds, `time.monotonic`)."""
        nearby = self._shops_by_area()
        for start in range(0, payments, PAYMENTS_A_STEP):
            count = min(PAYMENTS_A_STEP, payments - start)
            batch = [self._payment(nearby) for _ in range(count)]
            answers = self.node.engine.submit([self.sign(wallet, act) for act, wallet in batch]).result()
            self._settle([act for act, _ in batch], answers)
            self.progress(what, start + count, payments)
            yield time.monotonic()

    def shops_near(self, person: synthetic.Person) -> list[int]:
        """The shops of which the coupon of this citizen should be good, by their place in `shops`."""
        return self._shops_by_area()[stage.area_of(person.region)]

    def _shops_by_area(self) -> dict[str, list[int]]:
        """Shops where the coupon should count, under every prefix of their region that may be somebody's area."""
        nearby: dict[str, list[int]] = defaultdict(list)
        for place, shop in enumerate(self.shops):
            if synthetic.sales_class(shop, int(self.seed)) != "over_3b":
                for digits in (2, 4, 5):
                    nearby[shop.region[:digits]].append(place)
        return nearby

    def _payment(self, nearby: dict[str, list[int]]) -> tuple[Pay, Actor]:
        person = self.random.choice(self.people)
        wallet = self.wallets[person.number]
        mistaken = self.random.randrange(20) == 0
        at_home = nearby[stage.area_of(person.region)]
        place = self.random.randrange(len(self.shops)) if mistaken or not at_home else self.random.choice(at_home)
        amount = self.random.randrange(2_000, 60_000, 100)
        parts, own = self._split(person.number, amount)
        order = f"{self.random.getrandbits(32):08x}"
        act = Pay(by=wallet.party, programme=COUPON, merchant=self.tills[place], order=order, parts=parts, own=own)
        return act, wallet

    def _split(self, person: int, amount: int) -> tuple[list[PaymentPart], int]:
        """The vouchers in order, then own money for the rest where the citizen has an account."""
        parts = []
        for number in self.vouchers[person]:
            share = min(amount, self.left[number])
            if share:
                parts.append(PaymentPart(voucher=number, amount=share))
                self.left[number] -= share
                amount -= share
        if not parts:  # nothing is left: the attempt is made all the same, and refused
            parts.append(PaymentPart(voucher=self.vouchers[person][0], amount=amount))
        own = min(amount, 2_000) if person % 10 == 0 and amount else 0
        return parts, own

    def _settle(self, acts: Sequence[Pay], answers: Sequence[Answer]) -> None:
        for act, answer in zip(acts, answers, strict=True):
            if isinstance(answer, Result) and answer.outcome == "accepted":
                self.paid.append((answer.id, act.merchant))
                continue
            self.refused[answer.reason or answer.code if isinstance(answer, Result) else answer.code] += 1
            for part in act.parts:
                self.left[part.voucher] += part.amount

    def refund(self, share: int) -> int:
        """About one payment in `share` is given back, half of them in part; returns how many."""
        state = self.node.state()
        chosen = sorted({merchant for _, merchant in self.paid[::share]})
        signed: list[bytes] = []
        for merchant in chosen:
            seen = queries.shop_payments(state, merchant, COUPON, limit=1)
            if seen and seen[0].amount > 1:
                amount = seen[0].amount if len(signed) % 2 else seen[0].amount // 2
                refund = Refund(
                    by=merchant, programme=COUPON, merchant=merchant, payment=seen[0].payment, amount=amount
                )
                signed.append(self.sign(Actor(f"{self.seed}/{merchant}", merchant), refund))
        done = 0
        for part in _parts(signed):
            answers = self.node.engine.submit(part).result()
            done += sum(isinstance(answer, Result) and answer.outcome == "accepted" for answer in answers)
        return done

    def pay_out(self) -> int:
        """Every merchant is paid what it took, netted between the banks; returns the number of merchants."""
        banks = (actors.TREASURY_BANK, actors.CITIZENS_BANK, actors.MERCHANTS_BANK)
        cap = stage.RESERVE // 10
        participants = [Participant(bank=bank, lock=cap, cap=cap) for bank in banks]
        self.agree(actors.CENTRAL_BANK, OpenWindow(by=actors.CENTRAL_BANK, banks=participants))
        state = self.node.state()
        owed = sorted({name for _, name in self.paid if queries.takings(state, name, COUPON)})
        acts = [PayOut(by=actors.MINISTRY, programme=COUPON, merchants=part) for part in _parts(owed)]
        self.bulk("merchants paid", self._officer(actors.MINISTRY), acts)
        self.accept(self.sign(self._officer(actors.CENTRAL_BANK), CloseWindow(by=actors.CENTRAL_BANK)))
        return len(owed)


def _parts(items: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
