"""Rules of registers: only the quorum of its owner writes one, one version after the other."""

from collections.abc import Mapping

import msgspec

from madang.base.parties.queries import has_role
from madang.base.registers.queries import owner, version
from madang.base.registers.state import ENTRIES, FOREVER, OWNERS, REGISTERS, Entry, Owner, Register
from madang.base.registers.transactions import Publish, WithdrawCodes
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act

REFUSALS: dict[str, str] = {
    "not_owner": "{by} is no operator and no sponsor. Only these write registers.",
    "name": "A sponsor's register begins with its name. Call it {by}-{register}.",
    "not_yours": "{register} is another institution's register. Publish one of your own.",
    "version": "{register} is at version {version}. Write that one or the next.",
    "period": "A code must count for some time: let it begin before it ends.",
    "past": "{until} has passed. A code ends now or later, since what was paid was paid.",
    "unknown_code": "{register} holds no code {code} at that time. Check it, and leave out what ended before.",
}
refuse = refuser("registers", REFUSALS)


def publish(call: Call, act: Publish) -> None:
    """Codes with the times between which they count."""
    latest = _check(call, act.by, act.register, act.version)
    until = FOREVER if act.until is None else act.until
    if act.since >= until:
        raise refuse("period")
    for code in act.codes:
        call.state.put(ENTRIES, Entry(act.since, until, act.version), act.register, code)
    call.state.put(REGISTERS, Register(act.version, call.time), act.register)
    if latest == 0 and not has_role(call.state, act.by, "operator"):
        call.state.put(OWNERS, Owner(act.by), act.register)


def withdraw_codes(call: Call, act: WithdrawCodes) -> None:
    """Codes end at a time."""
    _check(call, act.by, act.register, act.version)
    if act.until < call.time:
        raise refuse("past", until=act.until)
    for code in act.codes:
        entry = call.state.get(ENTRIES, act.register, code)
        if entry is None or not entry.since < act.until <= entry.until:
            raise refuse("unknown_code", register=act.register, code=code)
        ended = msgspec.structs.replace(entry, until=act.until, version=act.version)
        call.state.put(ENTRIES, ended, act.register, code)
    call.state.put(REGISTERS, Register(act.version, call.time), act.register)


def _check(call: Call, by: str, register: str, new: int) -> int:
    """Who may write what: the operator what is no sponsor's, a sponsor its own. Returns the latest version."""
    # At genesis nobody signs, and the operator it appoints is a party by then.
    is_operator = has_role(call.state, by, "operator")
    if not is_operator and not has_role(call.state, by, "sponsor"):
        raise refuse("not_owner", by=by)
    if not is_operator and not register.startswith(f"{by}-"):
        raise refuse("name", by=by, register=register)
    latest = version(call.state, register)
    if latest and owner(call.state, register) != (None if is_operator else by):
        raise refuse("not_yours", register=register)
    if new not in (latest, latest + 1) or new == 0:
        raise refuse("version", register=register, version=latest)
    return latest


RULES: Mapping[type[Act], Rule] = {Publish: publish, WithdrawCodes: withdraw_codes}
