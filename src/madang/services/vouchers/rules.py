"""Who may do what with vouchers. Each rule checks who asks, finds the records, and has the contract decide.

The rules stand in files by what they are about; a voucher's record is under its handle, an allowance under its holder,
takings under the merchant, and the parts of a payment under merchant, payment and number.
"""

from collections.abc import Mapping

from madang.kernel.module import Rule
from madang.kernel.transaction import Act
from madang.services.vouchers import funding, granting, keeping, paying, refunding
from madang.services.vouchers.refusals import REFUSALS

RULES: Mapping[type[Act], Rule] = {
    **funding.RULES,
    **granting.RULES,
    **paying.RULES,
    **refunding.RULES,
    **keeping.RULES,
}

__all__ = ["REFUSALS", "RULES"]
