"""What a shop may be told when a code that a payer showed does not pay: what is wrong whoever pays.

A refusal that depended on the payer would be a question that a shop can ask about the payer: how much is left, where
it counts, what was bought before.
"""

from collections.abc import Sequence
from typing import Any

from madang.base.programmes.ledger import Registers
from madang.base.programmes.ledger import refuse as refuse_by_programme
from madang.base.programmes.state import Compiled
from madang.contract import Refused, RunError, explain
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from madang.services.vouchers.transactions import Collect

NOBODY, NUMBER = "A" * 43, "A" * 22
MOST = 100_000_000
"""Won on a voucher, as the kind bounds it."""


def nobodys(call: Call, act: Collect, ruled: Compiled, shop: Any, lines: Sequence[tuple[int, str]]) -> Rejected | None:
    """Why not even a full voucher that counts here and has paid nothing would pay these lines (won, class of goods).

    None where it would. It is a function of the shop, the purchase, the time and the programme's documents alone.
    """
    actions = ruled.contract.actions
    takings = call.state.get(ruled.tables["takings"], act.programme, "takings", act.merchant)
    try:
        (allowance,), _ = actions["open"].run((None,), (NOBODY,), call.time)
        on = (_full_voucher(call, ruled, shop), allowance, takings, None, shop)
        for amount, goods in lines:
            given = (amount, 0, NOBODY, act.order, goods, True, act.amount, 0)
            actions["spend"].run(on, given, call.time, Registers(call.state, call.time))
    except Refused as refusal:
        return refuse_by_programme("clause", f"{refusal.action}.{refusal.clause}", words=explain(refusal, "en"))
    except RunError:
        return None
    return None


def _full_voucher(call: Call, ruled: Compiled, shop: Any) -> Any:
    return ruled.contract.records["voucher"](
        number=NUMBER,
        holder=NOBODY,
        customer=NOBODY,
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
