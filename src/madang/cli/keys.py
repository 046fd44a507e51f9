"""madang keys: make, list and show the keys that sign."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from madang.cli.options import Passphrase, ask_passphrase, key_names, keystore
from madang.cli.talk import Json, table, tell

if TYPE_CHECKING:
    from madang.client import KeyInfo

app = typer.Typer(no_args_is_help=True, help="Keys that sign: in $MADANG_KEYS, or ~/.local/share/madang/keys.")

Name = Annotated[str, typer.Argument(help="What the key is called here.", autocompletion=key_names)]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What to call it here.")],
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Make a key and keep it, encrypted with a passphrase."""
    from madang.client import Wallet

    passphrase = ask_passphrase(name, passphrase_file, confirm=True)
    info = keystore().store(name, Wallet.generate(), passphrase)
    tell(
        f"{name} is {info.kid}\nBack up the file and its passphrase: nobody can restore either.", info, as_json=as_json
    )


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the keys by name, with their thumbprints."""
    store = keystore()
    infos = [store.show(name) for name in store.names()]
    text = table(("NAME", "THUMBPRINT"), [(one.name, one.kid) for one in infos])
    tell(text if infos else "No keys yet. Make one: madang keys new NAME", infos, as_json=as_json)


Only = Annotated[
    Literal["thumbprint", "public-key", "jwk"] | None,
    typer.Option("--only", help="Print this alone, as for a variable of a shell."),
]


@app.command()
def show(name: Name, only: Only = None, as_json: Json = False) -> None:
    """Show a key's thumbprint, its public key as acts register it, and as a JWK."""
    _tell(keystore().show(name), only, as_json=as_json)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A JWK, or a public key in PEM.", exists=True, dir_okay=False)],
    only: Only = None,
    as_json: Json = False,
) -> None:
    """Show the same of a public key that somebody hands over; nothing is kept. A bank registers people by it."""
    from madang.client import KeyInfo
    from madang.client.publickeys import MAX_KEY_BYTES, read_public_key

    with file.open("rb") as opened:
        jwk = read_public_key(opened.read(MAX_KEY_BYTES))
    _tell(KeyInfo(file.name, jwk["kid"], jwk), only, as_json=as_json)


def _tell(info: "KeyInfo", only: str | None, *, as_json: bool) -> None:
    from madang.client.keystore import public_key

    shown = {"thumbprint": info.kid, "public-key": public_key(info), "jwk": _compact(info.jwk)}
    text = "\n".join(f"{what:<12}{value}" for what, value in shown.items())
    value = {"kid": info.kid, "public_key": public_key(info), "jwk": info.jwk}
    tell(shown[only] if only else text, value, as_json=as_json)


def _compact(jwk: dict[str, str]) -> str:
    import msgspec

    return msgspec.json.encode(jwk).decode()
