"""A command run in this process."""

import sys

import pytest

from madang.cli import main
from tests.cli.running import Run, Said


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["madang", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        out, err = capfd.readouterr()
        return Said(status, out, err)

    return run
