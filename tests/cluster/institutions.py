"""Four institutions that validate: their folders, wires and processes, and what a test does to them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from madang.app import MODULES
from madang.engine.cometbft.cluster import LOOPBACK, Cluster, Member, committed_height, plan
from madang.engine.cometbft.home import FOLDER, Validator, write_genesis_document, write_home
from madang.engine.cometbft.proof import fetch_proof
from madang.engine.cometbft.rpc import Rpc
from madang.engine.node import Node
from tests.cluster import member as process
from tests.cluster import scene
from tests.cluster.links import Links
from tests.engine.cometbft.conftest import ORIGIN, free_ports

STATE = Path(FOLDER) / "data" / "priv_validator_state.json"
Blocks = list[tuple[int, bytes, list[bytes]]]


class Institutions(Cluster):
    """Members that reach each other through `links`. `genesis` is the ledger's document."""

    def __init__(self, members: Sequence[Member], program: Path, links: Links, genesis: bytes) -> None:
        super().__init__(members, self._line)
        self.program = program
        self.links = links
        self.genesis = genesis
        self.founders = tuple(members)
        self._options: dict[str, tuple[str, ...]] = {}

    def _line(self, member: Member) -> list[str]:
        options = self._options.get(member.name, ())
        return [sys.executable, "-m", process.__name__, str(member.folder), str(self.program), *options]

    def found(self, member: Member) -> None:
        """Make the folder of one from nothing: it will ask its peers for every block there is."""
        Node.create(member.folder, MODULES, self.genesis, ORIGIN)
        voting = [Validator(one.name, one.keys.public(), scene.POWER) for one in self.founders]
        document = write_genesis_document(self.genesis, voting)
        number = self.members.index(member)
        peers = [
            (other.keys.node_id(), self.links.address(number, place))
            for place, other in enumerate(self.members)
            if other is not member
        ]
        write_home(member.folder / FOLDER, member.keys, document, member.peer_to_peer, member.rpc, peers, closed=False)

    def join(self, name: str) -> Member:
        """A further institution's node, which may not vote yet, made and started. There must be wires left for it."""
        number = len(self.members)
        (planned,) = plan(self.founders[0].folder.parent, [name], [self.links.port(number), *free_ports(1)])
        self.members.append(planned)
        self.found(planned)
        self.go(planned)
        return planned

    def found_again(self, member: Member) -> None:
        """Set a broken node up anew under the same keys; what it signed last is kept, so that it never signs twice."""
        last = (member.folder / STATE).read_bytes()
        shutil.rmtree(member.folder)
        self.found(member)
        (member.folder / STATE).write_bytes(last)

    def go(self, member: Member, *options: str) -> None:
        """Start one with these options (`tests.cluster.member`), and wait until it answers."""
        self._options[member.name] = options
        self.start(member)
        self.ready(member)

    def ready(self, *members: Member) -> None:
        """Wait until these answer."""
        deadline = time.monotonic() + 30
        for one in members:
            while True:
                try:
                    process.ask(one.folder, "progress")
                    break
                except OSError:
                    assert time.monotonic() < deadline, f"{one.name} does not start"
                    time.sleep(0.05)

    def kill(self, member: Member) -> None:
        """Both of its processes at once, by SIGKILL."""
        self.signal(member, signal.SIGKILL)
        self.process(member).wait()

    def end(self, member: Member) -> int:
        """Stop one politely; its exit status."""
        self.process(member).terminate()
        try:
            return self.process(member).wait(30)
        except subprocess.TimeoutExpired:
            self.kill(member)
            raise

    def ask(self, number: int, *question: Any, seconds: float = 30.0) -> Any:
        """A question to one validator, by number."""
        return process.ask(self.members[number].folder, *question, seconds=seconds)

    def submit(self, number: int, *signed: bytes) -> Any:
        """Answers of that validator's gateway, or the error it failed with."""
        return self.ask(number, "submit", signed)

    def rpc(self, number: int, method: str, **parameters: Any) -> Any:
        """What the CometBFT of one answers."""
        rpc = Rpc(*self.members[number].rpc)
        try:
            return rpc.call(method, **parameters)
        finally:
            rpc.close()

    def prove(self, number: int, height: int, since: int | None = None) -> bytes:
        """A consensus proof from the CometBFT of one (`engine.cometbft.proof`)."""
        rpc = Rpc(*self.members[number].rpc)
        try:
            return fetch_proof(rpc, height, since)
        finally:
            rpc.close()

    def settled(self, *numbers: int, seconds: float = 60.0) -> Blocks:
        """The blocks of the ledger, once these validators (all where none is named) have the same."""
        deadline = time.monotonic() + seconds
        while True:
            tips = [self.ask(number, "progress")[1] for number in numbers or range(len(self.members))]
            if all(one == tips[0] for one in tips):
                found: list[Blocks] = [self.ask(number, "blocks") for number in numbers or range(len(self.members))]
                if all(one == found[0] for one in found):
                    return found[0]
            assert time.monotonic() < deadline, [one.height for one in tips]
            time.sleep(0.1)

    def caught_up(self, *members: Member, seconds: float = 60.0) -> None:
        """Until these are as far as the first of the others is now."""
        others = [one for one in self.members if one not in members]
        self.wait_for_height(max(committed_height(one) for one in others), members, seconds)

    def stop(self) -> None:
        """End all, those too that hang."""
        for one in self._processes.values():
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGCONT)
        super().stop()


@contextmanager
def institutions(program: Path, spare: int = 0) -> Iterator[Institutions]:
    """Four of them at work, with wires for so many more."""
    # A socket's name is short, and a folder of pytest's is not always.
    with tempfile.TemporaryDirectory(prefix="madang-") as folder:
        count = len(scene.NAMES) + spare
        ports = free_ports(2 * len(scene.NAMES) + spare + count * (count - 1))
        members = plan(Path(folder), scene.NAMES, ports)
        wires = ports[2 * len(scene.NAMES) :]
        addresses = [one.peer_to_peer for one in members] + [(LOOPBACK, port) for port in wires[:spare]]
        genesis = scene.document(members)
        with Links(addresses, wires[spare:]) as links:
            cluster = Institutions(members, program, links, genesis)
            for one in members:
                cluster.found(one)
            with cluster:
                cluster.wait_for_height(1)
                cluster.ready(*members)
                yield cluster
