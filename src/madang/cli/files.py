"""Files that commands write: never over one that is there, unless `--force` says so."""

import os
from pathlib import Path
from typing import Annotated

import typer

from madang.kernel.errors import MadangError

Force = Annotated[bool, typer.Option("--force", help="Write over the file if it exists.")]


def write(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file. Raises `MadangError`: `output.exists` (never with `force`), `output.unwritable`."""
    check_free(path, force=force)
    try:
        _replace(path.resolve(), data) if path.is_file() else _create(path, data)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise _unwritable(path, error.strerror or "the system refuses") from None


def _create(path: Path, data: bytes) -> None:
    """What is there and no file, such as /dev/stdout, is written to."""
    with path.open("wb" if path.exists() else "xb") as file:
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def check_free(path: Path, *, force: bool = False) -> None:
    """Whether a file could be written here: asked before long work. Raises `MadangError` as `write` does."""
    if path.is_dir():
        raise _unwritable(path, "it is a folder")
    if not force and (path.exists() or path.is_symlink()):
        raise _exists(path)
    if not path.parent.is_dir():
        raise _unwritable(path, f"there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise _unwritable(path, f"you may not write in {path.parent}")


def _exists(path: Path) -> MadangError:
    return MadangError("output.exists", f"{path} exists already. Name another file, or add --force to write over it.")


def _unwritable(path: Path, why: str) -> MadangError:
    return MadangError("output.unwritable", f"{path} can't be written: {why}. Name another file.")
