"""What somebody holds: vouchers of every programme under every key that is signed in, and own money."""

from collections.abc import Iterator

import msgspec

from madang.base.money import queries as money
from madang.base.programmes import queries as programmes
from madang.kernel.state import State
from madang.services.vouchers import queries as vouchers
from madang.services.vouchers.queries import VoucherView
from madang.web.site.titles import title
from madang.web.site.words import Language

STANDINGS = {"frozen": "frozen", "expired": "lapsed", "revoked": "recalled", "cashed": "cashed"}
"""How a voucher that is not active stands, by its status, as keys of words. Any other one has ended."""


class Holding(msgspec.Struct, frozen=True):
    """A voucher, whose it is, its programme and that programme's title."""

    party: str
    programme: str
    title: str
    voucher: VoucherView

    def usable(self, now: int) -> bool:
        """Whether something of it can be spent at this second."""
        one = self.voucher
        return one.status == "active" and one.left > 0 and one.since <= now < one.until

    def standing(self, now: int) -> str:
        """How it stands at this second, as a key of the words under `status`."""
        one = self.voucher
        if one.status != "active":
            return STANDINGS.get(one.status, "other")
        if not one.left:
            return "spent"
        if now < one.since:
            return "coming"
        return "active" if now < one.until else "over"


def holdings(state: State, parties: tuple[str, ...], language: Language) -> list[Holding]:
    """Every voucher of these parties, those that end first in front: spending in this order loses least."""
    return sorted(_each(state, parties, language), key=lambda one: (one.voucher.until, one.voucher.number))


def _each(state: State, parties: tuple[str, ...], language: Language) -> Iterator[Holding]:
    for view in programmes.all_programmes(state):
        shown = ""
        for party in parties:
            for one in vouchers.own_vouchers(state, party, view.name):
                shown = shown or title(state, view.name, language)
                yield Holding(party, view.name, shown, one)


def waiting_voucher(state: State, programme: str, number: str) -> VoucherView | None:
    """The voucher of this number that waits for its code, and so is its own holder."""
    return vouchers.voucher(state, number, programme, number) if number else None


def own_money(state: State, parties: tuple[str, ...]) -> dict[str, int]:
    """Won of own money by party, of those that have an account."""
    found = {party: money.account(state, party) for party in parties}
    return {party: account.balance for party, account in found.items() if account is not None and account.bank}
