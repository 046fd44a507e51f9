"""People who buy vouchers, and what is sold to them: ten percent off, 200,000 won a month, the rest in money once 60 %
are spent."""

import hashlib

from madang.base.money.transactions import IssueTokens, OpenAccounts
from madang.base.parties.transactions import RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.contract import canonical, digest, read_programme
from madang.demo import stage
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import Attest, AttestedHolder, Fund
from tests.support.cast import new_key
from tests.support.proofs import vouched
from tests.support.signing import wallet

MARKETS = "village-markets"
JISU, KANG, LEELA = wallet("jisu"), wallet("kang"), wallet("leela")
"""Jisu may buy and has 400,000 won, Kang nobody has attested, Leela has no account."""
_MARKETS = """
programme: village-markets
kind: voucher
title: {ko: 마을 장터 상품권, en: Village market voucher}
parameters:
  purpose: village-markets
  subject: person
  opens: 2025-07-21T09:00:00+09:00
  closes: 2099-01-01T00:00:00+09:00
  cap: 500_000
  sold: true
  grants: false
  discount: 10
  month_limit: 200_000
  cancel_days: 7
  cash_rest: 40
buy:
  require:
    thousands:
      when: amount % 10_000 == 0
      words: {ko: 만 원 단위로 살 수 있습니다., en: It is sold by ten thousand won.}
"""


def acts(began: int) -> list[Act]:
    """What makes them, in a town that began at this second."""
    kind, _ = stage.coupon(began - stage.MORNING)
    programme = read_programme(_MARKETS, kind)
    kind_digest, programme_digest = digest(kind).hex(), digest(programme).hex()
    person = hashlib.sha256(b"town key/jisu").hexdigest()
    return [
        RegisterPeople(by="bank-a", keys=[new_key(one) for one in (JISU, KANG, LEELA)]),
        OpenAccounts(by="bank-a", owners=[JISU.party, KANG.party]),
        IssueTokens(by="bank-a", account=JISU.party, amount=400_000, reference="jisu-1"),
        IssueTokens(by="bank-a", account=KANG.party, amount=100_000, reference="kang-1"),
        Draft(
            by="ministry",
            programme=MARKETS,
            bank="treasury-bank",
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        ),
        Approve(by="ministry", programme=MARKETS, bank="treasury-bank", kind=kind_digest, document=programme_digest),
        PublishProgramme(by="operator", programme=MARKETS, proof=vouched(kind_digest, programme_digest)),
        Open(by="ministry", programme=MARKETS),
        Fund(by="ministry", programme=MARKETS, amount=1_000_000),
        Attest(by="bank-a", programme=MARKETS, holders=[AttestedHolder(holder=JISU.party, subject=person)]),
        Attest(
            by="ministry",
            programme=MARKETS,
            holders=[AttestedHolder(holder=LEELA.party, subject=hashlib.sha256(b"town key/leela").hexdigest())],
        ),
    ]
