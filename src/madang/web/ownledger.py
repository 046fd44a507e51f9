"""Acts that a server signs by keys of its own, taken by its own node without a way over HTTP."""

from collections.abc import Sequence
from pathlib import Path

from madang.base.anchors import queries
from madang.base.anchors.state import Anchor
from madang.client.keystore import Keystore
from madang.client.wallet import Wallet, make_payload, sign
from madang.engine.node import Node
from madang.identity.eligibility.keys import OFFICER
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.transaction import Act

ORDER_SECONDS = 30.0
VALID_SECONDS = 300


def officer_in(folder: Path, passphrase: str) -> Wallet | None:
    """The key in an institution's folder with which this server signs as its officer, if there is one.

    Raises what `Keystore.open` raises.
    """
    store = Keystore(folder)
    return store.open(OFFICER, passphrase) if OFFICER in store.names() else None


class OwnLedger:
    """The ledger of the node that this server runs."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def newest(self, institution: str, series: str) -> Anchor | None:
        """The newest digest of a series of files, or None before its first."""
        return queries.newest(self._node.state(), institution, series)

    def perform(self, acts: Sequence[Act], wallet: Wallet) -> None:
        """Have acts taken as one transaction, signed by this key; durable when it returns.

        Raises `MadangError`: the code with which the ledger refused, `engine.*` where the node takes nothing now.
        """
        payload = make_payload(self._node.ledger.machine.chain.name, acts, self._node.clock() + VALID_SECONDS)
        (result,) = self._node.engine.submit([sign(payload, [wallet])]).result(ORDER_SECONDS)
        if not isinstance(result, Result) or result.outcome != "accepted":
            raise MadangError(result.code, "The ledger did not take what this server signed. Look up its code.")
