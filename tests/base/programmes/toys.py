"""A service that runs whatever action it is told to, and a kind whose actions can go wrong in every way."""

from functools import cache
from typing import Any

import msgspec

from madang.base import merchants, programmes
from madang.base.programmes import ledger
from madang.base.programmes.transactions import Approve, Draft, Open, Proof, Publish
from madang.contract import canonical, digest, read_kind, read_programme
from madang.kernel.module import Call, Module
from madang.kernel.transaction import Act
from tests.support.cast import BASE, officer, quorum, standard_world
from tests.support.proofs import vouched
from tests.support.world import World

BOXES = """
kind: box
language: 1
facts:
  Weather: {sky: {enum: [clear, rain]}}
records:
  box: {owner: id, left: {won: 0..1_000}, note: text}
  lid: {box: id}
accounts:
  sponsor: outside
  free: total
  held: sum(box.left)
  buyer: outside
parameters:
  opens: time
actions:
  fund:
    given: {amount: {won: 1..1_000_000}}
    post: [{from: sponsor, to: free, amount: amount}]
  defund:
    given: {amount: {won: 1..1_000_000}}
    post: [{from: free, to: sponsor, amount: amount}]
  make:
    on: {b: new box}
    given: {owner: id, amount: {won: 0..1_000}, note: text}
    post: [{from: free, to: held, amount: amount}]
    set: {b.owner: owner, b.left: amount, b.note: note}
  pour:
    on: {a: box, b: box}
    given: {amount: {won: 0..1_000}}
    require:
      full: {when: amount <= a.left, words: {ko: 모자랍니다., en: Not enough.}}
      same_owner: a.owner == b.owner
    set: {a.left: a.left - amount, b.left: b.left + amount}
  sell:
    on: {b: box, w: Weather}
    require:
      dry: {when: w.sky == "clear", words: {ko: 비가 옵니다., en: It rains.}}
    post: [{from: held, to: buyer, amount: b.left}]
    set: {b.left: 0}
  cover:
    on: {b: box, l: new lid}
    set: {l.box: b.owner}
  a_name_of_an_action_as_long_as_they_get:
    on: {b: box}
    require:
      a_name_of_a_clause_as_long_as_they_get_x: {when: b.left < 0, words: {ko: 깁니다., en: It is long.}}
    set: {b.note: b.note}
invariants:
  small: box.left <= 500
"""
SHOP = """
programme: box-shop
kind: box
title: {ko: 상자 가게, en: Box shop}
parameters: {opens: 2025-07-21T09:00:00+09:00}
pour:
  require:
    open: {when: opens <= at, words: {ko: 아직 열지 않았습니다., en: Not open yet.}}
"""
NAME = "box-shop"


class Run(Act, frozen=True, kw_only=True, tag="toys.run"):
    """Run an action on records, a fact for one of them, with values and outside accounts."""

    programme: str
    action: str
    on: tuple[str, ...] = ()
    given: tuple[int | str, ...] = ()
    outside: dict[str, str] = msgspec.field(default_factory=dict)


def run(call: Call, act: Run) -> None:
    """Run it; the sky is what is named `rain` or `clear`."""
    _, ruled = ledger.open_programme(call.state, act.programme)
    on: list[Any] = [ruled.contract.facts["Weather"](key) if key in ("rain", "clear") else key for key in act.on]
    ledger.apply(call, act.programme, ruled, act.action, on, act.given, act.outside)


TOYS = Module("toys", {Run: run}, (), (), {})
MODULES = (*BASE, merchants.MODULE, programmes.MODULE, TOYS)


@cache
def documents(kind: str = BOXES, programme: str = SHOP) -> tuple[str, str, str, str]:
    """Canonical kind and programme, and their digests."""
    read = read_kind(kind)
    document = read_programme(programme, read)
    return canonical(read).decode(), canonical(document).decode(), digest(read).hex(), digest(document).hex()


def drafting(by: str = "ministry", programme: str = NAME, bank: str = "treasury-bank", **texts: str) -> Draft:
    """The draft of the box shop."""
    kind, document, _, _ = documents()
    return Draft(by=by, programme=programme, bank=bank, **({"kind": kind, "document": document} | texts))


def approving(by: str = "ministry", programme: str = NAME, bank: str = "treasury-bank", **members: Any) -> Approve:
    """The approval of the box shop."""
    _, _, kind, document = documents()
    return Approve(by=by, programme=programme, bank=bank, **({"kind": kind, "document": document} | members))


def publishing(by: str = "operator", programme: str = NAME, proof: Proof | None = None) -> Publish:
    """Its publication."""
    _, _, kind, document = documents()
    return Publish(by=by, programme=programme, proof=proof or vouched(kind, document))


def opening(by: str = "ministry", programme: str = NAME) -> Open:
    """Its opening."""
    return Open(by=by, programme=programme)


STEPS = [
    (drafting(), [officer("ministry")]),
    (approving(), quorum("ministry")),
    (publishing(), quorum("operator")),
    (opening(), [officer("ministry")]),
]
"""The life of a programme up to its opening, with who signs."""


@cache
def _at(stage: int) -> World:
    world = standard_world(MODULES) if stage == 0 else _at(stage - 1).fork()
    if stage:
        act, by = STEPS[stage - 1]
        world.accept(act, by=by)
    return world


def world_at(stage: int) -> World:
    """A fresh world in which the first `stage` steps were taken: 0 nothing, 1 drafted … 4 open."""
    return _at(stage).fork()
