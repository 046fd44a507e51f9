"""An open stream of blocks, read as a browser reads it."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

from tests.web.serving import Server


class Stream:
    """An open stream of events."""

    def __init__(self, server: Server, last: str | None = None) -> None:
        self._connection = server.connect(timeout=10)
        self._connection.request("GET", "/events", headers={} if last is None else {"Last-Event-ID": last})
        self.response: http.client.HTTPResponse = self._connection.getresponse()

    def events(self) -> Iterator[dict[str, str]]:
        """Events as they come."""
        event: dict[str, str] = {}
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            if not text:
                if "data" in event:
                    yield event
                event = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(": ")
                event[name] = value

    def take(self, count: int) -> list[dict[str, Any]]:
        """The data of the next blocks."""
        found: list[dict[str, Any]] = []
        for event in self.events():
            assert event["event"] == "block"
            data = json.loads(event["data"])
            assert event["id"] == str(data["height"])
            found.append(data)
            if len(found) == count:
                break
        return found

    def close(self) -> None:
        """Break it off."""
        self.response.close()
        self._connection.close()
