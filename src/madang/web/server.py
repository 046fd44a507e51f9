"""Serves one node over HTTP until it is told to stop (SIGINT, SIGTERM): then what was submitted is finished first.

One process holds the node and answers; granian beside it only watches. On a loopback address by default: put a
server that speaks TLS in front of it, and name it in `Limits.proxies`.
"""

import functools
import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server import MPServer

from madang.engine.interface import Clock, system_clock
from madang.engine.node import Node
from madang.engine.snapshot import refuse_in_use
from madang.kernel.errors import MadangError
from madang.kernel.module import Module
from madang.log.errors import LogError
from madang.web.api.application import Additions, create
from madang.web.api.edge import Edge
from madang.web.api.journal import Journal
from madang.web.api.limits import Limits
from madang.web.api.supervisor import FAILED, tell_failure
from madang.web.nodes import open_node

HEADER_MILLISECONDS = 10_000
BUFFER_BYTES = 256 * 1024
STOP_SECONDS = 30
CLOSING = signal.SIGUSR1
_ON_STANDARD_ERROR = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}


class _Server(MPServer):
    """Tells the process that answers to end its streams, before it is told to stop: it waits for open connections."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, CLOSING)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8080,
    limits: Limits | None = None,
    modules: Sequence[Module] | None = None,
    additions: Callable[[], Additions] = Additions,
    clock: Clock = system_clock,
) -> None:
    """Serve the node in `folder`; returns when told to stop. Raises SystemExit where it can't start.

    `additions` is called in the process that serves; `clock` tells it the time (seconds).

    Raises `MadangError` before anything is started: `serve.address` (in use, or not this machine's), `store.in_use`.
    """
    limits = limits or Limits()
    check_start(folder, host, port)
    listen(functools.partial(application, folder, limits, modules, additions, clock), host, port, limits.connections)


def listen(load: Callable[[], Edge], host: str, port: int, connections: int) -> None:
    """Serve the application that `load` makes in a process of its own; returns when told to stop."""
    signal.signal(CLOSING, signal.SIG_IGN)
    server = _Server(
        "madang",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        backlog=connections,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=BUFFER_BYTES),
        workers_kill_timeout=STOP_SECONDS,
        log_level="warning",  # type: ignore[arg-type]
        log_dictconfig={"handlers": dict.fromkeys(("console", "access"), _ON_STANDARD_ERROR)},
        process_name=None,
    )
    server.serve(target_loader=load, wrap_loader=False)


def check_start(folder: Path, host: str, port: int) -> None:
    """Whether a server could start now. Raises `MadangError`: `serve.address`, `store.in_use`."""
    check_address(host, port)
    refuse_in_use(folder / "store")


def check_address(host: str, port: int) -> None:
    """Whether this address can be listened on. Raises `MadangError` (`serve.address`).

    The server shares its port with whoever asks, so that a second one would get half of the requests: look first.
    """
    try:
        address = ipaddress.ip_address(host)
        with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no IP address"
        raise MadangError(
            "serve.address", f"{host}:{port} can't be listened on: {reason}. Stop what uses it, or choose another."
        ) from None


def application(
    folder: Path,
    limits: Limits,
    modules: Sequence[Module] | None = None,
    additions: Callable[[], Additions] = Additions,
    clock: Clock = system_clock,
) -> Edge:
    """The application of the node in `folder`, which is opened when the application starts."""

    return create(functools.partial(_opened, folder, modules, clock), limits, additions(), closing=CLOSING)


@contextmanager
def _opened(folder: Path, modules: Sequence[Module] | None, clock: Clock) -> Iterator[Node]:
    """The node of a process that is there for nothing else: if it can't be opened, the process says why and ends."""
    with ExitStack() as stack:
        try:
            node = stack.enter_context(open_node(folder, modules, clock))
        except (MadangError, LogError) as error:
            failure = error if isinstance(error, MadangError) else MadangError(error.code, f"{error.what}. {error.now}")
            tell_failure(Journal(folder), failure)
            os._exit(FAILED)
        yield node


def read_limits(file: Path | None) -> Limits:
    """Limits from a JSON file, the defaults where there is none. Raises `MadangError` (`limits.invalid`)."""
    if file is None:
        return Limits()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Limits)
    except (OSError, msgspec.MsgspecError) as error:
        raise MadangError("limits.invalid", f"{file} holds no limits: {error}. Compare with `Limits`.") from None
