"""`madang cluster` from end to end, in small: four real validators, one killed and one hanging."""

import json
import subprocess
import sys
from pathlib import Path

from tests.engine.cometbft.conftest import free_ports

MADANG = Path(sys.executable).with_name("madang")


def test_four_validators_play_the_day_and_agree(needs, tmp_path_factory):
    needs("cometbft")
    folder = tmp_path_factory.mktemp("c")  # a socket's name is short
    first = min(free_ports(1)[0], 60_000)
    command = [str(MADANG), "cluster", "--no-serve", "--json", "--citizens", "500", "--payments", "200"]
    done = subprocess.run(
        [*command, "--folder", str(folder / "x"), "--port", str(first)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["agreed"]
    assert found["day"]["conserved"]
    assert found["day"]["verified"]
    assert found["day"]["receipt_checked"]
    assert [one["what"] for one in found["troubles"]] == ["killed", "hanging"]
    assert all(one["payments"] > 300 for one in found["troubles"])
