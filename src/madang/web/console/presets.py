"""The documents that come with the platform: a start for whoever writes a programme."""

from functools import cache
from importlib import resources

import msgspec
import yaml

from madang import contract

KINDS = ("voucher",)


class Preset(msgspec.Struct, frozen=True):
    """A shipped programme: its name, and its title by language."""

    name: str
    titles: dict[str, str]


@cache
def presets() -> tuple[Preset, ...]:
    """The shipped programmes, by name."""
    folder = resources.files(contract) / "documents"
    names = sorted(
        one.name.removesuffix(".yaml")
        for one in folder.iterdir()
        if one.name.endswith(".yaml") and one.name.removesuffix(".yaml") not in KINDS
    )
    return tuple(Preset(name, dict(yaml.safe_load(preset_text(name))["title"])) for name in names)


@cache
def preset_text(name: str) -> str:
    """The text of a shipped document. Its name is one of ours."""
    return (resources.files(contract) / "documents" / f"{name}.yaml").read_text(encoding="utf-8")
