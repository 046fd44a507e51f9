"""The socket that CometBFT calls: four connections (consensus, mempool, query, snapshots), each strictly in order.

Each connection has a thread; a slow answer on one never delays another, but by what the application's own locks
make it wait. A request that fails answers `ResponseException`, after which CometBFT ends, and the server fails: no
order may continue on a state that nobody can vouch for.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from madang.engine.cometbft import wire
from madang.engine.cometbft.ahead import Ahead
from madang.kernel.errors import MadangError, StoreFailure

MAX_CONNECTIONS = 8
"""CometBFT opens four; a process that ended a moment ago may still hold four more."""
MAX_PATH_BYTES = 107
"""Longest name of a unix socket (unix(7): 108 bytes with the zero)."""
Handler = Callable[[Any], Any]


class Server:
    """Serves `handlers`, by kind of request, on a unix socket that only this user may open.

    `failed` is called once, on a connection's thread, with what stopped the server. Raises `MadangError`
    (`abci.path`) where the socket can't be made.
    """

    def __init__(self, path: Path, handlers: Mapping[str, Handler], failed: Callable[[MadangError], None]) -> None:
        self.path = path
        self._handlers = {"echo": _echo, **handlers}
        self._failed = failed
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self._listener = _listen(path)
        self._accepting = threading.Thread(target=self._accept, name="madang-abci", daemon=True)

    def start(self) -> None:
        """Begin to take connections."""
        self._accepting.start()

    def stop(self) -> None:
        """Close every connection and end the threads; what is being answered is finished first."""
        with self._lock:
            self._stopped = True
            connections = list(self._connections)
        for one in (self._listener, *connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.path.unlink(missing_ok=True)
        for thread in [self._accepting, *self._threads]:
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # stopped
            with self._lock:
                if self._stopped or len(self._connections) >= MAX_CONNECTIONS:
                    connection.close()
                    continue
                self._connections.add(connection)
                self._threads = [one for one in self._threads if one.is_alive()]
                thread = threading.Thread(target=self._serve, args=(connection,), name="madang-abci", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream, connection.makefile("wb") as responses:
                requests = Ahead(stream)
                try:
                    self._answer_all(requests, responses)
                    connection.shutdown(socket.SHUT_WR)
                finally:
                    requests.drop()
        except OSError:
            return  # CometBFT is gone; who supervises its process knows
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer_all(self, requests: Ahead, responses: BinaryIO) -> None:
        try:
            while (data := requests.next()) is not None:
                kind, request = wire.read_request(data)
                if kind == "flush":
                    responses.write(wire.respond(kind, wire.message("ResponseFlush")()))
                    responses.flush()
                    continue
                handler = self._handlers.get(kind)
                if handler is None:
                    raise MadangError("abci.unused", f"CometBFT asked for {kind}, which is not in use here.")
                responses.write(wire.respond(kind, handler(request)))
        except OSError:
            raise
        except MadangError as error:
            self._fail(responses, error)
        except BaseException as error:  # noqa: BLE001  whatever it was, no order may continue on a state nobody can vouch for
            self._fail(responses, StoreFailure("engine.defect", f"{type(error).__name__}: the node stops."))

    def _fail(self, responses: BinaryIO, error: MadangError) -> None:
        with self._lock:
            known, self._stopped = self._stopped, True
        if not known:
            self._failed(error)
        exception = wire.message("ResponseException")(error=str(error))
        responses.write(wire.respond("exception", exception))
        responses.flush()


def _listen(path: Path) -> socket.socket:
    if len(str(path).encode()) > MAX_PATH_BYTES:
        raise MadangError("abci.path", f"{path} is longer than a socket's name may be. Choose a shorter folder.")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(MAX_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise MadangError("abci.path", f"{path} can't be listened on: {error.strerror}.") from None
    return listener


def _echo(request: Any) -> Any:
    return wire.message("ResponseEcho")(message=request.message)
