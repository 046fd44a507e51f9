"""What the commands about records share: which database, and which node they follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.records.database import Database
    from madang.records.following import Following

Address = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="MADANG_DATABASE",
        help="The records: sqlite:///FILE or postgresql://USER@HOST/NAME. A password belongs in ~/.pgpass.",
    ),
]
Folder = Annotated[Path, typer.Argument(help="The node's folder. The node may be running.", file_okay=False)]
DEFAULT = "sqlite:///records.db"


@contextmanager
def opened(address: str) -> "Iterator[Database]":
    """The database of the records. Raises `MadangError`: `records.absent`, `records.address`, `records.database`."""
    try:
        from madang.records.database import open_database
    except ModuleNotFoundError as error:
        raise MadangError(
            "records.absent", f"{error.name} is not installed here. Install Madang with its extra: madang[records]."
        ) from None
    database = open_database(address)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def followed(folder: Path) -> "Iterator[Following]":
    """A node's store, followed. Raises `MadangError` (`records.absent`), `StoreFailure`."""
    from madang.records.following import Following

    following = Following(folder)
    try:
        yield following
    finally:
        following.close()
