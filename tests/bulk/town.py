"""Where bulk grants are tested: a coupon that is open until 2099, on the toy engine and on a real node."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path

from madang.app import MODULES
from madang.base.money.transactions import IssueCurrency, IssueTokens
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.contract import canonical, digest, read_kind, read_programme
from madang.engine.genesis import write_genesis
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, GrantRow
from tests.support import cast
from tests.support.cast import ALICE, officer
from tests.support.proofs import vouched_for
from tests.support.signing import ORIGIN, SITE
from tests.support.world import START, World

COUPON = "consumption-coupon-2025"
CHAIN = "test-chain"
BUDGET = 20_000_000_000
_DOCUMENTS = Path(__file__).parents[2] / "src/madang/contract/documents"


def acts(budget: int = BUDGET) -> list[Act]:
    """Genesis: the cast with money, and the open coupon with this budget in escrow."""
    kind = read_kind((_DOCUMENTS / "voucher.yaml").read_text())
    text = (_DOCUMENTS / "consumption-coupon-2025.yaml").read_text().replace("closes: 2025-12-01", "closes: 2099-12-01")
    text = text.replace("subject: person", "subject: anyone")
    programme = read_programme(text, kind)
    return [
        *cast.genesis(),
        *cast.residents(),
        *cast.funds(),
        IssueCurrency(by="central-bank", bank="treasury-bank", amount=2_000_000_000),
        IssueTokens(by="treasury-bank", account="ministry", amount=BUDGET, reference="budget"),
        Draft(
            by="ministry",
            programme=COUPON,
            bank="treasury-bank",
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        ),
        Approve(
            by="ministry",
            programme=COUPON,
            bank="treasury-bank",
            kind=digest(kind).hex(),
            document=digest(programme).hex(),
            authorities=["welfare"],
        ),
        PublishProgramme(by="operator", programme=COUPON, proof=vouched_for(kind, programme)),
        Open(by="ministry", programme=COUPON),
        Fund(by="ministry", programme=COUPON, amount=budget),
    ]


def genesis(time: int = START) -> bytes:
    """The same as a document."""
    return write_genesis(CHAIN, time, SITE, [ORIGIN], acts())


@cache
def _made(budget: int) -> World:
    world = World(MODULES, acts(budget))
    world.send()
    return world


class ToyTarget:
    """The toy engine as a target. `sent` are transactions; a test may replace `submit` or `granted`."""

    def __init__(self, budget: int = BUDGET, signer: str = "ministry", reader: str = "ministry") -> None:
        self.world = _made(budget).fork()
        self.sent: list[bytes] = []
        self._officer = officer(signer)
        self._reader = reader
        self.granted: Callable[[str, Sequence[str]], Collection[str]] = self.ask
        self.submit: Callable[[bytes], Result] = self.order

    def ask(self, programme: str, references: Sequence[str]) -> Collection[str]:
        """What `granted` is unless a test replaces it."""
        return queries.granted_many(self.world.state(), self._reader, programme, ",".join(references))

    def sign(self, asked: Sequence[Act]) -> bytes:
        """Signed by one officer."""
        return self.world.sign(*asked, by=self._officer)

    def order(self, signed: bytes) -> Result:
        """What `submit` is unless a test replaces it."""
        self.sent.append(signed)
        return self.world.send(signed)[0]


def digest_of(*parts: object) -> str:
    """64 hexadecimal digits that depend on the parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def waiting(number: int, amount: int = 180_000) -> GrantRow:
    """A row for a letter with a code."""
    return GrantRow(reference=f"r{number:07d}", amount=amount, region="26", code=digest_of("code", number))


def held(number: int, holder: str = ALICE.party, amount: int = 180_000) -> GrantRow:
    """A row for a registered holder."""
    return GrantRow(reference=f"r{number:07d}", amount=amount, region="26", holder=holder)


def as_csv(rows: Sequence[GrantRow]) -> bytes:
    """A file of these rows."""
    lines = ["reference,amount,region,holder,code"]
    lines += [f"{one.reference},{one.amount},{one.region},{one.holder or ''},{one.code or ''}" for one in rows]
    return "\n".join(lines).encode() + b"\n"
