"""What may be asked of vouchers."""

from typing import Annotated, ClassVar

from msgspec import Meta, field

from madang.base.cards.transactions import Code as OneTimeCode
from madang.base.eligibility.transactions import AmountClass, Area, Instalment, Signature, Size, Token
from madang.base.parties.transactions import PublicKey
from madang.kernel.fields import BasisPoints, Digest, Handle, Name, PartyId, Reference, Time, Won, WonOrZero
from madang.kernel.transaction import Act, Part

MAX_ROWS = 1000
MAX_PARTS = 8
MAX_LINES = 64
MAX_FUNDERS = 16
MAX_SUBJECTS = 24

PaymentId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{10}[A-Za-z0-9_-]{22}\Z", description="A payment: its second, and a handle.")
]
CodeSignature = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z", description="r and s of an ES256 signature, 64 bytes, in base64url."),
]
Goods = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,31}\Z", description="A class of goods, as the programme's document names it."
    ),
]
Stage = Annotated[int, Meta(ge=1, le=10, description="A milestone, counted from 1.")]
Vouchers = Annotated[list[Handle], Meta(min_length=1, max_length=MAX_ROWS)]


class Fund(Act, frozen=True, kw_only=True, tag="vouchers.fund"):
    """The sponsor, or a funder that was named, moves deposit tokens of its account into the programme's escrow."""

    programme: Name
    amount: Won


class Funder(Part, frozen=True, kw_only=True):
    """Who bears which share of what is spent, in basis points."""

    funder: PartyId
    share: BasisPoints


class NameFunders(Act, frozen=True, kw_only=True, tag="vouchers.name_funders"):
    """The sponsor names those who fund a programme together, once and before any money came in.

    Funders are institutions of this ledger. Shares add up to 10,000. Each funder agrees by funding.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    funders: Annotated[list[Funder], Meta(min_length=2, max_length=MAX_FUNDERS)]


class Settle(Act, frozen=True, kw_only=True, tag="vouchers.settle"):
    """The sponsor ends the accounts with its funders: what was spent is split by their shares, the rest goes back.

    Nothing may be left on vouchers, nor, until 60 days after the last use-by date, due to merchants. Odd won go to the
    largest remainders, first named first. A funder that paid in too little is waited for as long, and owes it from then
    on; what a funder's account can't take is kept for it. Settle again when either has changed.
    """

    quorum: ClassVar[bool] = True

    programme: Name


class CreditInterest(Act, frozen=True, kw_only=True, tag="vouchers.credit_interest"):
    """The treasury bank pays interest on the escrow, out of its own account, to the funders by what each paid in."""

    programme: Name
    amount: Won
    reference: Reference


class GrantRow(Part, frozen=True, kw_only=True):
    """One voucher to grant: to a registered person, the `holder`, or to whoever has the code whose key has this digest.

    `reference` is the granting authority's own, once in a programme, and must say nothing about the person: a keyed
    digest. `region` is the area of residence as the programme counts it; `amount` is in won. The voucher counts from
    `since` up to, not including, `until` (seconds; the programme's own times where they are missing).

    `size` and `amount_class` are all that an authority attests of a household. `subjects` are keyed digests of the
    household and of each member, or of the person: each is granted once for the programme's purpose and instalment.
    """

    reference: Reference
    amount: Won
    region: Area
    instalment: Instalment = 1
    since: Time | None = None
    until: Time | None = None
    size: Size = 1
    amount_class: AmountClass = "a"
    subjects: Annotated[list[Digest], Meta(max_length=MAX_SUBJECTS)] = field(default_factory=list)
    holder: PartyId | None = None
    code: Digest | None = None


class Grant(Act, frozen=True, kw_only=True, tag="vouchers.grant"):
    """The sponsor or an authority that the programme names grants up to 1,000 vouchers, all of them or none."""

    programme: Name
    rows: Annotated[list[GrantRow], Meta(min_length=1, max_length=MAX_ROWS)]


class Claim(Act, frozen=True, kw_only=True, tag="vouchers.claim"):
    """The person who has a letter's code takes the voucher that waits for it, with a registered key of their own.

    The code is a key, of which `code_key` is the public one; its signature names who claims, so that nobody who sees a
    claim can make another of it. `madang letters claim` makes both. A delegate takes it for `holder`, by a mandate.
    """

    programme: Name
    code_key: PublicKey
    code_signature: CodeSignature
    holder: PartyId | None = None


class ClaimByToken(Act, frozen=True, kw_only=True, tag="vouchers.claim_by_token"):
    """A person takes the voucher that a token of an eligibility authority brings, with the key that the token is for.

    `offer` says what the voucher is worth; who the person is, nobody learns from this. `token` and `signature` are what
    the wallet made of the authority's blind signature (RFC 9474). A token brings one voucher.
    """

    programme: Name
    offer: Name
    token: Token
    signature: Signature


class AttestedHolder(Part, frozen=True, kw_only=True):
    """A registered holder, and a digest of the person, keyed for the programme: the same whoever attests it."""

    holder: PartyId
    subject: Digest


class Attest(Act, frozen=True, kw_only=True, tag="vouchers.attest"):
    """A bank says which person each of its customers is, or the sponsor or an authority that the programme names does.

    Whoever buys is attested first, if the programme's `subject` is a person or household: what may be bought is limited
    for that subject, however many keys it has. What was attested of a holder stays.
    """

    programme: Name
    holders: Annotated[list[AttestedHolder], Meta(min_length=1, max_length=MAX_ROWS)]


class Buy(Act, frozen=True, kw_only=True, tag="vouchers.buy"):
    """A person buys a voucher of `amount` won for `price`, of own money; the programme adds the discount."""

    programme: Name
    amount: Won
    price: Won


class Cancel(Act, frozen=True, kw_only=True, tag="vouchers.cancel"):
    """The holder gives a bought voucher back unused, for its price.

    The money lands whatever limit binds the holder's account. A holder without one opens it first.
    """

    programme: Name
    voucher: Handle


class CashOut(Act, frozen=True, kw_only=True, tag="vouchers.cash_out"):
    """The holder has the rest of a bought voucher in money, less the discount, once enough of it was spent.

    It lands as what `vouchers.cancel` gives back does.
    """

    programme: Name
    voucher: Handle


class Bind(Act, frozen=True, kw_only=True, tag="vouchers.bind"):
    """The holder lets a utility draw bills on a voucher. `customer` is a keyed digest of the customer number.

    Whoever knows the digest and sells for a shop that the programme allows can draw, until the voucher is bound anew.
    """

    programme: Name
    voucher: Handle
    customer: Digest


class Line(Part, frozen=True, kw_only=True):
    """One line of a basket: a class of goods, and won."""

    goods: Goods
    amount: Won


class Order(Act, frozen=True, kw_only=True, tag="vouchers.order"):
    """A shop says what is in a basket, for programmes that ask for it. One payment uses it; a later one replaces it.

    Of the baskets that a shop names, the last 1,000 can be paid. It can stand in the transaction of the payment, which
    the till and the payer then both sign.
    """

    merchant: PartyId
    order: Reference
    lines: Annotated[list[Line], Meta(min_length=1, max_length=MAX_LINES)]


class PaymentPart(Part, frozen=True, kw_only=True):
    """How much of a payment comes from which voucher, and for which `line` of the order, from 1; 0: none is named."""

    voucher: Handle
    amount: Won
    line: Annotated[int, Meta(ge=0, le=MAX_LINES)] = 0


Parts = Annotated[list[PaymentPart], Meta(min_length=1, max_length=MAX_PARTS)]


class Pay(Act, frozen=True, kw_only=True, tag="vouchers.pay"):
    """The holder pays a merchant with one or several vouchers of a programme, and with `own` won on top.

    Each part must pass the programme's rules, or nothing is paid; a refused voucher never falls through to own
    money, since `own` is what the holder confirmed by signing. `order` is the shop's reference of what is paid.
    With `later` the money is held until the shop delivers. A delegate pays with the vouchers of `holder`, by a
    mandate, and with `own` money of the delegate's; such a payment comes last, and a refusal tells the delegate no more
    than that it did not pay, or why nobody's voucher would.
    """

    programme: Name
    merchant: PartyId
    order: Reference
    parts: Parts
    own: WonOrZero = 0
    later: bool = False
    holder: PartyId | None = None

    @property
    def last(self) -> bool:  # type: ignore[override]  # what follows could fail, and so ask for free what would be paid
        """Whether it pays with the vouchers of somebody else."""
        return self.holder is not None


class PaidLine(Part, frozen=True, kw_only=True):
    """How much of which line of an order is paid, from 1; 0: none is named."""

    line: Annotated[int, Meta(ge=0, le=MAX_LINES)]
    amount: Won


class Collect(Act, frozen=True, kw_only=True, tag="vouchers.collect"):
    """Whoever sells for a merchant takes a payment by a one-time code that the payer showed on a phone or card.

    The ledger pays with the payer's vouchers, those that end first in front; the shop learns none of them. `lines`
    say what of an order is paid, and add up to `amount`.
    """

    last: ClassVar[bool] = True

    programme: Name
    merchant: PartyId
    order: Reference
    code: OneTimeCode
    amount: Won
    lines: Annotated[list[PaidLine], Meta(max_length=MAX_PARTS)] = field(default_factory=list)


class Draw(Act, frozen=True, kw_only=True, tag="vouchers.draw"):
    """A utility pays itself a customer's bill of `amount` won from vouchers that their holder bound to that customer.

    It is paid as far as they go, in their order: what the payment then shows was drawn. No voucher is told from another
    one, or from none.
    """

    last: ClassVar[bool] = True

    programme: Name
    merchant: PartyId
    order: Reference
    customer: Digest
    vouchers: Annotated[list[Handle], Meta(min_length=1, max_length=MAX_PARTS)]
    amount: Won


class Capture(Act, frozen=True, kw_only=True, tag="vouchers.capture"):
    """The shop has delivered, and takes some or all of what was held for it, the last parts first."""

    programme: Name
    merchant: PartyId
    payment: PaymentId
    amount: Won


class Void(Act, frozen=True, kw_only=True, tag="vouchers.void"):
    """The shop lets go of all that is still held for a payment; once its time has passed, anybody may."""

    programme: Name
    merchant: PartyId
    payment: PaymentId


class Refund(Act, frozen=True, kw_only=True, tag="vouchers.refund"):
    """Whoever sells for a merchant gives back some or all of a payment, in ratio to what it came from.

    With `promised` a merchant that has too little due owes it: it is made from what the shop takes next.
    """

    programme: Name
    merchant: PartyId
    payment: PaymentId
    amount: Won
    promised: bool = False


class KeepPromises(Act, frozen=True, kw_only=True, tag="vouchers.keep_promises"):
    """Anybody has the promised refunds of a merchant made, the oldest first, as far as what it took covers them."""

    programme: Name
    merchant: PartyId


class Repay(Act, frozen=True, kw_only=True, tag="vouchers.repay"):
    """A merchant, or the bank that keeps its account, puts own money back so that refunds can be made."""

    programme: Name
    merchant: PartyId
    amount: Won


class Expire(Act, frozen=True, kw_only=True, tag="vouchers.expire"):
    """Anybody returns what is left of up to 1,000 vouchers after the use-by date to the programme."""

    programme: Name
    vouchers: Vouchers


class Freeze(Act, frozen=True, kw_only=True, tag="vouchers.freeze"):
    """Holder, sponsor or desk stops vouchers from being spent, as when a phone is lost. Refunds still land."""

    programme: Name
    vouchers: Vouchers


class Unfreeze(Act, frozen=True, kw_only=True, tag="vouchers.unfreeze"):
    """The sponsor lets frozen vouchers be spent again; a desk those that itself or their holder stopped.

    So no officer of a desk lifts what a sponsor laid for fraud: the holder appeals, and the sponsor lifts it beside the
    decision.
    """

    programme: Name
    vouchers: Vouchers


class Recall(Act, frozen=True, kw_only=True, tag="vouchers.recall"):
    """The sponsor takes back the unspent money of vouchers; what was spent is never touched."""

    programme: Name
    vouchers: Vouchers


class RecallUnused(Act, frozen=True, kw_only=True, tag="vouchers.recall_unused"):
    """Anybody returns vouchers that were never used by the programme's date for that."""

    programme: Name
    vouchers: Vouchers


class Succession(Part, frozen=True, kw_only=True):
    """A voucher that has ended, and the next instalment of the same holder."""

    voucher: Handle
    into: Handle


class CarryOver(Act, frozen=True, kw_only=True, tag="vouchers.carry_over"):
    """Anybody has what is left of ended instalments go over into the next, as far as the programme lets it."""

    programme: Name
    vouchers: Annotated[list[Succession], Meta(min_length=1, max_length=MAX_ROWS)]


class Move(Act, frozen=True, kw_only=True, tag="vouchers.move"):
    """An authority that the programme names, its sponsor or a desk moves a voucher to where its holder lives now.

    The old area ends at once.
    """

    programme: Name
    voucher: Handle
    region: Area


class Confirm(Act, frozen=True, kw_only=True, tag="vouchers.confirm"):
    """The sponsor or an authority that the programme names confirms a voucher's next milestone.

    `evidence` is the digest of what it saw.
    """

    programme: Name
    voucher: Handle
    stage: Stage
    evidence: Digest


class Reimburse(Act, frozen=True, kw_only=True, tag="vouchers.reimburse"):
    """The holder or the sponsor has a voucher paid out to the holder's own account, once all milestones stand.

    The money lands whatever limit binds that account.
    """

    programme: Name
    voucher: Handle
    amount: Won


class PayOut(Act, frozen=True, kw_only=True, tag="vouchers.pay_out"):
    """The sponsor, the treasury bank or the operator pays merchants what they took, into their own accounts."""

    programme: Name
    merchants: Annotated[list[PartyId], Meta(min_length=1, max_length=MAX_ROWS)]


class Reclaim(Act, frozen=True, kw_only=True, tag="vouchers.reclaim"):
    """The sponsor takes money that was never granted, or came back, out of the escrow."""

    programme: Name
    amount: Won
