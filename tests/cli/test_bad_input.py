"""Whatever a person types or points at: one message that says what to do, a status that is not 0, no traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run

COUPON = Path(__file__).parents[2] / "src/madang/contract/documents/consumption-coupon-2025.yaml"
MADANG = Path(sys.executable).with_name("madang")
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A folder with a key, a passphrase, noise, an empty file, and a folder that is in the way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MADANG_KEYS", "keys")
    monkeypatch.setenv("MADANG_URL", NOWHERE)
    Path("passphrase").write_text("correct horse battery")
    Path("long").write_text("x" * 2000)
    Path("noise").write_bytes(bytes(range(128, 256)) * 20)
    Path("empty").touch()
    Path("folder").mkdir()
    assert run("keys", "new", "alice", "--passphrase-file", "passphrase").status == 0
    Path("keys/hollow.pem").write_text("")
    Path("keys/hollow.json").write_text('{"kid":"x","x":"+","y":""}')
    return tmp_path


ALICE = ["--key", "alice", "--passphrase-file", "passphrase"]
PAY = ["act", "money", "pay", "--to", "bank", "--amount", "5"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["programme", "compile", COUPON, "-o", "no/such/x"], "output.unwritable"),
        (["programme", "compile", COUPON, "-o", "folder"], "output.unwritable"),
        (["programme", "compile", COUPON, "-o", "empty"], "output.exists"),
        (["programme", "compile", COUPON, "-o", "empty/x"], "output.unwritable"),
        (["programme", "compile", "noise"], "programme.encoding"),
        (["programme", "compile", "empty"], "programme.document"),
        (["programme", "compile", COUPON, "--kind", "noise"], "programme.encoding"),
        (["programme", "compile", "/proc/self/mem"], "system"),
        (["receipt", "get", "x", "-o", "empty"], "output.exists"),
        (["receipt", "get", "x", "-o", "no/such/x"], "output.unwritable"),
        (["receipt", "get", "x", "-o", "x"], "client.unreachable"),
        (["receipt", "check", "noise", "--log-key", "noise"], "log.key.malformed"),
        (["receipt", "check", "empty", "--log-key", "folder"], "log.key.malformed"),
        (["keys", "new", "b", "--passphrase-file", "noise"], "keys.passphrase_file"),
        (["keys", "new", "b", "--passphrase-file", "long"], "keys.passphrase_long"),
        (["keys", "show", "nobody"], "keys.unknown"),
        (["keys", "show", "hollow"], "keys.damaged"),
        (["keys", "list"], "keys.damaged"),
        (["keys", "read", "noise"], "keys.unreadable"),
        (["keys", "read", "empty"], "keys.unreadable"),
        ([*PAY, "--key", "hollow", "--passphrase-file", "passphrase"], "keys.damaged"),
        ([*PAY, *ALICE], "client.unreachable"),
        ([*PAY, *ALICE, "--from-json", "noise"], "cli.json"),
        ([*PAY, *ALICE, "--url", "http://127.0.0.1:99999"], "client.url"),
        ([*PAY, *ALICE, "--url", "http://[::1"], "client.url"),
        ([*PAY, *ALICE, "--url", "http://a b/"], "client.url"),
        ([*PAY, *ALICE, "--url", "http://nowhere.invalid"], "client.unreachable"),
        (["query", "money", "supply"], "client.unreachable"),
        (["transaction", "show", ""], "client.unreachable"),
        (["grants", "check", "noise"], "grants.file"),
        (["grants", "check", "empty"], "grants.file"),
        (["grants", "send", "empty", "--programme", "x", "--by", "y", *ALICE], "grants.file"),
        (["grants", "send", "empty", "--programme", "x", "--by", "y", *ALICE, "--report", "empty"], "output.exists"),
        (["grants", "send", "empty", "--programme", "x", "--by", "y", *ALICE, "--report", "no/x"], "output.unwritable"),
        (["init", "node", "--genesis", "noise", "--origin", "a.b/c"], "json.invalid"),
        (["init", "node", "--genesis", "empty", "--origin", "a.b/c"], "json.invalid"),
        (["serve", "folder"], "node.missing"),
        (["verify", "folder"], "store.open"),
        (["verify", "nowhere"], "store.open"),
    ],
)
def test_an_error_has_a_code_and_no_traceback(run: Run, arguments: list[Any], code: str) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (1, ""), done
    assert done.err.rstrip().endswith(f"[{code}]"), done
    assert done.err.startswith("madang: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        [*PAY, *ALICE, "--passphrase-file", "folder"],
        ["act", "money", "pay", "--to", "bank", "--amount", "x", *ALICE],
        ["act", "vouchers", "pay", "--programme", "lunch", "--merchant", "b1", "--order", "1", "--parts", "5", *ALICE],
        ["query", "merchants", "merchants", "--limit", "abc"],
        ["receipt", "check", "empty", "--log-key", "x", "--threshold", "-1"],
        ["receipt", "check", "folder", "--log-key", "x"],
        ["programme", "compile", "nowhere"],
        ["init", "empty", "--genesis", "empty", "--origin", "x"],
        ["keys", "show", "alice", "--only", "secret"],
    ],
)
def test_wrong_usage_is_two_and_no_traceback(run: Run, arguments: list[Any]) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, ""), done
    assert "Invalid value" in done.err
    assert "Traceback" not in done.err


def test_grants_without_by_say_what_to_pass(run: Run) -> None:
    said = " ".join(run("grants", "send", "empty", "--programme", "x", *ALICE).err.replace("│", " ").split())
    assert "--by is missing: the name on the ledger of the sponsor or authority that grants" in said
    assert "such as --by ministry" in said


def test_keys_can_t_lie_in_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_KEYS", "empty")
    for arguments in (["list"], ["new", "b", "--passphrase-file", "passphrase"]):
        assert "[keys.folder]" in run("keys", *arguments).err
    assert "[keys.unknown]" in run("keys", "show", "alice").err


def test_a_file_is_written_over_only_when_told_so(run: Run) -> None:
    Path("draft").write_text("mine")
    compiled = ["programme", "compile", COUPON, "-o", "draft"]
    assert run(*compiled).status == 1
    assert Path("draft").read_text() == "mine"
    assert run(*compiled, "--force").status == 0
    assert Path("draft").read_text().startswith('{"programme"')
    assert sorted(one.name for one in Path().iterdir()) == sorted(
        ["draft", "empty", "folder", "keys", "long", "noise", "passphrase"]
    )
    Path("link").symlink_to("draft")
    Path("draft").write_text("mine")
    assert run("programme", "compile", COUPON, "-o", "link", "--force").status == 0
    assert Path("link").is_symlink()
    assert Path("draft").read_text().startswith('{"programme"')


def test_what_is_no_file_is_written_to_and_not_replaced(run: Run) -> None:
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE)
    assert run("programme", "compile", COUPON, "-o", "pipe", "--force").status == 0
    assert reader.communicate(timeout=20)[0].startswith(b'{"programme"')
    assert Path("pipe").is_fifo()


@pytest.mark.parametrize("arguments", [["--help"], ["keys", "show", "alice"], ["act", "money", "pay", "--help"]])
def test_a_closed_pipe_ends_it_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([MADANG, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode != 0
    assert done.stderr == b""


def test_ctrl_c_ends_it_quietly() -> None:
    rows = f"reference,amount,region,holder,code\nr1,180000,26,{'h' * 43},\n"
    Path("grants.csv").write_text(rows)
    send: list[str | Path] = [
        MADANG,
        "grants",
        "send",
        "grants.csv",
        "--programme",
        "lunch",
        "--by",
        "ministry",
        *ALICE,
    ]
    # A shell that runs this in the background has it ignored, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(send, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    said = process.stderr.readline()
    assert said.startswith(f"madang: {NOWHERE} does not answer (ConnectionRefusedError)")
    assert said.endswith("Trying again in 1 s; tries left: 6. [client.unreachable]\n")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(20) == 130
    assert "Traceback" not in rest


def test_the_version_is_that_of_the_package(run: Run) -> None:
    from importlib.metadata import version

    done = run("--version")
    assert (done.status, done.out) == (0, f"madang {version('madang')}\n")
