"""What can be reached of a cluster from outside: no RPC, no peers that nobody named, nobody in what it writes down."""

import json
import re
import socket
import stat
import tomllib
from pathlib import Path

from tests.operations.runbook import Shell
from tests.support.cast import ALICE, BAKERY, BORA, CHUL

NODES = ("central-bank", "bank-a", "bank-b", "ministry")
LOOPBACK = "0100007F"
LISTENING = "0A"


def listening() -> set[tuple[str, int]]:
    """Addresses (hexadecimal) and ports on which this machine listens (proc(5), /proc/net/tcp)."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    found = [row[1].split(":") for row in rows if row[3] == LISTENING]
    return {(address, int(port, 16)) for address, port in found}


def ports_of(folder: Path) -> set[int]:
    """Where a node's CometBFT was told to listen."""
    config = tomllib.loads((folder / "cometbft" / "config" / "config.toml").read_text())
    return {int(config[part]["laddr"].rpartition(":")[2]) for part in ("rpc", "p2p")}


def test_consensus_listens_on_this_machine_alone(shell: Shell) -> None:
    ports = {port for name in NODES for port in ports_of(shell.folder / name)}
    served = {int(re.search(r":(\d+)\"", (shell.folder / name / "serving.json").read_text())[1]) for name in NODES}
    found = {(address, port) for address, port in listening() if port in ports | served}
    assert found == {(LOOPBACK, port) for port in ports | served}
    for name in NODES:
        mode = (shell.folder / name / "abci.sock").stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
        assert stat.S_IMODE((shell.folder / name / "cometbft").stat().st_mode) == 0o700
        assert stat.S_IMODE((shell.folder / name / "checkpoint.key").stat().st_mode) == 0o600


def test_a_node_whose_card_nobody_took_is_not_let_in_and_sees_nothing(shell: Shell) -> None:
    shell.run("python pay.py 8441")
    shell.run("madang node init stranger --name bank-x --peer-address 127.0.0.1:26605 --rpc-port 26705")
    joined = shell.run("madang node join stranger --late $CARDS --genesis genesis.json --origin ledger.example/x")
    assert joined.startswith("stranger is a node without a vote yet, with 4 peers.")
    shell.run("madang node start stranger --port 8445 2> stranger.err & STRANGER=$!")
    shell.run("until madang node status stranger | grep -q ^consensus; do sleep 0.2; done; sleep 3")
    found = json.loads(shell.run("madang node status stranger --json"))
    assert (found["ledger"]["height"], found["consensus"]["height"], found["consensus"]["peers"]) == (0, 0, 0)
    assert "consensus.no_peers" in [one["code"] for one in found["troubles"]]
    others = json.loads(shell.run("madang node status bank-a --json"))
    assert others["consensus"]["peers"] == 3 and others["ledger"]["height"] > 0
    shell.run("kill $STRANGER; wait $STRANGER")


def test_who_takes_the_card_lets_it_in(shell: Shell) -> None:
    shell.run("madang node peers central-bank --cards stranger/card.json")
    shell.run(
        "kill $CENTRAL; wait $CENTRAL; madang node start central-bank --port 8441 2>> central-bank.err & CENTRAL=$!"
    )
    shell.run("madang node start stranger --port 8445 2> stranger.err & STRANGER=$!")
    shell.run("until madang node status stranger > now && madang node status central-bank > now; do sleep 0.2; done")
    found = [json.loads(shell.run(f"madang node status {name} --json")) for name in ("stranger", "bank-a")]
    assert found[0]["ledger"]["root"] == found[1]["ledger"]["root"]
    assert (found[0]["institution"], found[0]["consensus"]["power"]) == ("", 0)
    shell.run("kill $STRANGER; wait $STRANGER")


def test_what_a_node_writes_down_names_nobody(shell: Shell) -> None:
    assert shell.run("python pay.py 8442") == "accepted\n"
    written = [
        path.read_bytes()
        for name in NODES
        for path in [
            shell.folder / name / "node.log",
            shell.folder / name / "cometbft" / "cometbft.log",
            shell.folder / f"{name}.err",
        ]
    ]
    assert any(b'"event":"started"' in one for one in written)
    for person in (ALICE, BORA, CHUL, BAKERY):
        for text in (person.party.encode(), person.public_key.encode()):
            assert not any(text in one for one in written)
    assert not any(b"eyJ" in one for one in written), "a JWS or a payload begins so"


def test_the_public_interface_is_closed_from_another_address(shell: Shell) -> None:
    own = socket.gethostbyname(socket.gethostname())
    ports = ports_of(shell.folder / "bank-a")
    for port in ports:
        with socket.socket() as probe:
            probe.settimeout(2)
            reached = probe.connect_ex((own, port)) == 0
        assert not reached or own.startswith("127."), (own, port)
