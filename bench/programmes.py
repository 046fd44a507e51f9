"""What the programmes that are shipped cost: a rule, a proof, a grant with a table and locks.

    python -m bench.programmes [--json] [--seed N]

`rule_us` is the time in which a payment's rules are run, in microseconds: the slowest of the programmes, as a median;
`rule_ratio` is that to the bare limit of the same core, which makes the records that a payment writes and nothing else.
`prove_s` is the slowest proof, in seconds (null where no solver is installed). `grants_per_second` are rows of the
agri-food voucher, whose amounts are a table by household, with a household and two members locked in each; signed,
executed and durable.
"""

import argparse
import hashlib
import json
import random
import statistics
import tempfile
import time
import timeit
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from bench import state
from madang import contract
from madang.app import MODULES
from madang.base.money.transactions import IssueCurrency, IssueTokens, OpenAccounts
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.client.wallet import make_payload
from madang.contract import Contract, Kind, Programme, canonical, digest, read_kind, read_programme
from madang.demo import actors, stage
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.services.vouchers.transactions import Fund, Grant, GrantRow

FOOD = "agri-food-2026"
DOCUMENTS = resources.files(contract) / "documents"
SIZES = {1: 40_000, 2: 65_000, 3: 83_000, 4: 100_000, 10: 187_000}
RUNS, ROUNDS = 20_000, 9
ROWS, TOGETHER = 30_000, 1_000
JANUARY = 1_767_193_200
"""2026-01-01T00:00:00+09:00."""


class Everything:
    """A published list on which everything is."""

    def holds(self, _name: str, _code: str) -> bool:
        """It is."""
        return True

    def version(self, _name: str) -> int:
        """The first."""
        return 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    found = measure(options.seed)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<20}{value}")


def measure(seed: int) -> dict[str, Any]:
    """All figures."""
    kind, programmes = shipped()
    rules = {one.programme: rule(contract.compile(kind, one)) for one in programmes}
    spends = {name: times for name, times in rules.items() if times is not None}
    slowest = max(spends, key=lambda name: spends[name][0])
    return {
        "rule_us": round(spends[slowest][0], 2),
        "rule_ratio": round(spends[slowest][0] / spends[slowest][1], 2),
        "rule_of": slowest,
        "prove_s": prove(kind, programmes),
        "grants_per_second": round(grants(seed, kind, programmes)),
        "sizes": {"programmes": len(programmes), "rows": ROWS, "locks_per_row": 3},
    }


def shipped() -> tuple[Kind, list[Programme]]:
    """The kind of vouchers, and all programmes of it that are shipped."""
    kind = read_kind((DOCUMENTS / "voucher.yaml").read_text(encoding="utf-8"))
    files = sorted(one.name for one in DOCUMENTS.iterdir() if one.name.endswith(".yaml") and one.name != "voucher.yaml")
    return kind, [read_programme((DOCUMENTS / one).read_text(encoding="utf-8"), kind, one) for one in files]


def rule(compiled: Contract) -> tuple[float, float] | None:
    """Microseconds of an accepted payment's rules, and of making its records alone; None where nothing is spent."""
    if not compiled.parameters["spends"]:
        return None
    at = int(compiled.parameters["opens"]) + 120 * 86_400 + 12 * 3_600
    voucher, allowance, takings = (compiled.records[one] for one in ("voucher", "allowance", "takings"))
    day, stages = (at + 32_400) // 86_400, compiled.parameters["stages"]
    holder, number = "h" * 43, "n" * 22
    since, until = compiled.parameters["opens"], compiled.parameters["closes"]
    before: tuple[Any, ...] = (
        voucher(
            number=number,
            holder=holder,
            customer=holder,
            region="11710",
            status="active",
            instalment=1,
            since=since,
            until=until,
            stage=stages,
            price=0,
            granted=100_000,
            left=100_000,
            used=False,
        ),
        allowance(
            holder=holder,
            granted=100_000,
            day=day,
            day_spent=0,
            day_count=0,
            month=0,
            month_spent=0,
            month_count=0,
            special_count=0,
        ),
        takings("shop", 0),
        None,
    )
    action = compiled.actions["spend"]
    for industry in ("56111", "47121", "35130"):
        for goods in ("-", "film", "fruit"):
            shop = compiled.facts["Shop"]("shop", "1171010100", industry, "5411", "up_to_1b")
            run = _run(action, (*before, shop), (1_000, 0, holder, "order", goods, True, 1_000, 1_000, 1), at)
            try:
                after, _ = run()
            except contract.Refused:
                continue
            return _microseconds(run), _microseconds(_maker(after))
    raise RuntimeError(f"{compiled.programme}: no payment is accepted")


def _run(action: Any, records: tuple[Any, ...], given: tuple[Any, ...], at: int) -> Callable[[], Any]:
    lists = Everything()
    return lambda: action.run(records, given, at, lists)


def _maker(records: Sequence[Any]) -> Callable[[], Any]:
    """Makes records like these, and does nothing else."""
    made = [(type(one), tuple(getattr(one, name) for name in one.__struct_fields__)) for one in records]
    return lambda: [make(*fields) for make, fields in made]


def _microseconds(what: Callable[[], Any]) -> float:
    return statistics.median(timeit.repeat(what, number=RUNS, repeat=ROUNDS)) / RUNS * 1e6


def prove(kind: Kind, programmes: Sequence[Programme]) -> float | None:
    """Seconds of the slowest proof, or None where there is no solver."""
    from madang.prover import installed

    slowest = 0.0
    for one in programmes:
        started = time.perf_counter()
        try:
            installed.prove(kind, one)
        except MadangError:
            return None
        slowest = max(slowest, time.perf_counter() - started)
    return round(slowest, 2)


def grants(seed: int, kind: Kind, programmes: Sequence[Programme]) -> float:
    """Rows a second of grants by table and with locks, from signed acts to durable blocks."""
    dice = random.Random(seed)
    (food,) = [one for one in programmes if one.programme == FOOD]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "node"
        Node.create(place, MODULES, _genesis(kind, food), "madang.example/bench")
        officer = actors.officers(actors.MINISTRY, state.SEED)[0]
        signed = []
        for start in range(0, ROWS, TOGETHER):
            act = Grant(
                by=actors.MINISTRY, programme=FOOD, rows=[_row(dice, start + place) for place in range(TOGETHER)]
            )
            signed.append(officer.jws(make_payload(state.CHAIN, [act], JANUARY + 400)))
        with Node(place, MODULES, lambda: JANUARY + 60) as node:
            started = time.perf_counter()
            futures = [node.engine.submit([one]) for one in signed]
            for future in futures:
                answer = future.result()[0]
                if not isinstance(answer, Result) or answer.outcome != "accepted":
                    raise RuntimeError(f"a grant was not accepted: {answer}")
            return ROWS / (time.perf_counter() - started)


def _row(dice: random.Random, number: int) -> GrantRow:
    size = dice.choice(list(SIZES))
    locks = [hashlib.sha256(f"{number}/{one}".encode()).hexdigest() for one in range(3)]
    return GrantRow(
        reference=f"g{number}",
        amount=SIZES[size],
        region="26",
        since=JANUARY,
        until=JANUARY + 31 * 86_400,
        size=size,
        subjects=locks,
        code=hashlib.sha256(f"code {number}".encode()).hexdigest(),
    )


def _genesis(kind: Kind, food: Programme) -> bytes:
    documents = {"kind": canonical(kind).decode(), "document": canonical(food).decode()}
    digests: dict[str, Any] = {"kind": digest(kind).hex(), "document": digest(food).hex()}
    ministry, bank = actors.MINISTRY, actors.TREASURY_BANK
    money = 1_000_000_000_000
    acts = [
        *actors.institutions(state.SEED),
        IssueCurrency(by=actors.CENTRAL_BANK, bank=bank, amount=money),
        OpenAccounts(by=bank, owners=[ministry]),
        IssueTokens(by=bank, account=ministry, amount=money, reference="b"),
        Draft(by=ministry, programme=FOOD, bank=bank, **documents),
        Approve(by=ministry, programme=FOOD, bank=bank, **digests),
        Publish(by=actors.OPERATOR, programme=FOOD, proof=stage.proof(kind, food)),
        Open(by=ministry, programme=FOOD),
        Fund(by=ministry, programme=FOOD, amount=money),
    ]
    return write_genesis(state.CHAIN, JANUARY, "madang.example", ["https://madang.example"], acts, 0)


if __name__ == "__main__":
    main()
