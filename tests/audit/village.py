"""A small ledger on disk for those who check ledgers: people, banks, the coupon, payments, refunds, refusals.

`Village(folder)` begins one with the machine's own rules and real signatures; `live(rounds)` lets time pass in it.
"""

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Register
from madang.base.money.transactions import Pay
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.engine.genesis import Genesis
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore, Store
from madang.kernel.machine import Result
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, Grant, PayOut, Refund
from tests.services.vouchers.scene import BUSAN, COUPON, OPENS, SEOUL, documents, facts, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, funds, genesis, officer, quorum, residents
from tests.support.proofs import vouched
from tests.support.signing import ORIGIN, SITE, Wallet, envelope

CHAIN = "madang-village"


def founding(interval: int = 0, delay: int = 3) -> bytes:
    """The genesis document."""
    _, kind, programme, kind_digest, programme_digest = documents()
    acts: list[Act] = [
        *genesis(),
        *residents(),
        *funds(),
        PublishRegister(by="operator", register="legal-dong", version=1, codes=[BUSAN, SEOUL], since=0),
        Register(by="operator", entries=[Entry(merchant="bakery", facts=facts(BUSAN))]),
        Draft(by="ministry", programme=COUPON, bank="treasury-bank", kind=kind, document=programme),
        Approve(
            by="ministry",
            programme=COUPON,
            bank="treasury-bank",
            kind=kind_digest,
            document=programme_digest,
            authorities=["welfare"],
        ),
        PublishProgramme(by="operator", programme=COUPON, proof=vouched(kind_digest, programme_digest)),
        Open(by="ministry", programme=COUPON),
        Fund(by="ministry", programme=COUPON, amount=10_000_000),
    ]
    return msgspec.json.encode(
        Genesis(
            chain=CHAIN,
            time=OPENS,
            site=SITE,
            origins=[ORIGIN],
            snapshot_interval=interval,
            snapshot_delay=delay,
            acts=msgspec.Raw(msgspec.json.encode(acts)),
        )
    )


class Village:
    """A ledger in `folder`/store, driven block by block. `signed` is each block's seconds and transactions."""

    def __init__(self, folder: Path, *, interval: int = 0, delay: int = 3, store: Store | None = None) -> None:
        self.folder = folder
        self.store = store or RocksStore(folder / "store")
        Ledger.create(self.store, MODULES, founding(interval, delay))
        self.ledger = Ledger.open(self.store, MODULES, folder / "snapshots")
        self._chance = random.Random(1)
        self._ids = 0
        self._vouchers: list[str] = []
        self.signed: list[tuple[int, list[bytes]]] = []

    def close(self) -> None:
        """Release the store."""
        self.ledger.snapshots.close()
        self.store.close()

    def reopen(self) -> None:
        """Open the same folder again, as after a crash."""
        self.store = RocksStore(self.folder / "store")
        self.ledger = Ledger.open(self.store, MODULES, self.folder / "snapshots")

    def state(self) -> State:
        """State after the last block."""
        return State(self.ledger.working)

    def sign(self, *acts: Act, by: Wallet | Sequence[Wallet]) -> bytes:
        """A signed transaction of these acts."""
        self._ids += 1
        identifier = hashlib.sha256(self._ids.to_bytes(8, "big")).hexdigest()[:32]
        payload = {"chain": CHAIN, "id": identifier, "not_after": self.ledger.tip.time + 120, "acts": acts}
        return envelope(msgspec.json.encode(payload), [by] if isinstance(by, Wallet) else list(by))

    def block(self, *signed: bytes, seconds: int = 1) -> list[Result]:
        """Execute transactions in a block, `seconds` later, and make it durable."""
        block = self.ledger.begin(self.ledger.tip.time + seconds)
        results = [block.execute(self.ledger.machine.read(one)) for one in signed]
        self.signed.append((seconds, list(signed)))
        self.ledger.write(self.ledger.seal(block))
        return results

    def follow(self, other: "Village") -> None:
        """Make the same blocks as another village did."""
        for seconds, signed in other.signed[len(self.signed) :]:
            self.block(*signed, seconds=seconds)

    def live(self, rounds: int) -> None:
        """Grant, pay, refuse, move and refund for some rounds of one block each."""
        if not self._vouchers:
            grants = Grant(by="ministry", programme=COUPON, rows=[row("r1", ALICE.party), row("r2", BORA.party)])
            self.block(self.sign(grants, by=officer("ministry")))
            self._vouchers = [
                str(queries.granted(self.state(), "ministry", COUPON, reference)) for reference in ("r1", "r2")
            ]
        for _ in range(rounds):
            self.block(*self._round(), seconds=self._chance.choice((1, 7, 45)))

    def _round(self) -> list[bytes]:
        first, second = self._vouchers
        amount = self._chance.randrange(1, 50)
        signed = [
            self.sign(pay({first: amount}), by=ALICE),
            self.sign(pay({second: amount}, by=BORA.party, own=amount), by=BORA),
            self.sign(Pay(by=ALICE.party, to=CHUL.party, amount=amount), by=ALICE),
            self.sign(Pay(by=CHUL.party, to=ALICE.party, amount=2 * amount), by=CHUL),
            self.sign(pay({second: amount}), by=ALICE),
        ]
        found = queries.shop_payments(self.state(), "bakery", COUPON)
        if found and self._chance.random() < 0.5:
            back = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=found[0].payment, amount=1)
            signed.append(self.sign(back, by=BAKERY))
        if self._chance.random() < 0.2:
            signed.append(
                self.sign(PayOut(by="ministry", programme=COUPON, merchants=["bakery"]), by=quorum("ministry"))
            )
        return signed
