"""What the programmes of `everything.py` mean, kept in one flat dictionary by somebody who has never seen the rules.

Written from docs/presets.md, from what each act says of itself and from the document in `everything.py`. `run` says
whether an act must be accepted and, if so, what is then where; an act that is refused changes nothing. Every won that
the model knows of is somewhere in it: `money` never changes.
"""

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from tests.services.vouchers.everything import (
    CANCEL_DAYS,
    CARRY_UNTIL,
    CLOSES,
    DAY,
    FULL,
    HOLD_DAYS,
    OPENS,
    REISSUE_DAYS,
    UNUSED_BY,
)
from tests.simulation.model import handle, shares

CAP, MONTH_LIMIT, DISCOUNT, CASH_REST, CARRY_PERCENT, STAGES = 1_000_000, 500_000, 10, 40, 10, 2
DAY_CAP, DAY_COUNT, MONTH_CAP, OWN_SHARE_FROM, FILMS = 200_000, 5, 400_000, 150_000, 2
HOLDING_LIMIT = 1_000_000
"""Won that a person's account can hold, until the central bank says otherwise."""
AUTHORITIES, DESKS, TREASURY, PAYERS_OUT = {"welfare"}, {"desk"}, "treasury-bank", {"treasury-bank", "operator"}
SPONSOR = "ministry"
KOREA = timezone(timedelta(hours=9))
USABLE = ("active", "frozen")
Key = tuple[str, ...]


class No(Exception):  # noqa: N818
    """The act must be refused."""


class Voucher(NamedTuple):
    """A voucher of `programme`."""

    programme: str
    holder: str
    customer: str
    region: str
    instalment: int
    since: int
    until: int
    granted: int
    left: int
    price: int = 0
    status: str = "active"
    stage: int = 0
    used: bool = False


class Counters(NamedTuple):
    """What somebody was granted, and what they bought and spent lately."""

    granted: int = 0
    month_bought: tuple[str, int] = ("", 0)
    day: str = ""
    day_spent: int = 0
    day_count: int = 0
    month: str = ""
    month_spent: int = 0
    month_count: int = 0
    films: int = 0


class Paid(NamedTuple):
    """What one voucher paid of a purchase."""

    voucher: str
    goods: str
    counted: bool
    amount: int
    held: int
    back: int = 0


class Purchase(NamedTuple):
    """A payment at a second, and the own money in it."""

    at: int
    parts: tuple[Paid, ...]
    payer: str
    own: int
    own_back: int = 0

    @property
    def refundable(self) -> list[int]:
        """Of each part, and of the own money."""
        return [one.amount - one.held - one.back for one in self.parts] + [self.own - self.own_back]


def day(at: int) -> str:
    """The Korean day of a second."""
    return datetime.fromtimestamp(at, KOREA).strftime("%Y-%m-%d")


def month(at: int) -> str:
    """The Korean month of a second."""
    return day(at)[:7]


def largest_remainder(amount: int, weights: list[int]) -> list[int]:
    """Each one's share rounded down; single won then go to the largest remainders, of equal ones the first."""
    whole = sum(weights)
    given = [amount * weight // whole for weight in weights]
    while sum(given) < amount:
        missing = [amount * weight - part * whole for weight, part in zip(weights, given, strict=True)]
        given[missing.index(max(missing))] += 1
    return given


class Books:
    """`carry` is how instalments go over; `shops` take vouchers; `people` are registered; `banks` keep accounts."""

    def __init__(self, carry: str, shops: set[str], people: set[str], banks: dict[str, str]) -> None:
        self.carry, self.shops, self.people, self.banks = carry, shops, people, banks
        self.books: dict[Key, Any] = {}
        self._new: dict[Key, Any] = {}
        self._at = self._ids = 0
        self._payload = b""

    # ------------------------------------------------------------------------------------------------ looking

    def money(self) -> int:
        """Every won there is: free, on accounts, due, on vouchers and held."""
        whole: int = sum(value for key, value in self.books.items() if key[0] in ("free", "tokens", "due"))
        whole += sum(one.left for one in self.of("voucher").values())
        whole += sum(part.held for one in self.of("payment").values() for part in one.parts)
        return whole

    def of(self, sort: str) -> dict[str, Any]:
        """Everything of a sort by its last name."""
        return {key[-1]: value for key, value in self.books.items() if key[0] == sort and value is not None}

    # ------------------------------------------------------------------------------------------------- acting

    def run(self, act: Any, at: int, payload: bytes) -> bool:
        """Do what `act` asks at second `at`; whether that may be."""
        self._new, self._at, self._payload, self._ids = {}, at, payload, 0
        name = type(act).__module__.split(".")[-2] + "_" + type(act).__name__
        try:
            getattr(self, "_" + name.lower())(act)
        except No:
            return False
        self.books.update(self._new)
        return True

    def _id(self) -> str:
        self._ids += 1
        return handle(self._payload, self._ids)

    def _get(self, *key: str, default: Any = None) -> Any:
        return self._new[key] if key in self._new else self.books.get(key, default)

    def _put(self, value: Any, *key: str) -> None:
        self._new[key] = value

    def _add(self, amount: int, *key: str) -> None:
        """More, or less, of a pot, which never holds less than nothing."""
        self._need(self._get(*key, default=0) + amount >= 0)
        self._put(self._get(*key, default=0) + amount, *key)

    def _pay_tokens(self, source: str, target: str, amount: int, *, limited: bool = True) -> None:
        """Own money from account to account; a person can't hold too much."""
        self._need(self._get("tokens", source) is not None and self._get("tokens", target) is not None)
        self._add(-amount, "tokens", source)
        self._add(amount, "tokens", target)
        too_much = target in self.people and self._get("tokens", target) > HOLDING_LIMIT
        self._need(not (amount and limited and too_much))

    def _out(self, programme: str, target: str, amount: int) -> None:
        """Out of the free money of a programme onto an account."""
        self._need(self._get("tokens", target) is not None or not amount)
        self._add(-amount, "free", programme)
        if amount:
            self._add(amount, "tokens", target)

    def _voucher(self, number: str, programme: str = FULL) -> Voucher:
        voucher = self._get("voucher", number)
        self._need(voucher is not None and voucher.programme == programme)
        return voucher  # type: ignore[no-any-return]

    def _change(self, number: str, **members: Any) -> None:
        self._put(self._get("voucher", number)._replace(**members), "voucher", number)

    def _counters(self, programme: str, holder: str) -> Counters:
        return self._get("counters", programme, holder, default=Counters())  # type: ignore[no-any-return]

    def _count(self, programme: str, holder: str, **members: Any) -> None:
        self._put(self._counters(programme, holder)._replace(**members), "counters", programme, holder)

    @staticmethod
    def _need(condition: object) -> None:
        if not condition:
            raise No

    def _mandated(self, principal: str, delegate: str, act: str, amount: int) -> None:
        """A delegate acts within the mandate, and the principal has a record of it, with an id."""
        found = self._get("mandate", principal, delegate)
        self._need(found is not None)
        acts, per_use, total, used, until = found
        self._need(self._at < until and act in acts and amount <= per_use and used + amount <= total)
        self._put((acts, per_use, total, used + amount, until), "mandate", principal, delegate)
        self._id()

    # ------------------------------------------------------------------------------------ how they come to people

    def _vouchers_grant(self, act: Any) -> None:
        self._need(act.by == SPONSOR or act.by in AUTHORITIES)
        for row in act.rows:
            self._need((row.holder is None) != (row.code is None))
            self._need(self._get("reference", act.programme, row.reference) is None)
            number = self._id()
            for subject in row.subjects:
                lock = ("lock", str(row.instalment), subject)
                self._need(self._get(*lock) is None)
                self._put(number, *lock)
            self._put(tuple(row.subjects), "subjects", number)
            self._need(row.holder is None or row.holder in self.people)
            if row.code is not None:
                self._need(self._get("code", act.programme, row.code) is None)
                self._put(number, "code", act.programme, row.code)
            since = OPENS if row.since is None else row.since
            until = CLOSES if row.until is None else row.until
            self._need(self._at < CLOSES and OPENS <= since < until <= CLOSES)
            holder = row.holder or number
            had = self._counters(act.programme, holder).granted
            self._need(had + row.amount <= CAP)
            self._count(act.programme, holder, granted=had + row.amount)
            self._add(-row.amount, "free", act.programme)
            voucher = Voucher(
                act.programme, holder, holder, row.region, row.instalment, since, until, row.amount, row.amount
            )
            self._put(voucher, "voucher", number)
            self._put(number, "reference", act.programme, row.reference)

    def _vouchers_claim(self, act: Any) -> None:
        holder = act.holder or act.by
        if holder != act.by:
            self._mandated(holder, act.by, "vouchers.claim", 0)
        self._need(holder in self.people)
        digest = hashlib.sha256(f"{act.programme}:{act.code_key}".encode()).hexdigest()
        number = self._get("code", act.programme, digest)
        self._need(number is not None)
        voucher = self._voucher(number)
        had = self._counters(FULL, holder).granted
        self._need(voucher.status == "active" and had + voucher.granted <= CAP)
        self._count(FULL, holder, granted=had + voucher.granted)
        self._change(number, holder=holder, customer=holder)
        self._put(None, "code", act.programme, digest)

    def _vouchers_buy(self, act: Any) -> None:
        self._need(act.by in self.people and OPENS <= self._at < CLOSES)
        counters = self._counters(FULL, act.by)
        when, bought = counters.month_bought
        bought = bought if when == month(self._at) else 0
        self._need(act.price * 100 == act.amount * (100 - DISCOUNT))
        self._need(bought + act.amount <= MONTH_LIMIT and counters.granted + act.amount <= CAP)
        granted = counters.granted + act.amount
        self._count(FULL, act.by, granted=granted, month_bought=(month(self._at), bought + act.amount))
        self._add(-act.price, "tokens", act.by)
        self._add(act.price - act.amount, "free", FULL)
        voucher = Voucher(FULL, act.by, act.by, "00", 1, self._at, CLOSES, act.amount, act.amount, act.price)
        self._put(voucher, "voucher", self._id())

    def _vouchers_cancel(self, act: Any) -> None:
        voucher = self._voucher(act.voucher)
        self._need(voucher.holder == act.by and voucher.price and voucher.status == "active")
        self._need(voucher.left == voucher.granted)
        self._need(self._at < voucher.since + CANCEL_DAYS * DAY and self._at < voucher.until)
        self._add(voucher.left, "free", FULL)
        self._out(FULL, act.by, voucher.price)
        self._change(act.voucher, status="cashed", left=0)
        counters = self._counters(FULL, act.by)
        when, bought = counters.month_bought
        if when == month(voucher.since):
            bought = max(bought - voucher.granted, 0)
        granted = max(counters.granted - voucher.granted, 0)
        self._count(FULL, act.by, granted=granted, month_bought=(when, bought))

    def _vouchers_cashout(self, act: Any) -> None:
        voucher = self._voucher(act.voucher)
        self._need(voucher.holder == act.by and voucher.price and voucher.status == "active")
        self._need(self._at < voucher.until and 0 < voucher.left * 100 <= voucher.granted * CASH_REST)
        self._add(voucher.left, "free", FULL)
        self._out(FULL, act.by, voucher.left * (100 - DISCOUNT) // 100)
        self._change(act.voucher, status="cashed", left=0)

    # ------------------------------------------------------------------------------------------------------ paying

    def _mandates_grant(self, act: Any) -> None:
        before = self._get("mandate", act.by, act.delegate)
        self._need(before is None or self._at >= before[-1])
        self._need(act.by != act.delegate and self._at < act.scope.until)
        scope = act.scope
        self._put((tuple(scope.acts), scope.per_use, scope.total, 0, scope.until), "mandate", act.by, act.delegate)

    def _mandates_revoke(self, act: Any) -> None:
        self._need(act.by in (act.principal, act.delegate) or act.by in DESKS)
        self._need(self._get("mandate", act.principal, act.delegate) is not None)
        self._put(None, "mandate", act.principal, act.delegate)

    def _vouchers_order(self, act: Any) -> None:
        self._need(act.by == act.merchant)
        self._put(tuple((line.goods, line.amount) for line in act.lines), "basket", act.merchant, act.order)

    def _vouchers_pay(self, act: Any) -> None:
        self._need(not (act.later and act.own))
        holder = act.holder or act.by
        whole = sum(part.amount for part in act.parts)
        if holder != act.by:
            self._mandated(holder, act.by, "vouchers.pay", whole)
        parts = [(part.voucher, part.amount, part.line) for part in act.parts]
        self._spend(act, parts, holder, act.own, later=act.later)
        if act.own:
            self._pay_tokens(act.by, act.merchant, act.own)

    def _vouchers_bind(self, act: Any) -> None:
        voucher = self._voucher(act.voucher)
        self._need(voucher.holder == act.by and voucher.status == "active")
        self._change(act.voucher, customer=act.customer)

    def _vouchers_draw(self, act: Any) -> None:
        self._need(act.by == act.merchant)
        parts, wanted = [], act.amount
        for number in dict.fromkeys(act.vouchers):
            one = self._get("voucher", number)
            usable = one is not None and one.programme == FULL and one.customer == act.customer
            if usable and one.status == "active" and one.since <= self._at < one.until and min(one.left, wanted):
                parts.append((number, min(one.left, wanted), 0))
                wanted -= min(one.left, wanted)
        self._need(parts)
        self._spend(act, parts, act.customer, 0, later=False)

    def _cards_present(self, act: Any) -> None:
        self._need(act.by in self.people and self._at < act.until <= self._at + 180)
        for name, shown in self.of("shown").items():
            self._need(name == act.by or shown[0] != act.code)
        self._put((act.code, act.limit, act.until), "shown", act.by)

    def _vouchers_collect(self, act: Any) -> None:
        self._need(act.by == act.merchant)
        wanted = [(line.line, line.amount) for line in act.lines] or [(0, act.amount)]
        self._need(sum(amount for _, amount in wanted) == act.amount)
        digest = hashlib.sha256(act.code.encode()).hexdigest()
        payers = [name for name, shown in self.of("shown").items() if shown[0] == digest]
        self._need(payers)
        _, limit, until = self._get("shown", payers[0])
        self._need(self._at <= until and act.amount <= limit)
        self._put(None, "shown", payers[0])
        purse = {
            number: one.left
            for number, one in sorted(self.of("voucher").items(), key=lambda pair: (pair[1].until, pair[0]))
            if one.programme == FULL and one.holder == payers[0] and one.status == "active"
            if one.since <= self._at < one.until
        }
        parts = []
        for line, amount in wanted:
            for number, left in purse.items():
                taken = min(amount, left)
                if taken:
                    parts.append((number, taken, line))
                    purse[number], amount = left - taken, amount - taken
            self._need(not amount)
        self._need(len(parts) <= 8)
        self._spend(act, parts, payers[0], 0, later=False)

    def _spend(self, act: Any, parts: list[tuple[str, int, int]], payer: str, own: int, *, later: bool) -> None:
        self._need(act.merchant in self.shops)
        goods = self._goods(act, parts)
        whole = sum(amount for _, amount, _ in parts)
        paid: list[Paid] = []
        last = {line: place for place, (_, _, line) in enumerate(parts)}
        for place, (number, amount, line) in enumerate(parts):
            counted = last[line] == place
            voucher = self._voucher(number)
            self._need(payer in (voucher.holder, voucher.customer) and voucher.holder != number)
            self._need(voucher.status == "active" and voucher.since <= self._at < voucher.until)
            self._need(amount <= voucher.left and goods[line] != "drink")
            self._need(whole < OWN_SHARE_FROM or own * 10 >= whole)
            self._count_spent(voucher.holder, goods[line], amount, counted=counted)
            self._change(number, left=voucher.left - amount, used=True)
            paid.append(Paid(number, goods[line], counted, amount, amount if later else 0))
            self._add(0 if later else amount, "due", act.merchant)
        number = f"{self._at:010x}{self._id()}"
        self._put(Purchase(self._at, tuple(paid), act.by, own), "payment", act.merchant, number)

    def _count_spent(self, holder: str, goods: str, amount: int, *, counted: bool) -> None:
        counters = self._counters(FULL, holder)
        now, spent, count = day(self._at), counters.day_spent, counters.day_count
        if counters.day != now:
            spent = count = 0
        month_spent, month_count = counters.month_spent, counters.month_count
        if counters.month != month(self._at):
            month_spent = month_count = 0
        self._need(goods != "film" or counters.films < FILMS)
        self._need(spent + amount <= DAY_CAP and count < DAY_COUNT and month_spent + amount <= MONTH_CAP)
        self._count(
            FULL,
            holder,
            day=now,
            day_spent=spent + amount,
            day_count=count + counted,
            month=month(self._at),
            month_spent=month_spent + amount,
            month_count=month_count + counted,
            films=counters.films + (counted and goods == "film"),
        )

    def _goods(self, act: Any, parts: list[tuple[str, int, int]]) -> dict[int, str]:
        goods = {0: "-"}
        lines = {line for _, _, line in parts if line}
        if lines:
            basket = self._get("basket", act.merchant, act.order)
            self._need(basket is not None)
            for line in lines:
                self._need(line <= len(basket))
                goods[line], most = basket[line - 1]
                self._need(sum(amount for _, amount, other in parts if other == line) <= most)
            self._put(None, "basket", act.merchant, act.order)
        return goods

    # -------------------------------------------------------------------------------------------------- deliveries

    def _vouchers_capture(self, act: Any) -> None:
        self._need(act.by == act.merchant)
        purchase = self._purchase(act)
        self._need(act.amount <= sum(part.held for part in purchase.parts))
        self._need(self._at < purchase.at + HOLD_DAYS * DAY)
        rest = act.amount
        parts: list[Paid] = []
        for part in reversed(purchase.parts):
            taken = min(rest, part.held)
            parts.insert(0, part._replace(held=part.held - taken))
            rest -= taken
        self._add(act.amount, "due", act.merchant)
        self._put(purchase._replace(parts=tuple(parts)), "payment", act.merchant, act.payment)

    def _vouchers_void(self, act: Any) -> None:
        purchase = self._purchase(act)
        self._need(any(part.held for part in purchase.parts))
        self._need(act.by == act.merchant or self._at >= purchase.at + HOLD_DAYS * DAY)
        for place, part in enumerate(purchase.parts):
            if part.held:
                self._put_part(act, place, part._replace(held=0, back=part.back + part.held))
                self._to_voucher(purchase, part, part.held)

    def _purchase(self, act: Any) -> Purchase:
        purchase = self._get("payment", act.merchant, act.payment)
        self._need(purchase is not None)
        return purchase  # type: ignore[no-any-return]

    def _put_part(self, act: Any, place: int, part: Paid) -> None:
        purchase = self._purchase(act)
        parts = (*purchase.parts[:place], part, *purchase.parts[place + 1 :])
        self._put(purchase._replace(parts=parts), "payment", act.merchant, act.payment)

    def _to_voucher(self, purchase: Purchase, part: Paid, amount: int, *, anew: bool = False) -> None:
        """Money goes back to where it came from, or to the programme; its own day and month have room again."""
        voucher = self._voucher(part.voucher)
        if voucher.status in USABLE and self._at < voucher.until:
            self._change(part.voucher, left=voucher.left + amount)
            counters = self._counters(FULL, voucher.holder)
            gone = part.counted and part.amount - part.back == amount
            same_day, same_month = counters.day == day(purchase.at), counters.month == month(purchase.at)
            self._count(
                FULL,
                voucher.holder,
                day_spent=max(counters.day_spent - amount * same_day, 0),
                day_count=max(counters.day_count - (gone and same_day), 0),
                month_spent=max(counters.month_spent - amount * same_month, 0),
                month_count=max(counters.month_count - (gone and same_month), 0),
                films=max(counters.films - (gone and part.goods == "film"), 0),
            )
        elif anew and voucher.status in (*USABLE, "expired"):
            # What was left by then lapses, whether or not anybody had asked for that.
            status = "frozen" if voucher.status == "frozen" else "active"
            until = max(voucher.until, self._at + REISSUE_DAYS * DAY)
            self._add(voucher.left, "free", FULL)
            self._change(part.voucher, left=amount, status=status, until=until)
        else:
            self._add(amount, "free", FULL)

    # ----------------------------------------------------------------------------------------------------- refunds

    def _promised(self, merchant: str) -> tuple[tuple[str, str, int], ...]:
        """What a merchant owes, the oldest first; those of one second by their ids."""
        return self._get("promises", merchant, default=())  # type: ignore[no-any-return]

    def _vouchers_refund(self, act: Any) -> None:
        self._need(act.by == act.merchant)
        purchase = self._purchase(act)
        promised = sum(amount for _, payment, amount in self._promised(act.merchant) if payment == act.payment)
        self._need(act.amount <= sum(purchase.refundable) - promised)
        if act.promised and not all(self._covered(act.merchant, purchase, act.amount)):
            self._need(len(self._promised(act.merchant)) < 100)
            made = (f"{self._at:010x}{self._id()}", act.payment, act.amount)
            self._put(tuple(sorted((*self._promised(act.merchant), made))), "promises", act.merchant)
            return
        self._give_back(act.merchant, act.payment, act.amount)

    def _covered(self, merchant: str, purchase: Purchase, amount: int) -> tuple[bool, bool]:
        """Whether what is due suffices, and the own money."""
        *parts, own = shares(amount, purchase.refundable)
        due, tokens = self._get("due", merchant, default=0), self._get("tokens", merchant)
        return sum(parts) <= due, own <= tokens

    def _give_back(self, merchant: str, payment: str, amount: int) -> None:
        purchase = self._get("payment", merchant, payment)
        *back, own = shares(amount, purchase.refundable)
        after = []
        for part, share in zip(purchase.parts, back, strict=True):
            after.append(part._replace(back=part.back + share))
            if share:
                self._add(-share, "due", merchant)
                self._to_voucher(purchase, part, share, anew=True)
        if own:
            self._pay_tokens(merchant, purchase.payer, own, limited=False)
        returned = purchase._replace(parts=tuple(after), own_back=purchase.own_back + own)
        self._put(returned, "payment", merchant, payment)

    def _keep(self, merchant: str) -> int:
        """The oldest promises first, until what is due does not suffice; one that lacks own money waits by itself."""
        waiting: list[tuple[str, str, int]] = []
        promises = self._promised(merchant)
        for place, promise in enumerate(promises):
            _, payment, amount = promise
            due, own = self._covered(merchant, self._get("payment", merchant, payment), amount)
            if not due:
                waiting += promises[place:]
                break
            if own:
                self._give_back(merchant, payment, amount)
            else:
                waiting.append(promise)
        self._put(tuple(waiting), "promises", merchant)
        return len(promises) - len(waiting)

    def _vouchers_keeppromises(self, act: Any) -> None:
        self._need(self._keep(act.merchant))

    def _vouchers_repay(self, act: Any) -> None:
        self._need(act.by in (act.merchant, self.banks.get(act.merchant)))
        self._need(self._get("due", act.merchant) is not None and self._get("tokens", act.by) is not None)
        self._add(-act.amount, "tokens", act.by)
        self._add(act.amount, "due", act.merchant)

    # ---------------------------------------------------------------------------------------------- what may happen

    def _vouchers_expire(self, act: Any) -> None:
        for number in act.vouchers:
            voucher = self._voucher(number)
            self._need(self._at >= voucher.until)
            # What can still be carried over does not lapse.
            over = self.carry == "none" or self._at >= min(CARRY_UNTIL, CLOSES) or not voucher.left
            too_much = self.carry == "all_if_below" and voucher.left * 100 >= voucher.granted * CARRY_PERCENT
            self._need(over or too_much)
            self._end(number, "expired")

    def _vouchers_recall(self, act: Any) -> None:
        self._need(act.by == SPONSOR)
        for number in act.vouchers:
            voucher = self._voucher(number)
            counters = self._counters(FULL, voucher.holder)
            self._count(FULL, voucher.holder, granted=max(counters.granted - voucher.left, 0))
            self._end(number, "revoked")
            if voucher.left == voucher.granted:
                for subject in self._get("subjects", number, default=()):
                    self._put(None, "lock", str(voucher.instalment), subject)

    def _vouchers_recallunused(self, act: Any) -> None:
        for number in act.vouchers:
            voucher = self._voucher(number)
            self._need(self._at >= UNUSED_BY > voucher.since and not voucher.used and not voucher.price)
            self._end(number, "revoked")

    def _end(self, number: str, status: str) -> None:
        voucher = self._voucher(number)
        self._need(voucher.status in USABLE)
        self._add(voucher.left, "free", FULL)
        self._change(number, status=status, left=0)

    def _vouchers_freeze(self, act: Any) -> None:
        for number in act.vouchers:
            voucher = self._voucher(number)
            self._need(act.by in (voucher.holder, SPONSOR) or act.by in DESKS)
            self._need(voucher.status == "active")
            self._change(number, status="frozen")
            self._put(act.by if act.by != voucher.holder else "", "stopped", number)

    def _vouchers_unfreeze(self, act: Any) -> None:
        self._need(act.by == SPONSOR or act.by in DESKS)
        for number in act.vouchers:
            self._need(self._voucher(number).status == "frozen")
            self._need(act.by == SPONSOR or self._get("stopped", number, default="") in ("", act.by))
            self._change(number, status="active")

    def _vouchers_move(self, act: Any) -> None:
        self._need(act.by == SPONSOR or act.by in DESKS or act.by in AUTHORITIES)
        self._need(self._voucher(act.voucher).status in USABLE)
        self._change(act.voucher, region=act.region)

    def _vouchers_confirm(self, act: Any) -> None:
        self._need(act.by == SPONSOR or act.by in AUTHORITIES)
        voucher = self._voucher(act.voucher)
        self._need(voucher.status == "active" and act.stage == voucher.stage + 1 <= STAGES)
        self._change(act.voucher, stage=act.stage)

    def _vouchers_reimburse(self, act: Any) -> None:
        voucher = self._voucher(act.voucher)
        self._need(act.by in (voucher.holder, SPONSOR) and voucher.holder != act.voucher)
        self._need(voucher.status == "active" and voucher.since <= self._at < voucher.until)
        self._need(voucher.stage == STAGES and act.amount <= voucher.left)
        self._change(act.voucher, left=voucher.left - act.amount)
        self._add(act.amount, "free", FULL)
        self._out(FULL, voucher.holder, act.amount)

    def _vouchers_carryover(self, act: Any) -> None:
        for one in act.vouchers:
            self._need(one.voucher != one.into)
            ended, following = self._voucher(one.voucher), self._voucher(one.into)
            self._need(ended.holder == following.holder != one.voucher)
            self._need(following.instalment == ended.instalment + 1)
            self._need(ended.until <= self._at < following.until)
            self._need(ended.status == following.status == "active")
            self._need(self.carry != "none" and self._at < CARRY_UNTIL)
            if self.carry == "up_to":
                over = min(ended.left, ended.granted * CARRY_PERCENT // 100)
            else:
                over = ended.left if ended.left * 100 < ended.granted * CARRY_PERCENT else 0
            self._add(ended.left - over, "free", FULL)
            self._change(one.voucher, status="expired", left=0)
            self._change(one.into, granted=following.granted + over, left=following.left + over)

    # -------------------------------------------------------------------------------------------------- whose money

    def _vouchers_namefunders(self, act: Any) -> None:
        self._need(act.by == SPONSOR and self._get("funders") is None)
        untouched = all(not self.books.get(key) for key in (("free", FULL), ("due", "bakery")))
        self._need(untouched and not self.of("voucher") and not self._get("touched"))
        self._need(len({one.funder for one in act.funders}) == len(act.funders))
        self._need(sum(one.share for one in act.funders) == 10_000)
        self._put(tuple((one.funder, one.share, 0, 0, 0) for one in act.funders), "funders")

    def _vouchers_fund(self, act: Any) -> None:
        funders = self._get("funders")
        self._need(act.by in ([one[0] for one in funders] if funders else [SPONSOR]))
        owed = [max(-one, 0) for one in self._owned(funders)] if self._get("settled") else []
        names = [one[0] for one in funders] if funders else []
        self._need(not owed or act.amount <= owed[names.index(act.by)])
        self._add(-act.amount, "tokens", act.by)
        self._add(act.amount, "free", act.programme)
        self._put(True, "touched")
        if funders:
            paid = [(name, share, was + act.amount * (name == act.by), *rest) for name, share, was, *rest in funders]
            self._put(tuple(paid), "funders")

    def _owned(self, funders: Any) -> list[int]:
        """What each funder bears beyond its part of what was spent."""
        borne = [paid - returned for _, _, paid, returned, _ in funders]
        parts = largest_remainder(sum(borne) - self._get("free", FULL), [one[1] for one in funders])
        return [one - part for one, part in zip(borne, parts, strict=True)]

    def _vouchers_reclaim(self, act: Any) -> None:
        self._need(act.by == SPONSOR and not self._get("funders"))
        self._out(act.programme, SPONSOR, act.amount)

    def _vouchers_settle(self, act: Any) -> None:
        funders = self._get("funders")
        self._need(act.by == SPONSOR and funders)
        late = self._at >= CLOSES + 60 * DAY
        busy = 0 if late else sum(self.of("due").values())
        busy += sum(one.left for one in self.of("voucher").values())
        busy += sum(part.held for one in self.of("payment").values() for part in one.parts)
        free, owned = self._get("free", FULL), self._owned(funders)
        self._need(not busy and (free or not self._get("settled")))
        self._need(min(owned) >= 0 or self._get("settled") or late)
        backs = largest_remainder(free, [max(one, 0) for one in owned]) if free else [0 for _ in funders]
        settled = []
        for (name, share, paid, returned, interest), back in zip(funders, backs, strict=True):
            self._out(FULL, name, back)
            settled.append((name, share, paid, returned + back, interest))
        self._put(tuple(settled), "funders")
        self._put(True, "settled")

    def _vouchers_creditinterest(self, act: Any) -> None:
        self._need(act.by == TREASURY)
        funders = self._get("funders")
        if not funders:
            self._pay_tokens(TREASURY, SPONSOR, act.amount)
            return
        weights = [one[2] for one in funders]
        parts = largest_remainder(act.amount, weights if any(weights) else [one[1] for one in funders])
        for one, part in zip(funders, parts, strict=True):
            self._pay_tokens(TREASURY, one[0], part)
        self._put(tuple((*one[:4], one[4] + part) for one, part in zip(funders, parts, strict=True)), "funders")

    def _debts_impose(self, act: Any) -> None:
        self._id()
        self._put((*self._get("debts", default=()), (act.principal, act.due_at)), "debts")

    def _vouchers_payout(self, act: Any) -> None:
        self._need(act.by == SPONSOR or act.by in PAYERS_OUT)
        for merchant in act.merchants:
            self._keep(merchant)
            kept_back = sum(amount for _, _, amount in self._promised(merchant))
            due = self._get("due", merchant, default=0) - kept_back
            self._need(due > 0)
            self._put(kept_back, "due", merchant)
            debts = []
            for left, due_at in self._get("debts", default=()) if merchant == "bakery" else ():
                taken = min(left, due) if due_at <= self._at else 0
                self._add(taken, "tokens", SPONSOR)
                due -= taken
                debts.append((left - taken, due_at))
            if debts:
                self._put(tuple(debts), "debts")
            self._add(due, "tokens", merchant)
