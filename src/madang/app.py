"""What this ledger can do: its modules, in the order in which their laws are checked. The only wiring."""

from madang.base import (
    anchors,
    approvals,
    cards,
    debts,
    eligibility,
    mandates,
    merchants,
    money,
    operations,
    parties,
    programmes,
    registers,
    trust,
    validators,
)
from madang.services import appeals, applications, disputes, fraud, vouchers

MODULES = (
    parties.MODULE,
    operations.MODULE,
    validators.MODULE,
    approvals.MODULE,
    registers.MODULE,
    trust.MODULE,
    anchors.MODULE,
    money.MODULE,
    mandates.MODULE,
    cards.MODULE,
    merchants.MODULE,
    debts.MODULE,
    programmes.MODULE,
    eligibility.MODULE,
    vouchers.MODULE,
    appeals.MODULE,
    applications.MODULE,
    fraud.MODULE,
    disputes.MODULE,
)
