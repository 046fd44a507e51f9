"""The real machine with programmes on it, and a service that runs whatever step of a trace it is told to."""

from typing import Any

import msgspec

from madang.base import merchants, programmes
from madang.base.money.transactions import IssueCurrency, IssueTokens, OpenAccounts
from madang.base.programmes import ledger
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.contract import Kind, Programme, canonical, digest
from madang.kernel.machine import Result
from madang.kernel.module import Call, Module
from madang.kernel.transaction import Act
from madang.prover.traces import Trace, TraceStep
from tests.support import cast
from tests.support.cast import officer, quorum
from tests.support.proofs import vouched_for
from tests.support.world import World

RESERVE, MONEY = 1_000_000_000_000, 10_000_000_000_000


class Step(Act, frozen=True, kw_only=True, tag="prover.step"):
    """A step of a trace: a key for each record, the fields of each fact, and given values in order."""

    programme: str
    action: str
    on: tuple[str | dict[str, int | bool | str], ...]
    given: tuple[int | bool | str, ...]


def run(call: Call, act: Step) -> None:
    """Run it, with all money from and to the ministry's account."""
    _, ruled = ledger.open_programme(call.state, act.programme)
    action = ruled.contract.actions[act.action]
    on: list[Any] = [
        ruled.contract.facts[subject.type](**value) if isinstance(value, dict) else value
        for subject, value in zip(action.on, act.on, strict=True)
    ]
    outside = {account.name: "ministry" for account in ruled.contract.accounts if account.sort == "outside"}
    ledger.apply(call, act.programme, ruled, act.action, on, act.given, outside)


MODULES = (*cast.BASE, merchants.MODULE, programmes.MODULE, Module("prover", {Step: run}, (), (), {}))


def opened(kind: Kind, programme: Programme, time: int) -> World:
    """A world at a block time in which the programme is open and its sponsor rich."""
    name, texts = programme.programme, (canonical(kind).decode(), canonical(programme).decode())
    world = World(
        MODULES,
        [
            *cast.genesis(),
            IssueCurrency(by="central-bank", bank="treasury-bank", amount=RESERVE),
            OpenAccounts(by="treasury-bank", owners=["ministry"]),
            IssueTokens(by="treasury-bank", account="ministry", amount=MONEY, reference="all"),
        ],
        time=time,
    )
    approved = Approve(
        by="ministry",
        programme=name,
        bank="treasury-bank",
        kind=digest(kind).hex(),
        document=digest(programme).hex(),
    )
    draft = Draft(by="ministry", programme=name, bank="treasury-bank", kind=texts[0], document=texts[1])
    world.accept(draft, by=officer("ministry"))
    world.accept(approved, by=quorum("ministry"))
    world.accept(Publish(by="operator", programme=name, proof=vouched_for(kind, programme)), by=quorum("operator"))
    world.accept(Open(by="ministry", programme=name), by=officer("ministry"))
    return world


def repeat(kind: Kind, programme: Programme, trace: Trace) -> tuple[World, Result]:
    """Run a trace on the ledger: every step but the last is accepted. What becomes of the last, and the ledger."""
    world = opened(kind, programme, trace.steps[0].at)
    results = []
    for step in trace.steps:
        world.time = step.at
        results.append(world.submit(act_of(programme.programme, step), by=officer("ministry")))
    assert [result.outcome for result in results[:-1]] == ["accepted"] * (len(results) - 1), results
    world.check()
    return world, results[-1]


def act_of(programme: str, step: TraceStep) -> Step:
    """The act that asks for a step."""
    on = tuple(subject.key or msgspec.to_builtins(subject.fact) for subject in step.on)
    return Step(by="ministry", programme=programme, action=step.action, on=on, given=tuple(step.given.values()))
