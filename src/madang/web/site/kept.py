"""What a server keeps in memory between requests: made when it is asked for first, ended when the server stops."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from litestar.datastructures import State as AppState

from madang.web.api.events import Events


class Closing(Protocol):
    """What can be ended."""

    def close(self) -> None:
        """End it, at once; in the event loop."""


T = TypeVar("T", bound=Closing)


def kept(app: AppState, name: str, make: Callable[[], T]) -> T:
    """The application's one of this name."""
    found: T | None = app.get(name)
    if found is None:
        found = make()
        events: Events = app.events
        events.at_close(found.close)
        app[name] = found
    return found
