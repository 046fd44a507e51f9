"""What is public of an appeal is a leaf: neither its matter nor its outcome can be guessed from the digest in it."""

import hashlib
import itertools
import json
import typing
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from madang.kernel.machine import MARKS
from madang.services.appeals.state import APPEALS
from madang.services.appeals.transactions import Matter, Outcome
from tests.services.appeals.scene import DESK, SECOND, appeals_world, decide, lodge_in, take
from tests.support.signing import envelope
from tests.support.world import World

Writes = list[tuple[bytes, bytes | None]]


@dataclass
class Attacked:
    """A decided appeal: its number, what its decision wrote, and the decision's payload, which only officers know."""

    world: World
    number: str
    writes: Writes
    payload: bytes
    id: str


@pytest.fixture(scope="module")
def scene() -> Attacked:
    world = appeals_world()
    number = lodge_in(world)
    world.accept(take(number), by=DESK)
    payload = world.payload(decide(number, "corrected"))
    (result,) = world.send(envelope(payload, [SECOND]))
    assert result.outcome == "accepted"
    return Attacked(world, number, world.entries[-1].writes, payload, result.id)


def digest(writes: Writes) -> bytes:
    """What the leaf holds of some writes."""
    return hashlib.sha256(msgspec.msgpack.encode(writes)).digest()


def guess(scene: Attacked, ids: list[str]) -> set[tuple[str, str]]:
    """Every (matter, outcome) that explains the leaf under some id, for whoever is told all else that was written."""
    leaf = digest(scene.writes)
    place = APPEALS.key(scene.number)
    known = dict(scene.writes)
    decided = APPEALS.decode(known[place])
    (mark_key,) = [key for key in known if key.startswith(MARKS.prefix)]
    mark = MARKS.decode(known[mark_key])
    found = set()
    for identifier in ids:
        payload = scene.payload.replace(scene.id.encode(), identifier.encode())
        forged: Any = msgspec.structs.replace(mark, payload_hash=hashlib.sha256(payload).digest())
        forged_key = MARKS.key(json.loads(payload)["not_after"], bytes.fromhex(identifier))
        for matter, outcome in itertools.product(typing.get_args(Matter), typing.get_args(Outcome)):
            candidate = msgspec.structs.replace(decided, matter=matter, outcome=outcome)
            rest = [(key, value) for key, value in scene.writes if key not in (place, mark_key)]
            writes = sorted([*rest, (place, APPEALS.encode(candidate)), (forged_key, MARKS.encode(forged))])
            if digest(writes) == leaf:
                found.add((matter, outcome))
    return found


def test_matter_and_outcome_can_not_be_guessed_from_the_leaf(scene):
    texts = [scene.number, SECOND.party, DESK.party, "desk", "consumption-coupon-2025"]
    derived = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
    assert guess(scene, [*derived, "0" * 32]) == set()


def test_with_the_id_of_the_transaction_they_can(scene):
    """The control: the 128 random bits of the decision's transaction are all that hides it."""
    assert guess(scene, [scene.id]) == {("amount", "corrected")}
