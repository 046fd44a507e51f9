"""The ledger as it is now: height, the log's size and root, the signed checkpoint and who cosigned it."""

from functools import lru_cache
from pathlib import Path

import msgspec
from litestar import Response, get

from madang.engine.node import Node
from madang.engine.witnesses import read_witnesses
from madang.kernel.errors import MadangError
from madang.log.checkpoint import Checkpoint, verify_cosignature
from madang.log.errors import LogError
from madang.log.note import VerifierKey, parse_note
from madang.web.api.status import read_ledger
from madang.web.site.visit import Visit


class Cosignature(msgspec.Struct, frozen=True):
    """A witness that this node asks: when it cosigned the published checkpoint (seconds), or None; and its key."""

    name: str
    key: str
    time: int | None


class Published(msgspec.Struct, frozen=True):
    """The checkpoint that was published last, as a note and read."""

    note: str
    size: int
    root: str
    cosignatures: tuple[Cosignature, ...]


@get("/")
async def home(visit: Visit) -> Response[str]:
    """How the ledger is, kept up to date while the page is open."""
    return _now(visit, "explorer/home.html")


@get("/now")
async def now(visit: Visit) -> Response[str]:
    """The part of that page which changes."""
    return _now(visit, "explorer/now.html")


ROUTES = (home, now)


def _now(visit: Visit, template: str) -> Response[str]:
    return visit.page(
        template, ledger=read_ledger(visit.node), published=published(visit.node), log_key=str(visit.node.log_key)
    )


def published(node: Node) -> Published | None:
    """The published checkpoint with the cosignatures on it; None before the first."""
    try:
        note = node.publisher.checkpoint()
    except MadangError:
        return None
    return read_published(note, _witnesses(node.folder, node.log_key))


@lru_cache(maxsize=4)
def read_published(note: bytes, witnesses: tuple[VerifierKey, ...]) -> Published:
    """A checkpoint's note, and which of these witnesses cosigned it when. Each cosignature was verified."""
    parsed = parse_note(note)
    checkpoint = Checkpoint.parse(parsed.text)
    cosignatures = tuple(Cosignature(one.name, str(one), verify_cosignature(parsed, one)) for one in witnesses)
    return Published(note.decode(), checkpoint.size, checkpoint.root.hex(), cosignatures)


@lru_cache(maxsize=4)
def _witnesses(folder: Path, log_key: VerifierKey) -> tuple[VerifierKey, ...]:
    """The keys of the witnesses that this node was told of when it was opened; none where it asks nobody."""
    try:
        circle = read_witnesses(folder / "witnesses.json", log_key)
    except (MadangError, LogError):
        return ()
    return circle.policy.witnesses if circle is not None else ()
