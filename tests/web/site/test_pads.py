"""Pads in the pages: the card service beside a node, on a thread of its own."""

import asyncio

import pytest

from madang.app import MODULES
from madang.base.cards.state import CODES, code_digest
from madang.base.cards.transactions import Bind, Stock
from madang.base.parties.transactions import AppointInstitution
from madang.cards import CardService, Store, Vault, make_master_key
from madang.client.wallet import make_payload
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.web.nodes import open_node
from madang.web.site.pads import Pads
from tests.support.cast import ALICE, new_key, officer, officers
from tests.support.signing import envelope
from tests.web.serving import CHAIN, make_node

PIN, WRONG = "480266", "735591"


@pytest.fixture
def cards(tmp_path):
    """A card, its service's folder and master key, and a node that knows it."""
    master_key, folder = tmp_path / "master.key", tmp_path / "cards"
    vault = Vault(make_master_key(master_key))
    store = Store.make(folder, vault.mark)
    (card,) = CardService(store, vault).make(1)
    store.close()
    appoint = AppointInstitution(
        by="operator",
        party="card-service",
        roles=["card_service"],
        threshold=1,
        officers=[new_key(one) for one in officers("card-service")],
    )
    make_node(tmp_path / "node", [appoint, Stock(by="card-service", keys=[card.public_key])])
    with open_node(tmp_path / "node", MODULES) as node:
        bind = Bind(by="desk", card=card.name, holder=ALICE.party, per_payment=10_000, per_day=20_000)
        payload = make_payload(CHAIN, [bind], node.clock() + 300)
        (result,) = node.engine.submit([envelope(payload, [officer("desk"), ALICE])]).result(60)
        assert isinstance(result, Result), result
        assert result.outcome == "accepted", result
        yield node, card, Pads(folder, master_key)


async def refused(awaited) -> str:
    with pytest.raises(MadangError) as caught:
        await awaited
    return caught.value.code


def test_a_right_pin_gives_a_code_that_waits_on_the_ledger(cards):
    node, card, pads = cards

    async def play():
        pads.open(node)
        try:
            assert await pads.name_of(card.number) == card.name
            assert await refused(pads.name_of("A" * 22)) == "card.unknown"
            assert await refused(pads.present(card.number, PIN, "coupon", 1_000, "till")) == "card.refused"
            assert await refused(pads.choose_pin(card.number, "111111")) == "card.pin_weak"
            await pads.choose_pin(card.number, PIN)
            assert await refused(pads.choose_pin(card.number, PIN)) == "card.pin_not_allowed"
            assert await refused(pads.present(card.number, WRONG, "coupon", 1_000, "till")) == "card.refused"
            assert await refused(pads.present(card.number, PIN, "coupon", 10_001, "till")) == "cards.per_payment"
            shown = await pads.present(card.number, PIN, "coupon", 1_000, "till")
        finally:
            await asyncio.to_thread(pads.close)
        return shown

    shown = asyncio.run(play())
    assert node.state().get(CODES, code_digest(shown.code)) is not None
    view = node.ledger.store.view()
    stored = [*view.scan(b"", b"\xff" * 8), *view.log_scan(b"", b"\xff" * 8)]
    assert len(stored) > 100
    assert not any(card.number.encode() in key + value for key, value in stored)


def test_pads_that_are_not_open_say_so(cards):
    _, card, pads = cards
    assert asyncio.run(refused(pads.name_of(card.number))) == "card.closed"
    pads.close()


def test_a_wrong_master_key_is_told_when_they_open(cards, tmp_path):
    node, _, pads = cards
    other = tmp_path / "other.key"
    make_master_key(other)
    wrong = Pads(tmp_path / "cards", other)
    with pytest.raises(MadangError) as caught:
        wrong.open(node)
    assert caught.value.code == "card.other_master_key"
    wrong.close()
    pads.close()
