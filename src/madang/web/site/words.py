"""The words of the pages, in Korean and English: one `words.yaml` an area, each phrase declared once.

    home:
      left:
        ko: "{amount} 남음"
        en: "{amount} left"

is `t("wallet.home.left", amount=...)`. A phrase that lacks a language is refused when the server starts.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from madang.kernel.errors import MadangError

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Words:
    """Phrases by key and language."""

    def __init__(self, areas: Mapping[str, Path]) -> None:
        """Read the words of each area. Raises `MadangError` (`words.invalid`)."""
        self._phrases: dict[str, dict[str, str]] = {}
        for area, file in areas.items():
            self._phrases.update(_read(area, file))

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def keys(self) -> list[str]:
        """Every key there is."""
        return sorted(self._phrases)

    def say(self, language: Language, key: str, **values: object) -> str:
        """The phrase, with its values. Raises `KeyError` where there is none, or a value is missing."""
        return self._phrases[key][language].format(**values)


def _read(area: str, file: Path) -> dict[str, dict[str, str]]:
    try:
        with file.open(encoding="utf-8") as opened:
            return dict(_phrases(area, yaml.safe_load(opened) or {}))
    except (OSError, yaml.YAMLError) as error:
        raise MadangError("words.invalid", f"{file} can't be read: {error}. Correct it.") from None


def _phrases(key: str, node: Any) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(node, dict) and node and set(node) <= set(LANGUAGES):
        if set(node) != set(LANGUAGES) or not all(isinstance(one, str) for one in node.values()):
            raise MadangError("words.invalid", f"{key} needs words in each of {', '.join(LANGUAGES)}.")
        yield key, node
    elif isinstance(node, dict):
        for name, below in node.items():
            if not isinstance(name, str):
                raise MadangError("words.invalid", f"{key} has a name that is no text: {name}. Put it in quotes.")
            yield from _phrases(f"{key}.{name}", below)
    else:
        raise MadangError("words.invalid", f"{key} is neither a phrase nor a group of phrases.")
