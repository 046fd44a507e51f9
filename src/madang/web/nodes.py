"""Opens the node in a folder with the engine that the folder was made for."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from madang.app import MODULES
from madang.base.validators.queries import updates
from madang.engine.cometbft.record import read_progress
from madang.engine.interface import Clock, system_clock
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.module import Module

COMETBFT = "cometbft"
PROGRAM_VARIABLE = "MADANG_COMETBFT"


def open_node(folder: Path, modules: Sequence[Module] | None = None, clock: Clock = system_clock) -> Node:
    """The node in `folder`, not entered yet: a validator's where CometBFT's folder lies in it, else an embedded one.

    Raises what both raise, and `MadangError`: `cometbft.absent`, `cometbft.missing`, `cometbft.home` (a validator's
    ledger without its CometBFT).
    """
    rules = MODULES if modules is None else modules
    if not (folder / COMETBFT).is_dir():
        return _alone(Node(folder, rules, clock))
    try:
        from madang.engine.cometbft.node import ValidatorNode
    except ModuleNotFoundError as error:
        raise MadangError(
            "cometbft.absent", f"{error.name} is not installed here. Install Madang with its extra: madang[cometbft]."
        ) from None
    return ValidatorNode(folder, rules, find_program(), updates, clock)


def _alone(node: Node) -> Node:
    """An embedded node; never one whose ledger others order, as a backup of a validator is: that would be a fork."""
    if read_progress(node.ledger.store).height:
        node.close()
        raise MadangError(
            "cometbft.home",
            f"{node.folder} is of a validator, without its CometBFT. Restore it into a node: docs/operations.md.",
        )
    return node


def find_program() -> Path:
    """CometBFT's executable: what MADANG_COMETBFT names, else beside this Python, else on the path.

    Raises `MadangError` (`cometbft.missing`).
    """
    beside = Path(sys.executable).with_name("cometbft")
    named = os.environ.get(PROGRAM_VARIABLE) or (str(beside) if beside.exists() else "cometbft")
    found = shutil.which(named)
    if found is None:
        raise MadangError(
            "cometbft.missing",
            f"{named} is not on this machine. `make components` builds it, or name one in {PROGRAM_VARIABLE}.",
        )
    return Path(found)
