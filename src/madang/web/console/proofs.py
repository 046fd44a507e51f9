"""Proofs that officers ask for: the prover runs in a process of its own, one at a time, for at most some minutes.

What is proved is remembered in this server's memory by the digests of the documents. Where the solver is not installed
(extra `prover`) that is said, and a proof that was made elsewhere (`madang prove -o`) can be handed in instead.
"""

import asyncio
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import msgspec

from madang.base.programmes.transactions import Proof
from madang.web.api.problems import Refused
from madang.web.console.shipped import shipped
from madang.web.site.kept import kept
from madang.web.site.visit import Visit

LIMIT_SECONDS = 300
MOST_JOBS = 64
MOST_WAITING = 8
MOST_MEMORY = 4 * 1024**3
"""Bytes that the prover may have: some documents make the solver want more than there is."""
PROGRAM = (
    f"import os, resource; os.nice(10); resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY}, {MOST_MEMORY})); "
    # Should the server be killed, nobody ends it: so much processor time and no more.
    f"resource.setrlimit(resource.RLIMIT_CPU, ({LIMIT_SECONDS}, {LIMIT_SECONDS})); "
    "from madang.cli import main; main()"
)
Digests = tuple[str, ...]
"""Of kind and programme; of a successor also of the programme that it is to widen."""


class Property(msgspec.Struct, frozen=True):
    """A property: its name, status, and where it is not proved a run or state that shows why, as the prover says it."""

    name: str
    status: str
    why: str

    @property
    def holds(self) -> bool:
        """Whether nothing is left to show of it."""
        return self.status in ("proved", "off")


class Job(msgspec.Struct):
    """One proof: `state`, how long it took or takes (seconds), and what came of it.

    `proof` is what the ledger keeps of it, where nothing is left to show; `shipped`, that it came with the programme.
    """

    state: Literal["running", "done", "failed", "late", "missing"]
    began: float
    seconds: float = 0.0
    solver: str = ""
    properties: list[Property] = []
    proof: Proof | None = None
    shipped: bool = False

    @property
    def failures(self) -> list[Property]:
        """The properties that are not proved."""
        return [one for one in self.properties if not one.holds]

    @property
    def elapsed(self) -> int:
        """Seconds so far."""
        return int(self.seconds or time.monotonic() - self.began)


class Proofs:
    """The proofs of this server. The oldest are forgotten beyond a bound."""

    def __init__(self, limit: float = LIMIT_SECONDS) -> None:
        self._limit = limit
        self._jobs: OrderedDict[Digests, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._process: Process | None = None

    def close(self) -> None:
        """End what runs, at once."""
        for task in self._tasks:
            task.cancel()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def find(self, digests: Digests) -> Job | None:
        """The proof of these documents, running or done here, or shipped with them."""
        return self._jobs.get(digests) or _shipped(digests)

    def start(self, digests: Digests, texts: tuple[str, ...]) -> Job:
        """Begin to prove, unless that runs or is done. `texts` are the documents of these digests, canonical.

        Raises `Refused` (503, `console.proofs_waiting`).
        """
        job = self._jobs.get(digests)
        if job is not None and job.state in ("running", "done"):
            return job
        if not can_prove() and (there := _shipped(digests)) is not None:
            return there
        if len(self._tasks) >= MOST_WAITING:
            raise Refused(503, "console.proofs_waiting", "Other proofs come first. Ask again in some minutes.", 60)
        job = self._jobs[digests] = Job("running" if can_prove() else "missing", time.monotonic())
        while len(self._jobs) > MOST_JOBS:
            self._jobs.popitem(last=False)
        if job.state == "running":
            task = asyncio.get_running_loop().create_task(self._prove(job, texts))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return job

    async def _prove(self, job: Job, texts: tuple[str, ...]) -> None:
        try:
            async with self._turn, asyncio.timeout(self._limit):
                job.began = time.monotonic()
                await self._run(job, texts)
        except TimeoutError:
            job.state = "late"
        except (OSError, ValueError, KeyError):
            job.state = "failed"
        finally:
            job.seconds = time.monotonic() - job.began
            if job.state == "running":
                job.state = "failed"

    async def _run(self, job: Job, texts: tuple[str, ...]) -> None:
        """Run the command in a folder that is gone afterwards. Raises `OSError`, `ValueError`."""
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "proof.json"
            kind, programme, *old = (Path(folder) / f"{place}.json" for place in range(len(texts)))
            for path, text in zip((kind, programme, *old), texts, strict=True):
                path.write_text(text, encoding="utf-8")
            command = ["prove", str(programme), "--kind", str(kind), "--output", str(made), "--json"]
            if old:
                command += ["--widens", str(old[0])]
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-c", PROGRAM, *command),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                answer, _ = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            answered = msgspec.json.decode(answer)["proof"]
            job.solver = answered["solver"]
            job.properties = [_property(one) for one in answered["results"]]
            if made.is_file():
                job.proof = msgspec.json.decode(made.read_bytes(), type=_Written).proof
            job.state = "done"


def can_prove() -> bool:
    """Whether the solver is installed here."""
    return find_spec("z3") is not None


def _shipped(digests: Digests) -> Job | None:
    found = shipped().get(digests)
    if found is None:
        return None
    properties = [Property(one.property, one.status, "") for one in found.results]
    return Job("done", 0.0, 0.0, found.solver, properties, found.proof, shipped=True)


def proofs_of(visit: Visit) -> Proofs:
    """The server's proofs."""
    return kept(visit.request.app.state, "console-proofs", Proofs)


def read_written(text: bytes) -> Proof | None:
    """The proof that `madang prove -o` wrote; None where this is no such thing."""
    try:
        return msgspec.json.decode(text, type=_Written).proof
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


class _Written(msgspec.Struct):
    """The file that `madang prove -o` writes."""

    programme: str
    proof: Proof


def _property(one: dict[str, Any]) -> Property:
    why = "\n".join(_told(example) for example in one.get("counterexamples", ())) or ", ".join(one.get("clauses", ()))
    return Property(one["property"], one["status"], why)


def _told(example: dict[str, Any]) -> str:
    """A counterexample in one line a step."""
    head = f"{example['action']}: {example['what']} ({example['fault']})"
    trace = example.get("trace")
    if trace is None:
        return "\n".join([head, *(f"{name} = {value}" for name, value in example.get("state", {}).items())])
    steps = [f"{number}. {step['action']} {step['given']}" for number, step in enumerate(trace["steps"], 1)]
    return "\n".join([head, *steps])
