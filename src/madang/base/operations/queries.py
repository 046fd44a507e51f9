"""Reading what is paused."""

from madang.kernel.machine import PAUSES, Pause
from madang.kernel.state import State


def pauses(state: State) -> list[tuple[str, Pause]]:
    """Paused act types by name, each since when and why ('defect', or the operator that paused it)."""
    return [(name, record) for (name,), record in state.scan(PAUSES)]


QUERIES = (pauses,)
