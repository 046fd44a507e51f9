"""madang qr, reconcile and payout: what shops and banks exchange, made from the ledger and held against it."""

import datetime
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from madang.cli import files
from madang.cli.options import DEFAULT_URL, Url
from madang.cli.talk import Json, log_errors, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.client import Client
    from madang.engine.store import View
    from madang.exchange.books import Days, Payout
    from madang.exchange.reconciling import Columns, Reconciliation

qr = typer.Typer(no_args_is_help=True, help="Make and read the codes that shops show (docs/files.md).")
payout = typer.Typer(no_args_is_help=True, help="Pay merchants' deposits through banks (docs/files.md).")
MOST_STANDARD_INPUT = 4096
MOST_BYTES = 64 * 1024 * 1024
EVER = 2**40

Folder = Annotated[
    Path, typer.Argument(help="A node's folder, or a backup of one; no node runs on it.", file_okay=False)
]
Programme = Annotated[str, typer.Option(help="The programme's name.")]
BankName = Annotated[str, typer.Option(help="The bank's name on the ledger.")]
Day = Annotated[str, typer.Option(help="The business day, such as 2026-11-20.")]
CutOff = Annotated[str, typer.Option(help="HH:MM in Korea; only for ledgers without business days of their own.")]
Report = Annotated[Path | None, typer.Option(help="Write it as CSV for a spreadsheet to this file.")]


class Listed(msgspec.Struct, frozen=True):
    """What a node says of a shop."""

    category: str
    standing: str


@qr.command("make")
def make_qr(
    merchant: Annotated[str, typer.Option(help="The shop's name on the ledger.")],
    name: Annotated[str, typer.Option(help="Its name in Latin letters, up to 25.")],
    city: Annotated[str, typer.Option(help="Its city in Latin letters, up to 15.")],
    korean_name: Annotated[str, typer.Option(help="Its name in Korean, up to 25 letters.")],
    korean_city: Annotated[str, typer.Option(help="Its city in Korean, up to 15 letters.")],
    amount: Annotated[int | None, typer.Option(help="Won; with --order, for one payment within three minutes.")] = None,
    order: Annotated[str | None, typer.Option(help="The shop's reference of the order, up to 25 letters.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Draw it to this file, .svg or .png, not to the terminal.")
    ] = None,
    force: files.Force = False,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Make the code of a shop that the ledger lists as open: to print, or with --amount for one payment."""
    from madang.client import Client
    from madang.exchange.qr import LONGEST, MerchantCode, check_code, draw_png, draw_svg, draw_text, write_code

    draw = {".svg": draw_svg, ".png": draw_png}.get(output.suffix.lower()) if output is not None else None
    if output is not None:
        if draw is None:
            raise MadangError("qr.picture", f"{output} is neither .svg nor .png. Name a file that ends so.")
        files.check_free(output, force=force)
    now = int(time.time())
    with Client(url) as client:
        listed = _listed(client, merchant)
        code = MerchantCode(
            chain=client.chain,
            merchant=merchant,
            category=listed.category if listed else "0000",
            name=name,
            city=city,
            local_name=korean_name,
            local_city=korean_city,
            amount=amount,
            order=order,
            expires=None if amount is None else now + LONGEST,
        )
    check_code(code, code.chain, listed, now)
    text = write_code(code)
    if output is not None and draw is not None:
        files.write(output, draw(text), force=force)
    shown = text if output is not None else f"{draw_text(text)}\n{text}"
    tell(shown, {"text": text, **_members(code)}, as_json=as_json)


@qr.command("read")
def read_qr(
    text: Annotated[str, typer.Argument(help="The text that a scanner gives, or - for standard input.")],
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Show what a code says; exit status 1 if it must not be paid: expired, altered, or of a shop that is not open."""
    from madang.client import Client
    from madang.exchange.qr import check_code, read_code

    if text == "-":
        text = sys.stdin.read(MOST_STANDARD_INPUT).removesuffix("\n")
    code = read_code(text)
    with Client(url) as client:
        check_code(code, client.chain, _listed(client, code.merchant), int(time.time()))
    members = _members(code)
    tell("\n".join(f"{key:11} {value}" for key, value in members.items()), members, as_json=as_json)


def _listed(client: "Client", merchant: str) -> Listed | None:
    """What the node says of a shop; nothing where it has no such entry."""
    answer = client.query("merchants", "merchant", {"name": merchant})
    try:
        return msgspec.convert(answer, Listed | None)
    except msgspec.ValidationError:
        raise MadangError("client.answer", "What answers is no node of this version. Check the address.") from None


def _members(code: Any) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(code).items() if value is not None}


@payout.command("list")
def list_payouts(
    folder: Folder,
    programme: Programme,
    day: Day,
    cut_off: CutOff = "24:00",
    report: Report = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Show what merchants were paid out of a programme on a business day."""
    from madang.audit.stored import opened
    from madang.exchange.payouts import payout_sheet

    if report is not None:
        files.check_free(report, force=force)
    with log_errors(), opened(folder) as view:
        found = _payouts(view, programme, _days(view, cut_off), day)
    if report is not None:
        files.write(report, payout_sheet(found), force=force)
    rows: list[tuple[str, ...]] = [(one.merchant, f"{one.amount:,}", one.end_to_end) for one in found]
    won = sum(one.amount for one in found)
    text = f"{len(found):,} payouts, {won:,} won\n{table(('merchant', 'won', 'end to end'), rows)}"
    shown = [{**msgspec.structs.asdict(one), "end_to_end": one.end_to_end} for one in found]
    tell(text, {"payouts": shown}, as_json=as_json)


@payout.command("settlement")
def settle_payouts(
    folder: Folder,
    programme: Programme,
    since: Annotated[str, typer.Option(help="The first day, such as 2026-11-01.")],
    until: Annotated[str, typer.Option(help="The last day.")],
    regions: Annotated[Path | None, typer.Option(help="Write sums by city and county as CSV to this file.")] = None,
    cut_off: CutOff = "24:00",
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Add a period up: what shops of each city and county were paid out. Whose money it was: `madang settlement`."""
    from madang.audit.stored import opened
    from madang.exchange.books import payouts
    from madang.exchange.payouts import settle, settlement_sheet

    if regions is not None:
        files.check_free(regions, force=force)
    with log_errors(), opened(folder) as view:
        found = payouts(view, programme, _days(view, cut_off), _date(since), _date(until))
        settled = settle(found, _regions(view, found))
    if regions is not None:
        files.write(regions, settlement_sheet(settled), force=force)
    rows: list[tuple[str, ...]] = [
        (one.region or "-", f"{one.payouts:,}", f"{one.merchants:,}", f"{one.amount:,}") for one in settled
    ]
    text = f"{sum(one.amount for one in settled):,} won\n{table(('region', 'payouts', 'shops', 'won'), rows)}"
    tell(text, {"regions": settled}, as_json=as_json)


@payout.command("order")
def order_payouts(
    folder: Folder,
    programme: Programme,
    bank: BankName,
    day: Day,
    accounts: Annotated[
        Path, typer.Option(help="The bank's file of accounts: its own and its merchants'.", exists=True)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the order (pain.001) to this file.")],
    value_date: Annotated[str, typer.Option(help="When to pay; the next business day if not said.")] = "",
    cut_off: CutOff = "24:00",
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Order deposits for payouts that merchants gave back at a bank; exit status 1 if an account is missing."""
    from madang.audit.stored import opened
    from madang.exchange.banks import KOREA, is_business_day, next_business_day
    from madang.exchange.books import genesis_root, movements
    from madang.exchange.iso20022 import write_order
    from madang.exchange.payouts import make_order, order_identifier, read_accounts

    files.check_free(output, force=force)
    date, now = _date(day), int(time.time())
    pay_on = _date(value_date) if value_date else next_business_day(datetime.datetime.fromtimestamp(now, KOREA).date())
    if not is_business_day(pay_on):
        raise MadangError("calendar.closed", f"{pay_on} is no business day in Korea. Choose another value date.")
    known = read_accounts(_read(accounts))
    debtor = known.pop(bank, None)
    if debtor is None:
        raise MadangError(
            "accounts.own", f"The file of accounts has no row for {bank} itself. Add the one it pays from."
        )
    with log_errors(), opened(folder) as view:
        days = _days(view, cut_off)
        found = _payouts(view, programme, days, day)
        identifier = order_identifier(genesis_root(view), programme, bank, date)
        conversions = movements(view, bank, days, days.around(date)[0], EVER)
        made = make_order(found, conversions, known, debtor, identifier, now, pay_on)
    files.write(output, write_order(made.order), force=force)
    won = sum(one.amount for one in made.order.transfers)
    lines = [f"{output}: order {identifier}, {len(made.order.transfers):,} payments, {won:,} won, on {pay_on}"]
    lines += [f"kept as tokens  {one.merchant}  {one.amount:,}" for one in made.kept]
    lines += [f"NO ACCOUNT      {one.merchant}  {one.amount:,}" for one in made.without_account]
    value = {"order": identifier, "payments": len(made.order.transfers), "won": won, "value_date": pay_on}
    tell("\n".join(lines), value | {"kept": made.kept, "without_account": made.without_account}, as_json=as_json)
    if made.without_account:
        raise typer.Exit(1)


@payout.command("results")
def show_results(
    folder: Folder,
    order: Annotated[Path, typer.Argument(help="The order (pain.001).", exists=True, dir_okay=False)],
    status: Annotated[Path, typer.Argument(help="The bank's report on it (pain.002).", exists=True, dir_okay=False)],
    programme: Programme,
    day: Day,
    cut_off: CutOff = "24:00",
    report: Report = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Show what became of an order, each rejection with its reason; exit status 1 unless all are accepted."""
    from madang.audit.stored import opened
    from madang.exchange.iso20022 import explain, read_order, read_status
    from madang.exchange.payouts import read_results, result_sheet

    if report is not None:
        files.check_free(report, force=force)
    ordered, said = read_order(_read(order)), read_status(_read(status))
    with log_errors(), opened(folder) as view:
        results = read_results(_payouts(view, programme, _days(view, cut_off), day), ordered, said)
    if report is not None:
        files.write(report, result_sheet(results), force=force)
    reasons = [one.verdict.reason if one.verdict is not None else "" for one in results]
    rows: list[tuple[str, ...]] = [
        (one.outcome, one.payout.merchant, f"{one.payout.amount:,}", reason, explain(reason)[1] if reason else "")
        for one, reason in zip(results, reasons, strict=True)
    ]
    accepted = sum(one.outcome == "accepted" for one in results)
    text = f"{accepted:,} of {len(results):,} accepted\n{table(('outcome', 'merchant', 'won', 'code', 'reason'), rows)}"
    tell(text, {"order": ordered.identifier, "accepted": accepted, "results": results}, as_json=as_json)
    if accepted < len(results):
        raise typer.Exit(1)


def reconcile(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The bank's file: camt.053, or CSV.", exists=True, dir_okay=False)],
    bank: BankName,
    day: Day,
    cut_off: CutOff = "24:00",
    column: Annotated[
        list[str] | None, typer.Option(help="What the CSV calls a column: reference=, direction=, amount= or day=NAME.")
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option(help="What it calls a direction: issue=WORD, redemption=WORD.")
    ] = None,
    report: Report = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Hold a bank's books of a business day against the ledger; every difference is named, and exit status is 1."""
    from madang.audit.stored import opened
    from madang.exchange import reconciling
    from madang.exchange.books import movements

    if report is not None:
        files.check_free(report, force=force)
    date = _date(day)
    columns = _columns([*(column or []), *(word or [])])
    bookings = reconciling.read_bookings(_read(file), date, columns)
    with log_errors(), opened(folder) as view:
        days = _days(view, cut_off)
        days.check_over(date)
        found = reconciling.reconcile(bank, day, movements(view, bank, days, *days.around(date)), bookings)
    if report is not None:
        files.write(report, reconciling.difference_sheet(found), force=force)
    value = {**msgspec.structs.asdict(found), "ledger_ends_at": days.ends_at}
    tell(_told(found, days.ends_at), value, as_json=as_json)
    if not found.agrees:
        raise typer.Exit(1)


def _told(found: "Reconciliation", ends_at: int) -> str:
    from madang.exchange.banks import KOREA
    from madang.exchange.reconciling import DIFFERENCES

    end = datetime.datetime.fromtimestamp(ends_at, KOREA)
    sides = [("ledger", found.ledger), ("bank", found.at_bank)]
    rows: list[tuple[str, ...]] = [
        (name, f"{side.count:,}", f"{side.issued:,}", f"{side.redeemed:,}") for name, side in sides
    ]
    head = f"{found.bank}, {found.day}: {found.matched:,} agree, {len(found.differences):,} differ"
    lines = [head, f"the ledger's last block is of {end:%Y-%m-%d %H:%M:%S}"]
    lines.append(table(("", "conversions", "issued", "redeemed"), rows))
    if found.differences:
        shown: list[tuple[str, ...]] = [
            (
                DIFFERENCES[one.kind][1],
                one.reference,
                one.direction,
                "-" if one.ledger_amount is None else f"{one.ledger_amount:,}",
                "-" if one.bank_amount is None else f"{one.bank_amount:,}",
                one.ledger_day or "-",
                one.bank_day or "-",
            )
            for one in found.differences
        ]
        lines.append(table(("difference", "reference", "direction", "ledger", "bank", "ledger day", "bank day"), shown))
    return "\n".join(lines)


def _read(file: Path) -> bytes:
    """A file, or as much of it as is needed to refuse it for its size."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _days(view: "View", cut_off: str) -> "Days":
    from madang.exchange.books import Days

    parts = re.fullmatch(r"([01][0-9]|2[0-4]):([0-5][0-9])", cut_off)
    if parts is None:
        raise MadangError("calendar.cut_off", "A cut-off is a time in Korea such as 17:00, or 24:00. Write it so.")
    return Days(view, int(parts[1]) * 3_600 + int(parts[2]) * 60)


def _payouts(view: "View", programme: str, days: "Days", day: str) -> "list[Payout]":
    from madang.exchange.books import payouts

    return payouts(view, programme, days, _date(day))


def _regions(view: "View", found: "list[Payout]") -> dict[str, str]:
    from madang.base.merchants.queries import merchant
    from madang.engine.ledger import Durable
    from madang.kernel.state import State

    state = State(Durable(view))
    listed = {one.merchant: merchant(state, one.merchant) for one in found}
    return {name: entry.region for name, entry in listed.items() if entry is not None}


def _date(day: str) -> datetime.date:
    try:
        if len(day) != len("2026-11-20"):
            raise ValueError
        return datetime.date.fromisoformat(day)
    except ValueError:
        raise MadangError("calendar.day", "A day is written as 2026-11-20. Write it so.") from None


def _columns(declared: list[str]) -> "Columns":
    from madang.exchange.reconciling import Columns

    names: dict[str, str] = {}
    for one in declared:
        name, _, value = one.partition("=")
        if name not in Columns.__struct_fields__ or not value or name in names:
            raise MadangError(
                "reconcile.declared", f"{one[:40]!r} declares nothing. Write such as amount=금액, once each."
            )
        names[name] = value
    return Columns(**names)
