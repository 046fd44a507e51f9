"""Random lives of a whole ledger: acts of every module in blocks, on a world in which most things exist.

`python -m tests.every_module.sequences FILE` executes recorded blocks again and prints a digest of all that they
wrote: for processes with other hash seeds.
"""

import hashlib
import random
import sys
from functools import cache
from pathlib import Path

import msgspec

from madang.kernel.errors import Malformed
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from tests.services.vouchers.scene import CLOSES, TILL, coupon_world, grant, row
from tests.simulation.unsigned import unsigned
from tests.support.cast import ALICE, BAKERY, CHUL, GROCER, INSTITUTIONS, officers, quorum
from tests.support.signing import Wallet
from tests.support.world import World

Blocks = list[tuple[int, list[bytes]]]
"""Time and transactions of each block, as handed in."""
_WALLETS = {one.party: one for one in (ALICE, CHUL, BAKERY, GROCER, TILL)}


@cache
def _made() -> World:
    world = coupon_world()
    grant(world, row("made-1", ALICE.party), row("made-2", CHUL.party))
    return world


def world() -> World:
    """A fresh world with the coupon open and two vouchers granted."""
    return _made().fork()


def signers_for(act: Act) -> list[Wallet]:
    """Who may sign an act: a quorum for what needs one, else one key."""
    if act.by in INSTITUTIONS:
        return quorum(act.by)
    officer = [one for name in INSTITUTIONS for one in officers(name) if one.party == act.by and one.sort == "jws"]
    return officer or [_WALLETS.get(act.by, ALICE)]


class Life:
    """A world that is handed acts; what it was handed is kept, to be executed again."""

    def __init__(self) -> None:
        self.world = world()
        self.blocks: Blocks = []

    def block(self, acts: list[Act], seconds: int = 1) -> list[Result]:
        """Execute acts, each in a transaction of its own, in one block."""
        self.world.advance(seconds)
        signed = [unsigned(self.world.payload(act, not_after=self.world.time + 60), signers_for(act)) for act in acts]
        self.blocks.append((self.world.time, signed))
        return execute(self.world, self.world.time, signed)


def execute(world: World, time: int, signed: list[bytes]) -> list[Result]:
    """One block, signatures taken for granted."""
    world.time = time
    block = world.machine.open(world.store, world.height + 1, time)
    results = []
    for one in signed:
        try:
            results.append(block.execute(world.machine.read(one)))
        except Malformed:
            continue
    world._seal(block)
    return results


def digest(world: World, since: int) -> str:
    """SHA-256 of everything that the blocks from height `since` on wrote and answered, and of the state."""
    made = hashlib.sha256()
    for sealed in world.blocks[since:]:
        made.update(msgspec.msgpack.encode((sealed.height, sealed.time, sealed.opening)))
        for entry in sealed.entries:
            made.update(msgspec.msgpack.encode((entry.result, entry.signed_hash, entry.writes)))
    made.update(msgspec.msgpack.encode(sorted(world.store.dump().items())))
    return made.hexdigest()


def again(blocks: Blocks) -> str:
    """The digest of the same blocks on a fresh world."""
    fresh = world()
    since = len(fresh.blocks)
    for time, signed in blocks:
        execute(fresh, time, signed)
    return digest(fresh, since)


def late(chance: random.Random) -> int:
    """How far time goes on: mostly a little, seldom past the end of the coupon."""
    return chance.choice([1, 1, 61, 3_600, 90_000, CLOSES - 1_753_056_000])


def main(arguments: list[str]) -> None:
    """Print the digest of a recorded file."""
    blocks = msgspec.msgpack.decode(Path(arguments[0]).read_bytes(), type=Blocks)
    sys.stdout.write(again(blocks) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
