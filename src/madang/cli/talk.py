"""How the command speaks: people on a terminal, programs in JSON, patience where something takes long."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer

from madang.kernel.errors import MadangError
from madang.log.errors import LogError

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
PATIENCE = 2.0
"""Seconds after which a person is told that something is going on."""


def tell(text: str, value: Any, *, as_json: bool) -> None:
    """Print an answer: `text` for people, `value` for programs."""
    print(msgspec.json.encode(value).decode() if as_json else text)


def tell_error(error: MadangError | LogError, *, as_json: bool) -> None:
    """Print an error on standard error."""
    text = error.message if isinstance(error, MadangError) else str(error)
    if as_json:
        print(msgspec.json.encode({"code": error.code, "detail": text}).decode(), file=sys.stderr)
    elif isinstance(error, LogError):
        print(f"madang: {text}", file=sys.stderr)
    else:
        print(f"madang: {text} [{error.code}]", file=sys.stderr)


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns, as wide as what is in them."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Say on the terminal what is going on, once it takes longer than a person likes to wait in silence."""
    if not sys.stderr.isatty():
        yield
        return
    shown: list[Any] = []

    def show() -> None:
        from rich.console import Console

        status = Console(stderr=True).status(what)
        shown.append(status)
        status.start()

    timer = threading.Timer(PATIENCE, show)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()
