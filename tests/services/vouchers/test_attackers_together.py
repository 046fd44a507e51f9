"""A shop, a delegate, a utility and a desk put together what they may read: none of it is what somebody else's is.

Alice was granted one voucher and bought another; she pays at once, on delivery, by a code of her card and through a
delegate; a utility draws a bill; she appeals and disputes. Whoever met her in one of these asks every query there is
about everyone, and looks at the digests that are public. Each claim has a control in which the attack works.
"""

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from madang.base.cards.state import PRESENTATIONS, code_digest
from madang.base.cards.transactions import Bind as BindCard
from madang.base.cards.transactions import Present, Stock
from madang.base.mandates.state import MANDATES
from madang.base.mandates.transactions import Grant as Mandate
from madang.base.mandates.transactions import Scope
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import AppointInstitution
from madang.base.programmes.state import PROGRAMMES, RECORDS, compiled
from madang.kernel.machine import MARKS
from madang.services.appeals.transactions import Lodge, SetTerms
from madang.services.disputes.transactions import File, VoucherPayment
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Bind, Buy, Draw
from tests.base.cards.scene import CARD, SERVER, SERVICE
from tests.services.vouchers.everything import DAY, FULL, SIBLING, grant, pay, paying, payments, row, view, world_of
from tests.services.vouchers.test_attacker import asked, forms, linked
from tests.services.vouchers.test_paying import code_of, collecting
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, INSTITUTIONS, new_key, officer, quorum
from tests.support.signing import Wallet, envelope
from tests.support.world import START, World

GRANTED, BOUGHT, PRICE = 123_457, 70_010, 63_009
AT_ONCE, HELD, BY_CARD, BY_DELEGATE, BILL = 13_331, 11_117, 9_973, 7_919, 5_557
CUSTOMER, EVIDENCE, STATEMENT = "c" * 64, "e" * 64, "5" * 64
CARDS_PARTY = party_of_card(CARD.kid)
TOGETHER = ("bakery", CHUL.party, "grocer", "desk", officer("desk").party)
"""Each knows what was its own: the bakery a delivery, a code and Chul's purchase, the grocer a bill and one more."""


@dataclass
class Met:
    """The world, Alice's vouchers, and what was sent, by name: the payload, its id and what it wrote."""

    world: World
    granted: str = ""
    bought: str = ""
    appeal: str = ""
    case: str = ""
    sent: dict[str, tuple[bytes, str, list[tuple[bytes, bytes | None]]]] = field(default_factory=dict)

    def send(self, name: str, act: Any, by: list[Wallet]) -> None:
        """One act, accepted and remembered."""
        payload = self.world.payload(act)
        (result,) = self.world.send(envelope(payload, by))
        assert result.outcome == "accepted", result
        self.sent[name] = payload, result.id, self.world.entries[-1].writes


@pytest.fixture(scope="module")
def met() -> Met:
    world = world_of()
    one = Met(world)
    services: list[Any] = [new_key(SERVER)]
    appointed = AppointInstitution(by="operator", party=SERVICE, roles=["card_service"], threshold=1, officers=services)
    world.accept(appointed, by=quorum("operator"))
    world.accept(Stock(by=SERVICE, keys=[CARD.public_key]), by=SERVER)
    bound = BindCard(by="desk", card=CARD.kid, holder=ALICE.party, per_payment=50_000, per_day=50_000)
    world.accept(bound, by=[officer("desk"), ALICE])
    terms = SetTerms(by="ministry", programme=FULL, days=14, until=START + 30 * DAY, offices=["desk"])
    world.accept(terms, by=quorum("ministry"))
    one.granted, _ = grant(world, row("secret-1", amount=GRANTED), row("secret-2", BORA.party, amount=222_221))
    world.accept(Buy(by=ALICE.party, programme=FULL, amount=BOUGHT, price=PRICE), by=ALICE)
    (one.bought,) = (own.number for own in queries.own_vouchers(world.state(), ALICE.party, FULL) if own.price)
    one.send("hold", paying((one.granted, HELD), later=True, order="order-hold"), [ALICE])
    code = code_of(77)
    shown = Present(by=CARDS_PARTY, code=code_digest(code), programme=FULL, limit=BY_CARD, until=world.time + 180)
    one.send("code", shown, [CARD])
    world.accept(collecting(code, BY_CARD), by=BAKERY)
    scope = Scope(acts=["vouchers.pay"], per_use=BY_DELEGATE, total=40_009, until=world.time + DAY)
    one.send("mandate", Mandate(by=ALICE.party, delegate=CHUL.party, scope=scope), [ALICE])
    pay(world, (one.bought, BY_DELEGATE), by=CHUL, holder=ALICE.party, order="order-delegate")
    world.accept(Bind(by=ALICE.party, programme=FULL, voucher=one.granted, customer=CUSTOMER), by=ALICE)
    bill = Draw(
        by="grocer",
        programme=FULL,
        merchant="grocer",
        order="bill",
        customer=CUSTOMER,
        vouchers=[one.granted],
        amount=BILL,
    )
    world.accept(bill, by=GROCER)
    pay(world, (one.granted, AT_ONCE), merchant="grocer", order="order-grocer")
    appeal = Lodge(
        by=ALICE.party, programme=FULL, matter="amount", ground="income_change", office="desk", evidence=[EVIDENCE]
    )
    one.send("appeal", appeal, [ALICE])
    (one.appeal,) = keys(one, "appeal", b"appeals.appeal\0")
    disputed = VoucherPayment(programme=FULL, payment=payments(world, "grocer")[-1].payment)
    filing = File(
        by=ALICE.party,
        holder=ALICE.party,
        payee="grocer",
        ground="unauthorised",
        amount=AT_ONCE,
        statement=STATEMENT,
        voucher=disputed,
    )
    one.send("dispute", filing, [ALICE])
    (one.case,) = keys(one, "dispute", b"disputes.case\0")
    return one


def keys(met: Met, name: str, table: bytes) -> list[str]:
    """Under which keys of a table something that was sent wrote."""
    return [key[len(table) :].decode() for key, _ in met.sent[name][2] if key.startswith(table)]


# ---------------------------------------------------------------------------------------------- what they are told


def told(met: Met, *readers: str) -> bytes:
    """Every answer to each of these, asked about everybody and everything they could have heard of."""
    people = [ALICE.party, BORA.party, CHUL.party, CARDS_PARTY]
    names = [*INSTITUTIONS, SERVICE, "bakery", "grocer", FULL, SIBLING, *people]
    guesses: dict[str, list[Any]] = {
        "name": [*names, met.granted, met.bought],
        "holder": people,
        "card": [CARD.kid],
        "programme": [FULL],
        "number": [met.granted, met.bought, met.appeal],
        "case": [met.case],
        "reference": ["secret-1"],
        "references": ["secret-1"],
        "merchant": ["bakery", "grocer"],
        "institution": list(INSTITUTIONS),
        "since": [START],
        "time": [START + DAY],
        "at": [START + DAY],
        "height": [1],
        "register": ["legal-dong"],
        "code": ["2611010100"],
        "region": ["26"],
        "digest": [EVIDENCE],
        "reason": ["spend.enough"],
        "account": [ALICE.party],
        "party": people,
        "day": [1],
    }
    return b"".join(asked(met.world.state(), guesses | {"reader": [reader]}, reader) for reader in readers)


def balances(met: Met) -> dict[str, Any]:
    """What Alice was granted, bought, and has left."""
    left = [view(met.world, number).left for number in (met.granted, met.bought)]
    return {"granted": GRANTED, "bought": BOUGHT, "price": PRICE, "left": left[0], "left of the bought": left[1]}


def found(secrets: dict[str, Any], in_bytes: bytes) -> list[str]:
    """The names of what can be read in there, in whatever form."""
    return [name for name, secret in secrets.items() if any(form in in_bytes for form in forms(secret))]


def test_together_they_learn_neither_what_she_was_granted_nor_what_is_left(met):
    assert found(balances(met), told(met, *TOGETHER)) == []


def test_she_herself_is_told_all_of_it(met):
    """The control: the same questions, asked by her."""
    assert found(balances(met), told(met, ALICE.party)) == list(balances(met))


@pytest.mark.parametrize(
    ("reader", "others"),
    [
        ("bakery", {"at the grocer": AT_ONCE, "the bill": BILL, "evidence": EVIDENCE, "statement": STATEMENT}),
        (
            CHUL.party,
            {"held": HELD, "by card": BY_CARD, "at the grocer": AT_ONCE, "the bill": BILL, "evidence": EVIDENCE},
        ),
        ("grocer", {"held": HELD, "by card": BY_CARD, "the delegate's": BY_DELEGATE, "evidence": EVIDENCE}),
        ("desk", {"held": HELD, "by card": BY_CARD, "the delegate's": BY_DELEGATE, "the bill": BILL}),
    ],
    ids=["bakery", "delegate", "grocer", "desk"],
)
def test_nobody_is_told_of_a_purchase_or_a_paper_that_was_not_theirs(met, reader, others):
    assert found(others, told(met, reader)) == []


def test_whose_they_were_are_told(met):
    """The control: each of these is somewhere to be read, by whom it concerns."""
    assert found({"held": HELD, "by card": BY_CARD, "the delegate's": BY_DELEGATE}, told(met, "bakery")) == [
        "held",
        "by card",
        "the delegate's",
    ]
    assert found({"bill": BILL, "at once": AT_ONCE}, told(met, "grocer")) == ["bill", "at once"]
    assert found({"evidence": EVIDENCE}, told(met, officer("desk").party)) == ["evidence"]
    assert found({"evidence": EVIDENCE, "statement": STATEMENT}, told(met, ALICE.party)) == ["evidence", "statement"]


# ------------------------------------------------------------------------------------------------- what links her


def views(met: Met, *, voucher: bool) -> dict[str, list[dict[str, Any]]]:
    """What both shops see, and with `voucher` one thing more that they must not."""
    state = met.world.state()
    seen = {
        shop: [msgspec.to_builtins(one) for one in queries.shop_payments(state, shop, FULL)]
        for shop in ("bakery", "grocer")
    }
    if voucher:
        table = compiled(state, state.get(PROGRAMMES, FULL)).tables["payment"]
        for shop, payment in ((shop, one) for shop, found in seen.items() for one in found):
            payment["voucher"] = state.get(table, FULL, "payment", f"{shop}/{payment['payment']}/0").voucher
    return seen


def test_two_shops_can_not_tell_that_a_delivery_a_code_and_a_bill_were_one_persons(met):
    seen = views(met, voucher=False)
    assert [len(one) for one in seen.values()] == [3, 2]
    assert linked(seen) == set()


def test_if_they_saw_the_voucher_they_could(met):
    assert linked(views(met, voucher=True)) == set(itertools.product((HELD, BY_CARD), (BILL, AT_ONCE)))


# --------------------------------------------------------------------------------------- what public digests hide


def explained(met: Met, name: str, place: bytes, candidates: list[bytes], ids: list[str]) -> list[bytes]:
    """Which of these records, under one of these ids, explains the public digest of what a transaction wrote.

    Whoever tries is told all else that was written.
    """
    payload, identifier, writes = met.sent[name]
    public = hashlib.sha256(msgspec.msgpack.encode(writes)).digest()
    (mark_key,) = [key for key, _ in writes if key.startswith(MARKS.prefix)]
    mark: Any = MARKS.decode(dict(writes)[mark_key])
    good = []
    for tried in ids:
        guessed = payload.replace(identifier.encode(), tried.encode())
        forged = MARKS.encode(msgspec.structs.replace(mark, payload_hash=hashlib.sha256(guessed).digest()))
        forged_key = MARKS.key(json.loads(payload)["not_after"], bytes.fromhex(tried))
        rest = [(key, value) for key, value in writes if key not in (place, mark_key)]
        for candidate in candidates:
            made = sorted([*rest, (place, candidate), (forged_key, forged)])
            if hashlib.sha256(msgspec.msgpack.encode(made)).digest() == public:
                good.append(candidate)
    return good


def held_candidates(met: Met) -> tuple[bytes, list[bytes]]:
    """Alice's voucher as it was after the delivery was ordered, under each grant that there could have been."""
    state = met.world.state()
    table = compiled(state, state.get(PROGRAMMES, FULL)).tables["voucher"]
    place = RECORDS.key(FULL, "voucher", met.granted)
    written = table.decode(dict(met.sent["hold"][2])[place])
    grants = [GRANTED, 222_221, 100_000, 300_000]
    made = [msgspec.structs.replace(written, granted=whole, left=whole - HELD) for whole in grants]
    return place, [table.encode(one) for one in made]


def code_candidates(met: Met) -> tuple[bytes, list[bytes]]:
    """The code that a card showed, as each of three people's."""
    place = PRESENTATIONS.key(CARDS_PARTY)
    shown: Any = PRESENTATIONS.decode(dict(met.sent["code"][2])[place])
    people = (ALICE.party, BORA.party, CHUL.party)
    return place, [PRESENTATIONS.encode(msgspec.structs.replace(shown, holder=one)) for one in people]


def mandate_candidates(met: Met) -> tuple[bytes, list[bytes]]:
    """What a delegate may spend, as any of some sums."""
    place = MANDATES.key(ALICE.party, CHUL.party, "")
    given: Any = MANDATES.decode(dict(met.sent["mandate"][2])[place])
    return place, [MANDATES.encode(msgspec.structs.replace(given, total=total)) for total in (40_009, 50_000, 100_000)]


HIDDEN = [("hold", held_candidates), ("code", code_candidates), ("mandate", mandate_candidates)]


@pytest.mark.parametrize(("name", "candidates"), HIDDEN, ids=[name for name, _ in HIDDEN])
def test_a_public_digest_gives_nothing_away_but_to_who_has_the_id(met, name, candidates):
    place, tried = candidates(met)
    texts = [ALICE.party, CARD.kid, "bakery", met.granted, code_of(77), "order-hold", FULL]
    derived = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
    assert explained(met, name, place, tried, [*derived, "0" * 32]) == []
    assert explained(met, name, place, tried, [met.sent[name][1]]) == [tried[0]]
