"""Starts the process that proves or verifies, and reads what came of it within bounds."""

import importlib.util
import platform
import subprocess
import sys
import tempfile

import msgspec

from madang.identity.zk.statement import MAX_PROOF_BYTES, Done, Prove, Refused, Verify
from madang.kernel.errors import MadangError

SECONDS = 60
_ANSWER_BYTES = MAX_PROOF_BYTES + 1024


def ensure_available() -> None:
    """Whether proofs can be made and verified on this machine. Raises `MadangError` (`zk.unavailable`)."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) != ("Linux", "x86_64"):
        raise MadangError(
            "zk.unavailable",
            f"Zero-knowledge proofs need Linux on x86-64, and this is {system} on {machine}. Show the claim instead.",
        )
    if importlib.util.find_spec("pylongfellow") is None:
        raise MadangError(
            "zk.unavailable",
            "Zero-knowledge proofs need the library pylongfellow, which is not installed: pip install 'madang[zk]'.",
        )


def run(task: Prove | Verify, seconds: int = SECONDS) -> Done | Refused:
    """Have the task done by a process of its own, for at most so many seconds.

    Raises `MadangError`: `zk.unavailable`, `zk.stopped` (it took too long or too much memory, or the library gave up).
    """
    ensure_available()
    command = [sys.executable, "-I", "-m", "madang.identity.zk.worker"]
    # Into a file, which the worker's own bound on the size of files keeps small whatever the library writes.
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command,
                input=msgspec.msgpack.encode(task),
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _stopped(f"it took more than {seconds} seconds") from None
        if done.returncode != 0:
            raise _stopped("the library gave up on it, or it took too much memory")
        answer.seek(0)
        content = answer.read(_ANSWER_BYTES)
    try:
        return msgspec.msgpack.decode(content, type=Done | Refused)
    except msgspec.MsgspecError:
        raise _stopped("what came back can't be read") from None


def _stopped(why: str) -> MadangError:
    return MadangError("zk.stopped", f"The proof was stopped: {why}. Nothing was proven.")
