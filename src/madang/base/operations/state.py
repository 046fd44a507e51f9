"""What is paused. Each part of the ledger has the table of what it stops itself; this module writes all of them.

The kernel's is written by the kernel too, after a defect. The others are on the cards of programmes and money.
"""

from typing import Any

from madang.kernel.machine import PAUSES
from madang.kernel.module import Invariant
from madang.kernel.state import Table

TABLES: tuple[Table[Any], ...] = (PAUSES,)
INVARIANTS: tuple[Invariant, ...] = ()
