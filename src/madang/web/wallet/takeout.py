"""All that a vault keeps of somebody as one ZIP file: a document in JSON that says what there is, and every content."""

import io
import zipfile
from collections.abc import Sequence

import msgspec

from madang.records.vault import Kept, Logged
from madang.web.site.filesorts import ENDINGS, sort_of
from madang.web.wallet.handedin import Remains

FORM = "madang.takeout.1"
Person = tuple[str, Sequence[tuple[Kept, bytes]], Sequence[Logged], Sequence[Remains]]
"""The vault's handle, items with their content, the access log, and digests on the ledger."""


def write_takeout(chain: str, now: int, offices: Sequence[str], people: Sequence[Person]) -> bytes:
    """The file: `data.json`, and a folder a person with an item a file. Times in it are seconds since 1970."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        said = {"form": FORM, "chain": chain, "made_at": now, "kept_by": offices}
        listed = [
            {
                "person": person,
                "items": [{**msgspec.structs.asdict(kept), "file": _file(person, kept, data)} for kept, data in items],
                "accesses": logged,
                "on_the_ledger": remains,
            }
            for person, items, logged, remains in people
        ]
        archive.writestr("data.json", msgspec.json.format(msgspec.json.encode({**said, "people": listed}), indent=2))
        for person, items, _, _ in people:
            for kept, data in items:
                archive.writestr(_file(person, kept, data), data)
    return written.getvalue()


def _file(person: str, kept: Kept, content: bytes) -> str:
    sort = sort_of(content)
    if sort is not None:
        return f"{person}/{kept.purpose}-{kept.item}.{ENDINGS[sort]}"
    return f"{person}/{kept.purpose}-{kept.item}.{'json' if kept.purpose in ('contact', 'consent') else 'txt'}"
