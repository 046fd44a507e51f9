"""What `madang serve` offers beside the public interface, to whoever may read the node's folder: backups as it runs.

Only the process that holds a store can copy it as of one moment. So a serving node leaves in its folder, in a file that
its owner alone can read, where it listens and a secret of this run; `madang backup` sends both back with the name of
the target. Who can read that file can read the whole ledger anyway.
"""

import asyncio
import hmac
import ipaddress
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from msgspec import Meta

from madang.client import Client
from madang.kernel.errors import MadangError
from madang.web.api.application import Additions
from madang.web.api.problems import Refused

FILE = "serving.json"
PATH = "/node/backup"
COPY_SECONDS = 3_600.0
"""How long a copy to another disk may take."""


class Serving(msgspec.Struct, frozen=True):
    """Where a node is served, and the secret of this run."""

    url: str
    token: str


class BackupRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to copy the node to: an absolute path on its own machine, that does not exist yet."""

    target: Annotated[str, Meta(pattern=r"^/[^\0]{0,4000}\Z")]


class Backups(Controller):
    """The route. Without the secret of this run it is not there."""

    path = PATH

    @post()
    async def copy(self, request: Request[Any, Any, State]) -> Response[bytes]:
        """Copy the node as of one moment, while it goes on."""
        node = request.app.state.node
        check_secret(node.folder, request.headers.get("authorization", ""))
        target = _target(await request.body())
        try:
            await asyncio.to_thread(node.backup, target)
        except MadangError as error:
            raise Refused(400, error.code, error.message) from None
        except OSError as error:
            raise Refused(400, "backup.unwritable", f"{target} can't be made: {error.strerror}.") from None
        return Response(msgspec.json.encode({"target": str(target)}), media_type="application/json")


def additions(
    database: str | None,
    cards: tuple[Path, Path] | None = None,
    vault: tuple[Path, tuple[str, ...]] | None = None,
    institutions: tuple[Path, str, Path] | None = None,
) -> Additions:
    """Backups, and the pages for people where there is a `database` for their records (its address).

    `cards` are folder and master key of a card service, for the pads of these pages. `vault` are the master key of the
    vault in that database, and the institutions whose evidence it keeps; `institutions` the folder of those that issue
    credentials and ask for them, the passphrase of their keys, and the file of that master key.

    Raises `MadangError`: `pages.absent`, `vault.key_file`, and what `people.additions` raises.
    """
    if database is None:
        return Additions([Backups])
    try:
        from madang.records.masterkey import FileMasterKey
        from madang.web import people
        from madang.web.site.pads import Pads
    except ModuleNotFoundError as error:
        raise MadangError(
            "pages.absent", f"{error.name} is not installed here. Install Madang with its extra: madang[site]."
        ) from None
    kept = people.VaultSetting(FileMasterKey.open(vault[0]), vault[1]) if vault else None
    found = people.additions(database, pads=Pads(*cards) if cards else None, vault=kept)
    if institutions is None:
        return Additions([Backups, *found.routes], found.lifespans)
    from madang.cli.certifying import Certificates
    from madang.web import institutions as identity

    folder, passphrase, master_key = institutions
    more = identity.additions(folder, passphrase, database, master_key)
    return Additions([Backups, Certificates, *found.routes, *more.routes], [*found.lifespans, *more.lifespans])


def _target(body: bytes) -> Path:
    try:
        return Path(msgspec.json.decode(body, type=BackupRequest).target)
    except msgspec.MsgspecError:
        raise Refused(400, "http.request", 'Send {"target": "/an/absolute/path"} on the machine of the node.') from None


def check_secret(folder: Path, authorization: str) -> None:
    """Refuse whoever does not bring the secret of this run. Raises `Refused` (404)."""
    try:
        found = read(folder)
    except MadangError:
        found = None
    if found is None or not hmac.compare_digest(authorization.encode(), f"Bearer {found.token}".encode()):
        raise Refused(404, "http.not_found", "Nothing is under this path. GET /openapi.json lists what is.")


@contextmanager
def announced(folder: Path, host: str, port: int) -> Iterator[None]:
    """Say in the folder where its node is served, as long as it is."""
    file = folder / FILE
    file.unlink(missing_ok=True)  # of a run that was killed
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(msgspec.json.encode(Serving(f"http://{_reachable(host)}:{port}", secrets.token_urlsafe(32))))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _reachable(host: str) -> str:
    """What to connect to on this machine where a server listens on `host`."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return str(address) if address.version == 4 else f"[{address}]"


def read(folder: Path) -> Serving:
    """Where the node of this folder is served. Raises `MadangError` (`backup.not_served`)."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Serving)
    except (OSError, msgspec.MsgspecError):
        raise _not_served(folder) from None


def ask(folder: Path, target: Path) -> None:
    """Have the running node of this folder copy itself to `target`, an absolute path.

    Raises `MadangError`: `backup.not_served`, `backup.exists`, `backup.unwritable`, and what copying raises.
    """
    serving = read(folder)
    with Client(serving.url, timeout=COPY_SECONDS) as client:
        try:
            body = msgspec.json.encode(BackupRequest(str(target)))
            client.post(PATH, body, {"authorization": f"Bearer {serving.token}"})
        except MadangError as error:
            if error.code not in ("client.unreachable", "client.answer", "http.not_found"):
                raise
            raise _not_served(folder) from None


def _not_served(folder: Path) -> MadangError:
    return MadangError(
        "backup.not_served",
        f"A program is running on {folder} that takes no backups, as `madang serve` does. Stop it, and try again.",
    )
