"""Rules of operations: only the operator, by quorum, pauses and resumes."""

from collections.abc import Mapping

from madang.base.operations.transactions import Pause, Resume
from madang.base.parties.queries import has_role
from madang.kernel import machine
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act, type_name

REFUSALS: dict[str, str] = {
    "not_operator": "Only the operator pauses and resumes.",
    "not_pausable": "{act_type} is what ends a pause, so it can't be paused.",
    "paused": "{act_type} is paused already.",
    "not_paused": "{act_type} is not paused.",
}
refuse = refuser("operations", REFUSALS)


def pause(call: Call, act: Pause) -> None:
    """Every further act of this type is refused."""
    _check_operator(call, act.by)
    if act.act_type == type_name(Resume):
        raise refuse("not_pausable", act_type=act.act_type)
    if call.state.get(machine.PAUSES, act.act_type) is not None:
        raise refuse("paused", act_type=act.act_type)
    call.state.put(machine.PAUSES, machine.Pause(call.height, act.by), act.act_type)


def resume(call: Call, act: Resume) -> None:
    """Acts of this type run again."""
    _check_operator(call, act.by)
    if call.state.get(machine.PAUSES, act.act_type) is None:
        raise refuse("not_paused", act_type=act.act_type)
    call.state.delete(machine.PAUSES, act.act_type)


def _check_operator(call: Call, name: str) -> None:
    if not has_role(call.state, name, "operator"):
        raise refuse("not_operator")


RULES: Mapping[type[Act], Rule] = {Pause: pause, Resume: resume}
