"""Reading what is paused, since when, until when and why. Those past their time stop nothing and are still listed."""

from madang.base.money import state as money
from madang.base.programmes import state as programmes
from madang.kernel import machine
from madang.kernel.state import State


def pauses(state: State) -> list[tuple[str, machine.Pause]]:
    """Paused act types by name, each since when and why ('defect', or the operator that paused it)."""
    return [(name, record) for (name,), record in state.scan(machine.PAUSES)]


def paused_programmes(state: State) -> list[tuple[str, programmes.Pause]]:
    """Paused programmes by name: by whom, which actions (none named: all), why, until when."""
    return [(name, record) for (name,), record in state.scan(programmes.PAUSES)]


def paused_money(state: State) -> list[tuple[str, money.Pause]]:
    """Banks whose tokens are paused, by name, and `:currency` for the currency: what it stops, why, until when."""
    return [(name, record) for (name,), record in state.scan(money.PAUSES)]


QUERIES = (pauses, paused_programmes, paused_money)
