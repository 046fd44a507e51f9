"""How many durable signed voucher payments a second, against the bare limit of the same cores and against PostgreSQL.

    python -m bench.payments [--json] [--seed N]            one million registered holders, 100,000 vouchers
    python -m bench.payments --full --json                  also one and ten million vouchers, all of them drawn on

Payments are signed ahead and drawn uniformly over the vouchers of as many holders and 1,000 shops. Every total and
every replay mark is written, and a payment counts when its block is durable. Figures are medians of rounds in which
the limit is measured before and after; `sizes` says what was measured. With --full the growth of a payment's cost
from one to ten million vouchers and the peak memory at ten million are measured too; else they are null.
"""

import argparse
import gc
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench import limits, load, postgres, state
from bench.state import PROGRAMME
from madang.app import MODULES
from madang.audit.reexecute import reexecute
from madang.audit.stored import steady
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.client.wallet import make_payload
from madang.demo import actors
from madang.engine.node import Node
from madang.kernel.authority import KEYS
from madang.kernel.machine import Result
from madang.kernel.state import State
from madang.services.vouchers.transactions import Grant, GrantRow
from tests.postgresql import running_cluster
from tools import components

HOLDERS, VOUCHERS = 1_000_000, 100_000
TOGETHER = 200
CLIENTS = 64
ROUNDS = 3
ROUND_PAYMENTS, FIRST_PAYMENTS = 8_000, 4_000
HTTP_PAYMENTS, SINGLE_PAYMENTS = 4_000, 4_000
POSTGRES_PAYMENTS = 1_500, 4_000
LIMIT_SECONDS = 0.6
WAITING = 25


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--full", action="store_true", help="also one and ten million vouchers")
    options = parser.parse_args(arguments)
    folder = state.prepared(HOLDERS, VOUCHERS)
    figures: dict[str, Any] = {"seed": options.seed, "growth": None, "memory_gib": None}
    signer = Signer(folder, options.seed)
    figures |= in_process(folder, signer)
    figures |= over_http(folder, signer)
    figures |= against_postgresql(signer, figures)
    figures |= grants_and_verify(options.seed)
    if options.full:
        figures |= growth(options.seed)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:26} {value}")


class Signer:
    """Makes signed payments of one state, on all cores."""

    def __init__(self, folder: Path, seed: int, vouchers: int = VOUCHERS) -> None:
        with Opened(folder) as node:
            self.vouchers = state.vouchers_of(node.ledger, vouchers)
        self._seed = seed

    def make(self, count: int) -> list[bytes]:
        """`count` payments, good for nine minutes."""
        until = int(time.time()) + 540
        cores = len(os.sched_getaffinity(0))
        shares = []
        for place in range(cores):
            self._seed += 1
            shares.append((self._seed, count // cores + (place < count % cores), self.vouchers, until))
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            return [one for part in pool.map(_sign, shares) for one in part]


def _sign(share: tuple[int, int, list[str], int]) -> list[bytes]:
    seed, count, vouchers, until = share
    return list(state.payments(seed, count, range(len(vouchers)), vouchers, until))


class Opened:
    """A node that runs while the block lasts, tuned as the server tunes its own."""

    def __init__(self, folder: Path) -> None:
        self._node = Node(folder, MODULES)

    def __enter__(self) -> Node:
        return self._node.__enter__()

    def __exit__(self, *exception: object) -> None:
        self._node.__exit__(*exception)


def pay_all(node: Node, payments: Sequence[bytes]) -> float:
    """Payments a second, sent 200 together with a few thousand waiting; each must be accepted."""
    waiting: deque[Any] = deque()
    started = time.perf_counter()

    def settle() -> None:
        for answer in waiting.popleft().result():
            if not isinstance(answer, Result) or answer.outcome != "accepted":
                raise RuntimeError(f"a payment was not accepted: {answer}")

    for start in range(0, len(payments), TOGETHER):
        waiting.append(node.engine.submit(payments[start : start + TOGETHER]))
        if len(waiting) > WAITING:
            settle()
    while waiting:
        settle()
    return len(payments) / (time.perf_counter() - started)


def warm_up(node: Node, vouchers: Sequence[str]) -> None:
    """Read what payments with these vouchers read, and decode their keys, as a node that has run for an hour has."""
    working = node.ledger.working
    state = State(working)
    programme = state.get(PROGRAMMES, PROGRAMME)
    if programme is None:
        raise RuntimeError("this is no ledger to measure on")
    tables = compiled(state, programme).tables
    points: list[bytes] = []
    for number in vouchers:
        found: Any = working.read(tables["voucher"], tables["voucher"].key(PROGRAMME, "voucher", number))
        working.read(tables["allowance"], tables["allowance"].key(PROGRAMME, "allowance", found.holder))
        key = working.read(KEYS, KEYS.key(found.holder))
        points.append(key.point if key else bytes(64))
    engine: Any = node.engine
    # Nothing is computed for a signature of zeros, but the key it names is decoded.
    for start in range(0, len(points), 1_000):
        engine.verifier.check([point + bytes(96) for point in points[start : start + 1_000]])


def rounds(count: int, measure: Callable[[int], float]) -> tuple[float, float, float]:
    """Medians over rounds: what is measured, the bare limit, and their ratio round by round."""
    bare = [limits.verifications_a_second(LIMIT_SECONDS)]
    found, ratios = [], []
    for number in range(count):
        found.append(measure(number))
        bare.append(limits.verifications_a_second(LIMIT_SECONDS))
        ratios.append(found[-1] / statistics.mean(bare[-2:]))
    return statistics.median(found), statistics.median(bare), statistics.median(ratios)


def in_process(folder: Path, signer: Signer) -> dict[str, Any]:
    """The engine itself: `ratio`."""
    first, payments = signer.make(FIRST_PAYMENTS), [signer.make(ROUND_PAYMENTS) for _ in range(ROUNDS)]
    with Opened(folder) as node:
        warm_up(node, signer.vouchers)
        pay_all(node, first)
        gc.collect()
        rate, bare, ratio = rounds(ROUNDS, lambda number: pay_all(node, payments[number]))
        writes = _writes_of_a_payment(node)
    return {
        "ratio": round(ratio, 3),
        "payments_per_second": round(rate),
        "verifications_per_second": round(bare),
        "sizes": {
            "holders": HOLDERS,
            "vouchers": VOUCHERS,
            "shops": state.SHOPS,
            "signed_bytes": len(payments[0][0]),
            "cores": len(os.sched_getaffinity(0)),
            "writes_per_payment": writes,
        },
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }


def _writes_of_a_payment(node: Node) -> list[str]:
    from madang.engine import entries

    tip = node.ledger.durable
    data = node.ledger.store.log_get(entries.entry_key(tip.size - 1)) or b""
    keys = [key for key, _ in entries.read_writes(entries.read_entry(data).writes)]
    return [
        " ".join(part.decode() for part in key.split(b"\0")[: 1 + 2 * key.startswith(b"programmes.record")])
        for key in keys
    ]


def over_http(folder: Path, signer: Signer) -> dict[str, Any]:
    """The server, as warm as the engine was: `ratio_http` in batches of 200; `p50_ms`, `p99_ms` of 64 who send one
    by one.
    """
    batches, singles = signer.make(ROUNDS * HTTP_PAYMENTS), signer.make(SINGLE_PAYMENTS)
    port = 18_420
    command = [sys.executable, "-m", "bench.server", str(folder), str(port), str(VOUCHERS)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        together = []
        for start in range(0, len(batches), TOGETHER):
            body = msgspec.json.encode({"transactions": [one.decode() for one in batches[start : start + TOGETHER]]})
            together.append(load.request("/transactions", "application/json", body))
        share = len(together) // ROUNDS

        def measure(number: int) -> float:
            measured = load.run(port, together[number * share : (number + 1) * share], 8)
            return measured.done * TOGETHER / measured.seconds

        rate, _, ratio = rounds(ROUNDS, measure)
        alone = [load.request("/transactions", "application/jose", one) for one in singles]
        load.run(port, alone[: SINGLE_PAYMENTS // 4], CLIENTS)
        measured = load.run(port, alone[SINGLE_PAYMENTS // 4 :], CLIENTS)
    finally:
        server.terminate()
        server.wait(timeout=60)
    ordered = sorted(measured.milliseconds)
    return {
        "ratio_http": round(ratio, 3),
        "http_payments_per_second": round(rate),
        "http_one_by_one_per_second": round(measured.done / measured.seconds),
        "p50_ms": round(ordered[len(ordered) // 2], 2),
        "p99_ms": round(ordered[len(ordered) * 99 // 100], 2),
    }


def _wait(port: int) -> None:
    import urllib.request

    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def against_postgresql(signer: Signer, figures: dict[str, Any]) -> dict[str, Any]:
    """The same payments in PostgreSQL: one by one at 64 clients, and 200 a commit. Ratios are ours to its."""
    programs = components.find("postgresql")
    if programs is None:
        raise RuntimeError(f"PostgreSQL is needed: {components.why_missing('postgresql')}")
    holders = [(actor.kid, actor.point) for actor in map(state.holder, range(VOUCHERS // 5))]
    alone, together = (signer_of(signer, len(holders), count) for count in POSTGRES_PAYMENTS)
    with running_cluster(programs, ("max_connections=100", "shared_buffers=1GB", "max_wal_size=4GB")) as cluster:
        url = cluster.database("bench")
        postgres.load(url, holders, signer.vouchers, [state.shop(number) for number in range(state.SHOPS)])
        single = postgres.rate(url, alone, CLIENTS, 1)
        batched = postgres.rate(url, together, 2, TOGETHER)
    return {
        "ratio_postgres": round(figures["http_one_by_one_per_second"] / single, 2),
        "ratio_postgres_batched": round(figures["payments_per_second"] / batched, 2),
        "postgres_per_second": round(single),
        "postgres_batched_per_second": round(batched),
    }


def signer_of(signer: Signer, holders: int, count: int) -> list[bytes]:
    """`count` payments of the first holders only: the peer's tables are that much smaller, which favours it."""
    smaller = Signer.__new__(Signer)
    smaller.vouchers = signer.vouchers[:holders]
    smaller._seed = int.from_bytes(os.urandom(6), "big")
    return smaller.make(count)


def grants_and_verify(seed: int) -> dict[str, Any]:
    """A new ledger: bulk grants by signed acts of 1,000 rows, then payments, then all of it run again and compared."""
    holders, rows = 4_000, 30_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "node"
        state.make(place, holders, holders)
        names = [state.holder(number).party for number in range(holders)]
        officer = actors.officers(actors.MINISTRY, state.SEED)[0]
        signed = []
        for start in range(0, rows, 1_000):
            act = Grant(
                by=actors.MINISTRY,
                programme=state.PROGRAMME,
                rows=[
                    GrantRow(reference=f"more{row}", amount=1_000, region="26", holder=names[row % holders])
                    for row in range(start, start + 1_000)
                ],
            )
            until = int(time.time()) + 540
            signed.append(officer.jws(make_payload(state.CHAIN, [act], until)))
        signer = Signer(place, seed, holders)
        payments = signer.make(10_000)
        with Opened(place) as node:
            started = time.perf_counter()
            futures = [node.engine.submit([one]) for one in signed]
            for future in futures:
                answer = future.result()[0]
                if not isinstance(answer, Result) or answer.outcome != "accepted":
                    raise RuntimeError(f"a grant was not accepted: {answer}")
            grants = rows / (time.perf_counter() - started)
            before = node.ledger.durable.height
            rate = pay_all(node, payments)
            view = steady(node.ledger.store)
            times: dict[int, float] = {}

            def note(done: int, _total: int) -> None:
                times[done] = time.perf_counter()

            verdict = reexecute(view, MODULES, progress=note)
            if verdict.divergence is not None:
                raise RuntimeError(str(verdict.divergence))
            again = len(payments) / (times[max(times)] - times[before + 1])
    return {"grants_per_second": round(grants), "verify_ratio": round(again / rate, 2)}


def growth(seed: int) -> dict[str, Any]:
    """Cost of a payment with ten million vouchers to that with one million, all of them drawn on; memory at ten."""
    costs = {}
    for vouchers in (1_000_000, 10_000_000):
        folder = state.prepared(vouchers, vouchers)
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            costs[vouchers] = pool.apply(_cost, (folder, vouchers, seed))
    return {
        "growth": round(costs[10_000_000][0] / costs[1_000_000][0], 2),
        "memory_gib": round(costs[10_000_000][1], 2),
    }


def _cost(folder: Path, vouchers: int, seed: int) -> tuple[float, float]:
    """Bare verifications that a payment costs, and the peak memory (GiB) of the engine's process."""
    signer = Signer(folder, seed, vouchers)
    payments = [signer.make(ROUND_PAYMENTS) for _ in range(ROUNDS)]
    with Opened(folder) as node:
        _, _, ratio = rounds(ROUNDS, lambda number: pay_all(node, payments[number]))
    return 1 / ratio, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
