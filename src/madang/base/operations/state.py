"""What is paused. The kernel pauses an act type whose rule failed; this module does on request, and resumes both."""

from typing import Any

from madang.kernel.machine import PAUSES
from madang.kernel.module import Invariant
from madang.kernel.state import Table

TABLES: tuple[Table[Any], ...] = (PAUSES,)
INVARIANTS: tuple[Invariant, ...] = ()
