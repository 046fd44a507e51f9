"""Rules of operations: who may pause what, and until when. Each part of the ledger looks at its own pauses.

In order: who asks, what it names, until when; then the write.
"""

from collections.abc import Mapping

from madang.base.money import state as money
from madang.base.operations.transactions import (
    MAX_PAUSE,
    Pause,
    PauseBank,
    PauseCurrency,
    PauseProgramme,
    Resume,
    ResumeBank,
    ResumeCurrency,
    ResumeProgramme,
)
from madang.base.parties.queries import has_role, party
from madang.base.programmes import state as programmes
from madang.kernel import machine
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act, type_name

REFUSALS: dict[str, str] = {
    "not_operator": "Only the operator pauses and resumes act types.",
    "not_sponsor": "Only the operator, or the sponsor of {programme}, pauses and resumes it.",
    "not_central_bank": "Only the central bank pauses and resumes money.",
    "not_pausable": "{act_type} is what ends a pause, so it can't be paused.",
    "unknown_programme": "There is no programme {programme}. Check its name.",
    "unknown_action": "{programme} has no action {action}. Its kind's document names them.",
    "not_bank": "{bank} is no bank here. Name a bank.",
    "defect": "{act_type} is paused after a defect, until it is resumed. It needs no further pause.",
    "operators": "The operator has paused {programme}. Only the operator changes or ends that.",
    "until": "A pause ends after now, and within {limit} seconds from now. Choose another time; renew it later.",
    "not_paused": "{what} is not paused.",
}
refuse = refuser("operations", REFUSALS)


def pause(call: Call, act: Pause) -> None:
    """Every further act of this type is refused until then."""
    _check_role(call, act.by, "operator", "not_operator")
    if act.act_type in RESUMING:
        raise refuse("not_pausable", act_type=act.act_type)
    standing = call.state.get(machine.PAUSES, act.act_type)
    if standing is not None and not standing.until:
        raise refuse("defect", act_type=act.act_type)
    _check_until(call, act.until)
    call.state.put(machine.PAUSES, machine.Pause(call.height, act.by, act.until, act.reason), act.act_type)


def resume(call: Call, act: Resume) -> None:
    """Acts of this type run again."""
    _check_role(call, act.by, "operator", "not_operator")
    if call.state.get(machine.PAUSES, act.act_type) is None:
        raise refuse("not_paused", what=act.act_type)
    call.state.delete(machine.PAUSES, act.act_type)


def pause_programme(call: Call, act: PauseProgramme) -> None:
    """The named actions of the programme, or all, are refused until then."""
    found = _programme(call, act.by, act.programme)
    ruled = programmes.compiled(call.state, found)
    actions = act.actions or []
    for action in actions:
        if action not in ruled.contract.actions:
            raise refuse("unknown_action", programme=act.programme, action=action)
    _check_not_operators(call, act.by, act.programme)
    _check_until(call, act.until)
    standing = programmes.Pause(act.by, tuple(dict.fromkeys(actions)), act.reason, act.until)
    call.state.put(programmes.PAUSES, standing, act.programme)


def resume_programme(call: Call, act: ResumeProgramme) -> None:
    """The programme's actions run again."""
    _programme(call, act.by, act.programme)
    if call.state.get(programmes.PAUSES, act.programme) is None:
        raise refuse("not_paused", what=act.programme)
    _check_not_operators(call, act.by, act.programme)
    call.state.delete(programmes.PAUSES, act.programme)


def pause_bank(call: Call, act: PauseBank) -> None:
    """The bank's tokens stand still until then. The bank may be suspended."""
    _check_role(call, act.by, "central_bank", "not_central_bank")
    found = party(call.state, act.bank)
    if found is None or "bank" not in found.roles:
        raise refuse("not_bank", bank=act.bank)
    _pause_money(call, act, act.bank)


def resume_bank(call: Call, act: ResumeBank) -> None:
    """The bank's tokens move again."""
    _resume_money(call, act.by, act.bank, act.bank)


def pause_currency(call: Call, act: PauseCurrency) -> None:
    """The currency stands still until then."""
    _check_role(call, act.by, "central_bank", "not_central_bank")
    _pause_money(call, act, money.CURRENCY)


def resume_currency(call: Call, act: ResumeCurrency) -> None:
    """The currency moves again."""
    _resume_money(call, act.by, money.CURRENCY, "The currency")


def _pause_money(call: Call, act: PauseBank | PauseCurrency, name: str) -> None:
    _check_until(call, act.until)
    call.state.put(money.PAUSES, money.Pause(act.by, act.stops, act.reason, act.until), name)


def _resume_money(call: Call, by: str, name: str, what: str) -> None:
    _check_role(call, by, "central_bank", "not_central_bank")
    if call.state.get(money.PAUSES, name) is None:
        raise refuse("not_paused", what=what)
    call.state.delete(money.PAUSES, name)


def _check_role(call: Call, name: str, role: str, code: str) -> None:
    if not has_role(call.state, name, role):
        raise refuse(code)


def _programme(call: Call, by: str, name: str) -> programmes.Programme:
    """The programme, where `by` may pause it. A stranger hears the same whether it exists or not."""
    found = call.state.get(programmes.PROGRAMMES, name)
    if has_role(call.state, by, "operator"):
        if found is None:
            raise refuse("unknown_programme", programme=name)
        return found
    if found is None or found.sponsor != by:
        raise refuse("not_sponsor", programme=name)
    return found


def _check_not_operators(call: Call, by: str, name: str) -> None:
    """A sponsor neither shortens nor ends what the operator stopped, as long as it holds."""
    standing = call.state.get(programmes.PAUSES, name)
    if standing is None or standing.by == by or call.time >= standing.until:
        return
    if not has_role(call.state, by, "operator"):
        raise refuse("operators", programme=name)


def _check_until(call: Call, until: int) -> None:
    if not call.time < until <= call.time + MAX_PAUSE:
        raise refuse("until", limit=MAX_PAUSE)


RULES: Mapping[type[Act], Rule] = {
    Pause: pause,
    Resume: resume,
    PauseProgramme: pause_programme,
    ResumeProgramme: resume_programme,
    PauseBank: pause_bank,
    ResumeBank: resume_bank,
    PauseCurrency: pause_currency,
    ResumeCurrency: resume_currency,
}
RESUMING = tuple(type_name(act) for act in (Resume, ResumeProgramme, ResumeBank, ResumeCurrency))
