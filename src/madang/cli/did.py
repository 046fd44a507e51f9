"""madang did: identifiers with a history, of institutions and of what they answer for (docs/identity.md)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli.options import DEFAULT_URL, Passphrase, Url, ask_passphrase, open_wallets, verifier_key
from madang.cli.talk import Json, log_errors, patience, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.identity.did.keeping import Subject
    from madang.identity.did.webvh.history import History

app = typer.Typer(no_args_is_help=True, help="Identifiers (DIDs) with a history that anyone can verify.")
Folder = Annotated[Path, typer.Argument(help="The folder of institutions.", file_okay=False)]
Name = Annotated[str, typer.Argument(help="The institution's name in URLs.")]
Sort = Annotated[str, typer.Option("--sort", help="things, data or contracts; the institution itself by default.")]
Id = Annotated[str, typer.Option("--id", help="The name of the thing, data set or contract in URLs.")]
Did = Annotated[str, typer.Argument(help="The identifier, did:webvh:... or did:jwk:...")]
Jwk = Annotated[
    Path | None,
    typer.Option("--jwk", help="The subject's own public P-256 key as a JWK file; the institution's by default."),
]


@app.command()
def create(
    folder: Folder,
    name: Name,
    sort: Sort = "self",
    identifier: Id = "",
    jwk: Jwk = None,
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Make an identifier. Then anchor it; and keep the key of its next change where the server can't read it."""
    from madang.identity.did import keeping
    from madang.identity.institution import describe

    subject, description = _subject(sort, identifier), describe(folder, name)
    key = _jwk(folder, name, jwk)
    passphrase = ask_passphrase(name, passphrase_file, confirm=True)
    history = keeping.create(folder / name, description, subject, key, passphrase, _now())
    where = keeping.folder_of(folder / name, subject)
    text = f"{history.did}\nIts history is {where / 'did.jsonl'}, the key of its next change in {where / 'keys'}."
    tell(text, _shown(history), as_json=as_json)


@app.command()
def rotate(
    folder: Folder,
    name: Name,
    sort: Sort = "self",
    identifier: Id = "",
    jwk: Jwk = None,
    service: Annotated[
        list[str] | None, typer.Option(help="TYPE=https://... sets a service of this type, TYPE= takes it away.")
    ] = None,
    controller: Annotated[str, typer.Option(help="Another controller to name in the document.")] = "",
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """Add a version: the key that signs changes is replaced, and what the options say."""
    from madang.identity.did import keeping

    changes = [keeping.with_key(_jwk(folder, name, jwk))] if jwk is not None else []
    changes += [keeping.with_service(kind, uri) for kind, _, uri in (one.partition("=") for one in service or [])]
    changes += [keeping.with_controller(controller)] if controller else []

    def to(document: dict[str, Any], number: int) -> dict[str, Any]:
        for one in changes:
            document = one(document, number)
        return document

    passphrase = ask_passphrase(name, passphrase_file)
    history = keeping.change(folder / name, _subject(sort, identifier), passphrase, _now(), to)
    tell(f"{history.did}\nis at version {history.newest.number}. Anchor it.", _shown(history), as_json=as_json)


@app.command()
def deactivate(
    folder: Folder,
    name: Name,
    sort: Sort = "self",
    identifier: Id = "",
    passphrase_file: Passphrase = None,
    as_json: Json = False,
) -> None:
    """End an identifier, for good: its history stays, and nothing can follow."""
    from madang.identity.did import keeping

    def same(document: dict[str, Any], _number: int) -> dict[str, Any]:
        return document

    passphrase = ask_passphrase(name, passphrase_file)
    history = keeping.change(folder / name, _subject(sort, identifier), passphrase, _now(), same, end=True)
    tell(f"{history.did}\nended with version {history.newest.number}. Anchor it.", _shown(history), as_json=as_json)


@app.command()
def anchor(
    folder: Folder,
    name: Name,
    sort: Sort = "self",
    identifier: Id = "",
    key: Annotated[list[str] | None, typer.Option("--key", help="The name of an officer's key that signs.")] = None,
    passphrase_file: Passphrase = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Put the digests of new versions on the ledger, and keep the proof of each beside the history."""
    from madang.client import Client
    from madang.identity.did import keeping
    from madang.identity.did.publishing import anchor_versions

    subject = _subject(sort, identifier)
    history = keeping.read(folder / name, subject, _now())
    if history is None:
        raise MadangError("did.unknown", "There is no such identifier here. `madang did create` makes it.")
    wallets = open_wallets(key or [], passphrase_file)
    with patience("Waiting for the ledger's proof"), Client(url) as client:
        done = anchor_versions(
            client, wallets, history, lambda number, proof: keeping.keep_proof(folder / name, subject, number, proof)
        )
    text = f"Versions anchored: {', '.join(map(str, done))}" if done else "All versions were anchored already."
    tell(text, {"did": history.did, "anchored": done}, as_json=as_json)


@app.command()
def resolve(
    did: Did,
    version_id: Annotated[str, typer.Option(help="The version with this versionId.")] = "",
    version_time: Annotated[str, typer.Option(help="What was in force then, such as 2026-11-22T09:00:00Z.")] = "",
    version_number: Annotated[int, typer.Option(min=0, help="The version with this number.")] = 0,
    as_json: Json = False,
) -> None:
    """Print the document of an identifier, once all of its history was verified."""
    import msgspec

    from madang.identity.did import jwk as people
    from madang.identity.did.webvh import resolving

    if did.startswith(people.PREFIX):
        document: dict[str, Any] | None = people.resolve(did)
        metadata: dict[str, Any] = {}
    else:
        wanted = resolving.Wanted(version_id, version_time, version_number)
        with patience("Fetching the history"):
            found = resolving.resolve(resolving.fetch_history(did, _now()), wanted)
        document, metadata = found.document, found.metadata
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    if document is None:
        text = "The identifier has ended and has no document any more. Ask for an older version."
    tell(text, {"didDocument": document, "didDocumentMetadata": metadata}, as_json=as_json)


@app.command("history")
def show_history(
    did: Did,
    url: Annotated[
        str, typer.Option(envvar="MADANG_URL", help="A node; then the ledger's anchors are asked for.")
    ] = "",
    party: Annotated[str, typer.Option(help="Who anchors it; by default whom its first version names.")] = "",
    log_key: Annotated[str, typer.Option(help="The log's public key, or a file that holds it; for the proofs.")] = "",
    as_json: Json = False,
) -> None:
    """List every version of an identifier with what it changed, and what the ledger says of it."""
    from madang.client import Client
    from madang.identity.did import keeping
    from madang.identity.did.changes import WORDS, changes
    from madang.identity.did.publishing import ask_confirmed
    from madang.identity.did.webvh.resolving import fetch_history
    from madang.log.checkpoint import require

    with patience("Fetching the history"):
        history = fetch_history(did, _now())
    anchored: dict[int, str] = {}
    if url:
        with log_errors(), Client(url) as client:
            policy = require(verifier_key(log_key), [], 0) if log_key else None
            found = ask_confirmed(client, history, party or keeping.party_of(history), policy)
        anchored = {one.number: one.standing for one in found}
    rows: list[tuple[str, ...]] = [
        (
            str(one.version.number),
            one.version.time,
            anchored.get(one.version.number, "not asked"),
            "; ".join(WORDS[code] for code in one.changes) or "nothing",
        )
        for one in changes(history)
    ]
    value = [
        {
            "versionId": one.version.id,
            "versionTime": one.version.time,
            "digest": one.version.digest,
            "changes": list(one.changes),
            "anchor": anchored.get(one.version.number),
        }
        for one in changes(history)
    ]
    tell(table(("VERSION", "TIME", "LEDGER", "CHANGED"), rows), value, as_json=as_json)


@app.command()
def certify(
    node: Annotated[Path, typer.Argument(help="The folder of the node that is served.", file_okay=False)],
    name: Name,
    kind: Annotated[str, typer.Option("--type", help="A type of the catalogue, such as thing_certificate.")],
    claims: Annotated[Path, typer.Option(help="What it says, as a JSON object; without the subject.", exists=True)],
    sort: Annotated[str, typer.Option("--sort", help="things, data or contracts.")],
    identifier: Id,
    as_json: Json = False,
) -> None:
    """Certify something about a thing, a data set or a contract, and publish it beside its history for everybody."""
    import msgspec

    from madang.cli.certifying import CertificateRequest, ask

    try:
        said = msgspec.json.decode(claims.read_bytes(), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise MadangError("did.claims", f"{claims} holds no JSON object. Write the claims as members of one.") from None
    text = ask(node, CertificateRequest(name, _subject(sort, identifier), kind, said))
    tell("It is certified and published.", {"credential": text}, as_json=as_json)


@app.command("certificates")
def show_certificates(
    did: Did,
    url: Url = DEFAULT_URL,
    file: Annotated[Path | None, typer.Option(help="A data set, to compare with the certified digest.")] = None,
    programme: Annotated[
        str, typer.Option(help="A certified contract's programme, to find its document and proof.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Verify what was certified of an identifier: signature, issuer by the ledger, status; and what it points to."""
    import msgspec

    from madang.client import Client
    from madang.identity.did.asking import Checked, certificates

    with patience("Verifying"), Client(url) as client:
        found = certificates(client, did, _now(), file, programme)

    def line(one: Checked) -> str:
        if one.certificate is None:
            return f"does not count [{one.code}]"
        said = ", ".join(f"{name} {value}" for name, value in one.certificate.claims.items() if name != "subject")
        return f"{one.certificate.type} by {one.certificate.issuer}: {said}"

    text = "\n".join(line(one) for one in found) or "Nothing is certified of it."
    tell(text, msgspec.to_builtins(found), as_json=as_json)
    if any(one.certificate is None for one in found):
        raise typer.Exit(1)


def _subject(sort: str, identifier: str) -> "Subject":
    import msgspec

    from madang.identity.did.keeping import Subject, check

    try:
        subject = msgspec.convert({"sort": sort, "id": identifier}, Subject)
    except msgspec.ValidationError:
        raise MadangError(
            "did.subject", "Identifiers are of things, data and contracts, or of the institution."
        ) from None
    check(subject)
    return subject


def _jwk(folder: Path, name: str, file: Path | None) -> dict[str, str]:
    """The public key in a file, or the one by which the institution signs credentials."""
    from madang.client.publickeys import read_public_key
    from madang.identity.institution import credential_key_of

    try:
        return read_public_key(file.read_bytes()) if file is not None else credential_key_of(folder, name)
    except OSError as error:
        raise MadangError("keys.unreadable", f"{file} can't be read: {error.strerror}.") from None


def _shown(history: "History") -> dict[str, Any]:
    return {"did": history.did, "versionId": history.newest.id, "digest": history.newest.digest}


def _now() -> int:
    import time

    return int(time.time())
