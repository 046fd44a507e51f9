"""madang keys: what is shown of a key, alone and together, and what is read of somebody else's."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from tests.cli.running import Run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("passphrase").write_text("correct horse battery\n")
    monkeypatch.setenv("MADANG_KEYS", "keys")
    monkeypatch.setenv("MADANG_PASSPHRASE_FILE", "passphrase")


def test_what_is_shown_of_a_key_and_each_part_alone(run: Run) -> None:
    assert run("keys", "new", "alice").status == 0
    key = ECKey.import_key(Path("keys/alice.pem").read_bytes(), password="correct horse battery")
    whole = run("keys", "show", "alice", "--json").json
    assert whole["kid"] == key.thumbprint()
    assert run("keys", "show", "alice", "--only", "thumbprint").out == f"{key.thumbprint()}\n"
    assert run("keys", "show", "alice", "--only", "public-key").out == f"{whole['public_key']}\n"
    assert json.loads(run("keys", "show", "alice", "--only", "jwk").out) == whole["jwk"]
    shown = run("keys", "show", "alice").out.splitlines()
    assert [line.split(maxsplit=1) for line in shown] == [
        ["thumbprint", key.thumbprint()],
        ["public-key", whole["public_key"]],
        ["jwk", json.dumps(whole["jwk"], separators=(",", ":"))],
    ]


def test_a_key_of_another_library_is_read_and_not_kept(run: Run) -> None:
    key = ECKey.generate_key("P-256")
    Path("bora.jwk").write_text(json.dumps(key.as_dict(private=True)))
    Path("bora.pem").write_bytes(key.as_pem(private=False))
    for name in ("bora.jwk", "bora.pem"):
        read = run("keys", "read", name)
        assert read.status == 0, read
        assert key.thumbprint() in read.out
        assert str(key.as_dict(private=True)["d"]) not in read.out
        assert run("keys", "read", name, "--only", "thumbprint").out == f"{key.thumbprint()}\n"
    assert run("keys", "list").out == "No keys yet. Make one: madang keys new NAME\n"


def test_the_file_of_the_passphrase_can_be_named_for_all_commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("keys", "new", "alice").status == 0
    pay = ["act", "money", "pay", "--to", "bank", "--amount", "5", "--key", "alice", "--sign-only", "--chain", "x-y"]
    assert run(*pay).out.startswith("ey")
    Path("other").write_text("another passphrase")
    assert "[keys.passphrase]" in run(*pay, "--passphrase-file", "other").err
    monkeypatch.setenv("MADANG_PASSPHRASE_FILE", "nowhere")
    assert "[keys.passphrase_file]" in run(*pay).err
