"""A missing component is never silent: the mechanism itself, run on small sessions of pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import components

ROOT = Path(__file__).parent.parent


def run_session(folder: Path, source: str, *arguments: str, setup: str = "") -> str:
    """Run pytest on one test file with our conftest's parts, and return what it printed."""
    (folder / "conftest.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.components import needs, pytest_terminal_summary\nfrom tools import components\n{setup}\n"
    )
    (folder / "test_small.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments]
    result = subprocess.run([*command, str(folder)], capture_output=True, text=True, cwd=folder, check=False)
    return result.stdout + result.stderr


MISSING_GO = """
components.find = lambda name: None
components.why_missing = lambda name: "the registry said no"
"""
NEEDS_GO = "def test_go(needs):\n    needs('go')\n\ndef test_other():\n    pass\n"


@pytest.mark.parametrize("arguments", [[], ["-n", "1"]], ids=["one process", "workers"])
def test_a_missing_component_is_named_with_its_tests_and_the_reason(tmp_path: Path, arguments: list[str]) -> None:
    output = run_session(tmp_path, NEEDS_GO, *arguments, setup=MISSING_GO)
    line = "NOT RUN: test_small.py::test_go because go could not be installed: the registry said no"
    assert line in output.splitlines()
    assert "1 passed, 1 skipped" in output


def test_any_other_skip_is_named_too(tmp_path: Path) -> None:
    source = "import pytest\n\n@pytest.mark.skip(reason='too slow')\ndef test_one():\n    pass\n"
    assert "NOT RUN: test_small.py::test_one because too slow" in run_session(tmp_path, source).splitlines()


def test_a_component_that_is_there_makes_no_noise(tmp_path: Path) -> None:
    found = "import pathlib\ncomponents.find = lambda name: pathlib.Path('/bin/true')"
    output = run_session(tmp_path, NEEDS_GO, setup=found)
    assert "2 passed" in output
    assert "NOT RUN" not in output


def failing(message: str) -> None:
    raise components.NotInstalledError(message)


def test_the_reason_of_a_failed_installation_is_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lost = components.Component("lost", lambda: None, lambda: failing("there is no apt-get here"))
    there = components.Component("there", lambda: tmp_path, lambda: failing("must not be called"))
    monkeypatch.setattr(components, "COMPONENTS", {"lost": lost, "there": there})
    monkeypatch.setattr(components, "RECORD", tmp_path / "components.json")
    assert components.why_missing("lost") == "'make components' has not been run"
    assert components.main([]) == 0
    assert json.loads((tmp_path / "components.json").read_text()) == {"lost": "there is no apt-get here", "there": ""}
    assert components.why_missing("lost") == "there is no apt-get here"


def test_an_installer_that_does_not_deliver_is_not_believed() -> None:
    component = components.Component("empty", lambda: None, lambda: None)
    assert components.ensure(component) == "the installation ended well, but the program is not there"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([sys.executable, "-c", "print('reading'); print('disk full'); raise SystemExit(3)"], "failed: disk full"),
        (["madang-no-such-program"], "madang-no-such-program is not on this machine"),
    ],
)
def test_an_installer_that_fails_gives_its_last_line(command: list[str], reason: str) -> None:
    with pytest.raises(components.NotInstalledError, match=reason):
        components._run(command)


def test_an_unknown_component_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert components.main(["mainframe"]) == 2
    known = "postgresql, node, npm, judges, annex-d, chromium, go, cometbft"
    assert f"unknown: mainframe; known: {known}" in capsys.readouterr().err
