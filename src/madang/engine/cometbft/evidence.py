"""Votes that CometBFT caught a validator at, as the members of a `validators.report_equivocation`.

CometBFT puts evidence into blocks but takes no power from anybody: that is for the ledger to decide, on the votes
themselves. ABCI hands over who did it and not the votes, so they are read from the block, over the node's own RPC.
"""

import base64
import calendar
import time as system_time
from typing import Any

from madang.engine.cometbft.proof import HEADERS_A_CALL
from madang.engine.cometbft.rpc import Rpc
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

DUPLICATE_VOTE = "tendermint/DuplicateVoteEvidence"
NOTHING = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
"""The evidence hash of a block without any: SHA-256 of nothing."""
_KINDS = {1: "prevote", 2: "precommit"}


def find_reports(rpc: Rpc, since: int) -> list[dict[str, Any]]:
    """What to report of CometBFT's blocks from height `since` on, in order; each lacks only `type` and `by`.

    Raises `MadangError`: what `Rpc.call` raises, `cometbft.answer` (not of v0.39).
    """
    try:
        sync = rpc.call("status")["sync_info"]
        last, first = int(sync["latest_block_height"]), max(since, int(sync["earliest_block_height"]), 1)
        heights: list[int] = []
        for low in range(first, last + 1, HEADERS_A_CALL):
            high = min(last, low + HEADERS_A_CALL - 1)
            metas = rpc.call("blockchain", minHeight=str(low), maxHeight=str(high))["block_metas"]
            heights += [int(one["header"]["height"]) for one in metas if one["header"]["evidence_hash"] != NOTHING]
        return [one for height in sorted(heights) for one in _reports_at(rpc, height)]
    except (KeyError, TypeError, ValueError) as error:
        raise MadangError("cometbft.answer", f"CometBFT's answer is not of v0.39: {type(error).__name__}.") from None


def _reports_at(rpc: Rpc, height: int) -> list[dict[str, Any]]:
    found = []
    for one in rpc.call("block", height=str(height))["block"]["evidence"]["evidence"]:
        if one["type"] == DUPLICATE_VOTE:
            voted_at = one["value"]["vote_a"]["height"]
            validators = rpc.call("validators", height=voted_at, per_page="100")["validators"]
            keys = {each["address"]: each["pub_key"]["value"] for each in validators}
            found.append(report(one["value"], keys))
    return found


def report(evidence: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """The members of a report, from a `DuplicateVoteEvidence` of RPC and the keys (base64) by address at its height.

    Raises `KeyError`, `TypeError`, `ValueError` where it is none.
    """
    first, second = evidence["vote_a"], evidence["vote_b"]
    return {
        "consensus_key": _again(keys[first["validator_address"]]),
        "vote": _KINDS[first["type"]],
        "height": int(first["height"]),
        "round": int(first["round"]),
        "first": _vote(first),
        "second": _vote(second),
    }


def _vote(vote: dict[str, Any]) -> dict[str, Any]:
    whole, _, fraction = vote["timestamp"].removesuffix("Z").partition(".")
    members: dict[str, Any] = {
        "seconds": calendar.timegm(system_time.strptime(whole, "%Y-%m-%dT%H:%M:%S")),
        "nanoseconds": int(fraction.ljust(9, "0") or "0"),
        "signature": _again(vote["signature"]),
    }
    block = vote["block_id"]
    if block["hash"]:
        members["block"] = {
            "hash": block["hash"].lower(),
            "parts": block["parts"]["total"],
            "parts_hash": block["parts"]["hash"].lower(),
        }
    return members


def _again(text: str) -> str:
    """Base64 as base64url."""
    return to_base64url(base64.b64decode(text, validate=True))
