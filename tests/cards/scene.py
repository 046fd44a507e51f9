"""A card service on the machine itself: real acts, real signatures, block time for a clock."""

from pathlib import Path

from madang.base.cards import queries
from madang.base.cards.queries import KeptCard
from madang.base.cards.transactions import Bind, Stock
from madang.base.parties.ledger import party_of_card
from madang.cards import CardService, Store, Vault
from madang.cards.service import NewCard
from madang.client import Wallet
from madang.kernel.errors import MadangError
from tests.base.cards.scene import COUPON, DESK, SERVER, SERVICE, WITH_ALICE, cards_world
from tests.support.cast import ALICE
from tests.support.world import World

MASTER = bytes(range(32))
PIN, WRONG = "480266", "735591"
PADS = iter(range(1_000_000))


class MachineLedger:
    """The ledger without a node before it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.submitted: list[bytes] = []

    @property
    def chain(self) -> str:
        return self.world.machine.chain.name

    def kept_card(self, card: Wallet) -> KeptCard | None:
        return queries.kept_card(self.world.state(), party_of_card(card.kid), card.kid)

    def submit(self, signed: bytes) -> None:
        self.submitted.append(signed)
        result = self.world.send(signed)[0]
        if result.outcome != "accepted":
            raise MadangError(result.code, result.message)


class Scene:
    """A service with one card, bound to Alice, whose PIN she chose."""

    def __init__(self, folder: Path, *, with_pin: bool = True) -> None:
        self.world = cards_world()
        self.ledger = MachineLedger(self.world)
        self.folder = folder
        vault = Vault(MASTER)
        self.store = Store.make(folder, vault.mark)
        self.service = CardService(self.store, vault, lambda: self.world.time)
        self.card = self.issue()
        if with_pin:
            self.service.choose_pin(self.card.number, PIN, self.ledger)

    def issue(self, holder: str | None = ALICE.party) -> NewCard:
        """A further card, bound by the desk; the holder's former one is blocked."""
        (made,) = self.service.make(1)
        self.world.accept(Stock(by=SERVICE, keys=[made.public_key]), by=SERVER)
        act = Bind(by="desk", card=made.name, holder=holder, per_payment=10_000, per_day=25_000)
        self.world.accept(act, by=WITH_ALICE if holder else DESK)
        return made

    def present(self, pin: str = PIN, number: str = "", limit: int = 10_000, pad: str = "") -> str:
        """Pay with card and PIN, at a pad of its own if none is named; the code."""
        at = pad or f"pad {next(PADS)}"
        return self.service.present(number or self.card.number, pin, COUPON, limit, at, self.ledger).code
