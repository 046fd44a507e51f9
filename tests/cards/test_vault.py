"""What the database may hold says nothing without the master key."""

from pathlib import Path

import pytest

from madang.cards.vault import MASTER_BYTES, Vault, make_master_key, read_master_key
from madang.client import Wallet
from madang.kernel.errors import MadangError

VAULT, OTHER = Vault(bytes(32)), Vault(bytes(31) + b"\x01")
SALT = bytes(16)


def test_a_sealed_key_opens_for_its_card_under_its_master_key_alone():
    wallet, another = Wallet.generate(), Wallet.generate()
    sealed = VAULT.seal(wallet)
    assert VAULT.open(wallet.kid, sealed).kid == wallet.kid
    scalar = wallet.key.private_numbers().private_value.to_bytes(32, "big")
    assert scalar not in sealed
    assert VAULT.seal(wallet) != sealed
    spoiled = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for vault, card, data in [
        (OTHER, wallet.kid, sealed),
        (VAULT, another.kid, sealed),
        (VAULT, wallet.kid, spoiled),
        (VAULT, wallet.kid, sealed[:20]),
    ]:
        with pytest.raises(MadangError, match=r"card\.damaged"):
            vault.open(card, data)


def test_a_pin_is_hashed_under_salt_and_pepper():
    hashed = VAULT.hash_pin("480266", SALT)
    assert VAULT.is_pin("480266", SALT, hashed)
    assert not VAULT.is_pin("480267", SALT, hashed)
    assert not VAULT.is_pin("480266", b"\x01" + SALT[1:], hashed)
    assert not OTHER.is_pin("480266", SALT, hashed)


def test_numbers_are_digested_and_marks_differ_by_master_key():
    assert VAULT.digest("a") == VAULT.digest("a") != VAULT.digest("b")
    assert VAULT.digest("a") != OTHER.digest("a")
    assert VAULT.mark == Vault(bytes(32)).mark != OTHER.mark
    assert "\\x00" not in repr(VAULT)


def test_a_master_key_is_written_once_for_its_owner(tmp_path: Path):
    path = tmp_path / "master"
    master = make_master_key(path)
    assert len(master) == MASTER_BYTES
    assert read_master_key(path) == master
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(MadangError, match=r"card\.master_key_exists"):
        make_master_key(path)
    path.chmod(0o640)
    with pytest.raises(MadangError, match=r"card\.master_key:"):
        read_master_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(MadangError, match=r"card\.master_key:"):
        read_master_key(path)
    with pytest.raises(MadangError, match=r"card\.master_key:"):
        read_master_key(tmp_path / "nowhere")
