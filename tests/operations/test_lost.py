"""A machine is lost: another takes its place with a new key, from a snapshot, and gets its vote by an act."""

import json

import pytest

from madang.base.validators.transactions import RotateConsensusKey
from madang.client import Client
from tests.operations.conftest import founded
from tests.operations.runbook import Shell
from tests.support.cast import quorum
from tests.support.signing import envelope
from tests.web.signing import payload

OTHERS = (("central-bank", "CENTRAL", 8441), ("bank-a", "BANK_A", 8442), ("bank-b", "BANK_B", 8443))


def status(shell: Shell, name: str):
    return json.loads(shell.run(f"madang node status {name} --json"))


@pytest.mark.soak
def test_a_lost_validator_is_replaced_with_a_new_key_from_a_snapshot(needs):
    needs("cometbft")
    with founded(interval=6, delay=4) as shell:
        shell.run("kill -9 $(pgrep -P $MINISTRY) $MINISTRY; wait $MINISTRY 2> /dev/null")
        for _ in range(14):
            assert shell.run("python pay.py 8441") == "accepted\n"
        address = "--peer-address 127.0.0.1:26605 --rpc-port 26705"
        shell.run(f"madang node init new --name ministry {address} > fingerprint")
        for name, process, port in OTHERS:
            shell.run(f"madang node peers {name} --cards new/card.json > known")
            shell.run(f"kill ${process}; wait ${process}")
            shell.run(f"madang node start {name} --port {port} 2>> {name}.err & {process}=$!")
            shell.run(f"until madang node status {name} > now; do sleep 0.5; done")
        trusted = status(shell, "bank-a")["consensus"]
        cards = " ".join(f"--cards {name}/card.json" for name, _, _ in OTHERS)
        joined = shell.run(
            f"madang node join new --late {cards} --genesis genesis.json --origin ledger.example/ministry-2 "
            "--state-sync 127.0.0.1:26701 --state-sync 127.0.0.1:26702 "
            f"--trust {trusted['height']}:{trusted['header_hash']}"
        )
        assert joined.startswith("new is a node without a vote yet, with 3 peers."), joined
        shell.run("madang node start new --port 8445 2>> new.err & NEW=$!")
        shell.run("until madang node status new > now; do sleep 0.5; done")
        assert status(shell, "new")["consensus"]["power"] == 0
        key = json.loads((shell.folder / "new" / "card.json").read_bytes())["consensus_key"]
        act = {"type": RotateConsensusKey.__struct_config__.tag, "by": "ministry", "consensus_key": key}
        with Client(status_url(shell, "bank-a")) as client:
            assert client.submit(envelope(payload(act), quorum("ministry"))).outcome == "accepted"
        assert shell.run("python pay.py 8445") == "accepted\n"
        shell.run("until madang node status new | grep -q 'ministry, active'; do sleep 0.5; done")
        found = status(shell, "new")
        assert (found["institution"], found["consensus"]["power"], found["troubles"]) == ("ministry", 10, [])
        assert found["ledger"]["root"] == status(shell, "bank-b")["ledger"]["root"]


def status_url(shell: Shell, name: str) -> str:
    return str(json.loads((shell.folder / name / "serving.json").read_bytes())["url"])
