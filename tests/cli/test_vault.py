"""The vault at a prompt: what is kept, read, logged, erased, and what is refused without showing anything."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import Run

BY = ("--officer", "desk-1", "--why", "appeal")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's folder with a database on the way; commands run in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MADANG_DATABASE", raising=False)
    monkeypatch.delenv("MADANG_MASTER_KEY", raising=False)
    (tmp_path / "birth.pdf").write_bytes(b"a certificate")
    return tmp_path


def enrolled(run: Run) -> str:
    """A master key, and a person who is found under `alice-key`."""
    assert run("vault", "key").status == 0
    said = run("vault", "enrol", "--party", "alice-key", *BY, "--json")
    return str(said.json["person"])


def test_evidence_is_kept_read_and_logged(run: Run, folder: Path):
    person = enrolled(run)
    kept = run("vault", "put", "alice-key", "birth.pdf", "--purpose", "evidence", *BY, "--json").json
    assert len(kept["digest"]) == 64
    assert run("vault", "read", *BY, "--", person, kept["item"], "out.pdf").status == 0
    assert (folder / "out.pdf").read_bytes() == b"a certificate"
    assert "output.exists" in run("vault", "read", *BY, "--", person, kept["item"], "out.pdf").err
    items = run("vault", "items", "--json", "--", person).json
    assert [(one["item"], one["purpose"]) for one in items] == [(kept["item"], "evidence")]
    logged = run("vault", "log", "--json", "--", "alice-key").json
    assert [(one["what"], one["officer"]) for one in logged] == [
        ("enrol", "desk-1"),
        ("put", "desk-1"),
        ("read", "desk-1"),
    ]


def test_a_vault_without_a_key_says_how_one_is_made(run: Run, folder: Path):
    said = run("vault", "enrol", *BY)
    assert (said.status, "[vault.key_file]" in said.err) == (1, True)
    assert "There is no master key in vault.key. Make one: madang vault key vault.key." in said.err
    assert run("vault", "key", "vault.key").status == 0
    assert run("vault", "enrol", *BY).status == 0


def test_a_contact_is_checked_replaced_and_erased(run: Run, folder: Path):
    enrolled(run)
    asked = ("--purpose", "contact", "--officer", "desk-1", "--why", "person_asked")
    (folder / "bad.json").write_text('{"phone": "ask my son"}')
    assert "[vault.contact]" in run("vault", "put", "alice-key", "bad.json", *asked).err
    (folder / "good.json").write_text(json.dumps({"channels": ["text"], "phone": "02-120"}))
    item = run("vault", "put", "alice-key", "good.json", *asked, "--json").json["item"]
    said = run("vault", "put", "alice-key", "good.json", *asked, f"--replace={item}", "--json")
    assert said.json == {"item": item}
    erased = run("vault", "erase", "alice-key", "--officer", "desk-1")
    assert erased.out == "1 erased, nothing stays: the keys are gone.\n"
    assert "[vault.unknown]" in run("vault", "items", "alice-key").err


def test_the_vault_says_what_an_erasure_left(run: Run, folder: Path):
    person = enrolled(run)
    said = run("vault", "erasure", "--json", "--", person).json
    assert (said["keys_destroyed"], said["items"], said["parties"], said["erased_at"]) == (False, 0, 1, 0)
    run("vault", "erase", "alice-key", "--officer", "desk-1")
    assert re.fullmatch(
        r"keys     destroyed on \d{4}-\d\d-\d\d\nitems    0\nparties  0\n", run("vault", "erasure", "--", person).out
    )
    assert "[vault.unknown]" in run("vault", "erasure", "nobody").err


def test_pages_are_not_served_with_a_vault_that_is_nobodys_or_shut(run: Run, folder: Path):
    (folder / "checkpoint.key").write_text("that there is a node is looked at first")
    assert run("vault", "key").status == 0
    said = run("serve", ".", "--pages", "--vault-key", "vault.key")
    assert (said.status, "[vault.offices]" in said.err) == (1, True)
    said = run("serve", ".", "--pages", "--vault-key", "other.key", "--vault-of", "desk")
    assert (said.status, "[vault.key_file]" in said.err) == (1, True)


def test_a_new_master_key_takes_over(run: Run, folder: Path):
    person = enrolled(run)
    item = run("vault", "put", "alice-key", "birth.pdf", "--purpose", "evidence", *BY, "--json").json["item"]
    assert run("vault", "key", "newer.key").status == 0
    assert run("vault", "rewrap", "newer.key", "--json").json == {"people": 1}
    assert "[vault.master]" in run("vault", "items", "alice-key").err
    said = run("vault", "read", *BY, "--master-key", "newer.key", "--", person, item, "out.pdf")
    assert said.status == 0
    assert run("vault", "lapse", "--officer", "nightly", "--master-key", "newer.key", "--json").json == {"gone": 0}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("key",), "vault.key_file"),
        (("put", "alice-key", "birth.pdf", "--purpose", "curiosity", *BY), "vault.purpose"),
        (
            ("put", "alice-key", "birth.pdf", "--purpose", "evidence", "--officer", "x", "--why", "appeal"),
            "vault.access",
        ),
        (("put", "alice-key", "birth.pdf", "--purpose", "evidence", "--officer", "o1", "--why", "fun"), "vault.access"),
        (("put", "nobody", "birth.pdf", "--purpose", "evidence", *BY), "vault.unknown"),
        (("put", "alice-key", "absent.pdf", "--purpose", "evidence", *BY), "system"),
        (("enrol", "--party", "alice-key", *BY), "vault.linked"),
        (("items", "alice-key", "--master-key", "absent.key"), "vault.key_file"),
    ],
)
def test_what_is_wrong_is_named(run: Run, folder: Path, arguments, code):
    enrolled(run)
    said = run("vault", *arguments)
    assert (said.status, f"[{code}]" in said.err) == (1, True), said.err
