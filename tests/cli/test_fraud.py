"""`madang fraud detect`: what it refuses before and after it looks, and what it writes."""

import json
from pathlib import Path

import pytest

from madang.detection.places import MAX_CELL
from tests.cli.running import Run
from tests.detection.test_day import SECRET, Day
from tests.detection.test_day import day as day
from tests.services.vouchers.scene import COUPON
from tests.web.serving import make_node


def detect(run: Run, folder: Path, *more: object):
    return run("fraud", "detect", folder, "--programme", COUPON, *more)


def test_flags_and_evidence_are_written_and_can_be_sent(run: Run, day: Day, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(SECRET)
    flags, evidence = tmp_path / "flags.json", tmp_path / "evidence"
    output = ("--key", tmp_path / "key", "--flags", flags, "--evidence", evidence)
    done = detect(run, day.folder, "--synthetic-sales", *output, "--json")
    assert done.status == 0, done
    findings = done.json["findings"]
    # Without the file of places nobody is found elsewhere.
    assert [one["reason"] for one in findings] == [
        one.reason for one in day.planted.findings if one.reason != "off_premises"
    ]
    rows = json.loads(flags.read_bytes())["rows"]
    assert [(row["subject"], row["reason"]) for row in rows] == [(one["subject"], one["reason"]) for one in findings]
    assert len(evidence.read_bytes().splitlines()) == len(rows) > 2
    again = detect(run, day.folder, "--synthetic-sales", *output)
    assert (again.status, "[output.exists]" in again.err) == (1, True)
    text = detect(run, day.folder, "--synthetic-sales", "--day", "2025-09-01").out
    assert "SYNTHETIC" in text and day.resale_shop in text
    assert "Findings: 0, at shops: 0." in detect(run, day.folder, "--day", "2025-08-31").out


def test_tills_that_stood_elsewhere(run: Run, day: Day, tmp_path: Path) -> None:
    one = day.payments[0]
    places = tmp_path / "places.csv"
    places.write_text(f"merchant,order,region\n{one.merchant},{one.order},5011010100\n")
    found = detect(run, day.folder, "--places", places, "--json").json["findings"]
    assert [one["subject"] for one in found if one["reason"] == "off_premises"] == [one.payment]


def test_more_findings_than_an_act_takes_are_not_cut_in_silence(run: Run, day: Day, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    rows = [f"{one.merchant},{one.order},5011010100" for one in day.payments]
    places.write_text("\n".join(["merchant,order,region", *rows]) + "\n")
    (tmp_path / "key").write_bytes(SECRET)
    flags = tmp_path / "flags.json"
    done = detect(run, day.folder, "--places", places, "--key", tmp_path / "key", "--flags", flags)
    assert (done.status, "[detection.rows]" in done.err) == (1, True), done
    assert not flags.exists()


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("merchant,order\n", "row 1 "),
        ("", "row 1 "),
        ("merchant,order,region\na,b,5011010100\na,b\n", "row 3 "),
        ("merchant,order,region\na,,5011010100\n", "row 2 "),
        (f"merchant,order,region\na,{'x' * (MAX_CELL + 1)},5011010100\n", "row 2 "),
        ("merchant,order,region\na,b,501101010\n", "row 2 "),
        ("merchant,order,region\na,b,501101010x\n", "row 2 "),
        ('merchant,order,region\n"a,b,5011010100\n', "no CSV"),
        ("merchant,order,region\n\udcff,b,5011010100\n", "no CSV"),
    ],
)
def test_a_file_of_places_is_read_strictly(run: Run, tmp_path: Path, text: str, row: str) -> None:
    file = tmp_path / "places.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    done = detect(run, tmp_path / "nowhere", "--places", file)
    assert (done.status, "[detection.places]" in done.err, row in done.err) == (1, True, True), done


def test_what_can_t_be_looked_at_is_refused(run: Run, tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    done = detect(run, tmp_path / "node")
    assert (done.status, "[detection.programme]" in done.err) == (1, True), done
    (tmp_path / "short").write_bytes(SECRET[:31])
    (tmp_path / "wrong").write_text('{"pair": 1}')
    (tmp_path / "unknown").write_text('{"couple": 5}')
    cases: dict[str, list[tuple[object, ...]]] = {
        "detection.key": [("--flags", tmp_path / "f"), ("--flags", tmp_path / "f", "--key", tmp_path / "short")],
        "detection.thresholds": [("--thresholds", tmp_path / "wrong"), ("--thresholds", tmp_path / "unknown")],
        "detection.day": [("--day", "yesterday"), ("--day", "2026-02-30")],
        "output.unwritable": [("--evidence", tmp_path / "no" / "e")],
    }
    for code, commands in cases.items():
        for more in commands:
            done = detect(run, tmp_path / "node", *more)
            assert (done.status, f"[{code}]" in done.err) == (1, True), (more, done)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node", "short", "unknown", "wrong"]
    assert "[store.open]" in detect(run, tmp_path / "nowhere").err
