"""What things are called in Korean and English: the words of `words.yaml`, else the name itself, split at `_`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec
import yaml

Language = Literal["ko", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What something is called, as a noun; in English with its article where it has one."""

    ko: str
    en: str

    def text(self, language: Language) -> str:
        """In one language."""
        return self.ko if language == "ko" else self.en


class Glossary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels by name. A name may be qualified by what it belongs to: `voucher.left`, `spend.amount`."""

    records: dict[str, Label] = {}
    fields: dict[str, Label] = {}
    values: dict[str, Label] = {}
    members: dict[str, Label] = {}
    accounts: dict[str, Label] = {}
    actions: dict[str, Label] = {}


@cache
def standard() -> Glossary:
    """The words for what the shipped kinds name."""
    text = (resources.files("madang.presentation") / "words.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Glossary)


def find(words: dict[str, Label], *names: str) -> Label:
    """The label of the first of these names that has one, else what the last of them says."""
    for name in names:
        if name in words:
            return words[name]
    plain = names[-1].rpartition(".")[2].replace("_", " ")
    return Label(ko=plain, en=plain)
