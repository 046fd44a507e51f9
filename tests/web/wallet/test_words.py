"""The words of the wallet's pages."""

import re
from pathlib import Path

import pytest

from madang.exchange.qr import checking, merchantcode, tlv
from madang.web import wallet
from madang.web.site.routes import COMMON
from madang.web.site.words import Words

FOLDER = Path(wallet.__file__).parent
WORDS = Words({one.name: one.folder / "words.yaml" for one in (COMMON, wallet.AREA)})
SAID = re.compile(r"""\b(?:t|say)\(\s*"((?:wallet|site)\.[a-z_.]+)"\s*[,)]""")
FILES = sorted([*FOLDER.rglob("*.html"), *FOLDER.rglob("*.py")])


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.name)
def test_what_a_page_says_has_words(file):
    missing = [key for key in SAID.findall(file.read_text(encoding="utf-8")) if key not in WORDS]
    assert not missing


def test_whatever_may_be_wrong_with_a_code_has_words():
    text = "".join(Path(one.__file__ or "").read_text(encoding="utf-8") for one in (checking, merchantcode, tlv))
    codes = set(re.findall(r'MadangError\(\s*"(qr\.[a-z_]+)"', text))
    assert codes
    assert not [code for code in sorted(codes) if f"wallet.refusals.{code}" not in WORDS]
