"""What was paid out to the shop's own account, by the log: exactly what its account rose by.

The list of acts finds the payouts of a day; each is then read from the node, where it is held against its leaf.
"""

import msgspec

from madang.base.money.state import ACCOUNTS
from madang.engine import entries
from madang.engine.ledger import Ledger
from madang.engine.store import View
from madang.exchange.books.log import written_before
from madang.kernel.codec import read_json
from madang.records import reading
from madang.records.database import Database
from madang.records.entrylist import EntryFilter
from madang.services.vouchers.transactions import PayOut

ACT = "vouchers.pay_out"
MOST_PAGES = 20
"""Pages of payouts of a day, of all shops, that are looked through: 10,000 transactions."""
_A_PAGE = 500


class PaidOut(msgspec.Struct, frozen=True):
    """A payout to the shop: of which programmes, won, when (seconds), and the transaction's id."""

    programmes: tuple[str, ...]
    amount: int
    at: int
    id: str


def payouts(records: Database, ledger: Ledger, merchant: str, since: int, until: int) -> list[PaidOut]:
    """Payouts to a shop from the second `since` to before `until`, the newest first."""
    view = ledger.store.view()
    found: list[PaidOut] = []
    after = ""
    for _ in range(MOST_PAGES):
        asked = EntryFilter(parties=None, act=ACT, since=since, until=until)
        with records.reading() as connection:
            page = reading.entries(connection, asked, after, _A_PAGE)
        positions = dict.fromkeys((row.position, row.at) for row in page.rows if row.outcome == "accepted")
        found += [one for place, at in positions if (one := _paid_out(ledger, view, merchant, place, at)) is not None]
        after = page.next
        if not after:
            break
    return found


def _paid_out(ledger: Ledger, view: View, merchant: str, position: int, at: int) -> PaidOut | None:
    """The payout to this shop in the entry at a position of the log, if there is one."""
    entry = entries.read_entry(view.log_get(entries.entry_key(position)) or b"")
    envelope = ledger.machine.receive(entry.signed)
    acts = read_json(ledger.machine.payload_decoder, envelope.payload, "the payload").acts
    programmes = tuple(act.programme for act in acts if isinstance(act, PayOut) and merchant in act.merchants)
    key = ACCOUNTS.key(merchant)
    written = dict(entries.read_writes(entry.writes)).get(key)
    if not programmes or written is None:
        return None
    before = written_before(view, position, [key])[key]
    amount = ACCOUNTS.decode(written).balance - (ACCOUNTS.decode(before).balance if before is not None else 0)
    return PaidOut(programmes, amount, at, entry.id) if amount > 0 else None
