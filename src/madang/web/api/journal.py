"""The node's journal: one JSON object a line, in `node.log` of its folder, for whoever runs it and their tools.

What happened to the node, never what was in a transaction: no party, key, id, amount or payload is written here. Old
lines go: at most MOST_BYTES and one file more are kept.
"""

import logging
import logging.handlers
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec

FILE = "node.log"
MOST_BYTES = 10 * 1024 * 1024
FIELDS = "fields"


class Lines(logging.Formatter):
    """A record as a line. Of an error that nobody foresaw it tells kind and place, not its text: it may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {"time": f"{moment}.{int(record.msecs):03}Z", "level": record.levelname.lower()}
        line |= {"event": record.msg, **getattr(record, FIELDS, {})}
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["at"] = [f"{frame.name}:{frame.lineno}" for frame in frames[-5:]]
        return msgspec.json.encode(line).decode()


class Journal:
    """Writes events to the file in `folder`; what can't be written, as on a full disk, is dropped."""

    def __init__(self, folder: Path) -> None:
        self._logger = logging.Logger("madang.node", logging.INFO)
        handler = logging.handlers.RotatingFileHandler(
            folder / FILE, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
        handler.setFormatter(Lines())
        handler.handleError = lambda record: None  # type: ignore[method-assign]
        self._handler = handler
        self._logger.addHandler(handler)

    def tell(self, event: str, level: int = logging.INFO, **fields: object) -> None:
        """Write that something happened."""
        self._logger.log(level, event, extra={FIELDS: fields})

    def defect(self, event: str, error: BaseException, **fields: object) -> None:
        """Write that something failed that nobody foresaw."""
        self._logger.error(event, exc_info=error, extra={FIELDS: fields})

    def close(self) -> None:
        """Release the file."""
        self._handler.close()


def read_last(folder: Path, events: tuple[str, ...]) -> dict[str, Any] | None:
    """The last line about one of these events, or None."""
    try:
        with (folder / FILE).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 256 * 1024))
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            found = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError:
            continue
        if found.get("event") in events:
            return found
    return None
