"""The runbook, docs/operations.md, as something that can be followed: the commands of each of its sections.

They are given to one shell, which stays open over all sections, since nodes that one section starts are hurt by the
next. Each command must print what stands below it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT, matches
from tests.engine.cometbft.conftest import free_ports

PAGE = ROOT / "docs" / "operations.md"
FOUNDING = "Found a ledger"
SECONDS = 60.0
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)

LIMIT_FILES = '''"""Let no file of a process grow by much more, as on a full disk."""
import resource, sys
from pathlib import Path
folder = Path(sys.argv[1])
written = [*folder.glob("store/*.log"), folder / "node.log"]
most = max(path.stat().st_size for path in written) + 1500
resource.prlimit(int(sys.argv[2]), resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
'''
PAY = '''"""Pay one won at the node on this port."""
import http.client, json, sys
sys.path.insert(0, {root!r})
from tests.web.signing import signed_payment
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
connection.request("POST", "/transactions", signed_payment(), {{"content-type": "application/jose"}})
answer = json.loads(connection.getresponse().read())
print(answer.get("outcome") or answer)
'''
DAMAGE = '''"""Change bytes in the tables of a store."""
import sys
from pathlib import Path
for path in Path(sys.argv[1]).glob("*.sst"):
    data = path.read_bytes()
    path.write_bytes(data[:40] + bytes(one ^ 0x5A for one in data[40:60]) + data[60:])
'''


def sections() -> dict[str, list[tuple[str, list[str]]]]:
    """The commands of each section that has some, with what each must print."""
    parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))[1:]
    found = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        commands: list[tuple[str, list[str]]] = []
        for block in _CONSOLE.finditer(text):
            for line in block[1].splitlines():
                if line.startswith("$ "):
                    commands.append((line[2:], []))
                else:
                    commands[-1][1].append(line)
        if commands:
            found[title] = commands
    return found


class Shell:
    """A shell in `folder` in which sections are followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output = folder / "output"
        self._count = 0
        free = iter(map(str, free_ports(15)))
        names = [f"{start}{number}" for start in ("844", "2660", "2670") for number in range(1, 6)]
        self._free = {name: next(free) for name in names}
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self._shell = subprocess.Popen(
            ["bash"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=self._output.open("wb"),
            stderr=subprocess.STDOUT, start_new_session=True, text=True,
        )  # fmt: skip

    def follow(self, commands: list[tuple[str, list[str]]]) -> None:
        """Run commands; AssertionError where one prints something else than the page says."""
        for command, expected in commands:
            printed = self.run(command)
            assert matches(expected, printed), f"{command}\nprinted\n{printed}\ninstead of\n" + "\n".join(expected)

    def run(self, command: str) -> str:
        """Run one command; what it printed."""
        self._count += 1
        mark = f"@@ {self._count} @@\n"
        start = self._output.stat().st_size
        for name, port in self._free.items():
            command = re.sub(rf"\b{name}\b", port, command)
        shell: Any = self._shell.stdin
        shell.write(f"{command}\necho '{mark.strip()}'\n")
        shell.flush()
        deadline = time.monotonic() + SECONDS
        while True:
            with self._output.open("rb") as file:
                file.seek(start)
                printed = file.read().decode()
            if printed.endswith(mark):
                return printed.removesuffix(mark)
            assert time.monotonic() < deadline, f"{command}\nis not done after {SECONDS:g} s; it printed\n{printed}"
            time.sleep(0.05)

    def close(self) -> None:
        """End the shell and all that it started."""
        try:
            self.run("kill $(jobs -p); wait")
        finally:
            os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()
