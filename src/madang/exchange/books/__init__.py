"""What a stored ledger says of a day, for those who exchange files about it.

For banks and auditors with a node's folder, or a backup of one. Everything is read from what accepted transactions
wrote, each held against its leaf: no rule is run, and what a transaction asked for is not believed. Trusts the folder
otherwise: `madang verify` checks it.
"""

from madang.exchange.books.calendar import Days
from madang.exchange.books.log import genesis_root
from madang.exchange.books.movements import Direction, Movement, movements
from madang.exchange.books.payouts import Payout, payouts

__all__ = ["Days", "Direction", "Movement", "Payout", "genesis_root", "movements", "payouts"]
