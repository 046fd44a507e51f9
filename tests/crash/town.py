"""A small town on the coupon, as a genesis document, and the payments that its people make: a function of a number."""

import hashlib
from functools import cache

import msgspec

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Register
from madang.base.money.transactions import IssueTokens, OpenAccounts
from madang.base.parties.transactions import NewMerchant, RegisterMerchants, RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.base.registers.transactions import Publish as PublishRegister
from madang.engine.genesis import write_genesis
from madang.kernel.module import InvariantBroken
from madang.kernel.state import State
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Fund, Grant, GrantRow, Pay, PaymentPart
from tests.services.vouchers.scene import BUSAN, CENTRE, COUPON, OPENS, SEOUL, documents, facts
from tests.support.cast import funds, genesis, new_key, residents
from tests.support.proofs import vouched
from tests.support.signing import ORIGIN, SITE, Wallet, envelope, wallet

CHAIN = "madang-crash"
PAYERS = 8
LOG = "crash.example/log"


def payer(number: int) -> Wallet:
    """One of the people of the town."""
    return wallet(f"crash payer {number % PAYERS}")


@cache
def document(time: int = OPENS) -> bytes:
    """The genesis document: everybody is appointed, the coupon is open, each payer has a voucher and 1,000 won."""
    payers = [payer(number) for number in range(PAYERS)]
    _, kind, programme, kind_digest, programme_digest = documents()
    return write_genesis(
        CHAIN,
        time,
        SITE,
        [ORIGIN],
        [
            *genesis(),
            *residents(),
            *funds(),
            RegisterMerchants(by="bank-b", merchants=[NewMerchant(key=new_key(CENTRE), party="centre")]),
            OpenAccounts(by="bank-b", owners=["centre"]),
            RegisterPeople(by="bank-a", keys=[new_key(one) for one in payers]),
            OpenAccounts(by="bank-a", owners=[one.party for one in payers]),
            *(
                IssueTokens(by="bank-a", account=one.party, amount=1_000, reference=f"town-{number}")
                for number, one in enumerate(payers)
            ),
            PublishRegister(by="operator", register="legal-dong", version=1, codes=[BUSAN, SEOUL], since=0),
            Register(
                by="operator",
                entries=[
                    Entry(merchant="bakery", facts=facts(BUSAN)),
                    Entry(merchant="grocer", facts=facts(BUSAN)),
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
            Grant(
                by="ministry",
                programme=COUPON,
                rows=[
                    GrantRow(reference=f"r{number}", amount=450_000, region="26", holder=payer(number).party)
                    for number in range(PAYERS)
                ],
            ),
        ],
        snapshot_interval=0,
    )


def vouchers(state: State) -> list[str]:
    """The voucher of each payer."""
    return [str(queries.granted(state, "ministry", COUPON, f"r{number}")) for number in range(PAYERS)]


def identifier(number: int) -> str:
    """The id of payment `number`."""
    return hashlib.sha256(b"crash %d" % number).hexdigest()[:32]


def payment(number: int, numbers: list[str]) -> bytes:
    """Payment `number`: most are accepted, some are too much or in the wrong region."""
    who = payer(number)
    amount = 400_000 if number % 7 == 0 else 10 + number % 90
    merchant = "centre" if number % 11 == 0 else ("bakery", "grocer")[number % 2]
    act = Pay(
        by=who.party,
        programme=COUPON,
        merchant=merchant,
        order=f"o{number}",
        parts=[PaymentPart(voucher=numbers[number % PAYERS], amount=amount)],
    )
    payload = {"chain": CHAIN, "id": identifier(number), "not_after": OPENS + 500, "acts": [act]}
    return envelope(msgspec.json.encode(payload), [who])


def laws_hold(state: State) -> None:
    """Every invariant of every module. Raises `InvariantBroken`."""
    for module in MODULES:
        for law in module.invariants:
            law(state)


__all__ = ["CHAIN", "LOG", "PAYERS", "InvariantBroken", "document", "identifier", "laws_hold", "payment", "vouchers"]
