"""What an area declares: its name, whom it lets in, its routes and folders."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from litestar.types import ControllerRouterHandler

from madang.kernel.state import State


def anybody(_state: State, _party: str) -> bool:
    """Lets in every party."""
    return True


class Area(msgspec.Struct, frozen=True):
    """The pages of one sort of person, under `/{name}`.

    `admits` says of a party whether it may sign in here; what it may see and do there, queries and rules decide.
    `folder` holds `words.yaml`, `templates/` and `static/`. `menu` lists (path, key of its words) in order. Where
    `passkeys` is set, officers sign in and sign with passkeys alone: a plain key stays behind for whoever comes next.
    """

    name: str
    folder: Path
    admits: Callable[[State, str], bool]
    routes: Sequence[ControllerRouterHandler]
    menu: Sequence[tuple[str, str]] = ()
    passkeys: bool = False

    @property
    def home(self) -> str:
        """The path of its first page."""
        return f"/{self.name}"
