"""The master key's file, and what it wraps."""

import os
import stat

import pytest

from madang.kernel.errors import MadangError
from madang.records.masterkey import FileMasterKey


def refused(path) -> str:
    with pytest.raises(MadangError) as error:
        FileMasterKey.open(path)
    return error.value.code


def test_a_key_is_written_once_for_its_owner_alone_and_read_back(tmp_path):
    path = tmp_path / "master.key"
    made = FileMasterKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = FileMasterKey.open(path)
    assert again.identifier == made.identifier
    assert again.unwrap(made.wrap(b"secret", b"here"), b"here") == b"secret"
    with pytest.raises(MadangError, match=r"vault.key_file"):
        FileMasterKey.create(path)
    assert FileMasterKey.open(path).identifier == made.identifier


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "master.key"
    FileMasterKey.create(path)
    os.chmod(path, mode)
    assert refused(path) == "vault.key_file"


@pytest.mark.parametrize(
    "text", ["", "madang-vault-key-1", "madang-vault-key-1 AAAA", "other " + "A" * 43 + "=", "\xff"]
)
def test_what_is_no_key_is_refused(tmp_path, text):
    path = tmp_path / "master.key"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    assert refused(path) == "vault.key_file"
    assert refused(tmp_path / "absent") == "vault.key_file"


def test_a_wrapped_key_opens_under_its_master_key_and_in_its_context_alone(tmp_path):
    one, other = FileMasterKey.create(tmp_path / "1"), FileMasterKey.create(tmp_path / "2")
    wrapped = one.wrap(b"k" * 32, b"context")
    assert wrapped != one.wrap(b"k" * 32, b"context")
    attempts = [(other, wrapped, b"context"), (one, wrapped, b"another"), (one, wrapped[:-1], b"context")]
    for key, data, context in [*attempts, (one, b"", b"context"), (one, wrapped[:20], b"context")]:
        with pytest.raises(MadangError) as error:
            key.unwrap(data, context)
        assert error.value.code == "vault.master"


def test_the_name_of_a_key_says_nothing_of_it(tmp_path):
    path = tmp_path / "k"
    made = FileMasterKey.create(path)
    assert len(made.identifier) == 16
    assert made.identifier not in path.read_text()
