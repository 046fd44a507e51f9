"""What a validator's own CometBFT says of itself: how far it is, whom it is connected to, whether its clock is right.

Asked over its local RPC, which the public never sees, and only when an operator asks us.
"""

import statistics
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from madang.kernel.errors import MadangError

FOLDER = "cometbft"


class ConsensusInfo(msgspec.Struct, frozen=True):
    """How CometBFT is doing. `height` is of its last committed block and `header_hash` of that block's header.

    `peers_height` is the highest block that a peer works on, 0 without peers. `clock_ahead` is by how many seconds this
    machine's clock was ahead of the other validators' (below zero: behind) at that block; None where it did not vote.
    """

    height: int
    header_hash: str
    catching_up: bool
    peers: int
    peers_height: int
    consensus_key: str
    power: int
    clock_ahead: float | None


def read_consensus(folder: Path) -> ConsensusInfo | None:
    """Ask the CometBFT of the node in `folder`; None for a node without. Raises `MadangError` (`cometbft.*`)."""
    if not (folder / FOLDER).is_dir():
        return None
    from madang.engine.cometbft.node import read_rpc
    from madang.engine.cometbft.rpc import Rpc

    rpc = Rpc(*read_rpc(folder))
    try:
        return _read(
            rpc.call("status"), rpc.call("dump_consensus_state"), lambda height: rpc.call("commit", height=height)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MadangError("cometbft.answer", f"CometBFT's answer is not of v0.39: {type(error).__name__}.") from None
    finally:
        rpc.close()


def _read(status: Any, consensus: Any, commit: Any) -> ConsensusInfo:
    own, sync = status["validator_info"], status["sync_info"]
    heights = [int(one["peer_state"]["round_state"]["height"]) for one in consensus["peers"] or ()]
    height = int(sync["latest_block_height"])
    return ConsensusInfo(
        height,
        sync["latest_block_hash"],
        bool(sync["catching_up"]),
        len(heights),
        max(heights, default=0),
        own["pub_key"]["value"],
        int(own["voting_power"]),
        clock_ahead(commit(str(height)), own["address"]) if height else None,
    )


def clock_ahead(commit: Any, address: str) -> float | None:
    """By how much the time in this validator's vote is later than the middle of the others'."""
    own, others = None, []
    for signature in commit["signed_header"]["commit"]["signatures"]:
        if signature["block_id_flag"] != 2:  # not a vote for this block
            continue
        time = datetime.fromisoformat(signature["timestamp"][:19] + "+00:00").timestamp()
        time += float("0." + (signature["timestamp"][20:].removesuffix("Z") or "0"))
        if signature["validator_address"] == address:
            own = time
        else:
            others.append(time)
    return None if own is None or not others else round(own - statistics.median(others), 3)
