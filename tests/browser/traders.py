"""More of the town, for shops: food that is paid by kinds of goods and held until it is delivered, and an agent."""

from madang.base.parties.transactions import AppointInstitution, RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open
from madang.base.programmes.transactions import Publish as PublishProgramme
from madang.contract import canonical, digest, read_kind, read_programme
from madang.kernel.transaction import Act
from madang.services.vouchers.state import code_digest
from madang.services.vouchers.transactions import Fund, Grant, GrantRow
from tests.services.vouchers.scene import DOCUMENTS
from tests.support.cast import new_key
from tests.support.proofs import vouched
from tests.support.signing import wallet

FOOD = "village-food"
AGENT = "delivery-app"
INA = wallet("ina")
"""Holds 80,000 won for food."""
_FOOD = """
programme: village-food
kind: voucher
title: {ko: 마을 먹거리 바우처, en: Village food}
parameters:
  purpose: village-food
  subject: person
  opens: 2025-07-21T09:00:00+09:00
  closes: 2099-01-01T00:00:00+09:00
  cap: 500_000
  hold_days: 7
  food: {type: {list: text}, value: [fruit, milk]}
spend:
  require:
    goods:
      when: goods in food
      words: {ko: 먹거리에만 쓸 수 있습니다., en: It is for food only.}
"""


def acts() -> list[Act]:
    """What makes them, at the end of the town's genesis."""
    kind = read_kind((DOCUMENTS / "voucher.yaml").read_text())
    programme = read_programme(_FOOD, kind)
    kind_digest, programme_digest = digest(kind).hex(), digest(programme).hex()
    texts = canonical(kind).decode(), canonical(programme).decode()
    row = GrantRow(
        reference="t-ina", amount=80_000, region="26", holder=INA.party, subjects=[code_digest("town key", "ina")]
    )
    return [
        RegisterPeople(by="bank-a", keys=[new_key(INA)]),
        AppointInstitution(
            by="operator", party=AGENT, roles=["agent"], threshold=1, officers=[new_key(wallet("delivery-app officer"))]
        ),
        Draft(by="ministry", programme=FOOD, bank="treasury-bank", kind=texts[0], document=texts[1]),
        Approve(by="ministry", programme=FOOD, bank="treasury-bank", kind=kind_digest, document=programme_digest),
        PublishProgramme(by="operator", programme=FOOD, proof=vouched(kind_digest, programme_digest)),
        Open(by="ministry", programme=FOOD),
        Fund(by="ministry", programme=FOOD, amount=1_000_000),
        Grant(by="ministry", programme=FOOD, rows=[row]),
    ]
