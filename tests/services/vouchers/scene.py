"""A world in which the consumption coupon of 2025 runs: two shops in Busan, one in Seoul, money in escrow."""

from functools import cache
from pathlib import Path

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Facts, Register
from madang.base.money.transactions import OpenAccounts
from madang.base.parties.transactions import AddTill, NewMerchant, RegisterMerchants
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.contract import Kind, canonical, digest, read_kind, read_programme
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, Grant, GrantRow, Pay, PaymentPart
from tests.support.cast import ALICE, BAKERY, funds, genesis, new_key, officer, residents
from tests.support.proofs import vouched
from tests.support.signing import wallet
from tests.support.world import World

COUPON = "consumption-coupon-2025"
DOCUMENTS = Path(__file__).parents[3] / "src/madang/contract/documents"
OPENS = 1_753_056_000
"""2025-07-21T09:00:00+09:00, as the document says."""
CLOSES = 1_764_514_800
"""2025-12-01T00:00:00+09:00."""
BUSAN, SEOUL = "2611010100", "1111010100"
CENTRE = wallet("centre", party="centre")
"""A shop in Seoul."""
TILL = wallet("bakery till")


@cache
def documents() -> tuple[Kind, str, str, str, str]:
    """Kind, canonical kind and coupon, and their digests."""
    kind = read_kind((DOCUMENTS / "voucher.yaml").read_text())
    # Some here are granted more than anybody in 2025: what one holder may have in all has tests of its own.
    coupon = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text().replace("cap: 550_000", "cap: 100_000_000")
    # Nor must each row name whom it locks; what locks do has tests of its own, and the presets' tests grant with them.
    coupon = coupon.replace("subject: person", "subject: anyone")
    programme = read_programme(coupon, kind)
    texts = canonical(kind).decode(), canonical(programme).decode()
    return kind, *texts, digest(kind).hex(), digest(programme).hex()


def facts(region: str, industry: str = "47121", sales: str = "up_to_1b") -> Facts:
    """A shop's facts."""
    return Facts(region=region, industry=industry, category="5411", sales_class=sales)  # type: ignore[arg-type]


@cache
def _made() -> World:
    _, kind, programme, kind_digest, programme_digest = documents()
    world = World(
        MODULES,
        [
            *genesis(),
            *residents(),
            *funds(),
            RegisterMerchants(by="bank-b", merchants=[NewMerchant(key=new_key(CENTRE), party="centre")]),
            OpenAccounts(by="bank-b", owners=["centre"]),
            PublishRegister(by="operator", register="legal-dong", version=1, codes=[BUSAN, SEOUL], since=0),
            Register(
                by="operator",
                entries=[
                    Entry(merchant="bakery", facts=facts(BUSAN)),
                    Entry(merchant="grocer", facts=facts(BUSAN, sales="over_3b")),
                    Entry(merchant="centre", facts=facts(SEOUL)),
                ],
            ),
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
        ],
        time=OPENS,
    )
    world.accept(AddTill(by="bakery", key=new_key(TILL)), by=BAKERY)
    return world


def coupon_world() -> World:
    """A fresh world at the first second of use, with 10 million won in escrow and nothing granted."""
    return _made().fork()


def grant(world: World, *rows: GrantRow) -> list[str]:
    """Grant rows as the ministry does; the vouchers' numbers."""
    world.accept(Grant(by="ministry", programme=COUPON, rows=list(rows)), by=officer("ministry"))
    return [str(voucher_for(world, row.reference)) for row in rows]


def voucher_for(world: World, reference: str) -> str | None:
    """The voucher that a reference was granted."""
    return queries.granted(world.state(), "ministry", COUPON, reference)


def row(reference: str, holder: str, amount: int = 180_000, region: str = "26") -> GrantRow:
    """A row for a registered holder in Busan."""
    return GrantRow(reference=reference, amount=amount, region=region, holder=holder)


def pay(vouchers: dict[str, int], *, by: str = ALICE.party, merchant: str = "bakery", own: int = 0) -> Pay:
    """A payment with these vouchers."""
    parts = [PaymentPart(voucher=number, amount=amount) for number, amount in vouchers.items()]
    return Pay(by=by, programme=COUPON, merchant=merchant, order="order-1", parts=parts, own=own)
