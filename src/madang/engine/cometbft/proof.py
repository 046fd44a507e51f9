"""Fetches from CometBFT what proves a root of the log to somebody who trusts a set of validators, and no node.

The file is what `audit.light.check_consensus` reads: signed headers with the validators of their heights (CometBFT RPC,
`/commit` and `/validators`). The header after a block signs the root after it (`record.height_of` gives the block).
"""

from typing import Any, Protocol

import msgspec

from madang.kernel.errors import MadangError

MAX_CHANGES = 63
HEADERS_A_CALL = 20
_PAGE = 100


class Source(Protocol):
    """Whoever answers as CometBFT's RPC does: `rpc.Rpc`."""

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of a method. Raises `MadangError`."""


def fetch_proof(rpc: Source, height: int, since: int | None = None) -> bytes:
    """A consensus proof of the header at `height`, for those who trust the validators of height `since`.

    Without `since` they trust those of `height` itself. Between the two, one header is fetched for each change of the
    validators that matters, found by halving. Raises `MadangError`: `proof.order` (`since` is later than `height`),
    `proof.changes` (too many), `cometbft.unreachable`, `cometbft.refused` (such as for a height that is not there).
    """
    steps: list[dict[str, Any]] = []
    at = height if since is None else since
    if at > height:
        raise MadangError("proof.order", f"Height {at} is later than {height}. Name an earlier one to trust.")
    last = _step(rpc, height)
    target = last["header"]["validators_hash"]
    while (trusted := _header(rpc, at)["validators_hash"]) != target:
        if len(steps) == MAX_CHANGES:
            raise MadangError("proof.changes", f"There are more than {MAX_CHANGES} changes. Trust a later set first.")
        # Between `at`, which has the trusted validators, and `other`, which has not, lies a header that hands over.
        other = height
        while other - at > 1:
            middle = (at + other) // 2
            if _header(rpc, middle)["validators_hash"] == trusted:
                at = middle
            else:
                other = middle
        steps.append(_step(rpc, at))
        at = other
    return msgspec.json.encode({"steps": [*steps, last]})


def find_header(rpc: Source, root: bytes) -> int:
    """The newest height whose header signs this root of the log, looked for from the last block back.

    Raises `MadangError`: `proof.root` (no block that is kept has it), and what `call` raises.
    """
    wanted = root.hex().upper()
    sync = rpc.call("status")["sync_info"]
    last, earliest = int(sync["latest_block_height"]), max(1, int(sync["earliest_block_height"]))
    for high in range(last, earliest - 1, -HEADERS_A_CALL):
        low = max(earliest, high - HEADERS_A_CALL + 1)
        metas = rpc.call("blockchain", minHeight=str(low), maxHeight=str(high))["block_metas"]
        found = [int(one["header"]["height"]) for one in metas if one["header"]["app_hash"] == wanted]
        if found:
            return max(found)
    raise MadangError("proof.root", "No block that is kept here signs this root. Ask an older node, or of another log.")


def _header(rpc: Source, height: int) -> Any:
    return rpc.call("header", height=str(height))["header"]


def _step(rpc: Source, height: int) -> dict[str, Any]:
    signed = rpc.call("commit", height=str(height))["signed_header"]
    validators: list[Any] = []
    total = 1
    while len(validators) < total:
        page = str(len(validators) // _PAGE + 1)
        answer = rpc.call("validators", height=str(height), page=page, per_page=str(_PAGE))
        if not answer["validators"]:
            raise MadangError("cometbft.refused", f"CometBFT lists {len(validators)} of {total} validators. Ask again.")
        validators += answer["validators"]
        total = int(answer["total"])
    return {"header": signed["header"], "commit": signed["commit"], "validators": validators}
