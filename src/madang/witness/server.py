"""Serves one witness over HTTP until it is told to stop (SIGINT, SIGTERM).

On a loopback address by default: put a server that speaks TLS in front of it. The address is public; the machine holds
a key, so let nothing else run on it.
"""

import functools
from pathlib import Path

from madang.web.api.edge import Edge
from madang.web.server import check_address, listen
from madang.witness.application import LIMITS, create
from madang.witness.folder import Folder
from madang.witness.service import Witness


def serve(path: Path, host: str, port: int) -> None:
    """Serve the witness in the folder `path`; returns when told to stop. Raises SystemExit where it can't start.

    Raises `MadangError` before anything is started: `serve.address`, `witness.missing`, `witness.key`,
    `witness.in_use`.
    """
    check_start(path, host, port)
    listen(functools.partial(application, path), host, port, LIMITS.connections)


def check_start(path: Path, host: str, port: int) -> None:
    """Whether a witness could start now. Raises as `serve`."""
    check_address(host, port)
    Witness(Folder(path)).close()


def application(path: Path) -> Edge:
    """The application of the witness in the folder `path`."""
    return create(lambda: Witness(Folder(path)))
