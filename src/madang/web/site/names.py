"""What institutions are called on pages. The ledger knows them by short names alone, which stand beside these.

The operator of a server says so in `names.yaml` in the node's folder, in the form of the pages' own words:

    ministry-of-interior: {ko: "행정안전부", en: "Ministry of the Interior and Safety"}

It is read when the pages start. Whom it leaves out is called as it calls itself where it issues credentials at this
server, and else by its short name.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml
from litestar.datastructures import State as AppState

from madang.kernel.errors import MadangError
from madang.web.site.words import Language

FILE = "names.yaml"
MOST_BYTES = 1024 * 1024
MOST_LETTERS = 100
_PARTY = re.compile(r"[A-Za-z0-9_-]{2,43}\Z")


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages."""

    ko: str
    en: str


def read_names(file: Path) -> dict[str, Name]:
    """The names in a file, by party; none where there is no file. Raises `MadangError` (`names.invalid`)."""
    if not file.is_file():
        return {}
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        found = msgspec.convert(yaml.safe_load(content.decode()) or {}, dict[str, Name])
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise MadangError("names.invalid", f"{file} can't be read: {error}. Correct it.") from None
    if len(content) > MOST_BYTES:
        raise MadangError("names.invalid", f"{file} is larger than {MOST_BYTES} bytes. Shorten it.")
    for party, name in found.items():
        right = all(0 < len(one) <= MOST_LETTERS and one.isprintable() for one in (name.ko, name.en))
        if not right or _PARTY.match(party) is None:
            raise MadangError(
                "names.invalid", f"{file}: {party[:43]!r} needs names of 1 to {MOST_LETTERS} letters. Correct it."
            )
    return found


def called(state: AppState, party: str, language: Language) -> str:
    """What an institution is called, or its short name where this server does not know."""
    names: Mapping[str, Name] = state.get("names") or {}
    if party in names:
        return str(getattr(names[party], language))
    issuers = state.get("issuers")
    offices = issuers.offices_of(party) if issuers is not None else []
    return str(getattr(offices[0].institution.description.name, language)) if offices else party
