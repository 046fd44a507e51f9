"""Several validators on one machine: their folders, and a process for each, to try things and to show them.

Each validator has its own store, keys and CometBFT; what they share is the machine, so its loss is the loss of all.
Everything listens on 127.0.0.1.
"""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from madang.engine.cometbft.home import (
    FOLDER,
    Address,
    Keys,
    StateSync,
    Validator,
    write_genesis_document,
    write_home,
)
from madang.engine.cometbft.rpc import Rpc
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.module import Module

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 30.0


class Member(msgspec.Struct, frozen=True):
    """One node of a cluster: its folder, its keys, where its peers and where its gateway find its CometBFT."""

    name: str
    folder: Path
    keys: Keys
    peer_to_peer: Address
    rpc: Address


def plan(folder: Path, names: Sequence[str], ports: Sequence[int]) -> list[Member]:
    """Members with new keys. Each takes two of `ports`: for its peers, and for RPC."""
    return [
        Member(
            name,
            folder / name,
            Keys.generate(),
            (LOOPBACK, ports[2 * number]),
            (LOOPBACK, ports[2 * number + 1]),
        )
        for number, name in enumerate(names)
    ]


def create(
    members: Sequence[Member],
    modules: Sequence[Module],
    genesis: bytes,
    origin: str,
    validators: Sequence[Member] | None = None,
    powers: Sequence[int] = (),
    state_sync: StateSync | None = None,
    closed: bool = True,
) -> None:
    """Make the folders of `members`, who know each other. All vote where `validators` does not say who else does.

    They let nobody else in, unless they are not `closed`, so that others can be tried out on them later.

    Raises what `Node.create` and `write_home` raise.
    """
    voting = validators if validators is not None else members
    weights = powers or [10] * len(voting)
    document = write_genesis_document(
        genesis,
        [Validator(one.name, one.keys.public(), power) for one, power in zip(voting, weights, strict=True)],
    )
    for one in members:
        Node.create(one.folder, modules, genesis, origin)
        peers = [(other.keys.node_id(), other.peer_to_peer) for other in {*voting, *members} if other is not one]
        write_home(
            one.folder / FOLDER, one.keys, document, one.peer_to_peer, one.rpc, sorted(peers), state_sync, closed=closed
        )


class Cluster:
    """Runs members, each in a process of its own: `command` says how one is started."""

    def __init__(self, members: Sequence[Member], command: Callable[[Member], Sequence[str]]) -> None:
        self.members = list(members)
        self._command = command
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Cluster":
        try:
            for one in self.members:
                self.start(one)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self, member: Member) -> None:
        """Start one, without waiting until it takes part."""
        self._processes[member.name] = subprocess.Popen(
            list(self._command(member)), stdin=subprocess.DEVNULL, start_new_session=True
        )

    def signal(self, member: Member, number: int) -> None:
        """Send a signal to all processes of one, its CometBFT too, such as SIGKILL or SIGSTOP."""
        os.killpg(self._processes[member.name].pid, number)

    def process(self, member: Member) -> "subprocess.Popen[bytes]":
        """The running process of one."""
        return self._processes[member.name]

    def stop(self) -> None:
        """End all of them: politely, and by force after STOP_SECONDS."""
        running = list(self._processes.values())
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def wait_for_height(self, height: int, members: Sequence[Member] | None = None, seconds: float = 30.0) -> None:
        """Until these (all where not said) committed CometBFT's block `height`.

        Raises `MadangError` (`cluster.slow`).
        """
        deadline = time.monotonic() + seconds
        for one in members or self.members:
            while committed_height(one) < height:
                if time.monotonic() > deadline:
                    raise MadangError("cluster.slow", f"{one.name} is not at block {height} after {seconds:g} s.")
                time.sleep(0.05)


def committed_height(member: Member) -> int:
    """CometBFT's last committed block at a member; 0 while it gives no answer."""
    rpc = Rpc(*member.rpc)
    try:
        return int(rpc.call("status")["sync_info"]["latest_block_height"])
    except MadangError:
        return 0
    finally:
        rpc.close()
