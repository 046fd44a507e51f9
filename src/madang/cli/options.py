"""Options that several commands share, and what they stand for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.client import Keystore, Wallet
    from madang.log.checkpoint import Policy
    from madang.log.note import VerifierKey

DEFAULT_URL = "http://127.0.0.1:8080"

Url = Annotated[str, typer.Option("--url", envvar="MADANG_URL", help="The node's address.")]
Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="MADANG_PASSPHRASE_FILE",
        help="Read the passphrase from this file, not from a prompt.",
        dir_okay=False,
    ),
]
LogKey = Annotated[str, typer.Option(help="The log's public key, or a file that holds it.")]
Witnesses = Annotated[
    list[str] | None, typer.Option("--witness", help="A witness's public key or file; repeat for each.")
]
Threshold = Annotated[int | None, typer.Option(min=0, help="How many witnesses must have cosigned; all by default.")]


def key_names(incomplete: str) -> list[str]:
    """Completion: the names of stored keys."""
    return [name for name in keystore().names() if name.startswith(incomplete)]


def keystore() -> "Keystore":
    """The keys of whoever runs the command."""
    from madang.client import Keystore

    return Keystore.default()


def ask_passphrase(name: str, file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase of a key, never taken from the arguments, which other users of the machine can see."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise MadangError("keys.passphrase_file", f"{file} can't be read as text: {error}.") from None
    if not sys.stdin.isatty():
        raise MadangError("keys.passphrase_missing", "There is no terminal to ask on. Use --passphrase-file.")
    answer: str = typer.prompt(f"Passphrase of {name}", hide_input=True, confirmation_prompt=confirm, err=True)
    return answer


def open_wallets(names: list[str], file: Path | None) -> "list[Wallet]":
    """The keys of these names, ready to sign."""
    store = keystore()
    for name in names:
        store.show(name)
    return [store.open(name, ask_passphrase(name, file)) for name in names]


def verifier_key(text: str) -> "VerifierKey":
    """The public key of a log or a witness, given as text or as a file that holds it. Raises `LogError`."""
    from madang.log.note import MAX_NOTE_BYTES, VerifierKey

    path = Path(text)
    if "+" not in text and path.is_file():
        with path.open("rb") as file:
            # A key is ASCII; whatever else is there is no key, which `parse` says.
            text = file.read(MAX_NOTE_BYTES).decode("ascii", "replace").strip()
    return VerifierKey.parse(text)


def policy_of(log_key: str, witnesses: list[str] | None, threshold: int | None) -> "Policy":
    """Whose signatures a checkpoint must bear: the log's, and those of as many witnesses. Raises `LogError`."""
    from madang.log.checkpoint import require

    keys = [verifier_key(one) for one in witnesses or []]
    return require(verifier_key(log_key), keys, len(keys) if threshold is None else threshold)
