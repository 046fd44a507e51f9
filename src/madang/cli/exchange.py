"""madang qr: the codes that shops show, made and checked against the ledger."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from madang.cli import files
from madang.cli.options import DEFAULT_URL, Url
from madang.cli.talk import Json, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.client import Client

qr = typer.Typer(no_args_is_help=True, help="Make and read the codes that shops show (docs/files.md).")
MOST_STANDARD_INPUT = 4096


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
