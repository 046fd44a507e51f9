"""madang identity: institutions that issue credentials and ask for them from this machine (docs/identity.md)."""

from pathlib import Path
from typing import Annotated

import typer

from madang.cli import holding
from madang.cli.options import Passphrase, ask_passphrase
from madang.cli.records import DEFAULT, Address, opened
from madang.cli.talk import Json, table, tell
from madang.cli.vault import KEY_FILE, MasterKey
from madang.kernel.errors import MadangError

app = typer.Typer(no_args_is_help=True, help="Institutions that issue and ask for credentials, and a wallet for them.")
app.command()(holding.receive)
app.command()(holding.cards)
app.command()(holding.claim)
Folder = Annotated[Path, typer.Argument(help="The folder of institutions.", file_okay=False)]
Name = Annotated[str, typer.Argument(help="The institution's name in URLs.")]


@app.command()
def init(
    folder: Folder,
    name: Name,
    party: Annotated[str, typer.Option(help="The institution's name on the ledger.")],
    origin: Annotated[str, typer.Option(help="Where it is served, such as https://id.example.kr.")],
    korean: Annotated[str, typer.Option("--name-ko", help="What people call it, in Korean.")],
    english: Annotated[str, typer.Option("--name-en", help="The same in English.")],
    issues: Annotated[list[str] | None, typer.Option(help="A type of the catalogue that it issues.")] = None,
    any_wallet: Annotated[
        list[str] | None, typer.Option(help="A type that wallets without an attestation get too.")
    ] = None,
    software_wallet: Annotated[
        list[str] | None,
        typer.Option(help="A type for wallets that a provider vouches for, also where keys are kept in software."),
    ] = None,
    redirect: Annotated[
        list[str] | None, typer.Option(help="The address of a wallet's page that such wallets come back to.")
    ] = None,
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Make an institution's root, certificates and keys. Then move root.pem to where the server can't read it."""
    import msgspec

    from madang.identity.institution import Description, Terms, describe, make_institution, root_of

    terms = {kind: Terms() for kind in issues or []}
    terms |= {kind: Terms("attested", tuple(redirect or []), "software") for kind in software_wallet or []}
    terms |= {kind: Terms("any", tuple(redirect or [])) for kind in any_wallet or []}
    given = {"party": party, "name": {"ko": korean, "en": english}, "origin": origin, "issues": terms}
    try:
        description = msgspec.convert(given, Description)
    except msgspec.ValidationError as error:
        raise MadangError("institution.invalid", f"This is no institution: {error}. See --help.") from None
    passphrase = ask_passphrase(name, passphrase_file, confirm=True)
    make_institution(folder, name, description, passphrase, _now())
    tell(
        f"{folder / name} is ready. Its anchor on the ledger:\n{_anchor(root_of(folder, name))}\n"
        f"Move {folder / name / 'root.pem'} to a safe place: it signs certificates only, and no server needs it.",
        _shown(name, describe(folder, name), root_of(folder, name)),
        as_json=as_json,
    )


@app.command("list")
def list_institutions(folder: Folder, as_json: Json = False) -> None:
    """List the institutions of a folder: party, anchor, and what they issue."""
    from madang.identity.institution import describe, identifiers, root_of

    found = [(name, describe(folder, name), root_of(folder, name)) for name in identifiers(folder)]
    rows: list[tuple[str, ...]] = [
        (name, one.party, _anchor(root), " ".join(sorted(one.issues))) for name, one, root in found
    ]
    text = table(("NAME", "PARTY", "ANCHOR", "ISSUES"), rows) if rows else f"No institution is in {folder} yet."
    tell(text, [_shown(*one) for one in found], as_json=as_json)


@app.command()
def acts(
    folder: Folder,
    name: Name,
    governor: Annotated[str, typer.Option(help="The party that governs these types on the ledger.")],
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="Print that it may ask for the residence's connecting information, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the commands by which a governor's officers name the institution as issuer of its types, and let it ask who
    somebody is before it issues (--sign-in).
    """
    import msgspec

    from madang.identity.institution import act_to_ask, acts_to_name, describe, root_of

    description = describe(folder, name)
    found = acts_to_name(description, root_of(folder, name), dict.fromkeys(description.issues, governor))
    lines = [
        f"madang act trust name-issuer --by {one.by} --credential {one.credential} --issuer {one.issuer} "
        f"{' '.join(f'--anchors {anchor}' for anchor in one.anchors)} --since {one.since} --until {one.until}"
        f"{''.join(f' --origins {origin}' for origin in one.origins)}"
        for one in found
    ]
    shown = [msgspec.to_builtins(one) for one in found]
    if sign_in:
        asks = act_to_ask(folder, name, governor)
        lines.append(
            f"madang act trust name-verifier --by {asks.by} --credential {asks.credential} --verifier {asks.verifier} "
            f"--purpose {asks.purpose} --claims {asks.claims[0]} --certificates {asks.certificates[0]} "
            f"--origins {asks.origins[0]} --since {asks.since} --until {asks.until}"
        )
        shown.append(msgspec.to_builtins(asks))
    tell("\n".join(lines), shown, as_json=as_json)


@app.command()
def provider(
    folder: Folder,
    name: Name,
    operator: Annotated[str, typer.Option(help="The ledger's operator.")] = "operator",
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Make the key with which the institution vouches for the wallet of its pages, and print the act that names it.

    root.pem must be there for that.
    """
    import msgspec

    from madang.identity.institution import act_to_attest, make_provider

    make_provider(folder, name, ask_passphrase(name, passphrase_file), _now())
    named = act_to_attest(folder, name, operator)
    text = (
        f"madang act trust name-wallet-provider --by {named.by} --provider {named.provider} "
        f"--attesters {named.attesters[0]} --since {named.since} --until {named.until}"
    )
    tell(text, msgspec.to_builtins(named), as_json=as_json)


@app.command("offer-key")
def offer_key(
    folder: Folder,
    name: Name,
    programme: Annotated[str, typer.Option(help="The programme that the offer is of.")],
    offer: Annotated[str, typer.Option(help="The offer's name.")],
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Make the key that signs the tokens of one offer, and print its modulus for `madang act eligibility open`."""
    from madang.identity.eligibility.keys import make_key
    from madang.identity.institution import open_institution

    passphrase = ask_passphrase(name, passphrase_file)
    open_institution(folder, name, passphrase)  # the right passphrase, or none of its keys would open together
    modulus = make_key(folder / name, programme, offer, passphrase)
    tell(modulus, {"programme": programme, "offer": offer, "key": modulus}, as_json=as_json)


@app.command()
def officer(folder: Folder, name: Name, passphrase_file: Passphrase = None, as_json: Json = False) -> None:
    """Make the key with which this server publishes how many tokens were signed; appoint it as an officer then."""
    from madang.client.keystore import Keystore
    from madang.client.wallet import Wallet
    from madang.identity.eligibility.keys import OFFICER
    from madang.identity.institution import open_institution

    passphrase = ask_passphrase(name, passphrase_file)
    party = open_institution(folder, name, passphrase).party
    wallet = Wallet.generate()
    Keystore(folder / name).store(OFFICER, wallet, passphrase)
    text = f"madang act parties appoint-officer --by {party} --act-key public_key={wallet.public_key},sort=jws"
    tell(text, {"party": party, "officer": wallet.kid, "public_key": wallet.public_key}, as_json=as_json)


@app.command()
def people(
    folder: Folder,
    name: Name,
    kind: Annotated[str, typer.Option("--type", help="The type of the catalogue that the sheet is for.")],
    csv: Annotated[Path, typer.Option(help="The sheet: CSV in UTF-8, a row a person.", dir_okay=False)],
    officer: Annotated[str, typer.Option(help="Who loads it: it stands in the access log.")],
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Load people into the institution's register, all of a sheet or nothing, as officers do on their page.

    A server may run on the same database.
    """
    from madang.identity.catalogue import type_of
    from madang.identity.institution import open_institution
    from madang.records.masterkey import FileMasterKey
    from madang.records.vault import Access, Vault
    from madang.web.issuer.people import People
    from madang.web.issuer.sheets import MAX_BYTES, keep_sheet, read_sheet

    institution = open_institution(folder, name, ask_passphrase(name, passphrase_file))
    if kind not in institution.description.issues:
        raise MadangError("institution.type", f"{name} does not issue {kind}. See `madang identity list`.")
    of = type_of(kind)
    try:
        with csv.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MadangError("sheet.file", f"{csv} can't be read: {error.strerror}. Name the right file.") from None
    sheet = read_sheet(institution, of, content, _now(), None)
    if sheet.wrong:
        lines = "\n".join(f"row {one.row}: {one.message} [{one.code}]" for one in sheet.wrong)
        raise MadangError("sheet.rows", f"Some rows are wrong, so nothing was kept:\n{lines}")
    with opened(database) as records:
        vault = Vault(records, FileMasterKey.open(master_key))
        register = People(name, institution.party, vault, type_of)
        kept = keep_sheet(register, of, sheet, Access(officer, "issuance"))
    tell(f"{kept} people were kept.", {"kept": kept}, as_json=as_json)


@app.command()
def renew(folder: Folder, name: Name, passphrase_file: Passphrase = None, as_json: Json = False) -> None:
    """Write new certificates for the same keys; root.pem must be back for that. Restart the server then."""
    from madang.identity import institution

    institution.renew(folder, name, ask_passphrase(name, passphrase_file), _now())
    tell(f"{name} has new certificates.", {"name": name}, as_json=as_json)


def _shown(name: str, description: object, root: bytes) -> dict[str, object]:
    import msgspec

    return {"name": name, "anchor": _anchor(root), **msgspec.to_builtins(description)}


def _anchor(root: bytes) -> str:
    from madang.identity.certificates import digest_of

    return digest_of(root)


def _now() -> int:
    import time

    return int(time.time())
