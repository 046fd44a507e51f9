"""A private PostgreSQL for tests: a new cluster in a temporary folder, on a free port of the loopback address.

PostgreSQL refuses to run as root, so for root its programs run as the account `postgres` that Debian's package makes.
The server is a child of the test process and is stopped with it; nothing of the machine's own clusters is touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.components import Needs

ACCOUNT = "postgres"
START_SECONDS = 60
STOP_SECONDS = 30
QUICK = ("fsync=off", "max_connections=50")


class ClusterError(Exception):
    """The cluster could not be made or started; the message holds what PostgreSQL said."""


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The address of its first database, as psycopg and SQLAlchemy read it (add `+psycopg` for the latter)."""
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}/postgres"

    def database(self, name: str) -> str:
        """Make an empty database and return its address, so that each test has its own."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="session")
def postgresql(needs: Needs) -> Iterator[Cluster]:
    """One cluster for the session. Tests take a database of their own with `postgresql.database("name")`."""
    with running_cluster(needs("postgresql")) as cluster:
        yield cluster


@contextmanager
def running_cluster(programs: Path, settings: Sequence[str] = QUICK) -> Iterator[Cluster]:
    """Make a cluster with the programs in this folder, run it, and remove every trace of it afterwards.

    `settings` are `name=value` of postgresql.conf; by default it is quick and forgets everything with the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="madang-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        _initialise(programs, folder / "data")
        cluster = _start(programs, folder, settings)
        try:
            yield cluster
        finally:
            _stop(cluster.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict[str, Any]:
    """How to run a program as an account that PostgreSQL accepts."""
    return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}


def _initialise(programs: Path, data: Path) -> None:
    """Make the files of an empty cluster. It trusts every caller: only this machine reaches it."""
    command = [str(programs / "initdb"), "--pgdata", str(data), "--username", ACCOUNT, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C", "--no-sync"]
    result = subprocess.run(command, cwd=data.parent, capture_output=True, text=True, check=False, **_account())
    if result.returncode != 0:
        raise ClusterError(f"initdb: {result.stderr.strip()}")


def _free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _start(programs: Path, folder: Path, settings: Sequence[str], tries: int = 3) -> Cluster:
    """Start the server. Another program may take the port between our look and the start, hence more than one try."""
    for _ in range(tries):
        port = _free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
        for setting in ("listen_addresses=127.0.0.1", *settings):
            command += ["-c", setting]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **_account())
        if _answers(process, port, folder / "data" / "postmaster.pid"):
            return Cluster(port, folder, process)
        _stop(process)
    raise ClusterError((folder / "log").read_text(errors="replace")[-2000:])


def _answers(process: subprocess.Popen[bytes], port: int, status: Path) -> bool:
    """Wait until the server says that it is ready, or has ended, or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            lines = status.read_text().splitlines()
            if len(lines) > 7 and lines[3] == str(port) and lines[7].strip() == "ready":
                return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end its sessions and stop (SIGINT is its 'fast' way); force it only if it does not."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
