"""More people of the town, for the wallet: with two keys, with a letter's code, with somebody who helps; and meals.

`MEALS` pays ten thousand won at a time anywhere; the coupon pays in Busan. Dahye holds them under two keys.
"""

from madang.base.parties.transactions import RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.client.letters import digest_of_code
from madang.contract import Kind, canonical, digest, read_programme
from madang.kernel.transaction import Act
from madang.services.appeals.transactions import SetTerms as SetAppealTerms
from madang.services.applications.transactions import SetTerms
from madang.services.vouchers.state import code_digest
from madang.services.vouchers.transactions import Fund, Grant, GrantRow
from tests.support.cast import new_key
from tests.support.proofs import vouched
from tests.support.signing import wallet

DAY = 86_400
MEALS = "village-meals"
COUPON = "consumption-coupon-2025"
DAHYE, DAHYE_MEALS = wallet("dahye"), wallet("dahye meals")
"""Two keys of one person, one a programme."""
EUNJI, FARID, GAYUN, HANA = wallet("eunji"), wallet("farid"), wallet("gayun"), wallet("hana")
"""Eunji has a letter with a code, Farid helps Gayun, Hana loses her phone."""
LETTER = "ABCDEFGHIJKLMNOPQRSTUVWX22"
"""The code in Eunji's letter."""
_MEALS = """
programme: village-meals
kind: voucher
title: {ko: 마을 급식 바우처, en: Village meals}
parameters:
  purpose: village-meals
  subject: person
  opens: 2025-07-21T09:00:00+09:00
  closes: 2099-01-01T00:00:00+09:00
  cap: 500_000
spend:
  require:
    meal:
      when: amount <= 10_000
      words: {ko: 한 번에 1만 원까지 쓸 수 있습니다., en: It pays 10000 won at a time.}
"""


def acts(kind: Kind, began: int) -> list[Act]:
    """What makes them, after the coupon was opened and funded; the ledger begins at this second."""
    programme = read_programme(_MEALS, kind)
    kind_digest, programme_digest = digest(kind).hex(), digest(programme).hex()
    return [
        RegisterPeople(by="bank-a", keys=[new_key(one) for one in (DAHYE, DAHYE_MEALS, EUNJI, FARID, GAYUN, HANA)]),
        Draft(
            by="ministry",
            programme=MEALS,
            bank="treasury-bank",
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        ),
        Approve(by="ministry", programme=MEALS, bank="treasury-bank", kind=kind_digest, document=programme_digest),
        PublishProgramme(by="operator", programme=MEALS, proof=vouched(kind_digest, programme_digest)),
        Open(by="ministry", programme=MEALS),
        Fund(by="ministry", programme=MEALS, amount=1_000_000),
        Grant(
            by="ministry",
            programme=COUPON,
            rows=[
                _row("dahye", 100_000, holder=DAHYE.party),
                _row("eunji", 150_000, code=digest_of_code(COUPON, LETTER)),
                _row("gayun", 150_000, holder=GAYUN.party),
                _row("hana", 150_000, holder=HANA.party),
            ],
        ),
        Grant(
            by="ministry",
            programme=MEALS,
            rows=[
                _row("dahye", 4_000, holder=DAHYE_MEALS.party, until=began + 20 * DAY),
                _row("dahye", 30_000, holder=DAHYE_MEALS.party, instalment=2),
            ],
        ),
        SetAppealTerms(by="ministry", programme=COUPON, days=14, until=began + 90 * DAY, offices=["desk"]),
        SetTerms(by="ministry", programme=MEALS, since=began, until=began + 90 * DAY, days=14),
    ]


def _row(name: str, amount: int, instalment: int = 1, **more: object) -> GrantRow:
    subject = code_digest("town key", name)
    reference = f"h-{name}-{instalment}"
    return GrantRow(reference=reference, amount=amount, region="26", instalment=instalment, subjects=[subject], **more)  # type: ignore[arg-type]
