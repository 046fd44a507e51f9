"""madang programme: from the text an author writes to the canonical documents that a sponsor drafts."""

from pathlib import Path
from typing import Annotated

import typer

from madang.cli import files
from madang.cli.talk import Json, tell
from madang.kernel.errors import MadangError

app = typer.Typer(no_args_is_help=True, help="Check and compile programmes (docs/language.md).")
Text = Annotated[Path, typer.Argument(help="The programme, in YAML.", exists=True, dir_okay=False)]
KindFile = Annotated[
    Path | None, typer.Option("--kind", help="Its kind, in YAML; vouchers if not said.", exists=True, dir_okay=False)
]


@app.command("compile")
def compile_(
    file: Text,
    kind: KindFile = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the fields of `madang act programmes draft` here.")
    ] = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Check a programme and print its digests; -o writes what `madang act programmes draft --from-json` takes."""
    from importlib import resources

    import msgspec

    from madang import contract

    if output is not None:
        files.check_free(output, force=force)
    standard = resources.files(contract) / "documents" / "voucher.yaml"
    try:
        kind_text = kind.read_text(encoding="utf-8") if kind else standard.read_text(encoding="utf-8")
        kind_document = contract.read_kind(kind_text, kind.name if kind else "voucher.yaml")
        programme = contract.read_programme(file.read_text(encoding="utf-8"), kind_document, file.name)
        contract.compile(kind_document, programme)
    except contract.ContractError as error:
        raise MadangError("programme.document", str(error)) from None
    except UnicodeDecodeError:
        raise MadangError("programme.encoding", "The file is not UTF-8. Save it as UTF-8.") from None
    fields = {
        "programme": programme.programme,
        "kind": contract.canonical(kind_document).decode(),
        "document": contract.canonical(programme).decode(),
    }
    digests = {"kind": contract.digest(kind_document).hex(), "document": contract.digest(programme).hex()}
    if output is not None:
        files.write(output, msgspec.json.encode(fields), force=force)
    lines = [f"{fields['programme']}: nothing is wrong with the document."]
    lines += [f"{name:9} {digest}" for name, digest in digests.items()]
    tell("\n".join(lines), {"programme": fields["programme"], **digests}, as_json=as_json)
