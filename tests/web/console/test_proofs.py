"""Proofs run one after the other; more than a few waiting are refused, and what fails says so."""

import asyncio
import sys
from importlib import resources

import pytest

from madang import contract
from madang.contract import digest
from madang.demo import stage
from madang.web.api.problems import Refused
from madang.web.console import proofs
from madang.web.console.proofs import Proofs
from madang.web.console.shipped import shipped

NOTHING = ("{}", "{}")


async def ended(job):
    """Wait for a proof of nothing, which fails."""
    async with asyncio.timeout(60):
        while job.state == "running":
            await asyncio.sleep(0.05)
    await asyncio.sleep(0)
    assert job.state == "failed"


def test_more_than_a_few_waiting_are_refused_until_one_has_ended(monkeypatch):
    monkeypatch.setattr(proofs, "MOST_WAITING", 1)

    async def play():
        found = Proofs()
        first = found.start(("kind", "first"), NOTHING)
        assert found.start(("kind", "first"), NOTHING) is first
        with pytest.raises(Refused) as refused:
            found.start(("kind", "second"), NOTHING)
        assert (refused.value.problem.status, refused.value.problem.code) == (503, "console.proofs_waiting")
        assert found.find(("kind", "second")) is None
        await ended(first)
        await ended(found.start(("kind", "second"), NOTHING))

    asyncio.run(play())


def test_the_solver_has_so_much_memory_and_no_more():
    process = proofs.PROGRAM.partition("from madang")[0] + "bytearray(5 * 1024**3)"

    async def play():
        made = await asyncio.create_subprocess_exec(sys.executable, "-c", process, stderr=asyncio.subprocess.PIPE)
        _, told = await made.communicate()
        return told

    assert b"MemoryError" in asyncio.run(play())


def test_a_server_that_stops_ends_the_prover(monkeypatch):
    monkeypatch.setattr(proofs, "PROGRAM", "import time; time.sleep(60)")

    async def play():
        found = Proofs()
        job = found.start(("kind", "programme"), NOTHING)
        async with asyncio.timeout(30):
            while found._process is None:
                await asyncio.sleep(0.01)
        found.close()
        async with asyncio.timeout(10):
            await found._process.wait()
            while job.state == "running":
                await asyncio.sleep(0.01)
        assert found._process.returncode

    asyncio.run(play())


def test_a_shipped_proof_is_there_without_a_solver_and_is_of_exactly_its_documents(monkeypatch):
    monkeypatch.setattr(proofs, "find_spec", lambda _name: None)
    kind, programme = stage.coupon()
    digests = digest(kind).hex(), digest(programme).hex()
    found = Proofs()
    for job in (found.find(digests), found.start(digests, NOTHING)):
        assert job is not None and (job.state, job.shipped, job.failures) == ("done", True, [])
        assert job.proof == stage.proof(kind, programme)
    assert found.find((digests[0], "0" * 64)) is None
    assert found.start((digests[0], "0" * 64), NOTHING).state == "missing"
    assert found.find((*digests, digests[1])) is None


def test_every_shipped_receipt_is_complete_and_read():
    assert len(shipped()) == sum(
        one.name.endswith(".proof.json") for one in (resources.files(contract) / "documents").iterdir()
    )
