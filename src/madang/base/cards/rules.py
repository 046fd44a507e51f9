"""Who brings, gives out and blocks cards, and who may present a code. In order: who asks, the card, the rest."""

from collections.abc import Mapping

import msgspec

from madang.base.cards.ledger import withdraw_code
from madang.base.cards.refusals import refuse
from madang.base.cards.state import (
    CARDS,
    CODES,
    DAY,
    HOLDINGS,
    MAX_RESETS,
    PRESENTATIONS,
    RESET_DAYS,
    WAIT,
    Card,
    Holding,
    Presentation,
    Waiting,
    card_at,
    spent_on,
)
from madang.base.cards.transactions import MAX_SECONDS, Bind, Block, NewPin, Present, ResetTries, Stock
from madang.base.parties import ledger as registration
from madang.base.parties import queries as parties
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act

_replace = msgspec.structs.replace


def stock(call: Call, act: Stock) -> None:
    """Blank cards: parties that can do nothing yet."""
    if not parties.has_role(call.state, act.by, "card_service"):
        raise refuse("not_service", by=act.by)
    for public_key in act.keys:
        name = registration.register_card(call, public_key)
        call.state.put(CARDS, Card(act.by, "blank"), name)


def bind(call: Call, act: Bind) -> None:
    """A blank card becomes a person's, who may choose a PIN for it; the former one is blocked."""
    _require_desk(call, act.by)
    signed = act.holder is not None and act.holder in call.signed_by
    _require_two(call, act.by, person_signed=signed)
    card = _card(call, act.card)
    if card.status != "blank":
        raise refuse("not_blank")
    if act.holder is not None and not parties.has_role(call.state, act.holder, "person"):
        raise refuse("not_person", holder=act.holder)
    if act.per_payment > act.per_day:
        raise refuse("limits")
    at_once = signed or act.holder is None
    holder = act.holder or registration.register_without_key(call, act.by)
    former = call.state.get(HOLDINGS, holder)
    if former is not None:
        _block(call, former.card, _card(call, former.card))
    bound = _replace(
        card,
        status="bound",
        holder=holder,
        desk=act.by,
        per_payment=act.per_payment,
        per_day=act.per_day,
        works_from=call.time if at_once else call.time + WAIT,
        pins=1,
    )
    call.state.put(CARDS, bound, act.card)
    call.state.put(HOLDINGS, Holding(act.card), holder)


def block(call: Call, act: Block) -> None:
    """The card presents nothing any more, and the code that it showed is void."""
    card = _card(call, act.card)
    if act.by != card.holder and not parties.has_role(call.state, act.by, "desk"):
        raise refuse("not_yours", by=act.by)
    if card.status != "bound":
        raise refuse("not_bound")
    _block(call, act.card, card)
    call.state.delete(HOLDINGS, card.holder)


def reset_tries(call: Call, act: ResetTries) -> None:
    """Five more tries; few times, since each is five guesses for whoever has the card."""
    _require_desk(call, act.by)
    card = _bound(call, act.card)
    fresh = call.time >= card.reset_since + RESET_DAYS * DAY
    recent = 0 if fresh else card.recent_resets
    if recent >= MAX_RESETS:
        raise refuse("too_many_resets", limit=MAX_RESETS, days=RESET_DAYS)
    since = call.time if fresh else card.reset_since
    reset = _replace(card, resets=card.resets + 1, recent_resets=recent + 1, reset_since=since)
    call.state.put(CARDS, reset, act.card)


def new_pin(call: Call, act: NewPin) -> None:
    """Another PIN may be chosen, once; whoever chooses it has the card, so that it waits unless the person signed."""
    _require_desk(call, act.by)
    card = _bound(call, act.card)
    signed = card.holder in call.signed_by
    _require_two(call, act.by, person_signed=signed)
    withdraw_code(call, registration.party_of_card(act.card))
    works_from = max(card.works_from, call.time if signed else call.time + WAIT)
    call.state.put(CARDS, _replace(card, pins=card.pins + 1, works_from=works_from), act.card)


def present(call: Call, act: Present) -> None:
    """A code waits for a shop; the one that this presenter showed before is void."""
    if act.by not in call.signed_by:
        raise refuse("not_own_key", by=act.by)
    found = card_at(call.state, act.by)
    card = found[1] if found is not None else None
    holder = card.holder if card is not None and card.status == "bound" else act.by
    if not parties.has_role(call.state, holder, "person"):
        raise refuse("not_presenter", by=act.by)
    if not call.time < act.until <= call.time + MAX_SECONDS:
        raise refuse("until", seconds=MAX_SECONDS)
    if card is not None:
        _check_limits(call, card, act.limit)
    withdraw_code(call, act.by)
    if call.state.get(CODES, act.code) is not None:
        raise refuse("code_taken")
    call.state.put(PRESENTATIONS, Presentation(act.code, holder, act.programme, act.limit, act.until), act.by)
    call.state.put(CODES, Waiting(act.by), act.code)


def _check_limits(call: Call, card: Card, limit: int) -> None:
    if call.time < card.works_from:
        raise refuse("not_yet", works_from=card.works_from)
    if limit > card.per_payment:
        raise refuse("per_payment", per_payment=card.per_payment)
    left = card.per_day - spent_on(card, call.time)
    if limit > left:
        raise refuse("per_day", left=left)


def _require_desk(call: Call, by: str) -> None:
    if not parties.has_role(call.state, by, "desk"):
        raise refuse("not_desk", by=by)


def _require_two(call: Call, by: str, *, person_signed: bool) -> None:
    if parties.officers_among(call.state, call.signed_by, by) + person_signed < 2:
        raise refuse("two_signatures", by=by)


def _card(call: Call, name: str) -> Card:
    card = call.state.get(CARDS, name)
    if card is None:
        raise refuse("unknown")
    return card


def _bound(call: Call, name: str) -> Card:
    card = _card(call, name)
    if card.status != "bound":
        raise refuse("not_bound")
    return card


def _block(call: Call, name: str, card: Card) -> None:
    withdraw_code(call, registration.party_of_card(name))
    call.state.put(CARDS, _replace(card, status="blocked"), name)


RULES: Mapping[type[Act], Rule] = {
    Stock: stock,
    Bind: bind,
    Block: block,
    ResetTries: reset_tries,
    NewPin: new_pin,
    Present: present,
}
