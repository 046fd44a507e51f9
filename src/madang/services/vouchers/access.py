"""Who asks, and what it is about: the checks that many rules begin with."""

from typing import Any

from madang.base.merchants import queries as merchants
from madang.base.parties import queries as parties
from madang.base.programmes.ledger import apply, open_programme
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import Compiled, Programme
from madang.kernel.module import Call
from madang.kernel.state import State
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import KINDS, voucher_of


def voucher_programme(state: State, name: str) -> tuple[Programme, Compiled]:
    """An open programme of a kind that these rules were written for.

    Raises `Rejected`: `programmes.unknown`, `vouchers.not_vouchers`.
    """
    programme, ruled = open_programme(state, name)
    if programme.kind not in KINDS:
        raise refuse("not_vouchers", programme=name)
    return programme, ruled


def sponsored(state: State, by: str, name: str) -> tuple[Programme, Compiled]:
    """The same, where `by` sponsors it; else `vouchers.not_sponsor`."""
    programme, ruled = voucher_programme(state, name)
    if programme.sponsor != by:
        raise refuse("not_sponsor", programme=name)
    return programme, ruled


def attested(state: State, by: str, name: str) -> tuple[Programme, Compiled]:
    """The same, where `by` sponsors it or is an authority that it names.

    Else `vouchers.not_authority`, or `vouchers.not_named` for an eligibility authority of other programmes.
    """
    programme, ruled = voucher_programme(state, name)
    if programme.sponsor != by:
        require_authority(state, by, name, programme)
    return programme, ruled


def require_authority(state: State, by: str, name: str, programme: Programme) -> None:
    """Refuse who is no eligibility authority (`vouchers.not_authority`), or none of this programme (`.not_named`)."""
    if not parties.has_role(state, by, "eligibility_authority"):
        raise refuse("not_authority", by=by, programme=name)
    if not is_authority(state, programme, by):
        raise refuse("not_named", by=by, programme=name)


def require_desk(state: State, by: str, programme: Programme) -> None:
    """Refuse who neither sponsors the programme nor is a desk: `vouchers.not_desk`."""
    if programme.sponsor != by and not parties.has_role(state, by, "desk"):
        raise refuse("not_desk", by=by)


def require_own_key(call: Call, by: str) -> None:
    """Refuse who did not sign with a key of their own, an institution by its officers: `vouchers.not_own_key`."""
    if by not in call.signed_by:
        raise refuse("not_own_key", by=by)


def require_seller(state: State, by: str, merchant: str) -> None:
    """Refuse who does not sell for a merchant: `vouchers.not_shop`."""
    if not merchants.may_sell_for(state, by, merchant):
        raise refuse("not_shop", by=by, merchant=merchant)


def existing(state: State, ruled: Compiled, programme: str, number: str) -> Any:
    """The record of a voucher, which must be there: `vouchers.unknown_voucher`."""
    found = voucher_of(state, ruled, programme, number)
    if found is None:
        raise refuse("unknown_voucher", programme=programme)
    return found


def shop_of(call: Call, programme: str, ruled: Compiled, merchant: str) -> Any:
    """A shop as the contract sees it, with takings in the programme. Raises `Rejected` (`vouchers.merchant`)."""
    listed = merchants.merchant(call.state, merchant)
    if listed is None or listed.standing != "approved":
        raise refuse("merchant")
    if call.state.get(ruled.tables["takings"], programme, "takings", merchant) is None:
        apply(call, programme, ruled, "enrol", (merchant,), (merchant,))
    return ruled.contract.facts["Shop"](merchant, listed.region, listed.industry, listed.category, listed.sales_class)


def open_allowance(call: Call, programme: str, ruled: Compiled, holder: str) -> None:
    """See that a holder has counters in a programme."""
    if call.state.get(ruled.tables["allowance"], programme, "allowance", holder) is None:
        apply(call, programme, ruled, "open", (holder,), (holder,))
