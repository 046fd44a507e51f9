"""madang vault: personal data of an office, encrypted for each person (docs/appeals.md)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.records import DEFAULT, Address, opened
from madang.cli.talk import Json, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.records.vault import Access, Vault

app = typer.Typer(no_args_is_help=True, help="The vault: what an office knows of people, encrypted for each of them.")
MasterKey = Annotated[
    Path,
    typer.Option("--master-key", envvar="MADANG_MASTER_KEY", help="The file with the master key.", dir_okay=False),
]
KEY_FILE = Path("vault.key")
Person = Annotated[str, typer.Argument(help="The person: the vault's handle, or a party of the ledger.")]
Officer = Annotated[str, typer.Option(help="Who asks: it stands in the access log.")]
Why = Annotated[
    str, typer.Option(help="For what: notice, application, appeal, identification, person_asked, audit or retention.")
]
Purpose = Annotated[str, typer.Option(help="What it is kept for: contact, identity, evidence or reason.")]


@app.command("key")
def key(target: Annotated[Path, typer.Argument(help="The file to write.")] = KEY_FILE, as_json: Json = False) -> None:
    """Make a master key. Keep a copy where the backups of the database are not; never write it into a backup."""
    from madang.records.masterkey import FileMasterKey

    made = FileMasterKey.create(target)
    tell(f"Master key {made.identifier} in {target}", {"key": made.identifier, "file": str(target)}, as_json=as_json)


@app.command("enrol")
def enrol(
    officer: Officer,
    why: Why,
    party: Annotated[list[str] | None, typer.Option(help="A party of the ledger that the person is.")] = None,
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    as_json: Json = False,
) -> None:
    """Begin to keep something of a person. Prints the handle, which can stand for the person on the ledger."""
    with _open(database, master_key) as vault:
        person = vault.enrol(_access(officer, why), *(party or []))
    tell(person, {"person": person}, as_json=as_json)


@app.command("put")
def put(
    person: Person,
    file: Annotated[Path, typer.Argument(help="What to keep; - for the standard input.", allow_dash=True)],
    purpose: Purpose,
    officer: Officer,
    why: Why,
    replace: Annotated[str | None, typer.Option(help="The item whose place it takes.")] = None,
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    as_json: Json = False,
) -> None:
    """Keep a file. Prints the item, and the keyed digest that goes on the ledger."""
    from madang.records.purposes import PURPOSES

    if purpose not in PURPOSES:
        raise MadangError("vault.purpose", f"Something is kept for one of: {', '.join(PURPOSES)}.")
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if purpose == "contact":
        _check_contact(content)
    with _open(database, master_key) as vault:
        known = _person(vault, person)
        if replace is not None:
            vault.replace(known, replace, content, _access(officer, why))
            tell(replace, {"item": replace}, as_json=as_json)
            return
        item, digest = vault.put(known, purpose, content, _access(officer, why))
    tell(f"item {item}\ndigest {digest}", {"item": item, "digest": digest}, as_json=as_json)


@app.command("read")
def read(
    person: Person,
    item: Annotated[str, typer.Argument(help="Which item.")],
    target: Annotated[Path, typer.Argument(help="The file to write; /dev/stdout for the terminal.")],
    officer: Officer,
    why: Why,
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    force: files.Force = False,
) -> None:
    """Write the content of an item to a file. That it was read stands in the access log first."""
    to_device = target.exists() and not target.is_file()
    files.check_free(target, force=force or to_device)
    with _open(database, master_key) as vault:
        content = vault.read(_person(vault, person), item, _access(officer, why))
    files.write(target, content, force=force or to_device)


@app.command("items")
def items(person: Person, database: Address = DEFAULT, master_key: MasterKey = KEY_FILE, as_json: Json = False) -> None:
    """What is kept of a person, without its content."""
    import msgspec

    with _open(database, master_key) as vault:
        found = vault.items(_person(vault, person))
    rows: list[tuple[str, ...]] = [(one.item, one.purpose, _day(one.made_at), _day(one.keep_until)) for one in found]
    tell(table(("ITEM", "PURPOSE", "SINCE", "KEPT UNTIL"), rows), msgspec.to_builtins(found), as_json=as_json)


@app.command("log")
def log(person: Person, database: Address = DEFAULT, master_key: MasterKey = KEY_FILE, as_json: Json = False) -> None:
    """Who did what with a person's data, and why: the person may ask for this at any time."""
    import msgspec

    with _open(database, master_key) as vault:
        found = vault.accesses(vault.person_of(person) or person)
    rows: list[tuple[str, ...]] = [(_day(one.at), one.officer, one.why, one.what, one.item) for one in found]
    tell(table(("DAY", "OFFICER", "WHY", "WHAT", "ITEM"), rows), msgspec.to_builtins(found), as_json=as_json)


@app.command("erase")
def erase(
    person: Person,
    officer: Officer,
    why: Why = "person_asked",
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    as_json: Json = False,
) -> None:
    """Erase what need not be kept; with nothing left to keep, destroy the person's keys."""
    import msgspec

    with _open(database, master_key) as vault:
        result = vault.erase(_person(vault, person), _access(officer, why))
    kept = f"{result.kept} stay until {_day(result.kept_until)}" if result.kept else "nothing stays: the keys are gone"
    tell(f"{result.gone} erased, {kept}.", msgspec.to_builtins(result), as_json=as_json)


@app.command("erasure")
def erasure(
    person: Annotated[str, typer.Argument(help="The handle by which the vault knew the person.")],
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    as_json: Json = False,
) -> None:
    """What the vault's own rows say of somebody's erasure: when, and that the keys are destroyed."""
    import msgspec

    with _open(database, master_key) as vault:
        found = vault.erasure(person)
    keys = f"destroyed on {_day(found.erased_at)}" if found.keys_destroyed else "there"
    text = f"keys     {keys}\nitems    {found.items}\nparties  {found.parties}"
    tell(text, msgspec.to_builtins(found), as_json=as_json)


@app.command("lapse")
def lapse(
    officer: Officer, database: Address = DEFAULT, master_key: MasterKey = KEY_FILE, as_json: Json = False
) -> None:
    """Erase whatever was kept for its time. Run it every day."""
    with _open(database, master_key) as vault:
        gone = vault.lapse(_access(officer, "retention"))
    tell(f"{gone} erased.", {"gone": gone}, as_json=as_json)


@app.command("rewrap")
def rewrap(
    new_key: Annotated[Path, typer.Argument(help="The file with the new master key.", dir_okay=False)],
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    as_json: Json = False,
) -> None:
    """Put every key under a new master key. Destroy the old one then: old backups show nothing any more."""
    from madang.records.masterkey import FileMasterKey

    with _open(database, master_key) as vault:
        people = vault.rewrap(FileMasterKey.open(new_key))
    tell(f"{people} people are under {new_key} now.", {"people": people}, as_json=as_json)


@contextmanager
def _open(address: str, master_key: Path) -> "Iterator[Vault]":
    with opened(address) as database:
        from madang.records.masterkey import FileMasterKey
        from madang.records.vault import Vault

        yield Vault(database, FileMasterKey.open(master_key))


def _access(officer: str, why: str) -> "Access":
    import msgspec

    from madang.records.vault import Access

    try:
        return msgspec.convert({"officer": officer, "why": why}, Access)
    except msgspec.ValidationError as error:
        raise MadangError("vault.access", f"{error}. Say who asks, and for what: see --help.") from None


def _person(vault: "Vault", name: str) -> str:
    return vault.person_of(name) or name


def _check_contact(content: bytes) -> None:
    import msgspec

    from madang.records.outbox import Contact

    try:
        msgspec.json.decode(content, type=Contact)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MadangError(
            "vault.contact",
            'A contact is JSON such as {"language": "ko", "channels": ["text"], "phone": "010-0000-0000"}. Correct it.',
        ) from None


def _day(moment: int) -> str:
    """The day in Seoul; a dash for none."""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime(moment + 9 * 3_600)) if moment else "-"
