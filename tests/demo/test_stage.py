"""The demonstration publishes with the receipt that is shipped: it needs no solver."""

import subprocess
import sys


def test_the_shipped_programme_is_published_without_a_solver(tmp_path):
    (tmp_path / "z3.py").write_text("raise ImportError('not here')")
    program = """
from madang.contract import digest
from madang.demo import stage

kind, programme = stage.coupon()
proof = stage.proof(kind, programme)
assert (proof.kind, proof.document) == (digest(kind).hex(), digest(programme).hex())
assert proof.proved == proof.properties > 0
try:
    stage.proof(*stage.coupon(later=60))
except Exception as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert "prover.missing" in done.stdout
