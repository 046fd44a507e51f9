"""The demonstration from end to end, in small: as `madang demo --no-serve --json` runs it."""

import json

import pytest

from madang.demo import actors, run, stage
from madang.kernel.errors import MadangError
from madang.log.checkpoint import require
from madang.log.note import SignerKey
from madang.log.receipt import check


def play(folder, capsys, *more):
    status = run.main(
        ["--no-serve", "--json", "--citizens", "200", "--payments", "300", "--folder", str(folder), *more]
    )
    return status, json.loads(capsys.readouterr().out)


def test_a_day_ends_with_every_won_accounted_for(tmp_path, capsys):
    folder = tmp_path / "demo"
    status, outcome = play(folder, capsys)
    assert status == 0
    assert outcome["conserved"]
    assert outcome["verified"]
    assert outcome["receipt_checked"]
    assert outcome["merchants"] >= 20_000
    assert outcome["payments"] + sum(outcome["refused"].values()) == 300
    assert outcome["payments"] >= 250
    assert set(outcome["refused"]) <= {"spend.region", "spend.industry", "spend.small_shop", "spend.enough"}
    totals = outcome["totals"]
    assert totals["free"] + totals["issued"] + totals["due"] == totals["sponsor"] + totals["merchant"]
    assert totals["due"] == 0
    key = SignerKey.parse((folder / "checkpoint.key").read_text()).verifier()
    assert check((folder / "receipt.bin").read_bytes(), require(key, [], 0)).leaf.height > 0
    assert play(folder, capsys)[1]["payments"] == outcome["payments"]


def test_a_folder_that_is_not_a_demonstrations_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(MadangError) as caught:
        run.main(["--no-serve", "--json", "--folder", str(tmp_path)])
    assert caught.value.code == "demo.folder"
    assert (tmp_path / "letter.txt").exists()


@pytest.mark.parametrize(
    ("region", "area"),
    [("1111010100", "11"), ("2611010100", "26"), ("4111113100", "4111"), ("4182025000", "41820"), ("3611010100", "36")],
)
def test_the_area_of_a_resident_is_the_whole_city_or_county(region, area):
    assert stage.area_of(region) == area


def test_actors_follow_from_their_names():
    assert actors.Actor("one").kid == actors.Actor("one").kid != actors.Actor("two").kid
