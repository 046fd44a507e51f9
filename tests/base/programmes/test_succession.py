"""A document that only widens takes the place of the one in force, for what was granted before, too."""

from functools import cache

import pytest

from madang.base.programmes import queries
from madang.base.programmes.transactions import Amend, Proof, Succeed
from tests.base.programmes.toys import BOXES, NAME, SHOP, Run, documents, world_at
from tests.support.cast import officer, quorum
from tests.support.proofs import vouched
from tests.support.world import START, World

MINISTRY, OPERATOR, ONE = quorum("ministry"), quorum("operator"), officer("ministry")
EARLIER = SHOP.replace("2025-07-21", "2025-07-20")
LATER = SHOP.replace("2025-07-21T09", "2030-07-21T09")
KIND, DOCUMENT, KIND_DIGEST, DIGEST = documents(BOXES, LATER)
_, NEXT, _, NEXT_DIGEST = documents(BOXES, EARLIER)
OTHER_KIND = documents(BOXES.replace("small: box.left <= 500", "small: box.left <= 400"), SHOP)
OTHER = "0" * 64


def succeeding(by: str = "ministry", programme: str = NAME, document: str = NEXT) -> Succeed:
    return Succeed(by=by, programme=programme, document=document)


def amending(by: str = "operator", programme: str = NAME, proof: Proof | None = None) -> Amend:
    return Amend(by=by, programme=programme, proof=proof or vouched(KIND_DIGEST, NEXT_DIGEST, DIGEST))


@cache
def _stage(number: int) -> World:
    """0 published, 1 open with two full boxes, 2 a successor proposed."""
    from tests.base.programmes.toys import approving, drafting, opening, publishing

    if number == 0:
        world = world_at(0)
        world.accept(drafting(kind=KIND, document=DOCUMENT), by=ONE)
        world.accept(approving(kind=KIND_DIGEST, document=DIGEST), by=MINISTRY)
        world.accept(publishing(proof=vouched(KIND_DIGEST, DIGEST)), by=OPERATOR)
        return world
    world = _stage(number - 1).fork()
    if number == 1:
        world.accept(opening(), by=ONE)
        world.accept(run("fund", given=(900,), outside={"sponsor": "ministry"}), by=ONE)
        world.accept(run("make", ("one",), ("alice", 400, "-")), run("make", ("two",), ("alice", 0, "-")), by=ONE)
    else:
        world.accept(succeeding(), by=MINISTRY)
    return world


def run(action, on=(), given=(), outside=None):
    return Run(by="ministry", programme=NAME, action=action, on=on, given=given, outside=outside or {})


CASES = [
    (1, "authority.quorum", succeeding(), ONE),
    (1, "programmes.missing", succeeding(programme="another"), MINISTRY),
    (0, "programmes.stage", succeeding(), MINISTRY),
    (1, "programmes.not_yours", succeeding(by="operator"), OPERATOR),
    (1, "programmes.document", succeeding(document="{}"), MINISTRY),
    (1, "programmes.document", succeeding(document=OTHER_KIND[1]), MINISTRY),
    (
        1,
        "programmes.name",
        succeeding(document=documents(BOXES, EARLIER.replace("box-shop", "box-stall"))[1]),
        MINISTRY,
    ),
    (2, "authority.quorum", amending(), officer("operator")),
    (2, "programmes.not_operator", amending(by="ministry"), MINISTRY),
    (2, "programmes.missing", amending(programme="another"), OPERATOR),
    (0, "programmes.stage", amending(), OPERATOR),
    (1, "programmes.no_successor", amending(), OPERATOR),
    (2, "programmes.unproved", amending(proof=vouched(KIND_DIGEST, DIGEST, DIGEST)), OPERATOR),
    (2, "programmes.unproved", amending(proof=vouched(OTHER, NEXT_DIGEST, DIGEST)), OPERATOR),
    (2, "programmes.narrows", amending(proof=vouched(KIND_DIGEST, NEXT_DIGEST)), OPERATOR),
    (2, "programmes.narrows", amending(proof=vouched(KIND_DIGEST, NEXT_DIGEST, OTHER)), OPERATOR),
]


@pytest.mark.parametrize(("stage", "code", "act", "by"), CASES)
def test_refusals(stage, code, act, by):
    world = _stage(stage).fork()
    world.refuse(code, act, by=by)
    assert queries.programme(world.state(), NAME).document == DIGEST


def test_a_narrowing_is_refused_with_what_to_do_instead():
    refused = _stage(2).fork().submit(amending(proof=vouched(KIND_DIGEST, NEXT_DIGEST)), by=OPERATOR)
    assert "Draft it as a new programme: it will apply to new grants." in refused.message


def test_what_was_granted_before_follows_the_successor_from_the_act_on():
    world = _stage(2).fork()
    pour = run("pour", ("one", "two"), (100,))
    assert world.refuse("programmes.clause", pour, by=ONE).reason == "pour.open"
    assert queries.successor(world.state(), NAME) == NEXT_DIGEST
    results = world.send(world.sign(pour, by=ONE), world.sign(amending(), by=OPERATOR), world.sign(pour, by=ONE))
    # The order of the log tells which document each was judged by.
    assert [result.outcome for result in results] == ["rejected", "accepted", "accepted"]
    assert queries.programme(world.state(), NAME).document == NEXT_DIGEST
    assert queries.successor(world.state(), NAME) is None
    assert {each.document: each.widens for each in queries.proofs(world.state(), NAME)} == {
        DIGEST: None,
        NEXT_DIGEST: DIGEST,
    }
    assert queries.document(world.state(), DIGEST) == DOCUMENT
    world.check()


def test_running_the_log_again_gives_the_same_ledger_across_the_change():
    world = _stage(2).fork()
    start = world.fork()
    signed = [
        world.sign(amending(), by=OPERATOR),
        world.sign(run("pour", ("one", "two"), (100,)), by=ONE),
        world.sign(succeeding(document=DOCUMENT), by=MINISTRY),
    ]
    world.send(*signed)
    # Compiled contracts are kept in memory by digest: a second run must not depend on what the first one left there.
    from madang.base.programmes import state

    state._COMPILED.clear()
    start.send(*signed)
    assert start.store.dump() == world.store.dump()
    assert start.time == START


def test_a_proof_is_of_the_document_in_force_when_it_is_used():
    """Two successors were proven against the same document: the second one must be proven again."""
    world = _stage(2).fork()
    world.accept(amending(), by=OPERATOR)
    third = documents(BOXES, SHOP.replace("2025-07-21", "2025-07-19"))
    world.accept(succeeding(document=third[1]), by=MINISTRY)
    world.refuse("programmes.narrows", amending(proof=vouched(KIND_DIGEST, third[3], DIGEST)), by=OPERATOR)
    world.accept(amending(proof=vouched(KIND_DIGEST, third[3], NEXT_DIGEST)), by=OPERATOR)


def test_money_stays_with_whom_it_was():
    world = _stage(2).fork()
    before = queries.programme(world.state(), NAME).totals
    world.accept(amending(), by=OPERATOR)
    assert queries.programme(world.state(), NAME).totals == before
    world.refuse("programmes.clause", run("pour", ("one", "two"), (500,)), by=ONE)
    world.check()
