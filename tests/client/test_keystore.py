"""Keys at rest: only the passphrase opens them, only their owner may read them, others read the same file."""

import functools
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from madang.client import Keystore, Wallet
from madang.client.keystore import public_key
from madang.kernel.errors import MadangError

PASSPHRASE = "correct horse battery"


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keys")


def test_round_trip(store: Keystore) -> None:
    wallet = Wallet.generate()
    info = store.store("alice", wallet, PASSPHRASE)
    assert store.names() == ["alice"]
    assert store.show("alice") == info
    assert public_key(info) == wallet.public_key
    opened = store.open("alice", PASSPHRASE)
    assert opened.kid == wallet.kid
    assert opened.key.private_numbers() == wallet.key.private_numbers()


def test_files_hold_no_secret_in_the_clear_and_are_private(store: Keystore) -> None:
    wallet = Wallet.generate()
    store.store("alice", wallet, PASSPHRASE)
    pem = store.folder / "alice.pem"
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert pem.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert "d" not in store.show("alice").jwk


@pytest.mark.conformance
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_it_and_we_read_openssls(store: Keystore) -> None:
    wallet = Wallet.generate()
    store.store("alice", wallet, PASSPHRASE)
    pem = store.folder / "alice.pem"
    opened = subprocess.run(
        ["openssl", "pkcs8", "-in", pem, "-passin", f"pass:{PASSPHRASE}"], capture_output=True, check=True
    ).stdout
    assert b"BEGIN PRIVATE KEY" in opened
    theirs = subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-scrypt", "-passout", f"pass:{PASSPHRASE}"],
        input=opened,
        capture_output=True,
        check=True,
    ).stdout
    pem.write_bytes(theirs)
    assert store.open("alice", PASSPHRASE).kid == wallet.kid
    text = subprocess.run(["openssl", "asn1parse"], input=pem.read_bytes(), capture_output=True, check=True).stdout
    assert b"scrypt" in text


def test_names_and_passphrases_that_are_refused(store: Keystore) -> None:
    wallet = Wallet.generate()
    store.store("alice", wallet, PASSPHRASE)
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: store.store("alice", wallet, PASSPHRASE), "keys.exists"),
        (lambda: store.store("bora", wallet, "short"), "keys.passphrase_short"),
        (lambda: store.open("alice", "another passphrase"), "keys.passphrase"),
        (lambda: store.open("alice", ""), "keys.passphrase"),
        (lambda: store.open("chul", PASSPHRASE), "keys.unknown"),
        (lambda: store.show("chul"), "keys.unknown"),
    ]
    names = ["../alice", "a/b", "", ".hidden", "a" * 65, "alice\n", "a\0"]
    for name in names:
        cases += [(functools.partial(store.show, name), "keys.name")]
        cases += [(functools.partial(store.store, name, wallet, PASSPHRASE), "keys.name")]
    for act, code in cases:
        with pytest.raises(MadangError) as caught:
            act()
        assert caught.value.code == code


def test_damaged_files_are_named(store: Keystore) -> None:
    store.store("alice", Wallet.generate(), PASSPHRASE)
    (store.folder / "alice.json").write_text("{")
    with pytest.raises(MadangError, match=r"keys\.damaged"):
        store.show("alice")
    (store.folder / "alice.pem").write_text("rubbish")
    with pytest.raises(MadangError, match=r"keys\.(damaged|passphrase)"):
        store.open("alice", PASSPHRASE)
