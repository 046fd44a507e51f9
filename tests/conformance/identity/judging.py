"""Starts the wallets and verifiers of others, which `judges/` holds, and asks them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.components import Needs

SECONDS = 60


class Refused(Exception):  # noqa: N818  a judge's word
    """The judge refused what it was asked; the message is its own."""


def ask(needs: Needs, script: str, question: dict[str, Any]) -> Any:
    """Run a script of `judges/` on one JSON object and give back what it answers.

    A script answers `{"answer": ...}`, or `{"refused": "..."}`, which raises `Refused`. Whatever else it does fails
    the test.
    """
    folder = needs("judges")
    command = [str(needs("node")), str(folder / script)]
    done = subprocess.run(
        command, input=json.dumps(question).encode(), capture_output=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    if "refused" in said:
        raise Refused(said["refused"])
    return said["answer"]


def version(package: str) -> str:
    """Which version of a package the lock file names."""
    lock = json.loads((Path(__file__).parent / "judges" / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])
