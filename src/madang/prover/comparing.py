"""One request that two programmes treat otherwise, in plain values, and what each of them makes of it.

What the solver says of texts and months is not always exact, so both compiled contracts are run on the values: only
what they do is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import z3

from madang.contract import Contract, Refused, RunError
from madang.contract import compile as compile_contract
from madang.contract.lists import WrittenList, WrittenLists
from madang.contract.syntax import Value
from madang.contract.valuetypes import TIME, Declared, Number, Text
from madang.prover.bounded import Reading
from madang.prover.encoding import Term
from madang.prover.induction import Single
from madang.prover.matter import Matter
from madang.prover.steps import Danger

_DAY = 86_400
_ROUND = 1_000
"""Amounts are read more easily in thousands."""


class Treated(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a programme makes of a request: refused by a clause, or (with no clause) what it writes and pays."""

    refused: str = ""
    results: dict[str, Value] = {}


class Difference(msgspec.Struct, frozen=True):
    """A request in plain values: `state` are time, given values and fields before it by the names of the documents.

    `before` and `after` are what the old and the new programme make of it; their results are those that differ.
    """

    state: dict[str, Value]
    before: Treated
    after: Treated


def likely(old: Matter, new: Matter, asked: Single) -> list[Term]:
    """What makes an example easy to read: times in which the programmes run, and round amounts."""
    action = old.actions[asked.action]
    unknowns: list[tuple[Term, Declared]] = [(asked.before.at, TIME)]
    unknowns += [(asked.before.given[each.name], each.type) for each in action.given]
    unknowns += [
        (term, old.types[each.type][field])
        for each in action.on
        for field, term in asked.before.records.get(each.alias, {}).items()
    ]
    times = sorted([*old.times(), *new.times()])
    terms = []
    for term, type_ in unknowns:
        if isinstance(type_, Number) and type_.unit == "time" and times:
            terms += [term >= times[0] - _DAY, term <= times[-1] + _DAY]
        elif isinstance(type_, Number) and type_.unit == "won":
            terms.append(term % _ROUND == 0)
    return terms


def difference(old: Matter, new: Matter, asked: Single, danger: Danger, model: Any) -> Difference | None:
    """The example of a model, if both contracts do what the solver says; None if they don't."""
    reading = Reading(old, asked.encoder, model)
    reading.read_texts(list(_texts(old, asked, reading)))
    action = old.actions[asked.action]
    at = reading.number(asked.before.at)
    given = {each.name: reading.value(asked.before.given[each.name], each.type) for each in action.given}
    records = {
        each.alias: {
            field: reading.value(term, old.types[each.type][field])
            for field, term in asked.before.records[each.alias].items()
        }
        for each in action.on
        if not each.is_new
    }
    lists = _lists(asked, reading)
    before, after = (_treat(each, asked.action, records, given, at, lists) for each in (old, new))
    if before is None or after is None or not _shows(danger, before, after):
        return None
    state: dict[str, Value] = {"at": at, **given}
    state |= {f"{alias}.{field}": value for alias, record in records.items() for field, value in record.items()}
    both = before.results.keys() & after.results.keys()
    differ = {name for name in both if before.results[name] != after.results[name]}
    return Difference(state, _only(before, differ), _only(after, differ))


def _texts(matter: Matter, asked: Single, reading: Reading) -> Iterator[Term]:
    action = matter.actions[asked.action]
    for each in action.given:
        if isinstance(each.type, Text):
            yield asked.before.given[each.name]
    for subject in action.on:
        for field, term in asked.before.records.get(subject.alias, {}).items():
            if isinstance(matter.types[subject.type][field], Text):
                yield term
    for _, held in asked.encoder.lists.read(reading.model, asked.before.moment).values():
        for number, is_text in held:
            if is_text:
                yield z3.IntVal(number)


def _lists(asked: Single, reading: Reading) -> WrittenLists:
    found = asked.encoder.lists.read(reading.model, asked.before.moment)
    return WrittenLists(
        {
            name: WrittenList(
                version, frozenset(reading.texts[each] if is_text else reading.id(each) for each, is_text in held)
            )
            for name, (version, held) in found.items()
        }
    )


def _treat(
    matter: Matter,
    name: str,
    records: Mapping[str, Mapping[str, Value]],
    given: Mapping[str, Value],
    at: int,
    lists: WrittenLists,
) -> Treated | None:
    """What the compiled contract makes of it; None where it ends in an error that no clause says."""
    contract: Contract = compile_contract(matter.kind, matter.programme)
    action = contract.actions[name]
    made = tuple(
        None
        if each.is_new
        else (contract.facts if each.is_fact else contract.records)[each.type](**records[each.alias])
        for each in action.on
    )
    try:
        after, postings = action.run(made, tuple(given[each.name] for each in action.given), at, lists)
    except Refused as refusal:
        return Treated(refused=refusal.clause)
    except RunError:
        return None
    results: dict[str, Value] = {}
    for alias, record in zip(action.changes, after, strict=True):
        results |= {f"{alias}.{field}": getattr(record, field) for field in record.__struct_fields__}
    for place, account in enumerate(contract.accounts):
        if account.sort == "outside":
            results[account.name] = sum(amount for _, target, amount in postings if target == place) - sum(
                amount for source, _, amount in postings if source == place
            )
    for number, (_, _, amount) in enumerate(postings, start=1):
        results[f"post {number}"] = amount
    return Treated(results=results)


def _shows(danger: Danger, before: Treated, after: Treated) -> bool:
    if danger.fault == "narrower":
        return not before.refused and bool(after.refused)
    if danger.fault == "worse":
        return not before.refused and not after.refused and before.results != after.results
    return bool(before.refused) and not after.refused


def _only(treated: Treated, names: set[str]) -> Treated:
    return Treated(treated.refused, {name: value for name, value in treated.results.items() if name in names})
