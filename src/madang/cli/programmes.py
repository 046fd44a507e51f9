"""madang programme: from the text an author writes to the canonical documents that a sponsor drafts."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.talk import Json, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.contract import Kind


class Look(enum.Enum):
    """How an explanation looks."""

    table = "table"
    prose = "prose"
    markdown = "markdown"


class Sort(enum.Enum):
    """Which sort of document."""

    programme = "programme"
    kind = "kind"


class Language(enum.Enum):
    """In which language it is."""

    ko = "ko"
    en = "en"


app = typer.Typer(no_args_is_help=True, help="Check and compile programmes (docs/language.md).")
Text = Annotated[Path, typer.Argument(help="The programme, in YAML.", exists=True, dir_okay=False)]
KindFile = Annotated[
    Path | None, typer.Option("--kind", help="Its kind, in YAML; vouchers if not said.", exists=True, dir_okay=False)
]


@contextmanager
def _document_errors() -> Iterator[None]:
    """What is wrong with a document as an error of ours, which `main` tells."""
    from madang.contract import ContractError

    try:
        yield
    except ContractError as error:
        raise MadangError("programme.document", str(error)) from None
    except UnicodeDecodeError:
        raise MadangError("programme.encoding", "The file is not UTF-8. Save it as UTF-8.") from None


def _kind(file: Path | None) -> Kind:
    """The kind in a file, or that of vouchers."""
    from importlib import resources

    from madang import contract

    if file is not None:
        return contract.read_kind(file.read_text(encoding="utf-8"), file.name)
    standard = resources.files(contract) / "documents" / "voucher.yaml"
    return contract.read_kind(standard.read_text(encoding="utf-8"), "voucher.yaml")


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
    import msgspec

    from madang import contract

    if output is not None:
        files.check_free(output, force=force)
    with _document_errors():
        kind_document = _kind(kind)
        programme = contract.read_programme(file.read_text(encoding="utf-8"), kind_document, file.name)
        contract.compile(kind_document, programme)
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


@app.command("format")
def format_(
    file: Annotated[Path, typer.Argument(help="A programme or kind, in YAML.", exists=True, dir_okay=False)],
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with status 1 if the layout is another.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give a programme or kind the one layout. Its meaning, its digest and its comments stay."""
    from madang.presentation import format_document

    with _document_errors():
        before = file.read_bytes().decode("utf-8")
        after = format_document(before, file.name)
    changed = after != before
    if check and changed:
        raise MadangError("programme.layout", f"{file} has another layout. Run: madang programme format {file}")
    if changed:
        files.write(file, after.encode(), force=True)
    words = "is laid out anew" if changed else "has the layout already"
    tell(f"{file} {words}.", {"file": str(file), "changed": changed}, as_json=as_json)


@app.command("explain")
def explain(
    file: Annotated[Path, typer.Argument(help="A programme or kind, in YAML.", exists=True, dir_okay=False)],
    kind: KindFile = None,
    language: Annotated[Language, typer.Option(help="Korean or English.")] = Language.ko,
    look: Annotated[
        Look, typer.Option("--as", help="Decision tables for the terminal, sentences, or tables in Markdown.")
    ] = Look.table,
    own: Annotated[
        bool, typer.Option("--own", help="Only what the programme adds to its kind, and the parameters that it gives.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say in words what a programme or kind allows, refuses, moves and changes, for people who can't program."""
    from madang import contract, presentation

    with _document_errors():
        text = file.read_bytes().decode("utf-8")
        if presentation.is_programme(text, file.name):
            kind_document = _kind(kind)
            programme = contract.read_programme(text, kind_document, file.name)
            explanation = presentation.explain_programme(kind_document, programme, language.value)
            explanation = presentation.only_own(explanation, programme) if own else explanation
        elif own:
            raise MadangError("programme.own", "A kind adds to nothing. Leave --own out, or name a programme.")
        else:
            explanation = presentation.explain_kind(contract.read_kind(text, file.name), language.value)
    if look is Look.table and not as_json:
        from madang.cli.explaining import print_tables

        print_tables(explanation)
        return
    write = presentation.as_prose if look is Look.prose else presentation.as_tables
    tell(write(explanation), explanation, as_json=as_json)


@app.command("schema")
def schema(
    sort: Annotated[Sort, typer.Argument(help="Of programmes of a kind, or of kinds.")] = Sort.programme,
    kind: KindFile = None,
) -> None:
    """Print a JSON Schema (draft 2020-12), with which editors complete keys and show mistakes (docs/authoring.md)."""
    import json

    from madang import presentation

    with _document_errors():
        made = presentation.kind_schema() if sort is Sort.kind else presentation.programme_schema(_kind(kind))
    print(json.dumps(made, ensure_ascii=False, indent=2))
