"""Running a programme's action: the one way in for services, and the only writer of records and totals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from madang.base.money import ledger as money
from madang.base.programmes.state import (
    PAUSES,
    PROGRAMMES,
    TOTALS,
    Compiled,
    Programme,
    Totals,
    compiled,
)
from madang.base.registers import queries as registers
from madang.contract import NO_LISTS, OutOfRange, Refused, RunError
from madang.contract import explain as contract_words
from madang.kernel.module import Call, refuser
from madang.kernel.state import State

REFUSALS = {
    "unknown": "No programme {programme} is open here. Check its name.",
    "paused": "{programme} has paused this. Look again at {until} (seconds since 1970), or ask its sponsor.",
    "record_unknown": "There is no such {record} in {programme}. Check the id.",
    "record_exists": "This {record} of {programme} exists already. Send it once.",
    "same_record": "One {record} was named twice in an action. Name each once.",
    "clause": "{words}",
    "out_of_range": "{programme} can't take this value of {what}. Look at the bounds in its document.",
    "unsound": "The contract of {programme} would contradict itself, so nothing was done. Tell its sponsor.",
    "budget": "{programme} has not enough money in '{account}'. Its sponsor must fund it first.",
}
refuse = refuser("programmes", REFUSALS)


class NewKey(str):
    """The key of a record that an action makes, of which a handle of this act is part: nothing can be there already,
    so nothing is looked up. A look-up of what is not there is the dearest that a store has.
    """

    __slots__ = ()


def open_programme(state: State, name: str) -> tuple[Programme, Compiled]:
    """An open programme and its compiled contract. Raises `Rejected` (`programmes.unknown`)."""
    programme = state.get(PROGRAMMES, name)
    if programme is None or programme.status != "open":
        raise refuse("unknown", programme=name)
    return programme, compiled(state, programme)


def record(state: State, name: str, sort: str, key: str) -> Any:
    """A record of a programme's contract, such as a voucher, or None."""
    programme = state.get(PROGRAMMES, name)
    return None if programme is None else state.get(compiled(state, programme).tables[sort], name, sort, key)


def apply(
    call: Call,
    name: str,
    ruled: Compiled,
    action_name: str,
    on: Sequence[Any],
    given: Sequence[Any],
    outside: Mapping[str, str] | None = None,
    *,
    returned: bool = False,
) -> tuple[Any, ...]:
    """Run an action of an open programme, as `open_programme` gave it: all of it, or a refusal.

    `on` holds, in the order of the action's declaration, the key of each record (a `NewKey` where a handle makes it
    new) and the value of each fact;
    `given` the values asked for; `outside` the money account that stands behind each outside account posted to. What
    goes out is a payment, or, where it is `returned`, money that goes back: no holding limit keeps that away.
    Returns the records after it, in the order of the action's changes. Raises `Rejected`: `programmes.paused`,
    `.record_unknown`, `.record_exists`, `.same_record`, `.clause` (reason: the action's and the clause's name),
    `.out_of_range`, `.unsound`, `.budget`, and what `base/money` refuses.
    """
    pause = call.state.get(PAUSES, name)
    if pause is not None and pause.stops(action_name, call.time):
        raise refuse("paused", pause.reason, programme=name, until=pause.until)
    subjects = ruled.subjects[action_name]
    keys: list[bytes] = []
    before: list[Any] = []
    for subject, value in zip(subjects, on, strict=True):
        if subject.table is None:
            keys.append(b"")
            before.append(value)
            continue
        key = subject.prefix + value.encode()
        found = None if type(value) is NewKey else call.state.get_key(subject.table, key)
        if subject.is_new != (found is None):
            code = "record_exists" if subject.is_new else "record_unknown"
            raise refuse(code, record=subject.record, programme=name)
        if key in keys:
            raise refuse("same_record", record=subject.record)
        keys.append(key)
        before.append(found)
    action = ruled.contract.actions[action_name]
    lists = Registers(call.state, call.time) if action.lists else NO_LISTS
    try:
        after, postings = action.run(tuple(before), tuple(given), call.time, lists)
    except Refused as refusal:
        reason = f"{action_name}.{refusal.clause}"
        raise refuse("clause", reason, words=contract_words(refusal, "en")) from None
    except OutOfRange as refusal:
        raise refuse("out_of_range", refusal.what, programme=name, what=refusal.what) from None
    except RunError:
        raise refuse("unsound", action_name, programme=name) from None
    for subject, key in zip(subjects, keys, strict=True):
        if subject.table is not None and subject.changed is not None:
            call.state.put_key(subject.table, after[subject.changed], key)
    if postings:
        _post(call, name, ruled, postings, outside or {}, money.refund_transfer if returned else money.transfer)
    return after


class Registers:
    """What is published on this ledger at the time of the block, for the contract that asks."""

    __slots__ = ("_state", "_time")

    def __init__(self, state: State, time: int) -> None:
        self._state = state
        self._time = time

    def holds(self, name: str, code: str) -> bool:
        """Whether the register of this name holds the code now."""
        return registers.holds(self._state, name, code, self._time)

    def version(self, name: str) -> int:
        """The version of the register of this name."""
        return registers.version(self._state, name)


def _post(
    call: Call,
    name: str,
    ruled: Compiled,
    postings: Sequence[tuple[int, int, int]],
    outside: Mapping[str, str],
    pay: Callable[[Call, str, str, int], None],
) -> None:
    accounts = ruled.contract.accounts
    totals = call.state.get(TOTALS, name)
    amounts = list(totals.amounts) if totals else [0] * len(accounts)
    for source, target, amount in postings:
        payer, payee = accounts[source], accounts[target]
        # Outside accounts count what came in from them, so that what is inside always equals their sum.
        amounts[source] += amount if payer.sort == "outside" else -amount
        amounts[target] += -amount if payee.sort == "outside" else amount
        if payer.sort == "outside":
            money.transfer(call, outside[payer.name], money.escrow_of(name), amount)
        elif amounts[source] < 0:
            raise refuse("budget", payer.name, programme=name, account=payer.name)
        elif payee.sort == "outside":
            pay(call, money.escrow_of(name), outside[payee.name], amount)
    call.state.put(TOTALS, Totals(tuple(amounts)), name)
