"""What is bought, and what a shop, a delegate or a utility may be told when another's voucher does not pay for it.

A refusal that depended on whose voucher it is would be a question that they can ask about that person: how much is
left, where it counts, what was bought before.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from madang.base.programmes.ledger import Registers
from madang.base.programmes.ledger import refuse as refuse_by_programme
from madang.base.programmes.state import Compiled
from madang.contract import Refused, RunError, explain
from madang.kernel.errors import Rejected
from madang.kernel.module import Call

NOBODY, NUMBER = "A" * 43, "A" * 22
MOST = 100_000_000
"""Won on a voucher, as the kind bounds it."""
UNNAMED = "-"
"""The goods of a part that names no line of a basket."""


class Purchase(msgspec.Struct, frozen=True):
    """What is bought at which shop, whoever pays: classes of goods by line, and the payer's own money (won)."""

    programme: str
    merchant: str
    order: str
    shop: Any
    goods: Mapping[int, str]
    edition: int
    own: int = 0
    later: bool = False

    def given(self, line: int, amount: int, payer: str, whole: int, *, counted: bool) -> tuple[Any, ...]:
        """What the contract is given to spend `amount` of the `whole` won for a line."""
        held = amount if self.later else 0
        return amount, held, payer, self.order, self.goods[line], counted, whole, self.own, self.edition


def nobodys(
    call: Call, ruled: Compiled, purchase: Purchase, lines: Sequence[tuple[int, int]], payer: str
) -> Rejected | None:
    """Why not even a full voucher that counts here and has paid nothing would pay these lines (number, won).

    None where it would. It is a function of the shop, the purchase, the time and the programme's documents alone; the
    payer is `NOBODY`, or the customer whose bill a utility draws.
    """
    actions = ruled.contract.actions
    takings = call.state.get(ruled.tables["takings"], purchase.programme, "takings", purchase.merchant)
    whole = sum(amount for _, amount in lines)
    try:
        (allowance,), _ = actions["open"].run((None,), (NOBODY,), call.time)
        on = (_full_voucher(call, ruled, purchase.shop, payer), allowance, takings, None, purchase.shop)
        for line, amount in lines:
            given = purchase.given(line, amount, payer, whole, counted=True)
            actions["spend"].run(on, given, call.time, Registers(call.state, call.time))
    except Refused as refusal:
        return refuse_by_programme("clause", f"{refusal.action}.{refusal.clause}", words=explain(refusal, "en"))
    except RunError:
        return None
    return None


def _full_voucher(call: Call, ruled: Compiled, shop: Any, customer: str) -> Any:
    return ruled.contract.records["voucher"](
        number=NUMBER,
        holder=NOBODY,
        customer=customer,
        region=shop.region,
        status="active",
        instalment=1,
        since=call.time,
        until=call.time + 1,
        stage=ruled.contract.parameters["stages"],
        price=0,
        used=False,
        granted=MOST,
        left=MOST,
    )
