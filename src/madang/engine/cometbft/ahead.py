"""Reads a connection ahead of who answers it, so that CometBFT never waits to write.

While it does, CometBFT v0.39 spins: the flush timer of its socket client counts nanoseconds (`flushThrottleMS = 20` is
taken as a duration), and starts a goroutine each time. With bundles larger than a socket's buffer that took more
processor time than all else that it does.
"""

import contextlib
import threading
from collections import deque
from typing import BinaryIO

from madang.engine.cometbft import wire
from madang.kernel.errors import MadangError

MAX_AHEAD_BYTES = 2 * wire.MAX_FRAME_BYTES
"""What is read and not answered yet; beyond that CometBFT waits after all."""
_DRAINED = 64 * 1024


class Ahead:
    """The frames of `stream`, in order. It is read on a thread of its own until it ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._moved = threading.Condition()
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._error: OSError | MadangError | None = None
        self._ended = False
        self._dropped = False
        self._thread = threading.Thread(target=self._read, name="madang-abci-read", daemon=True)
        self._thread.start()

    def next(self) -> bytes | None:
        """The next message's bytes, or None at the end. Raises what `wire.read_frame` and the socket raise."""
        with self._moved:
            self._moved.wait_for(lambda: self._frames or self._ended)
            if self._frames:
                data = self._frames.popleft()
                self._bytes -= len(data)
                self._moved.notify_all()
                return data
            if self._error is not None:
                raise self._error
            return None

    def drop(self) -> None:
        """Forget what comes from now on, and wait until the other side ends the connection."""
        with self._moved:
            self._dropped = True
            self._moved.notify_all()
        self._thread.join()

    def _read(self) -> None:
        try:
            while (data := wire.read_frame(self._stream)) is not None:
                with self._moved:
                    self._moved.wait_for(lambda: self._dropped or self._bytes < MAX_AHEAD_BYTES)
                    if not self._dropped:
                        self._frames.append(data)
                        self._bytes += len(data)
                        self._moved.notify_all()
        except (OSError, MadangError) as error:
            self._error = error
        with self._moved:
            self._ended = True
            self._moved.notify_all()
        # A connection that is closed with something unread loses what was written to it last.
        # `ValueError` is what a stream says that its owner has closed meanwhile.
        with contextlib.suppress(OSError, ValueError):
            while self._stream.read(_DRAINED):
                pass
