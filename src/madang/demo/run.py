"""`madang demo`: play a day of the consumption coupon on a fresh node, and answer what an auditor would ask."""

import argparse
import functools
import multiprocessing
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from madang.app import MODULES
from madang.audit.auditor import Report, audit
from madang.audit.reexecute import reexecute
from madang.audit.stored import steady
from madang.base.programmes.queries import all_programmes, programme
from madang.demo import stage
from madang.demo.guests import additions
from madang.demo.guests.applying import take_applications
from madang.demo.guests.guest import Guest
from madang.demo.guests.inviting import invite
from madang.demo.identity.offices import Setting
from madang.demo.identity.settling import settle
from madang.demo.town import COUPON, Clock, LaterClock, Town
from madang.engine.node import Node
from madang.engine.snapshot import refuse_in_use
from madang.kernel.errors import MadangError
from madang.log.checkpoint import require
from madang.log.receipt import check
from madang.web.server import check_start, serve

MARKER = "made-by-madang-demo"
HOST = "127.0.0.1"
MOST_CITIZENS = 100_000
MOST_PAYMENTS = 1_000_000


class Outcome(msgspec.Struct, frozen=True):
    """What the demonstration found; amounts in won. `conserved` and `verified` are the auditor's and the replay's."""

    conserved: bool
    verified: bool
    receipt_checked: bool
    programmes: int
    merchants: int
    citizens: int
    vouchers: int
    payments: int
    refused: dict[str, int]
    refunds: int
    merchants_paid: int
    granted: int
    totals: dict[str, int]
    receipt_of: str
    receipt_bytes: int
    blocks: int
    transactions: int
    seconds: float


def main(arguments: list[str]) -> int:
    """Run the demonstration; its exit status is 0 where every law held and the log verified, else 1."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, quiet=options.json)
    folder: Path = options.folder
    if not options.no_serve:
        check_start(folder, HOST, options.port)
    clear_folder(folder)
    started = time.perf_counter()
    origin = f"http://{stage.SITE}:{options.port}"
    # In a process of its own, and not a forked one: RocksDB's threads outlive no fork, neither this nor the server's.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        day = pool.submit(_day_of, options, started, origin).result()
    outcome, setting = day.outcome, day.setting
    if options.json:
        print(msgspec.json.encode(outcome).decode())
    else:
        show(Console(), outcome, day.report, folder)
        _show_steps(folder, day.log_key, outcome.receipt_of, options.port)
    if setting is not None:
        console.print(
            f"\nServing this ledger on http://{HOST}:{options.port}, and its pages (stop with Ctrl-C). "
            f"Its clock goes on from that day's evening.\n"
            f"Get a mobile driver's licence: [bold]{origin}/demo/credentials[/bold]\n"
            f"Be one of its people: [bold]{origin}/demo[/bold]"
        )
        beside = functools.partial(additions, day.records, day.guests, day.names, setting, day.evening)
        serve(folder, HOST, options.port, additions=beside, clock=LaterClock(day.evening))
    return 0 if outcome.conserved and outcome.verified and outcome.receipt_checked else 1


class _Day(msgspec.Struct, frozen=True):
    """What a played day leaves for whoever shows and serves it. `names` are the shops' by till; `setting` is of the
    offices that issue credentials, None where nothing is served.
    """

    outcome: Outcome
    report: Report
    log_key: str
    guests: tuple[Guest, ...]
    names: dict[str, str]
    records: str
    setting: Setting | None
    evening: int


def _day_of(options: argparse.Namespace, started: float, origin: str) -> _Day:
    """Play the day on a new node in the folder."""
    folder: Path = options.folder
    console = Console(stderr=True, quiet=options.json)
    genesis = stage.genesis(str(options.seed), options.citizens, origins=[origin])
    Node.create(folder, MODULES, genesis, stage.ORIGIN)
    clock = Clock(stage.MORNING)
    with Node(folder, MODULES, clock) as node, progress_bars(console) as progress:
        town = Town(node, clock, options.seed, options.citizens, progress)
        outcome, report = play(town, options.payments, started)
        invited, names = invite(town), {town.tills[place]: shop.name for place, shop in enumerate(town.shops)}
        records = f"sqlite:///{folder / 'records.db'}"
        # Its keys take seconds to make, and nobody would see them.
        setting = None if options.no_serve else settle(town, invited, folder / "identity", origin, records)
        if setting is not None:
            take_applications(town, invited, setting, records)
        stage.name_institutions(folder)
        evening = node.ledger.durable.time
        return _Day(outcome, report, str(node.log_key), invited.guests, names, records, setting, evening)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="madang demo", usage="madang demo [options]; --help lists them", description=__doc__
    )
    count = between(1, MOST_CITIZENS)
    parser.add_argument("--citizens", type=count, default=5_000, help="synthetic citizens (default 5000)")
    count = between(1, MOST_PAYMENTS)
    parser.add_argument("--payments", type=count, default=4_000, help="payments to attempt (default 4000)")
    seed = between(0, 2**32)
    parser.add_argument("--seed", type=seed, default=2025, help="another seed, another day (default 2025)")
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="where the node lies (default var/demo)")
    port = between(1, 65_535)
    parser.add_argument("--port", type=port, default=8420, help="port to serve on afterwards (default 8420)")
    parser.add_argument("--no-serve", action="store_true", help="end when the day is over")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    return parser


def between(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers within these bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"give a whole number from {low:,} to {high:,}")
        return number

    return read


def clear_folder(folder: Path) -> None:
    """An empty folder that is marked as ours. Raises `MadangError` (`demo.folder`, `store.in_use`)."""
    try:
        if folder.exists():
            if any(folder.iterdir()) and not (folder / MARKER).exists():
                raise MadangError("demo.folder", f"{folder} is not a demonstration's. Name another with --folder.")
            refuse_in_use(folder / "store")
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise MadangError("demo.folder", f"{folder} can't be made: {why}. Name another with --folder.") from None


@contextmanager
def progress_bars(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Progress bars by name, while the block lasts: what is yielded takes name, done and total."""
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def update(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield update


def play(town: Town, payments: int, started: float) -> tuple[Outcome, Report]:
    """The whole day, then the audit; `started` is when the demonstration was, by `time.perf_counter`."""
    node, progress = town.node, town.progress
    town.register_merchants()
    town.publish_programme()
    town.register_citizens()
    granted = town.grant()
    town.play_day(payments)
    refunds = town.refund(30)
    merchants_paid = town.pay_out()
    state = node.state()
    view = programme(state, COUPON)
    receipt_of = town.paid[-1][0] if town.paid else town.opened
    receipt = node.publisher.receipt(receipt_of)
    (node.folder / "receipt.bin").write_bytes(receipt)
    checked = check(receipt, require(node.log_key, [], 0))
    stored = steady(node.ledger.store)
    report = audit(stored, progress=lambda done, total: progress("blocks audited", done, total))
    verdict = reexecute(stored, MODULES, progress=lambda done, total: progress("blocks run again", done, total))
    outcome = Outcome(
        conserved=report.holds,
        verified=verdict.divergence is None,
        receipt_checked=checked.leaf.kind.name == "ACCEPTED",
        programmes=sum(1 for _ in all_programmes(state)),
        merchants=len(town.shops),
        citizens=len(town.people),
        vouchers=len(town.left),
        payments=len(town.paid),
        refused=dict(sorted(town.refused.items())),
        refunds=refunds,
        merchants_paid=merchants_paid,
        granted=granted,
        totals=view.totals if view else {},
        receipt_of=receipt_of,
        receipt_bytes=len(receipt),
        blocks=verdict.blocks,
        transactions=verdict.transactions,
        seconds=round(time.perf_counter() - started, 1),
    )
    return outcome, report


def show(console: Console, outcome: Outcome, report: Report, folder: Path) -> None:
    """What an auditor would ask, as tables."""
    console.print(
        f"\n[bold]{COUPON}[/bold]: {outcome.vouchers:,} vouchers to {outcome.citizens:,} synthetic citizens, "
        f"{outcome.payments:,} payments at {outcome.merchants:,} real shops, {outcome.refunds:,} refunds, "
        f"{outcome.merchants_paid:,} shops paid"
    )
    refused = ", ".join(f"{count} × {reason}" for reason, count in outcome.refused.items())
    console.print(f"Refused by the programme's rules: {refused or 'none'}\n")
    if report.figures is not None:
        banks = Table(
            "Bank", *[Column(name, justify="right", no_wrap=True) for name in _BANK_FIGURES], title="Where every won is"
        )
        for name, bank in report.figures.banks.items():
            figures = msgspec.structs.asdict(bank)
            banks.add_row(name, *[f"{figures[one]:,}" for one in _BANK_FIGURES])
        console.print(banks)
        accounts = Table("Account", Column("won", justify="right"), title=f"Escrow of {COUPON}")
        for name, amount in outcome.totals.items():
            accounts.add_row(name, f"{amount:,}")
        console.print(accounts)
    laws = Table("Law", "Holds", Column("left", justify="right"), Column("right", justify="right"), title="Laws")
    for law in report.laws:
        laws.add_row(law.name, "yes" if law.holds else f"NO {law.where}", f"{law.left:,}", f"{law.right:,}")
    console.print(laws)
    console.print(
        f"Run again from genesis: {outcome.transactions:,} transactions in {outcome.blocks:,} blocks, "
        f"{'all as recorded' if outcome.verified else 'DIVERGES'}\n"
        f"One receipt of {outcome.receipt_bytes:,} bytes checked off line: {folder / 'receipt.bin'}\n"
        f"{outcome.seconds} s in all"
    )


def _show_steps(folder: Path, log_key: str, transaction: str, port: int) -> None:
    """What to try next: lines to paste, each of which works as it stands. Printed plain, so that no line is broken."""
    madang, node, url = program(), shlex.quote(str(folder)), f"http://{HOST}:{port}"
    receipt = shlex.quote(str(folder / "receipt.bin"))
    print(
        f"""
Next, in this folder. The receipt, checked with the log's key and nothing else:
  {madang} receipt check {receipt} --log-key {shlex.quote(log_key)}
While the ledger is served ({madang} serve {node} --port {port}):
  curl -s {url}/checkpoint
  curl -s {url}/programmes/programmes
  {madang} transaction show {transaction} --url {url}
When it is stopped:
  {madang} verify {node}""",
        flush=True,
    )


def program() -> str:
    """How whoever started this calls the command."""
    called = sys.argv[0]
    return shlex.quote("madang" if Path(called).name != "madang" or shutil.which("madang") == called else called)


_BANK_FIGURES = ("free", "locked", "liability", "tokens")
