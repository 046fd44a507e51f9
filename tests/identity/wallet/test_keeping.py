"""A wallet's file opens with its passphrase alone, and is replaced as a whole."""

from pathlib import Path

import pytest

from madang.identity.wallet.keeping import Box, Copy, Credential, Token, held, private, read, write
from madang.kernel.errors import MadangError
from tests.identity.institutions import new_key

PASSPHRASE = "correct horse battery"


def card(since: int = 100, until: int = 200, used: tuple[bool, ...] = (True, False)) -> Credential:
    copies = [Copy(f"text-{place}", private(new_key()), one) for place, one in enumerate(used)]
    return Credential("age", "mso_mdoc", "welfare", since, until, {"age_over_19": True}, copies)


def test_what_was_kept_is_read_again_by_whoever_has_the_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "wallet"
    assert read(file, PASSPHRASE) == Box()
    box = Box([card()], [Token("coupon", "adults", "k" * 43, b"prepared", b"blinded", b"inverse")])
    write(file, Box(), PASSPHRASE)
    write(file, box, PASSPHRASE)
    assert read(file, PASSPHRASE) == box
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"age" not in file.read_bytes() and b"text-1" not in file.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["wallet"]


@pytest.mark.parametrize("place", [0, 20, 40, -1])
def test_a_file_that_was_altered_does_not_open(tmp_path: Path, place: int) -> None:
    file = tmp_path / "wallet"
    write(file, Box([card()]), PASSPHRASE)
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(MadangError, match=r"wallet\.(file|passphrase)"):
        read(file, PASSPHRASE)


def test_what_is_no_wallet_or_has_no_passphrase_to_speak_of_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MadangError, match=r"wallet\.passphrase_short"):
        write(tmp_path / "wallet", Box(), "short")
    with pytest.raises(MadangError, match=r"wallet\.file"):
        read(tmp_path, PASSPHRASE)
    (tmp_path / "other").write_bytes(b"madang wallet 1\n")
    with pytest.raises(MadangError, match=r"wallet\.file"):
        read(tmp_path / "other", PASSPHRASE)


def test_what_counts_has_a_copy_that_nobody_saw() -> None:
    old, good, spent = card(100, 150), card(120, 300), card(used=(True, True))
    newer = card(150, 300)
    assert Box([old, good, spent, newer]).current(160) == [newer, good]
    copy = good.fresh()
    assert copy is not None and copy.text == "text-1"
    shown = held(good, copy)
    assert (shown.type, shown.form, shown.text) == ("age", "mso_mdoc", "text-1")
    assert private(shown.key) == copy.key
    assert spent.fresh() is None
