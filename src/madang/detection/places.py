"""Where tills stood: a CSV file from whoever runs the terminals, `merchant,order,region` in UTF-8."""

import csv
import re
from pathlib import Path

from madang.detection.detectors import Places
from madang.kernel.errors import MadangError

HEADER = ["merchant", "order", "region"]
MAX_PLACES = 1_000_000
MAX_CELL = 64
_REGION = re.compile(r"^[0-9]{10}\Z")


def read_places(file: Path) -> Places:
    """The file's rows: for a merchant's order, the legal-dong code (ten digits) where its till stood.

    Raises `MadangError` (`detection.places`), which names the row but nothing that stands in it.
    """
    found: dict[tuple[str, str], str] = {}
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = csv.reader(opened, strict=True)
            if next(rows, None) != HEADER:
                raise _wrong(file, 1, f"must be {','.join(HEADER)}")
            for number, cells in enumerate(rows, 2):
                if len(cells) != len(HEADER) or not all(0 < len(cell) <= MAX_CELL for cell in cells):
                    raise _wrong(file, number, "must have a merchant, an order and a region")
                if not _REGION.match(cells[2]):
                    raise _wrong(file, number, "must have a legal-dong code of ten digits as its region")
                if len(found) >= MAX_PLACES:
                    raise _wrong(file, number, f"is one too many: give a file of {MAX_PLACES:,} rows at most")
                found[cells[0], cells[1]] = cells[2]
    except (UnicodeDecodeError, csv.Error):
        raise MadangError("detection.places", f"{file} is no CSV in UTF-8. Save it as that.") from None
    return found


def _wrong(file: Path, row: int, what: str) -> MadangError:
    return MadangError("detection.places", f"{file}: row {row} {what}.")
