"""Clusters of four validators, each in a process of its own, on ports of this machine."""

import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from madang.engine.cometbft.cluster import Cluster, Member, create, plan
from madang.engine.cometbft.home import StateSync
from madang.engine.cometbft.rpc import Rpc
from tests.engine.cometbft import validator

NAMES = ("central-bank", "bank-a", "bank-b", "ministry")
ORIGIN = "ledger.example/cluster"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Running(Cluster):
    """A cluster, and questions to its validators."""

    def __init__(self, members: Sequence[Member], program: Path, source: str) -> None:
        super().__init__(
            members,
            lambda one: [sys.executable, "-m", validator.__name__, str(one.folder), str(program), source],
        )

    def ask(self, number: int, *question: Any) -> Any:
        """A question to one validator, by number."""
        return validator.ask(self.members[number].folder, *question)

    def submit(self, number: int, *signed: bytes) -> Any:
        """Answers of that validator's gateway, or the error it failed with."""
        return self.ask(number, "submit", signed)

    def settled(self, *numbers: int) -> list[tuple[int, bytes, list[bytes]]]:
        """The blocks of the ledger, once these validators (all where none is named) have the same."""
        deadline = time.monotonic() + 20
        while True:
            found = [self.ask(number, "blocks") for number in numbers or range(len(self.members))]
            if all(one == found[0] for one in found):
                return list(found[0])
            assert time.monotonic() < deadline, [len(one) for one in found]
            time.sleep(0.1)


@contextmanager
def running(program: Path, source: str, genesis: bytes) -> Iterator[Running]:
    """Four validators of a ledger, from its first block on."""
    # A socket's name is short, and a folder of pytest's is not always.
    with tempfile.TemporaryDirectory(prefix="madang-") as folder:
        members = plan(Path(folder), NAMES, free_ports(2 * len(NAMES)))
        create(members, validator.modules(source), genesis, ORIGIN, closed=False)
        cluster = Running(members, program, source)
        with cluster:
            cluster.wait_for_height(1)
            yield cluster


def newcomer(cluster: Running, genesis: bytes, source: str) -> Member:
    """A further node, which trusts a recent header and may take a snapshot. It has no vote."""
    rpc = Rpc(*cluster.members[0].rpc)
    header = rpc.call("commit", height="2")["signed_header"]
    rpc.close()
    servers = [one.rpc for one in cluster.members[:2]]
    sync = StateSync(servers, 2, header["commit"]["block_id"]["hash"])
    (member,) = plan(cluster.members[0].folder.parent, ["newcomer"], free_ports(2))
    create([member], validator.modules(source), genesis, ORIGIN, validators=cluster.members, state_sync=sync)
    return member
