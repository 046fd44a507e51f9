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


@contextmanager
def system_errors() -> Iterator[None]:
    """What the system refused (files, space, permissions) as an error of ours, where no command said it better."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        what = f"{where}{error.strerror or type(error).__name__}"
        raise MadangError("system", f"{what}. Check the path, its permissions, and the space on its disk.") from None


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


class Count:
    """Shows how many of how many are done, and says what is worth knowing meanwhile."""

    def __init__(self, show: Callable[[int, int], None], say: Callable[[str], None], *, as_json: bool) -> None:
        self._show = show
        self._say = say
        self._as_json = as_json

    def __call__(self, done: int, total: int) -> None:
        """So many are done."""
        self._show(done, total)

    def say(self, code: str, message: str) -> None:
        """Say something on standard error that is no end yet."""
        self._say(_encoded({"code": code, "detail": message}) if self._as_json else f"madang: {message} [{code}]")


@contextmanager
def counting(what: str, *, as_json: bool = False) -> Iterator[Count]:
    """Show on the terminal how many of how many are done. What it gives is called with both."""
    if not sys.stderr.isatty():
        yield Count(lambda _done, _total: None, lambda text: print(text, file=sys.stderr, flush=True), as_json=as_json)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield Count(
            lambda done, total: progress.update(task, completed=done, total=total),
            lambda text: console.print(text, markup=False, highlight=False),
            as_json=as_json,
        )
