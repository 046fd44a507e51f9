"""The command line as a person uses it: a ledger is made, served, used and audited, all through `madang`."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from madang.app import MODULES
from madang.client import Client
from madang.kernel.transaction import type_name
from tests.cli.running import Run, Said
from tests.web.serving import free_port

PASSPHRASE = "correct horse battery"
MADANG = [sys.executable, "-c", "from madang.cli import main; main()"]


class Place(NamedTuple):
    """A ledger on this machine, its keys, and where it is served."""

    folder: Path
    url: str
    passphrase: Path
    keys: dict[str, dict[str, Any]]
    process: "subprocess.Popen[bytes]"
    log_key: str


def _madang(*arguments: object) -> Any:
    done = subprocess.run([*MADANG, *map(str, arguments), "--json"], capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root: Path = tmp_path_factory.mktemp("cli")
    passphrase = root / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    before = dict(os.environ)
    os.environ["MADANG_KEYS"] = str(root / "keys")
    try:
        keys = {}
        for name in ("operator-1", "operator-2", "bank-1", "bank-2", "alice", "bora"):
            _madang("keys", "new", name, "--passphrase-file", passphrase)
            keys[name] = _madang("keys", "show", name)
        officers = {
            party: [{"public_key": keys[f"{party}-{n}"]["public_key"], "sort": "jws"} for n in (1, 2)]
            for party in ("operator", "bank")
        }
        acts = [
            {
                "type": "parties.appoint_institution",
                "by": "operator",
                "party": party,
                "roles": [party],
                "threshold": 2,
                "officers": officers[party],
            }
            for party in ("operator", "bank")
        ]
        genesis = root / "genesis.json"
        genesis.write_text(
            json.dumps(
                {
                    "chain": "cli-test",
                    "time": int(time.time()) - 60,
                    "site": "x",
                    "origins": ["https://x"],
                    "acts": acts,
                }
            )
        )
        made = _madang("init", root / "node", "--genesis", genesis, "--origin", "cli.test/log")
        port = free_port()
        process = subprocess.Popen([*MADANG, "serve", str(root / "node"), "--port", str(port)])
        url = os.environ["MADANG_URL"] = f"http://127.0.0.1:{port}"
        for _ in range(2_400):
            try:
                Client(url).get_json("/health")
                break
            except Exception:  # noqa: BLE001  whatever it is, it is not there yet
                time.sleep(0.05)
        yield Place(root / "node", url, passphrase, keys, process, made["log_key"])
        if process.poll() is None:
            process.terminate()
            assert process.wait(20) == 0
    finally:
        os.environ.clear()
        os.environ.update(before)


def act(run: Run, place: Place, *arguments: object) -> Said:
    return run("act", *arguments, "--passphrase-file", place.passphrase, "--json")


def test_a_day_at_the_prompt(run: Run, place: Place, tmp_path: Path) -> None:
    people = json.dumps([{"public_key": place.keys[name]["public_key"], "sort": "jws"} for name in ("alice", "bora")])
    done = act(run, place, "parties", "register-people", "--by", "bank", "--key", "bank-1", "--keys", people)
    assert done.status == 0, done
    alice, bora = place.keys["alice"]["kid"], place.keys["bora"]["kid"]
    done = act(
        run, place, "money", "open-accounts", "--by", "bank", "--key", "bank-1", "--owners", alice, "--owners", bora
    )
    assert done.status == 0, done
    identifier = done.json["id"]
    shown = run("transaction", "show", identifier)
    assert shown.status == 0
    assert shown.out.startswith(f"accepted at height {done.json['height']}, index 0")
    receipt = tmp_path / "mine.receipt"
    assert run("receipt", "get", identifier, "-o", receipt).status == 0
    again = run("receipt", "get", identifier, "-o", receipt)
    assert (again.status, "[output.exists]" in again.err) == (1, True)
    assert run("receipt", "get", identifier, "-o", receipt, "--force").status == 0
    checked = run("receipt", "check", receipt, "--log-key", place.log_key, "--json")
    assert checked.status == 0
    assert checked.json["outcome"] == "accepted"
    assert checked.json["signed_by"] == [place.keys["bank-1"]["kid"]]
    assert checked.json["payload"]["acts"][0]["owners"] == [alice, bora]
    account = run(
        "query", "money", "show-account", "--name", alice, "--key", "alice", "--passphrase-file", place.passphrase
    )
    assert account.status == 0
    assert json.loads(account.out)["bank"] == "bank"
    other = run(
        "query", "money", "show-account", "--name", alice, "--key", "bora", "--passphrase-file", place.passphrase
    )
    assert other.out == "nothing\n"


def test_refused_is_one_and_says_why(run: Run, place: Place) -> None:
    done = act(run, place, "money", "pay", "--key", "alice", "--to", "nobody", "--amount", 5)
    assert done.status == 1
    assert done.json["outcome"] == "rejected"
    assert done.json["code"].startswith("money.")
    done = run("transaction", "show", "0" * 32)
    assert done.status == 1
    assert "[transaction.unknown]" in done.err
    assert done.out == ""


def test_a_key_that_asks_for_itself_is_told_of_by(run: Run, place: Place) -> None:
    arguments = ("parties", "set-threshold", "--threshold", "2", "--key", "operator-1")
    said = run("act", *arguments, "--passphrase-file", place.passphrase)
    assert said.status == 1
    assert "There was no --by, so the key operator-1 asked for itself." in said.out
    assert "such as --by ministry" in said.out
    named = run("act", *arguments, "--passphrase-file", place.passphrase, "--by", "operator")
    assert "There was no --by" not in named.out


def test_several_signers(run: Run, place: Place) -> None:
    arguments = ["parties", "set-threshold", "--by", "operator", "--threshold", "2"]
    alone = act(run, place, *arguments, "--key", "operator-1")
    assert (alone.status, alone.json["code"]) == (1, "authority.quorum")
    both = act(run, place, *arguments, "--key", "operator-1", "--key", "operator-2")
    assert both.status == 0, both


def test_fields_from_json_and_signing_without_sending(run: Run, place: Place, tmp_path: Path) -> None:
    fields = tmp_path / "fields.json"
    fields.write_text(json.dumps({"to": "bank", "amount": 1}))
    done = run(
        *("act", "money", "pay", "--key", "alice", "--from-json", fields, "--amount", 7),
        *("--passphrase-file", place.passphrase, "--sign-only", "--chain", "cli-test"),
    )
    assert done.status == 0
    answer = Client(place.url).submit(done.out.strip().encode())
    assert answer.height is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["act", "nothing"],
        ["act", "money", "nothing"],
        ["act", "money", "pay", "--key", "alice", "--to", "x"],
        ["act", "money", "pay", "--key", "alice", "--to", "bank", "--amount", "five"],
        ["act", "money", "pay", "--key", "alice", "--to", "bank", "--amount", "0"],
        ["act", "money", "pay", "--key", "alice", "--to", "bank", "--amount", "5", "--sign-only"],
        ["act", "money", "pay", "--to", "bank", "--amount", "5"],
        ["query", "money", "bank"],
        ["init", "x", "--genesis", "/nonexistent", "--origin", "a"],
        ["receipt", "check", "/nonexistent", "--log-key", "a"],
        ["serve", "x", "--port", "70000"],
    ],
)
def test_wrong_usage_is_two_and_asks_for_no_passphrase(run: Run, place: Place, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.status == 2, done
    assert done.out == ""
    assert "Traceback" not in done.err


def test_errors_name_what_to_do(run: Run, place: Place, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase")
    pay = ["act", "money", "pay", "--to", "bank", "--amount", "5"]
    cases: list[tuple[list[Any], str]] = [
        ([*pay, "--key", "alice", "--passphrase-file", wrong], "keys.passphrase"),
        ([*pay, "--key", "nobody", "--passphrase-file", place.passphrase], "keys.unknown"),
        ([*pay, "--key", "alice", "--passphrase-file", tmp_path / "none"], "keys.passphrase_file"),
        (
            [*pay, "--key", "alice", "--passphrase-file", place.passphrase, "--url", "http://127.0.0.1:1"],
            "client.unreachable",
        ),
        (["keys", "new", "alice", "--passphrase-file", place.passphrase], "keys.exists"),
        (["keys", "new", "a/b", "--passphrase-file", place.passphrase], "keys.name"),
        (["keys", "new", "c", "--passphrase-file", os.devnull], "keys.passphrase_short"),
        (["serve", tmp_path], "node.missing"),
        (["query", "money", "bank", "--name", "nobody\n"], "query.parameters"),
    ]
    for arguments, code in cases:
        done = run(*arguments)
        assert (done.status, f"[{code}]" in done.err) == (1, True), done
        as_json = run(*arguments, "--json") if arguments[0] != "serve" else done
        assert as_json.out == ""
        if arguments[0] != "serve":
            assert json.loads(as_json.err)["code"] == code


def test_a_damaged_receipt_and_a_wrong_log(run: Run, place: Place, tmp_path: Path) -> None:
    identifier = act(run, place, "money", "pay", "--key", "alice", "--to", "bank", "--amount", 5).json["id"]
    receipt = tmp_path / "a.receipt"
    run("receipt", "get", identifier, "-o", receipt)
    good = receipt.read_bytes()
    assert run("receipt", "check", receipt, "--log-key", place.log_key, "--threshold", 1).status == 1
    other = "cli.test/log+8e4b1a3d+" + place.log_key.rpartition("+")[2]
    assert run("receipt", "check", receipt, "--log-key", other).status == 1
    key = tmp_path / "log.key"
    key.write_text(place.log_key + "\n")
    assert run("receipt", "check", receipt, "--log-key", key).status == 0
    # What validators of another ledger signed says nothing about this one.
    elsewhere = Path(__file__).parents[1] / "audit" / "vectors" / "consensus.json"
    trusted = json.loads(elsewhere.read_bytes())["steps"][0]["header"]["validators_hash"]
    asked = ["receipt", "check", receipt, "--log-key", place.log_key, "--consensus", elsewhere, "--json"]
    assert json.loads(run(*asked, "--validators", trusted).err)["code"] == "consensus.chain"
    assert run(*asked, "--validators", "ab").status == 2
    for position in (3, 40, len(good) // 2, len(good) - 30):
        receipt.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
        done = run("receipt", "check", receipt, "--log-key", place.log_key)
        assert done.status == 1, position
        assert "Traceback" not in done.err


def test_keys_are_listed_and_never_shown(run: Run, place: Place) -> None:
    listed = run("keys", "list")
    assert listed.status == 0
    assert place.keys["alice"]["kid"] in listed.out
    for name in place.keys:
        assert '"d"' not in run("keys", "show", name, "--json").out


def test_a_passphrase_is_asked_on_the_terminal_and_not_shown(place: Place) -> None:
    """A real terminal, since what is typed must not be echoed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(MADANG[0], [*MADANG, "keys", "new", "typed"])
    shown = b""
    for prompts in (1, 2):
        while shown.count(b": ") < prompts:
            shown += _read(terminal)
        os.write(terminal, PASSPHRASE.encode() + b"\n")
    try:
        while data := _read(terminal):
            shown += data
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    assert PASSPHRASE.encode() not in shown
    assert b"typed is " in shown


def _read(terminal: int) -> bytes:
    ready, _, _ = select.select([terminal], [], [], 10)
    assert ready, "nothing was said for ten seconds"
    return os.read(terminal, 1024)


def test_every_act_and_query_has_a_command_with_help(run: Run) -> None:
    for module in MODULES:
        listed = run("act", module.name, "--help").out if module.rules else ""
        for one in module.rules:
            command = type_name(one).partition(".")[2].replace("_", "-")
            assert command[:12] in listed
    for module in MODULES[:3]:
        for one in module.rules:
            command = type_name(one).partition(".")[2].replace("_", "-")
            done = run("act", module.name, command, "--help")
            assert done.status == 0, done
            assert "--by" in done.out
            assert "--key" in done.out


def test_help_is_quick_and_loads_no_rules() -> None:
    code = """
import sys
from madang.cli import main
sys.argv = ["madang", "--help"]
try:
    main()
finally:
    heavy = {"litestar", "granian", "rocksdict", "cryptography"}
    print([name for name in sys.modules if name.partition(".")[0] in heavy or name == "madang.app"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.rstrip().endswith("[]")


def test_completion_knows_modules_acts_and_keys(place: Place) -> None:
    def complete(words: str) -> str:
        environment = {
            **os.environ,
            "_MADANG_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        return subprocess.run(MADANG, env=environment, capture_output=True, text=True, check=False).stdout

    assert "money" in complete("madang act mon")
    assert "pay" in complete("madang act money pa")
    assert "alice" in complete("madang keys show al")


def test_verify_after_stopping(run: Run, place: Place) -> None:
    assert act(run, place, "money", "pay", "--key", "alice", "--to", "bank", "--amount", 5).status == 1
    place.process.terminate()
    assert place.process.wait(20) == 0
    done = run("verify", place.folder, "--json")
    assert done.status == 0, done
    assert done.json["divergence"] is None
    assert done.json["blocks"] > 2
