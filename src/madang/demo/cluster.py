"""`madang cluster`: four validators on this machine, the day of the consumption coupon on them, and two faults.

The central bank, two banks and a ministry each run a CometBFT node with the ledger as its application. The first of
them is in this process, the others in processes of their own, which serve their interface as any node does. Then one is
killed and one made to hang, while payments go on; at the end all must have the same log.
"""

import argparse
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Column, Table

from madang.app import MODULES
from madang.base.validators.transactions import Admit
from madang.demo import actors, stage
from madang.demo.run import HOST, between, clear_folder, play, program, progress_bars, show
from madang.demo.run import Outcome as Day
from madang.demo.town import Town, TrueClock
from madang.engine.cometbft.cluster import Cluster, Member, committed_height, create, plan
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.log.checkpoint import Checkpoint, open_checkpoint
from madang.log.note import SignerKey
from madang.web.nodes import open_node
from madang.web.server import check_address

VALIDATORS = (actors.CENTRAL_BANK, actors.CITIZENS_BANK, actors.MERCHANTS_BANK, actors.MINISTRY)
POWER = 10
PAYMENTS_IN_TROUBLE = 400
CATCH_UP_SECONDS = 60.0


class Trouble(msgspec.Struct, frozen=True):
    """What befell a validator, how many payments were accepted meanwhile, and the longest wait for any (seconds)."""

    what: str
    who: str
    payments: int
    longest: float


class Outcome(msgspec.Struct, frozen=True):
    """`agreed`: every validator came to the same log, of `size` leaves with this root (hexadecimal)."""

    agreed: bool
    size: int
    root: str
    troubles: list[Trouble]
    day: Day


def main(arguments: list[str]) -> int:
    """Run it; the exit status is 0 where all laws held, the log verified and all validators agreed, else 1."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, quiet=options.json)
    folder: Path = options.folder
    ports = range(options.port, options.port + 3 * len(VALIDATORS))
    for port in ports:
        check_address(HOST, port)
    clear_folder(folder)
    started = time.perf_counter()
    clock = TrueClock()
    members = plan(folder, VALIDATORS, ports[len(VALIDATORS) :])
    genesis = stage.genesis(str(options.seed), options.citizens, clock.start, _admissions(members))
    console.print(f"Making {len(members)} validators in {folder}")
    create(members, MODULES, genesis, stage.ORIGIN, powers=[POWER] * len(members))
    ours, others = members[0], members[1:]
    with Cluster(others, lambda one: _serving(one, options.port + members.index(one))) as cluster:
        with open_node(ours.folder, clock=clock) as node:
            cluster.wait_for_height(1)
            with progress_bars(console) as progress:
                town = Town(node, clock, options.seed, options.citizens, progress)
                day, report = play(town, options.payments, started)
                troubles = list(_troubles(cluster, town))
            node.publisher.publish_now()
            tip = open_checkpoint(node.publisher.checkpoint(), node.log_key)
        agreed = all(_reaches(one, options.port + members.index(one), tip) for one in others)
        outcome = Outcome(agreed, tip.size, tip.root.hex(), troubles, day)
        if options.json:
            print(msgspec.json.encode(outcome).decode(), flush=True)
        else:
            show(Console(), day, report, ours.folder)
            _show(Console(), outcome, members, options.port)
        if not options.no_serve:
            cluster.members.insert(0, ours)
            cluster.start(ours)
            _wait(console, cluster, options.port)
    return 0 if agreed and day.conserved and day.verified and day.receipt_checked else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="madang cluster", usage="madang cluster [options]; --help lists them", description=__doc__
    )
    parser.add_argument("--citizens", type=between(1, 100_000), default=1_000, help="synthetic citizens (default 1000)")
    parser.add_argument("--payments", type=between(1, 100_000), default=2_000, help="payments to try (default 2000)")
    parser.add_argument("--seed", type=between(0, 2**32), default=2025, help="another seed, another day (default 2025)")
    parser.add_argument(
        "--folder", type=Path, default=Path("var/cluster"), help="where the nodes lie (default var/cluster)"
    )
    parser.add_argument(
        "--port", type=between(1, 65_000), default=8430, help="first of 12 ports to listen on (default 8430)"
    )
    parser.add_argument("--no-serve", action="store_true", help="end when the day is over")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    return parser


def _admissions(members: Sequence[Member]) -> list[Admit]:
    return [
        Admit(
            by=actors.OPERATOR,
            institution=one.name,
            consensus_key=to_base64url(one.keys.public()),
            power=POWER,
        )
        for one in members
    ]


def _serving(member: Member, port: int) -> list[str]:
    madang = Path(sys.executable).with_name("madang")
    return [str(madang), "serve", str(member.folder), "--port", str(port)]


def _troubles(cluster: Cluster, town: Town) -> Iterator[Trouble]:
    """One after another, with payments while it lasts."""
    killed, hung = cluster.members[0], cluster.members[1]
    with _while_one_is(cluster, killed, "killed"):
        yield _pay(town, "killed", killed.name)
    with _while_one_is(cluster, hung, "hanging"):
        yield _pay(town, "hanging", hung.name)


@contextmanager
def _while_one_is(cluster: Cluster, member: Member, what: str) -> Iterator[None]:
    cluster.signal(member, signal.SIGKILL if what == "killed" else signal.SIGSTOP)
    try:
        yield
    finally:
        if what == "killed":
            cluster.process(member).wait()
            cluster.start(member)
        else:
            cluster.signal(member, signal.SIGCONT)
        cluster.wait_for_height(max(committed_height(one) for one in cluster.members), seconds=CATCH_UP_SECONDS)


def _pay(town: Town, what: str, who: str) -> Trouble:
    before, longest, ended = len(town.paid), 0.0, time.monotonic()
    for waited in town.pay(PAYMENTS_IN_TROUBLE, f"payments, one {what}"):
        longest = max(longest, waited - ended)
        ended = waited
    return Trouble(what, who, len(town.paid) - before, round(longest, 2))


def _reaches(member: Member, port: int, tip: Checkpoint) -> bool:
    """Whether this validator publishes the same log."""
    key = SignerKey.parse((member.folder / "checkpoint.key").read_text()).verifier()
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/checkpoint", timeout=5) as answer:
                found = open_checkpoint(answer.read(65_536), key)
        except OSError:
            found = None
        if found is not None and found.size >= tip.size:
            return found.size == tip.size and found.root == tip.root
        time.sleep(0.2)
    return False


def _show(console: Console, outcome: Outcome, members: Sequence[Member], port: int) -> None:
    troubles = Table("One validator", "is", Column("payments meanwhile", justify="right"), "longest wait")
    for trouble in outcome.troubles:
        troubles.add_row(trouble.who, trouble.what, f"{trouble.payments:,}", f"{trouble.longest:g} s")
    console.print(troubles)
    console.print(
        f"All {len(members)} validators: {outcome.size:,} leaves, root {outcome.root[:16]}…, "
        f"{'the same' if outcome.agreed else 'NOT THE SAME'}"
    )
    print("\nWhile they are served, in another terminal:")
    for number, one in enumerate(members):
        print(f"  curl -s http://{HOST}:{port + number}/checkpoint    # {one.name}")
    print(f"When they are stopped:\n  {program()} verify {members[-1].folder}", flush=True)


def _wait(console: Console, cluster: Cluster, port: int) -> None:
    console.print(f"\nServing the validators on http://{HOST}:{port} and the ports after it (stop with Ctrl-C)")
    try:
        while all(cluster.process(one).poll() is None for one in cluster.members):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise MadangError("cluster.ended", "A validator ended by itself; its folder's cometbft/cometbft.log says why.")
