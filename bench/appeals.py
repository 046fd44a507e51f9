"""The office's list at 100,000 appeals: `python -m bench.appeals [--rows N] [--json]`.

Rows are made by the projection's own function from appeals as the ledger holds them, spread like the coupon's of 2025
(42 % return from abroad, 18 % births, 8 % moves; one office has 60 % of all), and listed as an office does: a page of
50 with its total. Measured is a whole `list_appeals` in a transaction of its own, connection and rows included, from
this process; the database is on this machine. Each question is asked `ROUNDS` times; the median and the worst are
printed. PostgreSQL, where it is installed, runs as it is installed: durable, and vacuumed once after the rows came, as
it does by itself within minutes. The peer is the same filter over the same rows in a list in memory: what an office
without a database would do.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from madang.records.appeallist import AppealFilter, Place, list_appeals, write_csv
from madang.records.appealmodel import row
from madang.records.database import Database, open_database
from madang.records.schema import APPEALS
from madang.services.appeals.state import Appeal, Status, deadline_of

BOUND = 200.0
"""Milliseconds that a list may take."""
ROUNDS = 15
OPENS = 1_753_056_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GROUNDS = ["return_from_abroad"] * 42 + ["birth"] * 18 + ["move"] * 8 + ["household_change"] * 12 + ["other"] * 20
LARGE = "office-000"


def appeals(count: int) -> list[tuple[str, Appeal]]:
    """So many appeals, from a seed."""
    chance = random.Random(1)
    made = []
    for _ in range(count):
        office = LARGE if chance.random() < 0.6 else f"office-{chance.randrange(1, 250):03}"
        lodged_at = OPENS + chance.randrange(60 * 86_400)
        status: Status = chance.choice(["lodged", "taken", "decided", "decided", "decided", "withdrawn"])
        decided = status == "decided"
        outcome: Any = chance.choice(["granted", "corrected", "dismissed"]) if decided else ""
        appeal = Appeal(
            programme=chance.choice(["coupon-1", "coupon-2"]),
            appellant="".join(chance.choices(LETTERS, k=43)),
            matter=chance.choice(["refusal", "amount", "region", "freeze", "recovery"]),
            ground=chance.choice(GROUNDS),  # type: ignore[arg-type]
            office=office,
            channel=chance.choice(["own", "delegate", "desk"]),
            lodged_by="officer",
            desk="",
            lodged_at=lodged_at,
            deadline=deadline_of(lodged_at, 14),
            evidence=(),
            status=status,
            handlers=(f"officer-{chance.randrange(40)}",) if status != "lodged" else (),
            decided_by="officer-x" if decided else "",
            closed_at=lodged_at + 86_400 if status in ("decided", "withdrawn") else 0,
            outcome="withdrawn" if status == "withdrawn" else outcome,
            reason="",
            follows=f"after-{chance.randrange(10**9)}" if outcome == "granted" else "",
        )
        made.append(("".join(chance.choices(LETTERS, k=22)), appeal))
    return made


def questions(rows: list[dict[str, Any]]) -> dict[str, tuple[AppealFilter, Place | None]]:
    """What an office asks, by name."""
    of_office = sorted((one["deadline"], one["number"]) for one in rows if one["office"] == LARGE)
    middle = Place(*of_office[len(of_office) // 2])
    known = next(one for one in rows if one["office"] == LARGE and one["follows"])
    return {
        "all of the office": (AppealFilter(office=LARGE), None),
        "all, a page in the middle": (AppealFilter(office=LARGE), middle),
        "open ones": (AppealFilter(office=LARGE, status="open"), None),
        "overdue": (AppealFilter(office=LARGE, overdue_at=OPENS + 40 * 86_400), None),
        "by programme and ground": (AppealFilter(office=LARGE, programme="coupon-1", ground="birth"), None),
        "by matter and outcome": (AppealFilter(office=LARGE, matter="region", outcome="dismissed"), None),
        "lodged in a week": (
            AppealFilter(office=LARGE, lodged_from=OPENS, lodged_before=OPENS + 7 * 86_400),
            None,
        ),
        "search by number": (AppealFilter(office=LARGE, search=known["number"].lstrip("-_")[:8] or "0000"), None),
        "search by reference": (AppealFilter(office=LARGE, search=known["follows"]), None),
        "search, nothing found": (AppealFilter(office=LARGE, search="zzzzzzzz"), None),
        "a small office": (AppealFilter(office="office-007"), None),
    }


def measure(database: Database, rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Milliseconds of each question: median and worst; and of the whole as CSV."""
    found: dict[str, dict[str, float]] = {}
    for name, (wanted, after) in questions(rows).items():
        times, total = [], 0
        for _ in range(ROUNDS):
            started = time.perf_counter()
            with database.reading() as connection:
                total = list_appeals(connection, wanted, 50, after).total
            times.append((time.perf_counter() - started) * 1_000)
        found[name] = {"median": statistics.median(times), "worst": max(times), "total": total}
    started = time.perf_counter()
    with database.reading() as connection:
        size = sum(len(line) for line in write_csv(connection, AppealFilter(office=LARGE)))
    found["(all of the office as CSV)"] = {
        "median": (time.perf_counter() - started) * 1_000, "worst": 0, "total": size
    }  # fmt: skip
    return found


def in_memory(rows: list[dict[str, Any]]) -> float:
    """Milliseconds for the open ones of the office, sorted, in plain Python."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        kept = [one for one in rows if one["office"] == LARGE and one["status"] in ("lodged", "taken")]
        kept.sort(key=lambda one: (one["deadline"], one["number"]))
        times.append((time.perf_counter() - started) * 1_000)
    return statistics.median(times)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Addresses of an empty database of each sort that is on this machine."""
    from tests.postgresql import running_cluster
    from tools import components

    found = {"sqlite": f"sqlite:///{folder}/bench.db"}
    programs = components.find("postgresql")
    if programs is None:
        yield found
        return
    with running_cluster(programs, settings=()) as cluster:
        yield found | {"postgresql": cluster.database("bench")}


def fill(database: Database, rows: list[dict[str, Any]]) -> None:
    """Put the rows in."""
    with database.writing() as connection:
        for start in range(0, len(rows), 5_000):
            connection.execute(insert(APPEALS), rows[start : start + 5_000])


def vacuum(address: str) -> None:
    """What PostgreSQL does by itself some minutes later."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE appeal")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    rows = [row(number, appeal) for number, appeal in appeals(asked.rows)]
    result: dict[str, Any] = {"rows": len(rows), "in_memory_ms": in_memory(rows)}
    with tempfile.TemporaryDirectory(prefix="madang-bench-") as folder, databases(Path(folder)) as addresses:
        for sort, address in addresses.items():
            database = open_database(address)
            fill(database, rows)
            if sort == "postgresql":
                vacuum(address)
            result[sort] = measure(database, rows)
            database.close()
    if asked.json:
        print(json.dumps(result))
        return
    print(f"{len(rows):,} appeals; the bound is {BOUND:.0f} ms a list; in memory {result['in_memory_ms']:.0f} ms")
    for sort in addresses:
        print(f"{sort}:")
        for name, times in result[sort].items():
            share = f"{times['worst'] / BOUND:6.1%} of the bound" if times["worst"] else ""
            print(f"  {name:30} median {times['median']:7.1f} ms  worst {times['worst']:7.1f} ms  {share}")
    worst = max(times["worst"] for sort in addresses for times in result[sort].values())
    print(f"slowest list: {worst:.1f} ms, {worst / BOUND:.1%} of {BOUND:.0f} ms")


if __name__ == "__main__":
    main()
