"""Vouchers come to their holders: granted, claimed with a letter's code or an authority's token, or bought."""

from collections.abc import Mapping

from madang.base.eligibility import ledger as eligibility
from madang.base.mandates import ledger as mandates
from madang.base.money.state import ACCOUNTS
from madang.base.parties import queries as parties
from madang.base.programmes.ledger import NewKey, apply
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import Compiled
from madang.kernel.authority import PARTIES
from madang.kernel.codec import from_base64url
from madang.kernel.module import Call, Rule
from madang.kernel.signature import load_key, read_point, verify
from madang.kernel.transaction import Act
from madang.services.vouchers.access import attested, open_allowance, require_own_key, voucher_programme
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import (
    ATTESTED,
    CODES,
    GRANTS,
    HELD,
    LOCKED,
    LOCKS,
    Attested,
    Granted,
    Held,
    Lock,
    Locked,
    claim_digest,
    code_digest,
    purpose_of,
)
from madang.services.vouchers.transactions import Attest, Buy, Cancel, CashOut, Claim, ClaimByToken, Grant, GrantRow

NOWHERE = "00"
"""The area of a bought voucher: no district's code begins so. Where it counts, its programme says."""
_ROLES = {"people": "person", "businesses": "merchant"}
"""The role that a holder has, by whom a programme is for."""
TOKENS = "token:"
"""Begins what stands for a token as reference and subject: with it they are longer than any that a grant can name, so
that nobody who sees a claim coming can have its place taken by a grant."""
_NEEDED = {"person": "the one person it is for", "household": "the household, and each member"}


def grant(call: Call, act: Grant) -> None:
    """Every row becomes a voucher, or none does."""
    programme, ruled = attested(call.state, act.by, act.programme)
    purpose = purpose_of(programme, ruled)
    for row in act.rows:
        _grant_row(call, act.programme, ruled, purpose, row)


def _grant_row(call: Call, programme: str, ruled: Compiled, purpose: str, row: GrantRow) -> None:
    if (row.holder is None) == (row.code is None):
        raise refuse("row_target", row.reference, reference=row.reference)
    if call.state.get(GRANTS, programme, row.reference) is not None:
        raise refuse("granted", row.reference, reference=row.reference, programme=programme)
    number = call.handle()
    _lock(call, programme, ruled, purpose, row, number)
    parameters = ruled.contract.parameters
    since = parameters["opens"] if row.since is None else row.since
    until = parameters["closes"] if row.until is None else row.until
    if row.holder is not None:
        _require_for(call, ruled, row.holder, row.reference)
        call.state.put(HELD, Held(), programme, row.holder, number)
    elif row.code is not None:
        if call.state.get(CODES, programme, row.code) is not None:
            raise refuse("code_used", row.reference, reference=row.reference)
        call.state.put(CODES, Granted(number), programme, row.code)
    # A voucher that waits for its code is its own holder: no person is named so, since people are named by their keys.
    to = row.holder or number
    open_allowance(call, programme, ruled, to)
    given = (number, to, row.region, row.amount, row.instalment, since, until, row.size, row.amount_class)
    apply(call, programme, ruled, "grant", (NewKey(number), to), given)
    call.state.put(GRANTS, Granted(number), programme, row.reference)


def _require_for(call: Call, ruled: Compiled, holder: str, row: str) -> None:
    """Refuse a holder that is not registered, or is not of those whom the programme is for."""
    found = call.state.get(PARTIES, holder)
    if found is None:
        raise refuse("unknown_holder", row, reference=row)
    if _ROLES[ruled.contract.parameters["holders"]] not in found.roles:
        raise refuse("not_for", row, holder=holder)


def _lock(call: Call, programme: str, ruled: Compiled, purpose: str, row: GrantRow, number: str) -> None:
    """Nobody is granted twice for one purpose and instalment, whichever programmes of its sponsor serve it."""
    needed = ruled.contract.parameters["subject"]
    if (needed == "person" and len(row.subjects) != 1) or (needed == "household" and not row.subjects):
        raise refuse("subjects", row.reference, reference=row.reference, needed=_NEEDED[needed])
    for subject in row.subjects:
        if call.state.get(LOCKS, purpose, f"{row.instalment:04d}", subject) is not None:
            raise refuse("locked", row.reference, reference=row.reference)
        call.state.put(LOCKS, Lock(programme, number), purpose, f"{row.instalment:04d}", subject)
    if row.subjects:
        call.state.put(LOCKED, Locked(tuple(row.subjects)), programme, number)


def claim(call: Call, act: Claim) -> None:
    """A code's voucher becomes that of whom the code names."""
    _, ruled = voucher_programme(call.state, act.programme)
    holder = act.holder or act.by
    if holder != act.by:
        mandates.use(call, holder, act.by, "vouchers.claim", act.programme, 0)
    if not parties.has_role(call.state, holder, _ROLES[ruled.contract.parameters["holders"]]):
        raise refuse("not_for", holder=holder)
    digest = code_digest(act.programme, act.code_key)
    waiting = call.state.get(CODES, act.programme, digest)
    if waiting is None:
        raise refuse("unknown_code", programme=act.programme)
    code_key = load_key(read_point(act.code_key))
    said = claim_digest(act.programme, act.by, holder)
    if not verify(code_key, said, from_base64url(act.code_signature, "the code's signature")):
        raise refuse("claim_signature", by=act.by, holder=holder)
    open_allowance(call, act.programme, ruled, holder)
    apply(call, act.programme, ruled, "claim", (waiting.voucher, holder), (holder,))
    call.state.put(HELD, Held(), act.programme, holder, waiting.voucher)
    call.state.delete(CODES, act.programme, digest)


def claim_by_token(call: Call, act: ClaimByToken) -> None:
    """A token becomes the voucher that its offer says. Its nullifier is the subject that is locked, and the reference.

    Both bear a mark that no grant's can bear. So the rest is a grant like any other, and what happens to the voucher
    later goes by its handle.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    if not parties.has_role(call.state, act.by, _ROLES[ruled.contract.parameters["holders"]]):
        raise refuse("not_for", holder=act.by)
    offer, nullifier = eligibility.spend(call, act.programme, act.offer, act.by, act.token, act.signature)
    row = GrantRow(
        reference=f"{TOKENS}{nullifier}",
        amount=offer.amount,
        region=offer.region,
        instalment=offer.instalment,
        since=offer.since,
        until=offer.until,
        size=offer.size,
        amount_class=offer.amount_class,
        subjects=[f"{TOKENS}{nullifier}"],
        holder=act.by,
    )
    _grant_row(call, act.programme, ruled, purpose_of(programme, ruled), row)


def attest(call: Call, act: Attest) -> None:
    """Holders are persons from now on, which limits of purchases bind whatever keys they use."""
    programme, ruled = voucher_programme(call.state, act.programme)
    acts_for_it = act.by == programme.sponsor or is_authority(call.state, programme, act.by)
    for row in act.holders:
        account = call.state.get(ACCOUNTS, row.holder)
        if not acts_for_it and (account is None or account.bank != act.by):
            raise refuse("not_attester", row.holder, by=act.by, holder=row.holder, programme=act.programme)
        _require_for(call, ruled, row.holder, row.holder)
        before = call.state.get(ATTESTED, act.programme, row.holder)
        if before is not None and before.subject != row.subject:
            raise refuse("attested_otherwise", row.holder, holder=row.holder)
        call.state.put(ATTESTED, Attested(row.subject), act.programme, row.holder)


def _buyer(call: Call, programme: str, ruled: Compiled, holder: str) -> str:
    """Whose purchases a holder's are, and that they are counted: the attested person's, or the holder's own."""
    found = call.state.get(ATTESTED, programme, holder)
    buyer = holder if found is None or ruled.contract.parameters["subject"] == "anyone" else found.subject
    if call.state.get(ruled.tables["purchases"], programme, "purchases", buyer) is None:
        apply(call, programme, ruled, "open_purchases", (buyer,), (buyer,))
    return buyer


def buy(call: Call, act: Buy) -> None:
    """A person's own money, and the discount, become a voucher."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    if not parties.has_role(call.state, act.by, _ROLES[ruled.contract.parameters["holders"]]):
        raise refuse("not_for", holder=act.by)
    for_anyone = ruled.contract.parameters["subject"] == "anyone"
    if not for_anyone and call.state.get(ATTESTED, act.programme, act.by) is None:
        raise refuse("not_attested", programme=act.programme)
    buyer = _buyer(call, act.programme, ruled, act.by)
    number = call.handle()
    open_allowance(call, act.programme, ruled, act.by)
    given = (number, act.by, buyer, NOWHERE, act.amount, act.price)
    apply(call, act.programme, ruled, "buy", (NewKey(number), act.by, buyer), given, {"buyer": act.by})
    call.state.put(HELD, Held(), act.programme, act.by, number)


def cancel(call: Call, act: Cancel) -> None:
    """An unused bought voucher becomes money again."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    buyer = _buyer(call, act.programme, ruled, act.by)
    on = (act.voucher, act.by, buyer)
    apply(call, act.programme, ruled, "cancel", on, (act.by, buyer), {"buyer": act.by}, returned=True)


def cash_out(call: Call, act: CashOut) -> None:
    """The rest of a bought voucher becomes money."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_own_key(call, act.by)
    apply(call, act.programme, ruled, "cash_out", (act.voucher,), (act.by,), {"buyer": act.by}, returned=True)


RULES: Mapping[type[Act], Rule] = {
    Grant: grant,
    Claim: claim,
    ClaimByToken: claim_by_token,
    Attest: attest,
    Buy: buy,
    Cancel: cancel,
    CashOut: cash_out,
}
