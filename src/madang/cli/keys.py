"""madang keys: make, list and show the keys that sign."""

from typing import Annotated

import typer

from madang.cli.options import Passphrase, ask_passphrase, key_names, keystore
from madang.cli.talk import Json, table, tell

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


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show a key's thumbprint, its public key as a JWK, and as acts register it."""
    from madang.client.keystore import public_key

    info = keystore().show(name)
    lines = [f"thumbprint  {info.kid}", f"public key  {public_key(info)}", f"JWK         {_compact(info.jwk)}"]
    tell("\n".join(lines), {"kid": info.kid, "public_key": public_key(info), "jwk": info.jwk}, as_json=as_json)


def _compact(jwk: dict[str, str]) -> str:
    import msgspec

    return msgspec.json.encode(jwk).decode()
