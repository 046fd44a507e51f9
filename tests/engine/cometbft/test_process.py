"""The process beside ours: what it is given, and what is heard when it ends by itself."""

import queue
from pathlib import Path

import pytest

from madang.engine.cometbft.process import LOG, Process
from madang.kernel.errors import MadangError

WAIT = 10.0


def run(folder: Path, line: str) -> tuple[str, MadangError]:
    """What a program of this one line of shell leaves in its log, and the error after its end."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o700)
    heard: queue.SimpleQueue[MadangError] = queue.SimpleQueue()
    Process(program, folder, folder / "socket", heard.put).start()
    error = heard.get(timeout=WAIT)
    return (folder / LOG).read_text(), error


def test_the_collector_is_set_where_the_operator_did_not(tmp_path, monkeypatch):
    monkeypatch.delenv("GOGC", raising=False)
    monkeypatch.setenv("GOMEMLIMIT", "3GiB")
    log, error = run(tmp_path, 'echo "$GOGC $GOMEMLIMIT $*"; exit 3')
    assert log.startswith("400 3GiB node --home ")
    assert (error.code, "(3)" in error.message) == ("cometbft.ended", True)


def test_a_program_that_is_not_there_is_said(tmp_path):
    process = Process(tmp_path / "none", tmp_path, tmp_path / "socket", lambda error: None)
    with pytest.raises(MadangError) as caught:
        process.start()
    assert caught.value.code == "cometbft.missing"
