"""madang card: the card service at a prompt, and at the pads of desks and shops.

Numbers and PINs are typed at a prompt or come in lines on standard input, as from a pad. They are never arguments,
which other users of the machine can see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.options import DEFAULT_URL, Url
from madang.cli.talk import Json, tell
from madang.cli.typed import typed
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.cards import CardService


app = typer.Typer(no_args_is_help=True, help="Keep cards for people without a phone: QR and PIN (docs/desk.md).")
NO_INPUT = "card.no_input"
Folder = Annotated[Path, typer.Argument(help="The folder of the cards.", file_okay=False)]
MasterKey = Annotated[
    Path,
    typer.Option(
        "--master-key", envvar="MADANG_CARD_MASTER_KEY", help="The file of the master key, not in that folder."
    ),
]


@app.command()
def init(folder: Folder, master_key: MasterKey, as_json: Json = False) -> None:
    """Make a folder for cards, and a master key in a file elsewhere."""
    from madang.cards import Store, Vault, make_master_key

    if folder.resolve() in master_key.resolve().parents:
        raise MadangError("card.master_key_place", f"{master_key} lies beside the cards. Keep it on another disk.")
    Store.make(folder, Vault(make_master_key(master_key)).mark).close()
    text = f"{folder} is ready.\nBack up {master_key}: without it no card works, and nobody can restore it."
    tell(text, {"folder": str(folder), "master_key": str(master_key)}, as_json=as_json)


@app.command()
def make(
    folder: Folder,
    master_key: MasterKey,
    count: Annotated[int, typer.Option(help="How many, up to 1,000.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the numbers to print to this file.")],
    as_json: Json = False,
) -> None:
    """Make blank cards. Stock them on the ledger with the keys that this prints; the file goes to the printer."""
    files.check_free(output)
    with _service(folder, master_key) as service:
        made = service.make(count)
    files.write(output, "".join(f"{one.number}\n" for one in made).encode(), force=False)
    output.chmod(0o600)
    keys = [one.public_key for one in made]
    tell("\n".join(keys), {"keys": keys}, as_json=as_json)


@app.command()
def name(folder: Folder, master_key: MasterKey, as_json: Json = False) -> None:
    """Print a card's name on the ledger, by which a desk binds or blocks it. Asks for its number."""
    with _service(folder, master_key) as service:
        found = service.name_of(typed("Number", NO_INPUT, secret=False))
    tell(found, {"card": found}, as_json=as_json)


@app.command()
def pin(folder: Folder, master_key: MasterKey, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Let a person choose the PIN of a card that a desk allowed. Asks for the number, and twice for the PIN."""
    from madang.cards.node import NodeLedger
    from madang.client import Client

    with _service(folder, master_key) as service, Client(url) as client:
        number = typed("Number", NO_INPUT, secret=False)
        first, second = typed("PIN", NO_INPUT), typed("PIN again", NO_INPUT)
        if first != second:
            raise MadangError("card.pin_differs", "The two PINs differ. Type them again.")
        service.choose_pin(number, first, NodeLedger(client))
    tell("The PIN is kept.", {}, as_json=as_json)


@app.command()
def present(
    folder: Folder,
    master_key: MasterKey,
    programme: Annotated[str, typer.Option(help="The programme to pay from.")],
    limit: Annotated[int, typer.Option(help="At most this many won.", min=1)],
    pad: Annotated[str, typer.Option(help="The name of the pad where the PIN is typed.")],
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Pay with card and PIN: prints the one-time code that the till reveals. Asks for the number and the PIN."""
    from madang.cards.node import NodeLedger
    from madang.client import Client

    with _service(folder, master_key) as service, Client(url) as client:
        number, secret = typed("Number", NO_INPUT, secret=False), typed("PIN", NO_INPUT)
        shown = service.present(number, secret, programme, limit, pad, NodeLedger(client))
    tell(shown.code, {"code": shown.code, "until": shown.until}, as_json=as_json)


@contextmanager
def _service(folder: Path, master_key: Path) -> "Iterator[CardService]":
    from madang.cards import CardService, Store, Vault, read_master_key

    vault = Vault(read_master_key(master_key))
    store = Store(folder, vault.mark)
    try:
        yield CardService(store, vault)
    finally:
        store.close()
