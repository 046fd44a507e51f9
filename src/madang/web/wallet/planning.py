"""With what a purchase is paid: vouchers in the order that loses least, of one programme where one reaches.

Pure but for `accepts`, which tries acts on the ledger as it is now and says what refuses them. Nothing here decides
what a voucher pays: whatever is proposed was tried, and is tried again when it was signed.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from madang.base.money.transactions import Pay as PayMoney
from madang.kernel.errors import Rejected
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import MAX_PARTS, Pay, PaymentPart

MAX_SOURCES = 8
"""Programmes that are tried together; a transaction holds sixteen acts."""
MOST_TRIES = 400
"""How often the ledger is asked for one purchase: shops make baskets, and could make some that take long."""
TOO_MUCH = Rejected("wallet.too_many_tries", "This purchase was tried in too many ways. Pay for fewer goods at a time.")

Lines = tuple[tuple[int, int], ...]
"""Lines of an order with won, from 1; one line 0 where no basket was named."""
Accepts = Callable[[Sequence[Act]], Rejected | None]


class Source(msgspec.Struct, frozen=True):
    """What one party can spend of one programme: numbers of vouchers and won left, those that end first in front."""

    party: str
    programme: str
    vouchers: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        """Won left on all of them."""
        return sum(left for _, left in self.vouchers)


class Purchase(msgspec.Struct, frozen=True):
    """What is paid: where, the shop's reference, and lines."""

    merchant: str
    order: str
    lines: Lines

    @property
    def amount(self) -> int:
        """Won in all."""
        return sum(amount for _, amount in self.lines)


class Refused(msgspec.Struct, frozen=True):
    """A source that pays less here than it could: `refusal` says why."""

    source: Source
    refusal: Rejected


class Plan(msgspec.Struct, frozen=True):
    """What would be signed. `shares` are won by source, `own` the won of own money, `lacking` what nothing reaches.

    `unpaid` are the lines that no voucher pays in full, with what of them is left for own money.
    """

    acts: tuple[Act, ...]
    shares: tuple[tuple[Source, int], ...]
    own: int
    lacking: int
    unpaid: Lines
    refused: tuple[Refused, ...]

    @property
    def signers(self) -> tuple[str, ...]:
        """Whose keys sign it."""
        return tuple(dict.fromkeys(act.by for act in self.acts))


def plan(sources: Sequence[Source], purchase: Purchase, own: Mapping[str, int], accepts: Accepts) -> Plan:
    """The first source that pays all of it; else several, each as much as its rules allow; own money for the rest.

    `sources` come in the order in which they end, `own` is won of own money by party. What `MOST_TRIES` did not find is
    not proposed.
    """
    accepts = _sparingly(accepts)
    refused: dict[str, Refused] = {}
    sources = sources[:MAX_SOURCES]
    for source in sources:
        parts, rest = _fill(source, purchase.lines)
        act = _pay(source, purchase, parts)
        if rest or act is None:
            continue
        refusal = accepts([act])
        if refusal is None:
            return Plan((act,), ((source, purchase.amount),), 0, 0, (), tuple(refused.values()))
        refused[_name(source)] = Refused(source, refusal)
    return _together(sources, purchase, own, accepts, refused)


def _sparingly(accepts: Accepts) -> Accepts:
    """`accepts` for so many tries; then everything is refused."""
    left = iter(range(MOST_TRIES))
    return lambda acts: TOO_MUCH if next(left, None) is None else accepts(acts)


def _together(
    sources: Sequence[Source],
    purchase: Purchase,
    own: Mapping[str, int],
    accepts: Accepts,
    refused: dict[str, Refused],
) -> Plan:
    acts: list[Act] = []
    shares: list[tuple[Source, int]] = []
    lines = purchase.lines
    for source in sources:
        if not lines:
            break
        act, rest, refusal = _as_much_as_it_may(source, purchase, lines, [*acts], accepts)
        if refusal is not None:
            refused.setdefault(_name(source), Refused(source, refusal))
        if act is not None:
            acts.append(act)
            shares.append((source, sum(part.amount for part in act.parts)))
            lines = rest
    left = sum(amount for _, amount in lines)
    paid_by = _own_payer(acts, own, left) if left else None
    if paid_by is not None:
        acts = _with_own(acts, purchase, paid_by, left)
        refusal = accepts(acts)
        if refusal is not None:
            paid_by = None
    why = tuple(refused.values())
    if left and paid_by is None:
        return Plan((), tuple(shares), 0, left, lines, why)
    return Plan(tuple(acts), tuple(shares), left, 0, lines, why)


def _as_much_as_it_may(
    source: Source, purchase: Purchase, lines: Lines, before: list[Act], accepts: Accepts
) -> tuple[Pay | None, Lines, Rejected | None]:
    """What a source pays of these lines beside the acts before, what is left of them, and what refuses more."""
    parts, rest = _fill(source, lines)
    act = _pay(source, purchase, parts)
    refusal = accepts([*before, act]) if act is not None else None
    if refusal is None:
        return act, rest, None
    taken: list[tuple[int, int]] = []
    for line, amount in lines:
        most = _most(source, purchase, taken, (line, amount), before, accepts)
        if most:
            taken.append((line, most))
    parts, _ = _fill(source, tuple(taken))
    by_line = dict(taken)
    left = tuple((line, amount - by_line.get(line, 0)) for line, amount in lines if amount > by_line.get(line, 0))
    return _pay(source, purchase, parts), left, refusal


def _most(
    source: Source,
    purchase: Purchase,
    taken: Sequence[tuple[int, int]],
    wanted: tuple[int, int],
    before: list[Act],
    accepts: Accepts,
) -> int:
    """The most won of a line that a source may pay beside what it pays already: 0 where it may not pay any."""
    line, amount = wanted

    def may(won: int) -> bool:
        parts, rest = _fill(source, (*taken, (line, won)))
        act = _pay(source, purchase, parts)
        return not rest and act is not None and accepts([*before, act]) is None

    low, high = 0, min(amount, source.left - sum(won for _, won in taken))
    if high < 1 or not may(1):
        return 0
    if may(high):
        return high
    high -= 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if may(middle) else (low, middle - 1)
    return low


def _fill(source: Source, lines: Lines) -> tuple[list[PaymentPart], Lines]:
    """Parts that pay these lines from a source's vouchers in order, and what of the lines they don't reach."""
    parts: list[PaymentPart] = []
    vouchers = deque(source.vouchers)
    rest: list[tuple[int, int]] = []
    for line, amount in lines:
        wanting = amount
        while wanting and vouchers and len(parts) < MAX_PARTS:
            number, left = vouchers.popleft()
            take = min(left, wanting)
            parts.append(PaymentPart(voucher=number, amount=take, line=line))
            wanting -= take
            if left > take:
                vouchers.appendleft((number, left - take))
        if wanting:
            rest.append((line, wanting))
    return parts, tuple(rest)


def _pay(source: Source, purchase: Purchase, parts: list[PaymentPart]) -> Pay | None:
    if not parts:
        return None
    return Pay(
        by=source.party,
        programme=source.programme,
        merchant=purchase.merchant,
        order=purchase.order,
        parts=parts,
    )


def _own_payer(acts: Sequence[Act], own: Mapping[str, int], amount: int) -> str | None:
    """Whose own money reaches: of those that pay with vouchers if one's does, since a refund then brings it back."""
    paying = [act.by for act in acts]
    reaching = [party for party, won in own.items() if won >= amount]
    return next((one for one in paying if one in reaching), next(iter(reaching), None)) if paying else None


def _with_own(acts: Sequence[Act], purchase: Purchase, payer: str, amount: int) -> list[Act]:
    """The acts with own money on top: in the payer's own payment, or beside the payments of others."""
    done: list[Act] = list(acts)
    for place, act in enumerate(done):
        if isinstance(act, Pay) and act.by == payer:
            done[place] = msgspec.structs.replace(act, own=amount)
            return done
    return [*done, PayMoney(by=payer, to=purchase.merchant, amount=amount)]


def _name(source: Source) -> str:
    return f"{source.party}/{source.programme}"
