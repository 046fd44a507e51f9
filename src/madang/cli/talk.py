"""How the command speaks: people on a terminal, programs in JSON, patience where something takes long."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from madang.kernel.errors import MadangError

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
PATIENCE = 2.0
"""Seconds after which a person is told that something is going on."""


def tell(text: str, value: Any, *, as_json: bool) -> None:
    """Print an answer: `text` for people, `value` for programs."""
    print(_encoded(value) if as_json else text)


def tell_error(error: MadangError, *, as_json: bool) -> None:
    """Print an error on standard error."""
    if as_json:
        print(_encoded({"code": error.code, "detail": error.message}), file=sys.stderr)
    else:
        print(f"madang: {error.message} [{error.code}]", file=sys.stderr)


@contextmanager
def log_errors() -> Iterator[None]:
    """Errors of the log as errors of ours, which `main` tells."""
    from madang.log.errors import LogError

    try:
        yield
    except LogError as error:
        where = f" ({error.where})" if error.where else ""
        raise MadangError(error.code, f"{error.what}{where}. {error.now}".strip()) from None


def _encoded(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()


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


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on the terminal how many of how many are done. What it gives is called with both."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
