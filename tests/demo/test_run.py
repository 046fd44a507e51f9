"""The demonstration from end to end, in small: as `madang demo --no-serve --json` runs it."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from madang.demo import actors, run, stage
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError
from madang.log.checkpoint import require
from madang.log.note import SignerKey
from madang.log.receipt import check
from tests.web.serving import free_port

MADANG = Path(sys.executable).with_name("madang")


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


@pytest.mark.parametrize(
    "wrong",
    [
        *(["--citizens", "0"], ["--citizens", "-1"], ["--citizens", "9" * 30], ["--citizens", "9" * 9_000]),
        *(["--citizens", "many"], ["--payments", "0"], ["--payments", "1.5"], ["--seed", "-1"], ["--port", "0"]),
        *(["--port", "65536"], ["--nothing"]),
    ],
)
def test_numbers_beyond_reason_are_refused_before_anything_is_made(tmp_path, capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        run.main(["--no-serve", "--json", "--folder", str(tmp_path / "demo"), *wrong])
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("madang demo: error: ")
    assert not (tmp_path / "demo").exists()


def test_a_folder_that_can_t_be_made_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()
    link = tmp_path / "link"
    (tmp_path / "empty").mkdir()
    link.symlink_to("empty")
    for folder in (file, file / "demo", Path("/proc/demo"), link, "a\0b"):
        with pytest.raises(MadangError) as caught:
            run.main(["--no-serve", "--json", "--folder", str(folder)])
        assert caught.value.code == "demo.folder"
        assert caught.value.message.endswith("Name another with --folder.")
    assert file.read_bytes() == b""


def test_a_port_that_is_taken_is_found_before_the_day_is_played(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(MadangError) as caught:
        run.main(["--folder", str(tmp_path / "demo"), "--port", str(taken.getsockname()[1])])
    assert caught.value.code == "serve.address"
    assert not (tmp_path / "demo").exists()


def test_the_smallest_demonstration_has_a_receipt_even_where_every_payment_was_refused(tmp_path, capsys):
    status, outcome = play(tmp_path / "demo", capsys, "--citizens", "1", "--payments", "1", "--seed", "1")
    assert (status, outcome["payments"], outcome["refused"]) == (0, 0, {"spend.region": 1})
    assert outcome["receipt_checked"]


def test_a_day_is_played_beside_a_store_that_is_open(tmp_path, capsys):
    """A fork would take over the store's locks, and not the threads that let go of them."""
    with closing(RocksStore(tmp_path / "store", cache_bytes=8 * 1024 * 1024)) as store:
        store.write([(b"a", b"1")], [])
        assert play(tmp_path / "demo", capsys, "--citizens", "1", "--payments", "1")[0] == 0


def test_more_citizens_have_more_money():
    assert stage.budget(0) == stage.budget(5_000) == stage.BUDGET
    assert stage.budget(run.MOST_CITIZENS) == run.MOST_CITIZENS * stage.MOST_A_CITIZEN
    assert stage.budget(run.MOST_CITIZENS) * 7 // 100 < stage.RESERVE


def lines_to_paste(printed):
    """The commands of the next steps, those under one heading together."""
    groups: list[list[str]] = []
    for line in printed.partition("Next, in this folder.")[2].splitlines():
        if line.startswith("  "):
            groups[-1].append(line.strip())
        else:
            groups.append([])
    return [group for group in groups if group]


def test_every_line_of_the_next_steps_works_as_it_is_printed(tmp_path):
    """A folder whose name a shell would take apart, and a terminal of 40 columns."""
    environment = os.environ | {"PATH": f"{MADANG.parent}:{os.environ['PATH']}", "COLUMNS": "40"}
    arguments = ["--citizens", "20", "--payments", "20", "--folder", "my demo", "--port", str(free_port())]
    process = subprocess.Popen(
        ["madang", "demo", *arguments],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def paste(line):
        done = subprocess.run(line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (line, done)
        return done.stdout

    try:
        printed = ""
        while "  madang verify" not in printed:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            printed += line
        (receipt,), served, (verify,) = lines_to_paste(printed)
        assert paste(receipt).startswith("The receipt holds: accepted at height ")
        url = next(word for word in shlex.split(served[0]) if word.startswith("http")).rpartition("/")[0]
        deadline = time.monotonic() + 60
        while subprocess.run(["curl", "-sf", f"{url}/health"], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        checkpoint, programmes, transaction = map(paste, served)
        assert checkpoint.startswith(f"{stage.ORIGIN}\n")
        assert json.loads(programmes)[0]["name"] == "consumption-coupon-2025"
        assert transaction.startswith("accepted at height ")
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "all as it must be" in paste(verify)
