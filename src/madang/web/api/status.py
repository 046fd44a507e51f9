"""How the ledger and this node are: one part for everyone, one for the operators of this node.

Public is what blocks, checkpoints and totals say anyway: heights, sizes, roots, whose vote counts. Peers, disk, clock
and what is wrong here are for whoever operates the node (`operators`). Neither names a person.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from madang.base.validators import queries as validating
from madang.base.validators.state import VALIDATORS
from madang.engine.node import Node
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.kernel.machine import UPGRADES
from madang.web.api.consensus import FOLDER, ConsensusInfo, read_consensus
from madang.web.api.infos import WitnessHealth

DISK_BYTES = 1024**3
"""With less room than this the operators are told."""
CLOCK_SECONDS = 2.0
BEHIND_BLOCKS = 3
STALLED_SECONDS = 10.0


class ValidatorInfo(msgspec.Struct, frozen=True):
    """An institution in consensus: key (base64url), power, standing, and the ledger's height of the last change."""

    institution: str
    key: str
    power: int
    standing: str
    since: int


class UpgradeInfo(msgspec.Struct, frozen=True):
    """From which height on which version of the rules holds."""

    height: int
    version: int


class Trouble(msgspec.Struct, frozen=True):
    """Something that an operator should look at: a stable code, and what to do."""

    code: str
    text: str


class LedgerStatus(msgspec.Struct, frozen=True):
    """What everyone may know: the last durable block, the log up to it, and who validates.

    `caution` says what this ledger is not for, where one machine alone decides and keeps what is acknowledged.
    """

    chain: str
    height: int
    time: int
    size: int
    root: str
    rule_version: int
    upgrade: UpgradeInfo | None
    validators: list[ValidatorInfo]
    caution: Trouble | None = None


ONE_MACHINE = Trouble(
    "engine.one_machine",
    "Not for production money: payments are acknowledged before any other machine holds them. Have several validators "
    "order together (docs/operations.md).",
)


class NodeStatus(msgspec.Struct, frozen=True):
    """What the operators of this node may know. `troubles` is empty while it is well.

    `published` is the size of the log as published, -1 before the first time; `institution` whose node this is, empty
    where it does not validate. Disk in bytes.
    """

    ledger: LedgerStatus
    consensus: ConsensusInfo | None
    institution: str
    waiting: int
    published: int
    witnesses: list[WitnessHealth]
    snapshots: list[int]
    disk_free: int
    disk_size: int
    troubles: list[Trouble]


def read_ledger(node: Node) -> LedgerStatus:
    """The public part."""
    ledger = node.ledger
    tip, chain = ledger.durable, ledger.machine.chain
    tables = {table.name for module in ledger.machine.modules for table in module.tables}
    state = node.state()
    upgrade = validating.scheduled_upgrade(state, tip.height) if UPGRADES.name in tables else None
    found = validating.validators(state) if VALIDATORS.name in tables else []
    together = (node.folder / FOLDER).is_dir() and none_decides_alone([one.power for _, one in found])
    return LedgerStatus(
        chain.name,
        tip.height,
        tip.time,
        tip.size,
        tip.root.hex(),
        validating.rule_version(state, tip.height + 1) if UPGRADES.name in tables else chain.rule_version,
        None if upgrade is None else UpgradeInfo(upgrade[0], upgrade[1].version),
        [ValidatorInfo(name, to_base64url(one.key), one.power, one.standing, one.since) for name, one in found],
        None if together else ONE_MACHINE,
    )


def none_decides_alone(powers: list[int]) -> bool:
    """Whether no validator has more than two thirds of the power, so that each block is held by a second machine."""
    return 3 * max(powers, default=0) <= 2 * sum(powers) and any(powers)


def read_node(node: Node, waiting: int, waiting_seconds: float) -> NodeStatus:
    """The operators' part. `waiting` are transactions without an answer, the first for so many seconds."""
    ledger = read_ledger(node)
    troubles: list[Trouble] = []
    consensus = None
    try:
        consensus = read_consensus(node.folder)
    except MadangError as error:
        troubles.append(Trouble(error.code, error.message))
    usage = shutil.disk_usage(node.folder)
    witnesses = [WitnessHealth(one.name, one.size, one.problem) for one in node.publisher.witnesses()]
    own = _institution(ledger, consensus)
    status = NodeStatus(
        ledger,
        consensus,
        own.institution if own else "",
        waiting,
        published(node),
        witnesses,
        snapshots(node.folder),
        usage.free,
        usage.total,
        troubles,
    )
    if node.engine.failure is not None:
        troubles.append(Trouble(node.engine.failure.code, node.engine.failure.message))
    if node.publisher.failure is not None:
        troubles.append(Trouble("log.unpublished", "The log can't be written. Is the disk full?"))
    troubles += consensus_troubles(status, own, time.time())
    if waiting and waiting_seconds > STALLED_SECONDS:
        troubles.append(
            Trouble("consensus.stalled", f"Nothing was ordered for {waiting_seconds:.0f} s though somebody waits.")
        )
    troubles += [Trouble("witness.failing", f"{one.name}: {one.problem}") for one in witnesses if one.problem]
    if usage.free < DISK_BYTES:
        troubles.append(Trouble("disk.low", f"{usage.free // 2**20} MiB are free. Make room before it stops."))
    return status


def snapshots(folder: Path) -> list[int]:
    """Heights of the snapshots that a node keeps, in order."""
    kept = folder / "snapshots"
    return sorted(int(one.name) for one in kept.iterdir() if one.name.isdigit()) if kept.is_dir() else []


def published(node: Node) -> int:
    """The size of the log as it is published; -1 before the first time."""
    try:
        return int(node.publisher.checkpoint().split(b"\n", 2)[1])
    except MadangError:
        return -1


def _institution(ledger: LedgerStatus, consensus: ConsensusInfo | None) -> ValidatorInfo | None:
    if consensus is None:
        return None
    key = consensus.consensus_key.rstrip("=").translate(str.maketrans("+/", "-_"))
    return next((one for one in ledger.validators if one.key == key), None)


def consensus_troubles(status: NodeStatus, own: ValidatorInfo | None, now: float) -> Iterator[Trouble]:
    """What is wrong between this node and the others, at `now` (seconds) by this machine's clock."""
    found = status.consensus
    if found is None:
        return
    others = sum(1 for one in status.ledger.validators if one.power) - (1 if own and own.power else 0)
    if not found.peers and others:
        yield Trouble("consensus.no_peers", "No peer is connected. Is this machine cut off?")
    if found.catching_up:
        yield Trouble("consensus.syncing", f"Catching up, at block {found.height}.")
    elif found.peers_height > found.height + BEHIND_BLOCKS:
        yield Trouble("consensus.behind", f"At block {found.height}, while a peer works on {found.peers_height}.")
    if own is not None and own.standing == "jailed":
        yield Trouble("validator.jailed", f"{own.institution} voted twice and is jailed since block {own.since}.")
    ahead = found.clock_ahead or 0.0
    if ahead < CLOCK_SECONDS and status.ledger.time > now + CLOCK_SECONDS:
        ahead = now - status.ledger.time
    if abs(ahead) > CLOCK_SECONDS:
        yield Trouble("clock.wrong", f"This clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}.")
