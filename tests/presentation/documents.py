"""The documents that are shipped, read once, and small ones from the tests of the language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from madang import contract
from madang.contract import Kind, Programme, digest, read_kind, read_programme

FOLDER = Path(contract.__file__).parent / "documents"
SHIPPED = sorted(FOLDER.glob("*.yaml"))


def plain(text: str) -> Any:
    """A document as mappings, lists and texts."""
    return yaml.load(text, yaml.BaseLoader)


def is_programme(text: str) -> bool:
    return "programme" in plain(text)


KINDS = [path for path in SHIPPED if not is_programme(path.read_text(encoding="utf-8"))]
PROGRAMMES = [path for path in SHIPPED if path not in KINDS]


@lru_cache
def kind(path: Path) -> Kind:
    return read_kind(path.read_text(encoding="utf-8"), path.name)


def kind_of(text: str) -> Kind:
    """The shipped kind that a programme names."""
    return next(found for found in map(kind, KINDS) if found.kind == plain(text)["kind"])


@lru_cache
def programme(path: Path) -> Programme:
    text = path.read_text(encoding="utf-8")
    return read_programme(text, kind_of(text), path.name)


def digest_of(text: str) -> str:
    """The digest of a valid document: what it means, without how it is written."""
    return digest(read_programme(text, kind_of(text)) if is_programme(text) else read_kind(text)).hex()
