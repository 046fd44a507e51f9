"""The process that proves is bounded, and however it ends nothing is taken for proven."""

import subprocess
import sys

import pytest

from madang.identity.mdoc import present
from madang.identity.signer import signing
from madang.identity.zk import worker
from madang.identity.zk.proving import point_of
from madang.identity.zk.running import run
from madang.identity.zk.statement import MAX_PROOF_BYTES, Prove, Statement, Verify
from madang.kernel.errors import MadangError
from tests.identity.mdoc.material import DOC_TYPE, NAMESPACE, NOW, TRANSCRIPT, a_licence, an_issuer, phone


def statement(**changes):
    issuer = point_of(an_issuer().trust(an_issuer().signer.chain).key)
    known = {"doc_type": DOC_TYPE, "namespace": NAMESPACE, "element": "age_over_19", "value": True}
    return Statement(**{**known, "issuer": issuer, "transcript": TRANSCRIPT, "at": NOW, **changes})


def stopped(task, **bounds):
    with pytest.raises(MadangError) as refused:
        run(task, **bounds)
    assert refused.value.code == "zk.stopped"
    return refused.value.message


def test_a_response_at_which_the_library_ends_its_process_is_a_refusal(longfellow):
    """It does so at an element that holds a list, such as what somebody may drive."""
    elements = {NAMESPACE: ["age_over_19", "driving_privileges"]}
    response = present(a_licence(), DOC_TYPE, elements, TRANSCRIPT, signing(phone()))
    assert "gave up" in stopped(Prove(statement(), response))


def test_what_takes_too_long_is_stopped(longfellow):
    assert "more than 0.05 seconds" in stopped(Verify(statement(), bytes(400_000)), seconds=0.05)


def bounded(code):
    """Run this in a process with the worker's bounds, and say how it ended."""
    begin = "from madang.identity.zk.worker import bound; bound(); "
    return subprocess.run([sys.executable, "-I", "-c", begin + code], capture_output=True, check=False, timeout=60)


def test_it_gets_so_much_memory_and_no_more():
    assert bounded(f"bytearray({worker.MEMORY_BYTES // 4})").returncode == 0
    assert b"MemoryError" in bounded(f"bytearray({worker.MEMORY_BYTES})").stderr


def test_it_writes_so_much_and_no_more(tmp_path):
    written = f"open({str(tmp_path / 'answer')!r}, 'wb', 0).write(bytes({MAX_PROOF_BYTES * 4}))"
    bounded(written)
    assert (tmp_path / "answer").stat().st_size == 2 * MAX_PROOF_BYTES


def test_another_circuit_is_not_used(longfellow, monkeypatch):
    assert len(worker.circuit()) > 300_000
    monkeypatch.setattr(worker, "_DIGEST", "0" * 64)
    with pytest.raises(SystemExit):
        worker.circuit()
