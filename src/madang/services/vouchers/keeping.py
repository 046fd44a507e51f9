"""What happens to a voucher between grant and end: stopped, moved, earned, carried over, lapsed, recalled."""

from collections.abc import Mapping

from madang.base.parties import queries as parties
from madang.base.programmes.ledger import apply
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act
from madang.services.vouchers.access import (
    attested,
    existing,
    require_authority,
    require_desk,
    sponsored,
    voucher_programme,
)
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import FROZEN, LOCKED, LOCKS, Frozen, purpose_of
from madang.services.vouchers.transactions import (
    CarryOver,
    Confirm,
    Expire,
    Freeze,
    Move,
    Recall,
    RecallUnused,
    Reimburse,
    Unfreeze,
)


def expire(call: Call, act: Expire) -> None:
    """What lapsed vouchers hold returns to the programme; anybody may ask, the contract looks at the date."""
    _, ruled = voucher_programme(call.state, act.programme)
    for number in act.vouchers:
        apply(call, act.programme, ruled, "expire", (number,), ())


def freeze(call: Call, act: Freeze) -> None:
    """Holder, sponsor or desk stops vouchers."""
    programme, ruled = voucher_programme(call.state, act.programme)
    for number in act.vouchers:
        own = existing(call.state, ruled, act.programme, number).holder == act.by
        if not own:
            require_desk(call.state, act.by, programme)
        apply(call, act.programme, ruled, "freeze", (number,), ())
        if own:
            call.state.delete(FROZEN, act.programme, number)
        else:
            call.state.put(FROZEN, Frozen(act.by), act.programme, number)


def unfreeze(call: Call, act: Unfreeze) -> None:
    """The sponsor lets vouchers be spent again; a desk those that itself or their holder stopped."""
    programme, ruled = voucher_programme(call.state, act.programme)
    require_desk(call.state, act.by, programme)
    for number in act.vouchers:
        laid = call.state.get(FROZEN, act.programme, number)
        if laid is not None and act.by not in (laid.by, programme.sponsor):
            raise refuse("stopped_by_another", by=laid.by)
        apply(call, act.programme, ruled, "unfreeze", (number,), ())
        call.state.delete(FROZEN, act.programme, number)


def move(call: Call, act: Move) -> None:
    """The rest stays, the old area ends."""
    programme, ruled = voucher_programme(call.state, act.programme)
    is_desk = parties.has_role(call.state, act.by, "desk")
    if parties.has_role(call.state, act.by, "eligibility_authority") and not is_desk and act.by != programme.sponsor:
        require_authority(call.state, act.by, act.programme, programme)
    else:
        require_desk(call.state, act.by, programme)
    apply(call, act.programme, ruled, "move", (act.voucher,), (act.region,))


def confirm(call: Call, act: Confirm) -> None:
    """A milestone stands. The evidence lies elsewhere; its digest is in what was signed."""
    _, ruled = attested(call.state, act.by, act.programme)
    apply(call, act.programme, ruled, "confirm", (act.voucher,), (act.stage,))


def reimburse(call: Call, act: Reimburse) -> None:
    """A holder is paid out. Whoever asks, the money goes to the holder's own account."""
    programme, ruled = voucher_programme(call.state, act.programme)
    holder = existing(call.state, ruled, act.programme, act.voucher).holder
    if act.by not in (holder, programme.sponsor):
        raise refuse("not_holder", by=act.by, programme=act.programme)
    given = (holder, act.amount)
    apply(call, act.programme, ruled, "reimburse", (act.voucher,), given, {"holder": holder}, returned=True)


def carry_over(call: Call, act: CarryOver) -> None:
    """Ended instalments go over into the next."""
    _, ruled = voucher_programme(call.state, act.programme)
    for one in act.vouchers:
        apply(call, act.programme, ruled, "carry", (one.voucher, one.into), ())


def recall_unused(call: Call, act: RecallUnused) -> None:
    """Vouchers that were never used return; anybody may ask, the contract looks at the date."""
    _, ruled = voucher_programme(call.state, act.programme)
    for number in act.vouchers:
        apply(call, act.programme, ruled, "recall_unused", (number,), ())


def recall(call: Call, act: Recall) -> None:
    """The sponsor takes back what is unspent. A grant of which nothing was spent is as if it had not been made."""
    programme, ruled = sponsored(call.state, act.by, act.programme)
    purpose = purpose_of(programme, ruled)
    for number in act.vouchers:
        voucher = existing(call.state, ruled, act.programme, number)
        apply(call, act.programme, ruled, "revoke", (number, voucher.holder), ())
        if voucher.left == voucher.granted:
            _unlock(call, act.programme, purpose, number, voucher.instalment)


def _unlock(call: Call, programme: str, purpose: str, number: str, instalment: int) -> None:
    locked = call.state.get(LOCKED, programme, number)
    if locked is not None:
        for subject in locked.subjects:
            call.state.delete(LOCKS, purpose, f"{instalment:04d}", subject)
        call.state.delete(LOCKED, programme, number)


RULES: Mapping[type[Act], Rule] = {
    Expire: expire,
    Freeze: freeze,
    Unfreeze: unfreeze,
    Move: move,
    Confirm: confirm,
    Reimburse: reimburse,
    CarryOver: carry_over,
    RecallUnused: recall_unused,
    Recall: recall,
}
