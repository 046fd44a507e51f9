"""madang settlement, on a ledger that lies there in the evening."""

from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.exchange.town import Lived, live
from tests.services.vouchers.scene import COUPON


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return live(tmp_path_factory.mktemp("settlement") / "node")


def test_the_report_is_shown_and_written(run: Run, lived: Lived, tmp_path: Path) -> None:
    said = run("settlement", lived.folder, COUPON, "--report", tmp_path / "report.csv", "--json")
    assert said.status == 0, said.err
    found = said.json
    assert found["funders"] == ["ministry"]
    assert found["spent"] == sum(row["amount"] for row in found["rows"]) > 0
    assert found["spent"] + found["lapsed"] + found["open"] == found["paid"][0]
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith("집행액(원),ministry")
    shown = run("settlement", lived.folder, COUPON)
    assert f"{found['spent']:,} won spent" in shown.out
    again = run("settlement", lived.folder, COUPON, "--report", tmp_path / "report.csv")
    assert again.status == 1


def test_an_unknown_programme_is_named(run: Run, lived: Lived) -> None:
    said = run("settlement", lived.folder, "nothing")
    assert (said.status, "settlement.programme" in said.err) == (1, True)
