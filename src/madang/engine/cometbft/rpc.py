"""Asks this node's own CometBFT over its local JSON-RPC: hands it bundles, reads its status and its signed headers.

The interface is for this node and its operators alone, on a loopback address; the public never sees it.
"""

import http.client
from typing import Any

import msgspec

from madang.kernel.errors import MadangError

TIMEOUT_SECONDS = 15.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
_IN_CACHE = "already exists in cache"


class _Error(msgspec.Struct):
    message: str = ""
    data: str = ""


class _Answer(msgspec.Struct):
    result: Any = None
    error: _Error | None = None


_decoder = msgspec.json.Decoder(_Answer)


class Rpc:
    """One connection, kept open; for one thread at a time. Every method raises `MadangError`:

    `cometbft.unreachable` (not started yet, or gone), `cometbft.refused` (its answer is an error).
    """

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)

    def broadcast(self, data: bytes) -> str:
        """Hand over a bundle and wait for CheckTx: '' if it waits in the mempool now or did before, else its code."""
        try:
            # As a form: CometBFT goes over a JSON body several times.
            answer = self._ask(
                "/broadcast_tx_sync", b"tx=0x" + data.hex().encode(), "application/x-www-form-urlencoded"
            )
        except MadangError as error:
            if _IN_CACHE in error.message:
                return ""
            raise
        return str(answer["log"]) if answer["code"] else ""

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of a method of CometBFT's RPC."""
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": 0, "method": method, "params": parameters})
        return self._ask("/", body, "application/json")

    def _ask(self, path: str, body: bytes, kind: str) -> Any:
        try:
            self._connection.request("POST", path, body, {"Content-Type": kind})
            data = self._connection.getresponse().read(MAX_ANSWER_BYTES)
            answer = _decoder.decode(data)
        except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
            self._connection.close()
            raise MadangError("cometbft.unreachable", f"CometBFT gave no answer: {type(error).__name__}.") from None
        if answer.error is not None:
            raise MadangError("cometbft.refused", f"{answer.error.message}: {answer.error.data}"[:500])
        return answer.result

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
