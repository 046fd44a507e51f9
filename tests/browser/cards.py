"""Cards in the town: a card service whose pads are the pages of the same server, and blank cards that it stocked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.base.cards.transactions import Stock
from madang.base.parties.transactions import AppointInstitution
from madang.cards import CardService, Store, Vault, make_master_key
from madang.cards.service import NewCard
from tests.browser.conftest import Served
from tests.support.cast import new_key, officers

SERVICE = "card-service"


@contextmanager
def served_with_cards(folder: Path, count: int) -> Iterator[tuple[Served, list[NewCard]]]:
    """A town with so many blank cards, served with their pads."""
    master_key, store = folder / "master.key", folder / "cards"
    vault = Vault(make_master_key(master_key))
    opened = Store.make(store, vault.mark)
    made = CardService(opened, vault).make(count)
    opened.close()
    appoint = AppointInstitution(
        by="operator",
        party=SERVICE,
        roles=["card_service"],
        threshold=1,
        officers=[new_key(one) for one in officers(SERVICE)],
    )
    stock = Stock(by=SERVICE, keys=[one.public_key for one in made])
    served = Served(folder / "node", [appoint, stock], ["--cards", str(store), "--master-key", str(master_key)])
    served.start()
    try:
        yield served, made
    finally:
        served.stop()
