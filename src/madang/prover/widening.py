"""Whether a programme only widens another of its kind: whatever that one allows, it allows too, and does the same.

For every action and every state that keeps the laws of the old one: its clauses imply those of the new one, money moves
and records change alike, and the laws of the new one hold. So a new document that is shown to widen can take the place
of the old one for vouchers that were granted under it: nobody loses what was promised.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from madang.contract.typed import ParameterOf, TypedExpression
from madang.contract.walk import walk
from madang.kernel.errors import MadangError
from madang.prover.encoding import Encoder
from madang.prover.induction import Single, any_state, single
from madang.prover.matter import Matter
from madang.prover.steps import Danger, Step, allowed, invariant_of, step


def widening(old: Matter, new: Matter) -> Iterator[Single]:
    """One single step for each action, and one for the laws: what must not happen if `new` only widens `old`.

    Raises `MadangError` (`prover.other_kind`) for programmes of two kinds.
    """
    if old.digests[0] != new.digests[0]:
        raise MadangError(
            "prover.other_kind", "The two programmes are of different kinds. Draft a programme of its own."
        )
    for name in old.actions:
        asked = single(old, name, named=new.texts())
        before, after = asked.taken, step(new, asked.encoder, name, asked.before)
        lost = Danger(f"widens/{name}", name, "allowed", "narrower", z3.And(allowed(before), z3.Not(allowed(after))))
        other = Danger(
            f"widens/{name}", name, "effect", "broken", z3.And(allowed(before), z3.Not(_same(before, after)))
        )
        yield Single(name, asked.encoder, asked.before, before, asked.assumed, (lost, other))
    yield from _laws(old, new)


def _same(first: Step, second: Step) -> z3.BoolRef:
    """Both post and write the same."""
    amounts = zip(first.postings, second.postings, strict=True)
    same = [one == other for (_, _, one), (_, _, other) in amounts]
    same += [
        term == second.after[alias][field] for alias, record in first.after.items() for field, term in record.items()
    ]
    return z3.And(same)


def _laws(old: Matter, new: Matter) -> Iterator[Single]:
    """What holds of every record and account under the old programme satisfies the laws of the new one."""
    if not old.actions:
        return
    name = next(iter(old.actions))
    encoder = Encoder((*old.texts(), *new.texts()), exact=False)
    before, others, assumed = any_state(old, encoder, name)
    dangers = []
    for invariant in old.typed.invariants:
        record = others[invariant.record] if invariant.record else {}
        was, must = (invariant_of(each, encoder, invariant, record, before.totals, before.sums) for each in (old, new))
        dangers.append(Danger("widens/laws", "", invariant.name, "broken", z3.And(was, z3.Not(must))))
    yield Single(name, encoder, before, step(old, encoder, name, before), tuple(assumed), tuple(dangers))


def unread_that_differ(old: Matter, new: Matter) -> tuple[str, ...]:
    """Parameters of the kind that no rule reads and that differ: what they mean to a service is not proven."""
    read = {part.name for expression in _expressions(old) for part in walk(expression) if isinstance(part, ParameterOf)}
    return tuple(
        field.name
        for field in old.kind.parameters
        if field.name not in read and old.values.parameters[field.name] != new.values.parameters[field.name]
    )


def _expressions(matter: Matter) -> Iterator[TypedExpression]:
    for action in matter.typed.actions.values():
        yield from [clause.when for clause in action.require]
        yield from [posting.amount for posting in action.post]
        yield from [assignment.value for assignment in action.set]
    yield from [invariant.holds for invariant in matter.typed.invariants]
