"""Every refusal of cards as a table in order of precedence, and what giving out, blocking and resetting do."""

from typing import Any

import msgspec
import pytest

from madang.base.cards import MODULE, queries
from madang.base.cards import state as tables
from madang.base.cards.state import DAY, MAX_RESETS, RESET_DAYS, WAIT, Card, Holding, Waiting
from madang.base.money.transactions import OpenAccounts
from madang.base.parties.ledger import party_of_card
from madang.base.parties.transactions import EnrolKey, Recover, RevokeKey, Suspend
from madang.kernel.authority import PARTIES
from madang.kernel.errors import Malformed
from madang.kernel.module import InvariantBroken
from tests.base.cards.scene import (
    CARD,
    CARDS,
    DESK,
    FIRST,
    SECOND,
    SERVER,
    SERVICE,
    SPARE,
    THIRD,
    WITH_ALICE,
    bind,
    block,
    cards_world,
    code,
    new_pin,
    present,
    reset,
    stock,
    taking,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import START

UNKNOWN = wallet("no card")
BOUND = [(bind(), WITH_ALICE)]
BLOCKED = [*BOUND, (block(), FIRST)]
GONE = [(Suspend(by="bank-a", party=ALICE.party), officer("bank-a"))]
RESETS = [(reset(), FIRST)] * MAX_RESETS

# What happens before, then the code, the act that is refused so, and who signs.
CASES = [
    ([], "authority.not_signed", stock(UNKNOWN), FIRST),
    ([], "cards.not_service", stock(UNKNOWN, by="desk"), FIRST),
    ([], "cards.not_service", stock(CARD, by="operator"), quorum("operator")),
    ([], "parties.key_taken", stock(UNKNOWN, CARD), SERVER),
    ([], "parties.key_taken", stock(UNKNOWN, UNKNOWN), SERVER),
    ([], "authority.not_signed", bind(), ALICE),
    ([], "cards.not_desk", bind(UNKNOWN, by="bank-a"), quorum("bank-a")),
    ([], "cards.not_desk", bind(by=ALICE.party), ALICE),
    ([], "cards.not_desk", bind(by=SERVICE), [SERVER, ALICE]),
    ([], "cards.two_signatures", bind(UNKNOWN), FIRST),
    ([], "cards.two_signatures", bind(), [FIRST, BORA, officer("bank-a"), SERVER]),
    ([], "cards.two_signatures", bind(holder=None), [FIRST, ALICE]),
    ([], "cards.unknown", bind(UNKNOWN, holder="nobody"), DESK),
    (BOUND, "cards.not_blank", bind(holder="nobody"), DESK),
    (BLOCKED, "cards.not_blank", bind(), DESK),
    ([], "cards.not_person", bind(holder="nobody", per_payment=30_000), DESK),
    ([], "cards.not_person", bind(holder="bakery"), [FIRST, BAKERY]),
    ([], "cards.not_person", bind(holder=FIRST.party), DESK),
    ([], "cards.not_person", bind(holder=SPARE.kid), DESK),
    (GONE, "cards.not_person", bind(), DESK),
    ([], "cards.limits", bind(per_payment=25_001), DESK),
    ([], "cards.unknown", block(UNKNOWN), FIRST),
    (BOUND, "cards.not_yours", block(by=BORA.party), BORA),
    (BOUND, "cards.not_yours", block(by=FIRST.party), FIRST),
    (BOUND, "cards.not_yours", block(by=SERVICE), SERVER),
    (BOUND, "authority.unknown_party", block(by=CARD.kid), CARD),
    ([], "cards.not_yours", block(by=ALICE.party), ALICE),
    ([], "cards.not_bound", block(), FIRST),
    (BLOCKED, "cards.not_bound", block(by=ALICE.party), ALICE),
    (BOUND, "cards.not_desk", reset(UNKNOWN, by=SERVICE), SERVER),
    (BOUND, "cards.not_desk", reset(by=ALICE.party), ALICE),
    (BOUND, "cards.unknown", reset(UNKNOWN), FIRST),
    ([], "cards.not_bound", reset(), FIRST),
    (BLOCKED, "cards.not_bound", reset(), FIRST),
    ([*BOUND, *RESETS], "cards.too_many_resets", reset(), DESK),
    (BOUND, "cards.not_desk", new_pin(UNKNOWN, by=ALICE.party), ALICE),
    (BOUND, "cards.unknown", new_pin(UNKNOWN), FIRST),
    (BLOCKED, "cards.not_bound", new_pin(), FIRST),
    (BOUND, "cards.two_signatures", new_pin(), FIRST),
    (BOUND, "cards.two_signatures", new_pin(), [FIRST, BORA, CARD]),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = cards_world()
    for step, signers in before:
        world.accept(step, by=signers)
    world.refuse(code, act, by=by)
    world.check()


def present_cases():
    machine = officer("ministry")
    yield [], 0, "cards.not_own_key", {"by": "ministry"}, machine
    yield [], 0, "cards.not_presenter", {"by": machine.party, "seconds": 0}, machine
    yield [], 0, "cards.not_presenter", {"by": "bakery"}, BAKERY
    yield [], 0, "cards.not_presenter", {"by": CARD.kid, "seconds": 0}, CARD
    yield BLOCKED, 0, "cards.not_presenter", {"by": CARD.kid}, CARD
    yield [*BOUND, *GONE], 0, "cards.not_presenter", {"by": CARD.kid}, CARD
    yield [*BOUND, (bind(SPARE), WITH_ALICE)], 0, "cards.not_presenter", {"by": CARD.kid}, CARD
    yield [], 0, "cards.until", {"seconds": 0}, ALICE
    yield [], 0, "cards.until", {"seconds": 181}, ALICE
    yield [(bind(), DESK)], WAIT - 1, "cards.not_yet", {"by": CARD.kid, "limit": 10_001}, CARD
    yield [*BOUND, (new_pin(), DESK)], WAIT - 1, "cards.not_yet", {"by": CARD.kid}, CARD
    yield BOUND, 0, "cards.per_payment", {"by": CARD.kid, "limit": 10_001}, CARD


@pytest.mark.parametrize(("before", "seconds", "code", "members", "by"), list(present_cases()))
def test_refusals_of_presenting(before, seconds, code, members, by):
    world = cards_world()
    for step, signers in before:
        world.accept(step, by=signers)
    world.advance(seconds)
    world.refuse(code, present(world, **members), by=by)
    world.check()


def card_of(world, holder: str = ALICE.party):
    return queries.card_of(world.state(), holder, holder)


def test_a_card_that_the_person_signed_for_works_at_once():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    assert card_of(world) == queries.CardView(CARD.kid, 10_000, 25_000, START)
    world.accept(present(world, CARD.kid), by=CARD)
    world.check()


def test_a_card_that_two_officers_gave_out_alone_waits_and_the_person_blocks_it_meanwhile():
    world = cards_world()
    world.accept(bind(), by=DESK)
    assert card_of(world).works_from == START + WAIT
    world.advance(WAIT)
    kept = world.fork()
    kept.accept(present(kept, CARD.kid), by=CARD)
    world.accept(block(by=ALICE.party), by=ALICE)
    world.refuse("cards.not_presenter", present(world, CARD.kid), by=CARD)
    assert card_of(world) is None
    world.check()


def test_somebody_new_without_a_phone_gets_a_card_that_works_at_once_and_keys_later():
    world = cards_world()
    world.accept(bind(holder=None), by=DESK)
    newcomer = world.state().get(tables.CARDS, CARD.kid).holder
    assert world.state().get(PARTIES, newcomer).roles == ("person",)
    world.accept(present(world, CARD.kid), by=CARD)
    world.accept(taking(), by=BAKERY)
    phone = wallet("a phone at last")
    world.accept(Recover(by="desk", party=newcomer, key=new_key(phone)), by=DESK)
    world.check()


def test_a_new_card_takes_the_place_of_the_former_and_its_code_is_void():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    world.accept(present(world, CARD.kid), by=CARD)
    world.accept(bind(SPARE), by=WITH_ALICE)
    assert card_of(world).card == SPARE.kid
    world.refuse("cards.code", taking(), by=BAKERY)
    assert world.state().get(tables.CARDS, CARD.kid).status == "blocked"
    world.check()


def test_a_call_to_the_desk_blocks_a_lost_card_and_the_code_that_it_showed():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    world.accept(present(world, CARD.kid), by=CARD)
    found = queries.card_of(world.state(), FIRST.party, ALICE.party)
    results = world.send(world.sign(block(by="desk"), by=FIRST), world.sign(taking(), by=BAKERY))
    assert found.card == CARD.kid
    assert [one.code for one in results] == ["", "cards.code"]
    world.check()


def test_tries_are_reset_few_times_a_month():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    for _ in range(MAX_RESETS):
        world.accept(reset(), by=FIRST)
    world.advance(RESET_DAYS * DAY - 1)
    world.refuse("cards.too_many_resets", reset(), by=SECOND)
    world.advance(1)
    world.accept(reset(), by=SECOND)
    assert queries.kept_card(world.state(), SERVICE, CARD.kid).resets == MAX_RESETS + 1
    world.check()


def test_a_new_pin_that_the_person_signed_for_works_at_once():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    world.accept(present(world, CARD.kid), by=CARD)
    world.accept(new_pin(), by=WITH_ALICE)
    assert queries.kept_card(world.state(), SERVICE, CARD.kid) == queries.KeptCard("bound", START, 2, 0)
    world.refuse("cards.code", taking(), by=BAKERY)
    world.accept(present(world, CARD.kid), by=CARD)


def test_a_new_pin_does_not_shorten_the_wait_of_a_card():
    world = cards_world()
    world.accept(bind(), by=DESK)
    world.accept(new_pin(), by=WITH_ALICE)
    assert card_of(world).works_from == START + WAIT


def test_who_reads_what_of_a_card():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    state = world.state()
    may_see = {ALICE.party, "desk", *(one.party for one in (FIRST, SECOND, THIRD))}
    may_keep = {SERVICE, SERVER.party, party_of_card(CARD.kid)}
    everybody = [
        *may_see,
        *may_keep,
        BORA.party,
        CHUL.party,
        "bakery",
        "bank-a",
        "operator",
        party_of_card(SPARE.kid),
        CARD.kid,
        "nobody",
    ]
    everybody += [officer("bank-a").party, officer("audit-board").party]
    assert {one for one in everybody if queries.card_of(state, one, ALICE.party)} == may_see
    assert {one for one in everybody if queries.kept_card(state, one, CARD.kid)} == may_keep
    assert queries.card_of(state, BORA.party, BORA.party) is None
    assert queries.kept_card(state, SERVICE, UNKNOWN.kid) is None
    assert queries.kept_card(state, SERVICE, SPARE.kid) == queries.KeptCard("blank", 0, 0, 0)


def test_nobody_at_a_desk_or_bank_gets_at_the_key_of_a_card():
    """No act can name the party that a card's key signs as. Nor has Alice's card made Alice theirs."""
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    fresh = new_key(wallet("a key of an officer's"))
    for institution in ("desk", "bank-b", "operator", "ministry", SERVICE):
        signers = [SERVER] if institution == SERVICE else quorum(institution)
        for target, refusal in ((ALICE.party, "parties.not_yours"), (CARD.kid, "parties.unknown_party")):
            world.refuse(refusal, Recover(by=institution, party=target, key=fresh), by=signers)
            world.refuse(refusal, RevokeKey(by=institution, party=target, key=target), by=signers)
        with pytest.raises(Malformed, match=r"json\.invalid"):
            world.submit(Recover(by=institution, party=party_of_card(CARD.kid), key=fresh), by=signers)
    world.refuse("parties.unknown_party", Suspend(by="desk", party=CARD.kid), by=FIRST)
    for signers in (DESK, quorum("bank-a"), [SERVER]):
        world.refuse("authority.not_signed", EnrolKey(by=ALICE.party, key=fresh), by=signers)
    world.check()


def test_no_card_has_money_of_its_own():
    world = cards_world()
    world.refuse("money.no_party", OpenAccounts(by="bank-a", owners=[CARD.kid]), by=officer("bank-a"))


def test_a_stock_is_bounded_and_keys_are_points():
    world = cards_world()
    for acts in (stock(), stock(*[UNKNOWN] * 1_001)):
        with pytest.raises(Malformed, match=r"json\.invalid"):
            world.submit(acts, by=SERVER)
    off = msgspec.structs.replace(stock(UNKNOWN), keys=["A" * 86])
    world.refuse("key.invalid", off, by=SERVER)


def test_all_cards_and_codes_look_alike():
    """Of a rich and a poor holder's card, and of a phone's code, the same form: nothing in them tells them apart."""
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    world.accept(bind(SPARE, holder=None, per_payment=500_000, per_day=500_000), by=DESK)
    world.accept(present(world, CARD.kid, "card", 1_000), by=CARD)
    world.accept(present(world, SPARE.kid, "spare", 400_000), by=SPARE)
    world.accept(present(world, ALICE.party, "phone"), by=ALICE)
    assert {len(code(seed)) for seed in ("card", "spare", "phone")} == {26}
    assert {len(card.kid) for card in CARDS} == {43}


def test_the_laws_see_what_is_wrong():
    world = cards_world()
    world.accept(bind(), by=WITH_ALICE)
    world.accept(present(world), by=ALICE)
    held, waiting = MODULE.invariants
    good = world.state().get(tables.CARDS, CARD.kid)
    replace = msgspec.structs.replace
    changes: list[tuple[Any, Any, Any, str]] = [
        (held, tables.CARDS, good, SPARE.kid),
        (held, tables.CARDS, replace(good, holder="", status="blank"), CARD.kid),
        (held, tables.CARDS, replace(good, holder=""), CARD.kid),
        (held, tables.CARDS, replace(good, spent=25_001), CARD.kid),
        (held, tables.CARDS, replace(good, holder="bakery"), CARD.kid),
        (held, tables.CARDS, Card(SERVICE, "blank"), ALICE.party),
        (held, tables.HOLDINGS, Holding(CARD.kid), BORA.party),
        (waiting, tables.CODES, Waiting(ALICE.party), "00" * 32),
        (waiting, tables.PRESENTATIONS, None, ALICE.party),
    ]
    for law, table, record, key in changes:
        state = world.state()
        law(state)
        state.put(table, record, key)
        with pytest.raises(InvariantBroken):
            law(state)
