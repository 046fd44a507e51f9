"""The town that browsers visit: a genesis document of today with an open coupon, shops, offices and people with keys.

Whoever is in `tests.support.cast` is here too, with the same keys. A browser gets somebody's key by `Browser.be`.
"""

import hashlib
import time
from collections.abc import Sequence
from functools import cache

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Register
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.contract import canonical, digest
from madang.demo import stage
from madang.engine.genesis import write_genesis
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import Fund, Grant, GrantRow
from tests.browser import holders
from tests.services.vouchers.scene import BUSAN, COUPON, SEOUL, facts
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, funds, genesis, residents
from tests.support.proofs import vouched
from tests.support.signing import wallet

CHAIN = "madang-town"
LOG = "town.example/log"
SITE = "localhost"
TILL = wallet("bakery till")
"""A till of the bakery, once the bakery has added it: `ledger.add_till`."""
NAMES = {"bakery": "동네 빵집", "grocer": "동네 슈퍼"}
__all__ = [
    "ALICE",
    "BAKERY",
    "BORA",
    "BUSAN",
    "CHUL",
    "COUPON",
    "GROCER",
    "MODULES",
    "NAMES",
    "SEOUL",
    "TILL",
    "document",
]


@cache
def began() -> int:
    """When this town's ledger begins: an hour ago."""
    return int(time.time()) - 3_600


def subject(name: str) -> str:
    """The keyed digest by which an authority knows somebody."""
    return hashlib.sha256(f"town key/{name}".encode()).hexdigest()


def document(origin: str, more: Sequence[Act] = (), start: int = 0) -> bytes:
    """The genesis document of a ledger whose pages are at `origin`; `more` are further acts at its end.

    It begins at the second `start`, or an hour ago.
    """
    start = start or began()
    kind, programme = stage.coupon(start - stage.MORNING)
    kind_digest, programme_digest = digest(kind).hex(), digest(programme).hex()
    acts = [
        *genesis(),
        *residents(),
        *funds(),
        PublishRegister(by="operator", register="legal-dong", version=1, codes=[BUSAN, SEOUL], since=0),
        Register(
            by="operator",
            entries=[Entry(merchant="bakery", facts=facts(BUSAN)), Entry(merchant="grocer", facts=facts(SEOUL))],
        ),
        Draft(
            by="ministry",
            programme=COUPON,
            bank="treasury-bank",
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        ),
        Approve(by="ministry", programme=COUPON, bank="treasury-bank", kind=kind_digest, document=programme_digest),
        PublishProgramme(by="operator", programme=COUPON, proof=vouched(kind_digest, programme_digest)),
        Open(by="ministry", programme=COUPON),
        Fund(by="ministry", programme=COUPON, amount=10_000_000),
        Grant(
            by="ministry",
            programme=COUPON,
            rows=[
                GrantRow(
                    reference="r-alice", amount=150_000, region="26", holder=ALICE.party, subjects=[subject("alice")]
                ),
                GrantRow(
                    reference="r-chul", amount=300_000, region="11", holder=CHUL.party, subjects=[subject("chul")]
                ),
            ],
        ),
        *holders.acts(kind, start),
        *more,
    ]
    return write_genesis(CHAIN, start, SITE, [origin], acts, snapshot_interval=0)
