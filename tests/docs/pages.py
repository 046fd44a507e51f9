"""Runs what a page shows. Fenced blocks of a page run in their order, in one empty folder:

    python     in one namespace; a block whose first line is `# name.py` is saved under that name instead
    yaml       only where the first line is `# name.yaml`: it is saved under that name
    console    lines that begin with `$ ` are given to one shell; the lines below each are what it must print

In what is expected `…` stands for anything within a line, and a line `…` for any lines. A block below a comment
`<!-- not run here: why -->` is shown only. The ports 8437 to 8439 are replaced by free ones.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.serving import free_port

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "ARCHITECTURE.md"]
PORTS = ("8437", "8438", "8439")
SECONDS = 300
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w-]+\.(?:py|yaml))\n")
_MARK = "@@ madang page command {} @@"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and whether it is shown only."""

    language: str
    text: str
    shown_only: bool


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        above = text[: match.start()].rstrip("\n").rpartition("\n")[2]
        found.append(Block(match[1], match[2], above.startswith("<!-- not run here:")))
    return found


def runnable(page: Path) -> list[Block]:
    """Those that are run."""
    return [
        one
        for one in blocks(page)
        if not one.shown_only and (one.language in ("python", "console") or _NAMED.match(one.text))
    ]


def run(page: Path, folder: Path) -> None:
    """Run a page in an empty folder; AssertionError where it does not do what it shows."""
    commands: list[tuple[str, list[str]]] = []
    namespace: dict[str, Any] = {"__name__": "page"}
    free = {port: str(free_port()) for port in PORTS}
    for block in runnable(page):
        text = re.sub("|".join(PORTS), lambda found: free[found[0]], block.text)
        if block.language == "console":
            commands += _commands(text)
        elif (named := _NAMED.match(text)) is not None:
            (folder / named[1]).write_text(text, encoding="utf-8")
        else:
            before = Path.cwd()
            os.chdir(folder)
            try:
                exec(compile(text, str(page), "exec"), namespace)
            finally:
                os.chdir(before)
    if commands:
        _run_commands(commands, folder)


def _commands(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def _run_commands(commands: list[tuple[str, list[str]]], folder: Path) -> None:
    lines = ["set -m", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for number, (command, _) in enumerate(commands):
        lines += [f"echo '{_MARK.format(number)}'", command]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    output = folder / "page.output"
    with output.open("w") as file:
        shell = subprocess.Popen(
            ["bash", "-c", "\n".join(lines)],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            shell.wait(SECONDS)
        except subprocess.TimeoutExpired:
            shell.terminate()
            shell.wait(20)
    printed = output.read_text(encoding="utf-8")
    for number, (command, expected) in enumerate(commands):
        mark = _MARK.format(number) + "\n"
        assert mark in printed, f"{command}\nwas not reached; all output:\n{printed}"
        got = printed.partition(mark)[2].partition("@@ madang page command")[0]
        got += "" if got.endswith("\n") or not got else "\n"
        assert matches(expected, got), f"{command}\nprinted\n{got}\ninstead of\n" + "\n".join(expected)


def matches(expected: list[str], printed: str) -> bool:
    """Whether the output is as expected; where nothing is expected nothing may be printed."""
    parts = [
        r"(?:.*\n)*" if line == "…" else ".*".join(re.escape(one) for one in line.split("…")) + r"\n"
        for line in expected
    ]
    return re.fullmatch("".join(parts), printed) is not None
