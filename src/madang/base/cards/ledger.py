"""How a service takes a code that a payer showed: the only writer of codes that are used."""

import msgspec

from madang.base.cards.refusals import refuse
from madang.base.cards.state import CARDS, CODES, PRESENTATIONS, Presentation, card_at, code_digest, day_of, spent_on
from madang.base.parties import queries as parties
from madang.kernel.module import Call


def redeem(call: Call, code: str, programme: str, amount: int) -> str:
    """Use up a revealed code for `amount` won in a programme; returns the party that pays.

    Who may sell, and what the payer pays with, is the caller's to decide. A code that is unknown, used, expired, of
    another programme, good for less, or whose holder or card was stopped meanwhile raises the same `Rejected`
    (`cards.code`): whoever tries codes learns nothing of them. An amount below one is a defect of the caller
    (ValueError).
    """
    if amount < 1:
        raise ValueError("less than a won was to be paid")
    waits = call.state.get(CODES, code_digest(code))
    shown = call.state.get(PRESENTATIONS, waits.presenter) if waits is not None else None
    if waits is None or shown is None or not _is_good(call, shown, programme, amount):
        raise refuse("code")
    _count(call, waits.presenter, amount)
    withdraw_code(call, waits.presenter)
    return shown.holder


def withdraw_code(call: Call, presenter: str) -> None:
    """Void the code that a person, or the party of a card, shows; it is no error where there is none.

    For the rules of cards too.
    """
    shown = call.state.get(PRESENTATIONS, presenter)
    if shown is not None:
        call.state.delete(CODES, shown.code)
        call.state.delete(PRESENTATIONS, presenter)


def _is_good(call: Call, shown: Presentation, programme: str, amount: int) -> bool:
    return (
        call.time <= shown.until
        and shown.programme == programme
        and amount <= shown.limit
        and parties.has_role(call.state, shown.holder, "person")
    )


def _count(call: Call, presenter: str, amount: int) -> None:
    """Count a card's payment. Its limits hold, since the code was presented within them and is its only one."""
    found = card_at(call.state, presenter)
    if found is not None:
        kid, card = found
        spent = spent_on(card, call.time) + amount
        call.state.put(CARDS, msgspec.structs.replace(card, day=day_of(call.time), spent=spent), kid)
