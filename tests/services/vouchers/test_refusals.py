"""Every refusal of vouchers as a table in order of precedence: where two apply, the first is given."""

from typing import Any

import msgspec
import pytest

from madang.base.merchants.transactions import Close as CloseMerchant
from madang.base.merchants.transactions import Entry, Register
from madang.base.merchants.transactions import Suspend as SuspendMerchant
from madang.base.parties.transactions import NewMerchant, RegisterMerchants, RegisterPeople
from madang.base.programmes.transactions import Close
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.errors import Malformed
from madang.services.vouchers import queries
from madang.services.vouchers.state import code_digest
from madang.services.vouchers.transactions import (
    Claim,
    Expire,
    Freeze,
    Fund,
    Grant,
    GrantRow,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)
from tests.services.vouchers.scene import (
    BUSAN,
    CLOSES,
    COUPON,
    OPENS,
    TILL,
    coupon_world,
    documents,
    facts,
    grant,
    pay,
    row,
)
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, WELFARE, DESK, OPERATOR, BANK = (
    officer(name) for name in ("ministry", "welfare", "desk", "operator", "bank-a")
)
POOR = wallet("poor")
"""A person without an account."""
KIOSK = wallet("kiosk", party="kiosk")
"""A shop without an account."""
CODE, USED, WRONG = "A" * 26, "B" * 26, "C" * 26
NOTHING = "A" * 22
NO_POINT = "A" * 86
LISTED, FRESH, OF_NO_POINT = digest_of_code(COUPON, CODE), digest_of_code(COUPON, WRONG), code_digest(COUPON, NO_POINT)


def _played() -> World:
    world = coupon_world()
    kiosk = [NewMerchant(key=new_key(KIOSK), party="kiosk")]
    world.accept(RegisterPeople(by="bank-a", keys=[new_key(POOR)]), by=BANK)
    world.accept(RegisterMerchants(by="bank-a", merchants=kiosk), by=BANK)
    world.accept(Register(by="operator", entries=[Entry(merchant="kiosk", facts=facts(BUSAN))]), by=OPERATOR)
    letters = [
        GrantRow(reference=name, amount=100_000, region="26", code=digest)
        for name, digest in (("letter", LISTED), ("claimed", digest_of_code(COUPON, USED)), ("no-key", OF_NO_POINT))
    ]
    rows = [row("alice", ALICE.party), row("frozen", ALICE.party), row("bora", BORA.party, region="11")]
    grant(world, *rows, row("poor", POOR.party), row("recalled", ALICE.party), *letters)
    world.accept(claim_by_code(by=ALICE.party, programme=COUPON, code=USED), by=ALICE)
    world.accept(pay({voucher(world, "alice"): 30_000}, own=20_000), by=ALICE)
    world.accept(pay({voucher(world, "alice"): 3_000}, merchant="kiosk"), by=ALICE)
    frozen, recalled = voucher(world, "frozen"), voucher(world, "recalled")
    world.accept(Freeze(by="ministry", programme=COUPON, vouchers=[frozen]), by=MINISTRY)
    world.accept(Recall(by="ministry", programme=COUPON, vouchers=[recalled]), by=MINISTRY)
    return world


def voucher(world: World, reference: str) -> str:
    return str(queries.granted(world.state(), "ministry", COUPON, reference))


PLAYED = _played()
ALICES, FROZEN, BORAS, POORS, RECALLED, LETTER = (
    voucher(PLAYED, name) for name in ("alice", "frozen", "bora", "poor", "recalled", "letter")
)
PAYMENT = queries.shop_payments(PLAYED.state(), "bakery", COUPON)[0].payment
GONE: dict[str, Any] = {"programme": "nothing"}


def fund(by: str = "ministry", amount: int = 1, programme: str = COUPON) -> Fund:
    return Fund(by=by, programme=programme, amount=amount)


def reclaim(by: str = "ministry", amount: int = 1, programme: str = COUPON) -> Reclaim:
    return Reclaim(by=by, programme=programme, amount=amount)


def granting(*rows: GrantRow, by: str = "ministry", programme: str = COUPON) -> Grant:
    return Grant(by=by, programme=programme, rows=list(rows))


def to(reference: str, amount: int = 100_000, **target: Any) -> GrantRow:
    return GrantRow(reference=reference, amount=amount, region="26", **target)


def claim(code: str, by: str = ALICE.party, programme: str = COUPON) -> Claim:
    return claim_by_code(by=by, programme=programme, code=code)


def paying(*parts: tuple[str, int], by: str = ALICE.party, own: int = 0, **members: Any) -> Pay:
    made = [PaymentPart(voucher=number, amount=amount) for number, amount in parts]
    members = {"programme": COUPON, "merchant": "bakery", "order": "o"} | members
    return Pay(by=by, parts=made, own=own, **members)


def refund(amount: int = 1, **members: Any) -> Refund:
    members = {"by": "bakery", "programme": COUPON, "merchant": "bakery", "payment": PAYMENT} | members
    return Refund(amount=amount, **members)


def on(act: Any, *numbers: str, by: str = "ministry", programme: str = COUPON) -> Any:
    return act(by=by, programme=programme, vouchers=list(numbers))


def pay_out(*merchants: str, by: str = "ministry", programme: str = COUPON) -> PayOut:
    return PayOut(by=by, programme=programme, merchants=list(merchants))


TOO_MUCH = [row(f"n{number}", ALICE.party, 450_000) for number in range(22)]

# The code, the reason, the act that is refused so, and who signs. A number before these is the time, if it matters.
CASES: list[tuple[Any, ...]] = [
    # ------------------------------------------------------------------------------------------ fund and reclaim
    ("authority.not_signed", "", fund(), BANK),
    ("programmes.unknown", "", fund(by="bank-a", **GONE), BANK),
    ("vouchers.not_funder", "", fund(by="bank-a", amount=2**53 - 1), BANK),
    ("vouchers.not_funder", "", fund(by=ALICE.party), ALICE),
    ("programmes.out_of_range", "amount", fund(amount=2**53 - 1), MINISTRY),
    ("money.balance", "", fund(amount=9_000_000_000_000_000), MINISTRY),
    ("programmes.unknown", "", reclaim(by="bank-a", **GONE), BANK),
    ("vouchers.not_sponsor", "", reclaim(by="operator"), OPERATOR),
    ("programmes.clause", "reclaim.closed", reclaim(amount=9_000_000_000_000_000), MINISTRY),
    (CLOSES - 1, "programmes.clause", "reclaim.closed", reclaim(), MINISTRY),
    (CLOSES, "programmes.budget", "free", reclaim(amount=10_000_000), MINISTRY),
    # ----------------------------------------------------------------------------------------------------- grant
    ("programmes.unknown", "", granting(to("x"), by="bank-a", **GONE), BANK),
    ("vouchers.not_authority", "", granting(to("x"), by="bank-a"), BANK),
    ("vouchers.not_authority", "", granting(to("x"), by=WELFARE.party), WELFARE),
    ("vouchers.row_target", "alice", granting(to("alice")), MINISTRY),
    ("vouchers.row_target", "x", granting(to("x", holder="nobody", code=LISTED)), MINISTRY),
    ("vouchers.granted", "alice", granting(to("alice", holder="nobody")), MINISTRY),
    ("vouchers.granted", "letter", granting(to("letter", holder=ALICE.party), by="welfare"), WELFARE),
    ("vouchers.granted", "x", granting(to("x", holder=ALICE.party), to("x", holder=BORA.party)), MINISTRY),
    ("vouchers.unknown_holder", "x", granting(to("x", 1, holder="nobody")), MINISTRY),
    ("vouchers.unknown_holder", "x", granting(to("y", holder=ALICE.party), to("x", holder=NOTHING)), MINISTRY),
    ("vouchers.not_for", "x", granting(to("x", 1, holder="bakery")), MINISTRY),
    ("vouchers.code_used", "x", granting(to("x", 1, code=LISTED)), MINISTRY),
    ("vouchers.code_used", "x", granting(to("y", code=FRESH), to("x", code=FRESH)), MINISTRY),
    ("programmes.out_of_range", "amount", granting(to("x", 100_000_001, holder=ALICE.party)), MINISTRY),
    (CLOSES, "programmes.clause", "grant.in_time", granting(to("x", 100_000_000, holder=ALICE.party)), MINISTRY),
    ("programmes.clause", "grant.capped", granting(to("x", 100_000_000, holder=ALICE.party)), MINISTRY),
    ("programmes.clause", "grant.amount_class", granting(to("x", 449_999, holder=ALICE.party)), MINISTRY),
    ("programmes.clause", "grant.amount_class", granting(to("y", code=FRESH), to("x", 1, holder=BORA.party)), MINISTRY),
    ("programmes.budget", "free", granting(*TOO_MUCH), MINISTRY),
    # ----------------------------------------------------------------------------------------------------- claim
    ("authority.not_signed", "", claim(CODE), BORA),
    ("programmes.unknown", "", claim(CODE, "bakery", "nothing"), BAKERY),
    ("vouchers.not_for", "", claim(WRONG, "bakery"), BAKERY),
    ("vouchers.unknown_code", "", claim(WRONG), ALICE),
    ("vouchers.unknown_code", "", claim(USED), ALICE),
    ("vouchers.unknown_code", "", claim(USED, BORA.party), BORA),
    ("key.invalid", "", msgspec.structs.replace(claim(CODE), code_key=NO_POINT), ALICE),
    ("base64.invalid", "", msgspec.structs.replace(claim(CODE), code_signature="A" * 85 + "B"), ALICE),
    ("vouchers.claim_signature", "", msgspec.structs.replace(claim(CODE), by=BORA.party), BORA),
    ("vouchers.claim_signature", "", msgspec.structs.replace(claim(CODE), code_signature="A" * 86), ALICE),
    # ------------------------------------------------------------------------------------------------------- pay
    ("authority.not_signed", "", paying((ALICES, 1)), BORA),
    ("programmes.unknown", "", paying((ALICES, 1), by="ministry", merchant="nobody", **GONE), MINISTRY),
    ("vouchers.not_own_key", "", paying((NOTHING, 1), by="ministry", merchant="nobody"), MINISTRY),
    ("vouchers.merchant", "", paying((NOTHING, 1), merchant="nobody"), ALICE),
    ("vouchers.merchant", "", paying((ALICES, 1), merchant=TILL.party), ALICE),
    ("programmes.record_unknown", "", paying((NOTHING, 1)), ALICE),
    ("programmes.record_unknown", "", paying((PAYMENT[10:], 1)), ALICE),
    ("programmes.record_unknown", "", paying((ALICES, 1), by=CHUL.party), CHUL),
    ("programmes.out_of_range", "amount", paying((BORAS, 100_000_001)), ALICE),
    ("programmes.clause", "spend.own_voucher", paying((BORAS, 450_001)), ALICE),
    ("programmes.clause", "spend.own_voucher", paying((LETTER, 1)), ALICE),
    (OPENS - 1, "programmes.clause", "spend.active", paying((FROZEN, 450_001)), ALICE),
    ("programmes.clause", "spend.active", paying((RECALLED, 1)), ALICE),
    (OPENS - 1, "programmes.clause", "spend.opened", paying((ALICES, 450_001)), ALICE),
    (CLOSES, "programmes.clause", "spend.in_time", paying((ALICES, 450_001)), ALICE),
    ("programmes.clause", "spend.enough", paying((ALICES, 147_001), merchant="centre"), ALICE),
    ("programmes.clause", "spend.enough", paying((ALICES, 147_000), (ALICES, 1)), ALICE),
    ("programmes.clause", "spend.region", paying((BORAS, 1), by=BORA.party, merchant="grocer"), BORA),
    ("programmes.clause", "spend.small_shop", paying((ALICES, 1), merchant="grocer", own=10**9), ALICE),
    ("money.no_account", "", paying((POORS, 1), by=POOR.party, own=1), POOR),
    ("money.no_account", "", paying((ALICES, 1), merchant="kiosk", own=1), ALICE),
    ("money.balance", "", paying((ALICES, 1), own=280_001), ALICE),
    # ---------------------------------------------------------------------------------------------------- refund
    ("authority.not_signed", "", refund(), TILL),
    ("programmes.unknown", "", refund(by=ALICE.party, **GONE), ALICE),
    ("vouchers.not_shop", "", refund(by=ALICE.party, payment="0" * 32), ALICE),
    ("vouchers.not_shop", "", refund(by="grocer", payment="0" * 32), GROCER),
    ("vouchers.not_shop", "", refund(by="ministry"), MINISTRY),
    ("vouchers.unknown_payment", "", refund(10**9, payment="0" * 32), BAKERY),
    ("vouchers.unknown_payment", "", refund(by="grocer", merchant="grocer"), GROCER),
    ("vouchers.refund_too_much", "", refund(50_001), BAKERY),
    # ----------------------------------------------------------- expire, freeze, unfreeze, recall, and paying out
    ("programmes.unknown", "", on(Expire, NOTHING, by=CHUL.party, **GONE), CHUL),
    ("programmes.record_unknown", "", on(Expire, NOTHING, by=CHUL.party), CHUL),
    (CLOSES - 1, "programmes.clause", "expire.late", on(Expire, RECALLED, by=CHUL.party), CHUL),
    (CLOSES, "programmes.clause", "expire.usable", on(Expire, ALICES, RECALLED, by=CHUL.party), CHUL),
    (CLOSES, "programmes.clause", "expire.usable", on(Expire, ALICES, ALICES, by=CHUL.party), CHUL),
    ("programmes.unknown", "", on(Freeze, NOTHING, by=CHUL.party, **GONE), CHUL),
    ("vouchers.unknown_voucher", "", on(Freeze, NOTHING, by=CHUL.party), CHUL),
    ("vouchers.not_desk", "", on(Freeze, FROZEN, by=CHUL.party), CHUL),
    ("vouchers.not_desk", "", on(Freeze, ALICES, BORAS, by=ALICE.party), ALICE),
    ("programmes.clause", "freeze.active", on(Freeze, FROZEN, by="desk"), DESK),
    ("programmes.clause", "freeze.active", on(Freeze, ALICES, ALICES, by=ALICE.party), ALICE),
    ("programmes.unknown", "", on(Unfreeze, NOTHING, by=CHUL.party, **GONE), CHUL),
    ("vouchers.not_desk", "", on(Unfreeze, NOTHING, by=ALICE.party), ALICE),
    ("programmes.record_unknown", "", on(Unfreeze, NOTHING, by="desk"), DESK),
    ("vouchers.stopped_by_another", "", on(Unfreeze, FROZEN, NOTHING, by="desk"), DESK),
    ("programmes.clause", "unfreeze.frozen", on(Unfreeze, FROZEN, ALICES), MINISTRY),
    ("programmes.unknown", "", on(Recall, NOTHING, by="desk", **GONE), DESK),
    ("vouchers.not_sponsor", "", on(Recall, NOTHING, by="desk"), DESK),
    ("vouchers.unknown_voucher", "", on(Recall, ALICES, NOTHING), MINISTRY),
    ("programmes.clause", "revoke.usable", on(Recall, ALICES, RECALLED), MINISTRY),
    ("programmes.unknown", "", pay_out("nobody", by="desk", **GONE), DESK),
    ("vouchers.not_payer", "", pay_out("nobody", by="desk"), DESK),
    ("vouchers.not_payer", "", pay_out("bakery", by="bank-a"), BANK),
    ("vouchers.nothing_due", "grocer", pay_out("bakery", "grocer"), MINISTRY),
    ("vouchers.nothing_due", "bakery", pay_out("bakery", "bakery"), MINISTRY),
    ("money.no_account", "", pay_out("bakery", "kiosk"), MINISTRY),
    ("authority.quorum", "", Close(by="ministry", programme=COUPON), MINISTRY),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[-4]}-{case[-3]}-{type(case[-2]).__name__}")
def test_refusals(case):
    *time, code, reason, act, by = case
    world = PLAYED.fork()
    world.time = time[0] if time else world.time
    result = world.refuse(code, act, by=by)
    assert result.reason == reason
    assert result.message.endswith(".") or code == "programmes.clause"
    world.check()


@pytest.mark.parametrize("act", [SuspendMerchant(by="operator", merchant="bakery"), CloseMerchant(by="bakery")])
def test_a_shop_that_was_suspended_or_has_closed_takes_no_vouchers_but_gives_back_and_is_paid(act):
    world = PLAYED.fork()
    world.accept(act, by=BAKERY if act.by == "bakery" else OPERATOR)
    world.refuse("vouchers.merchant", paying((ALICES, 1)), by=ALICE)
    world.accept(refund(10_000, by=TILL.party), by=TILL)
    world.accept(pay_out("bakery"), by=MINISTRY)
    world.check()


def test_a_closed_programme_is_refused_to_everybody():
    world = PLAYED.fork()
    world.time = CLOSES
    numbers = [ALICES, FROZEN, BORAS, POORS, LETTER, voucher(world, "claimed"), voucher(world, "no-key")]
    world.accept(on(Expire, *numbers), pay_out("bakery"), refund(3_000, **KIOSKS), by=[MINISTRY, KIOSK])
    world.accept(reclaim(amount=10_000_000 - 30_000), by=MINISTRY)
    world.accept(Close(by="ministry", programme=COUPON), by=quorum("ministry"))
    for act, by in ((paying((ALICES, 1)), ALICE), (refund(), BAKERY), (fund(), MINISTRY), (claim(CODE), ALICE)):
        world.refuse("programmes.unknown", act, by=by)
    world.check()


KIOSKS: dict[str, Any] = {
    "by": "kiosk",
    "merchant": "kiosk",
    "payment": queries.shop_payments(PLAYED.state(), "kiosk", COUPON)[0].payment,
}

FORMS = [
    granting(),
    granting(*(to(f"r{number}", code=f"{number:064x}") for number in range(1_001))),
    granting(GrantRow(reference="r", amount=1, region="1", holder=ALICE.party)),
    granting(GrantRow(reference="r", amount=1, region="", holder=ALICE.party)),
    granting(to("r", 0, holder=ALICE.party)),
    granting(to("r\0", holder=ALICE.party)),
    granting(to("r", code="0" * 63)),
    msgspec.structs.replace(claim(CODE), code_key=NO_POINT[1:]),
    msgspec.structs.replace(claim(CODE), code_signature="=" * 86),
    paying(),
    paying(*((ALICES, 1) for _ in range(9))),
    paying((ALICES, 0)),
    paying((ALICES, -1)),
    paying((ALICES, 2**53)),
    paying((ALICES, 1), own=-1),
    paying((ALICES, 1), own=2**53),
    paying(("short", 1)),
    paying((ALICES, 1), merchant="escrow:" + COUPON),
    paying((ALICES, 1), order=""),
    refund(0),
    refund(payment=PAYMENT[1:]),
    refund(payment=f"{PAYMENT}/0"),
    on(Expire),
    on(Expire, *(f"{number:022}" for number in range(1_001))),
    on(Freeze, ALICES + "/"),
    pay_out(),
    pay_out("escrow:" + COUPON),
    fund(amount=0),
    reclaim(amount=-1),
]


@pytest.mark.parametrize("act", FORMS, ids=lambda act: type(act).__name__)
def test_what_has_no_form_is_never_ordered(act):
    world = PLAYED.fork()
    with pytest.raises(Malformed, match="json.invalid"):
        world.submit(act, by=[ALICE, MINISTRY, BAKERY])


def test_the_words_of_a_refused_clause_are_those_of_the_document():
    _, kind, document, _, _ = documents()
    for code, reason, act, by in (case for case in CASES if len(case) == 4):
        if code == "programmes.clause":
            message = PLAYED.fork().refuse(code, act, by=by).message
            assert message in kind or message in document, reason
