"""On what ways people are told: adapters to whoever carries app messages, text messages, letters and calls.

The adapter here is a *spool*: a folder a channel, one file a notice, named by the notice's key. A carrier's program
takes files and moves what it has sent to `done`. A file is there whole or not at all, and what is there or was done is
never written again: so a notice leaves once, however often its sending is tried.
"""

import os
import secrets
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from madang.kernel.errors import MadangError
from madang.records.noticetexts import Language

ChannelName = Literal["app", "text", "letter", "voice"]
CHANNELS: tuple[ChannelName, ...] = ("app", "text", "letter", "voice")
DONE = "done"


class Message(msgspec.Struct, frozen=True):
    """What is handed to a carrier: to whom (a party, a phone number, an address), in which language, what."""

    key: str
    channel: ChannelName
    to: str
    language: Language
    text: str


class Undeliverable(MadangError):  # noqa: N818  it names what the message is
    """This message will never arrive on this way: trying again changes nothing."""


class Channel(Protocol):
    """A way to people. `send` returns when the carrier has the message for good; sending one again does nothing.

    Raises `Undeliverable`, or OSError where it may work later.
    """

    def send(self, message: Message) -> None: ...


class Spool:
    """A channel as a folder."""

    def __init__(self, folder: Path, channel: ChannelName) -> None:
        self._folder = folder / channel
        self._done = self._folder / DONE
        self._done.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        # What a killed process left half written; nobody else writes here under these names for long.
        for part in self._folder.glob(".part-*"):
            part.unlink(missing_ok=True)

    def send(self, message: Message) -> None:
        """Put the message in the folder, once."""
        name = f"{message.key}.json"
        target = self._folder / name
        if target.exists() or (self._done / name).exists():
            return
        part = self._folder / f".part-{os.getpid()}-{secrets.token_hex(8)}"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(message))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, target)
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
        _sync(self._folder)


def spools(folder: Path) -> dict[ChannelName, Channel]:
    """A spool for every channel, in one folder."""
    return {name: Spool(folder, name) for name in CHANNELS}


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
