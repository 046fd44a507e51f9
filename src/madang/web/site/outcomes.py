"""How a transaction ended, for those who signed it."""

from collections.abc import Sequence

import msgspec

from madang.base.parties.queries import acts_for
from madang.engine.entries import block_key, read_tip
from madang.engine.ledger import find
from madang.kernel.codec import read_json
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.site.visit import Visit


class Ended(msgspec.Struct, frozen=True):
    """A transaction's result, its acts, and the block's time (seconds)."""

    result: Result
    acts: Sequence[Act]
    time: int


def outcome(visit: Visit, identifier: str) -> Ended:
    """The transaction of this id, where one of the parties that are signed in asked for it, or may act for who did.

    Raises `Refused` (404): it is unknown, or somebody else's. `NotSignedIn`.
    """
    parties = visit.parties
    ledger = visit.node.ledger
    known = len(identifier) == 32 and set(identifier) <= set("0123456789abcdef")
    found = find(ledger.store.view(), identifier) if known else None
    if found is not None:
        entry = found[1]
        envelope = ledger.machine.receive(entry.signed)
        payload = read_json(ledger.machine.payload_decoder, envelope.payload, "the payload")
        if any(acts_for(visit.state, party, act.by) for act in payload.acts for party in parties):
            result = entry.result()
            tip = read_tip(ledger.store.view().log_get(block_key(result.height)) or b"")
            return Ended(result, payload.acts, tip.time)
    raise Refused(404, "transaction.unknown", "There is no such transaction of yours.")
