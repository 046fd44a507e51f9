"""What vouchers mean, kept in one flat dictionary by somebody who has never seen the rules.

`run` says whether an act must be accepted and, if so, what is then where; an act that is refused changes nothing.
Every won that the model knows of is somewhere in it: `money` never changes.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from madang.base.cards.transactions import Present
from madang.services.vouchers.transactions import (
    Claim,
    Collect,
    Expire,
    Freeze,
    Fund,
    Grant,
    Pay,
    PaymentPart,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)

OPENS, CLOSES, CAP = 1_753_056_000, 1_764_514_800, 450_000
AMOUNTS = {100_000, 150_000, 180_000, 200_000, 300_000, 330_000, 350_000, 400_000, 430_000, 450_000}
SPONSOR, AUTHORITIES, DESKS, PAYERS_OUT = "ministry", {"welfare"}, {"desk"}, {"ministry", "treasury-bank", "operator"}
Key = tuple[str, ...]


class No(Exception):  # noqa: N818
    """The act must be refused."""


def handle(payload: bytes, number: int) -> str:
    """The ledger's `number`th new id in a transaction: 128 bits of a digest of what was signed."""
    seed = hashlib.sha256(payload).digest()
    digest = hashlib.sha256(seed + number.to_bytes(4, "big")).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def shares(amount: int, left: list[int]) -> list[int]:
    """Each part's share in ratio, rounded down; single won are then handed out from the first with room on."""
    whole = sum(left)
    given = [amount * part // whole for part in left]
    place = 0
    while sum(given) < amount:
        if given[place] < left[place]:
            given[place] += 1
        else:
            place += 1
    return given


class Model:
    """`shops` are merchants that take vouchers: their region, and whether they are small enough to."""

    def __init__(self, shops: dict[str, tuple[str, bool]], sellers: dict[str, str], people: Iterable[str]) -> None:
        self.shops = shops
        self.sellers = sellers | {shop: shop for shop in shops}
        self.people = set(people)
        self.books: dict[Key, Any] = {("free",): 0}
        self._new: dict[Key, Any] = {}
        self._at = 0
        self._payload = b""

    # ------------------------------------------------------------------------------------------------ looking

    def money(self) -> int:
        """Every won there is."""
        of: dict[str, Callable[[Any], int]] = {
            "free": int,
            "due": int,
            "tokens": int,
            "voucher": lambda voucher: int(voucher[3]),
        }
        return sum(of[key[0]](value) for key, value in self.books.items() if key[0] in of)

    def of(self, sort: str) -> dict[str, Any]:
        """Everything of a sort by its last name."""
        return {key[-1]: value for key, value in self.books.items() if key[0] == sort}

    # ------------------------------------------------------------------------------------------------- acting

    def run(self, act: Any, at: int, payload: bytes) -> bool:
        """Do what `act` asks at second `at`; whether that may be."""
        self._new, self._at, self._payload = {}, at, payload
        try:
            getattr(self, "_" + type(act).__name__.lower())(act)
        except No:
            return False
        self.books.update(self._new)
        return True

    def _get(self, *key: str, default: Any = None) -> Any:
        return self._new[key] if key in self._new else self.books.get(key, default)

    def _put(self, value: Any, *key: str) -> None:
        self._new[key] = value

    def _move(self, amount: int, source: Key, target: Key) -> None:
        has = self._get(*source)
        if has is None or has < amount or (target[0] == "tokens" and self._get(*target) is None):
            raise No
        self._put(has - amount, *source)
        self._put(self._get(*target, default=0) + amount, *target)

    def _take(self, number: str, amount: int, target: Key, status: str | None = None) -> None:
        holder, region, before, left = self._get("voucher", number)
        if amount > left:
            raise No
        self._put((holder, region, status or before, left - amount), "voucher", number)
        self._put(self._get(*target, default=0) + amount, *target)

    def _voucher(self, number: str) -> Any:
        voucher = self._get("voucher", number)
        if voucher is None:
            raise No
        return voucher

    @staticmethod
    def _need(condition: bool) -> None:
        if not condition:
            raise No

    def _fund(self, act: Fund) -> None:
        self._need(act.by == SPONSOR)
        self._move(act.amount, ("tokens", SPONSOR), ("free",))

    def _reclaim(self, act: Reclaim) -> None:
        self._need(act.by == SPONSOR and self._at >= CLOSES)
        self._move(act.amount, ("free",), ("tokens", SPONSOR))

    def _grant(self, act: Grant) -> None:
        self._need(act.by == SPONSOR or act.by in AUTHORITIES)
        for place, row in enumerate(act.rows, 1):
            self._need((row.holder is None) != (row.code is None))
            self._need(self._get("reference", row.reference) is None)
            self._need(row.holder is None or row.holder in self.people)
            self._need(row.code is None or self._get("code", row.code) is None)
            self._need(self._at < CLOSES and row.amount <= CAP and row.amount in AMOUNTS)
            self._need(self._get("free") >= row.amount)
            number = handle(self._payload, place)
            self._put(self._get("free") - row.amount, "free")
            self._put((row.holder or number, row.region, "active", row.amount), "voucher", number)
            self._put(number, "reference", row.reference)
            if row.code is not None:
                self._put(number, "code", row.code)

    def _claim(self, act: Claim) -> None:
        digest = hashlib.sha256(f"{act.programme}:{act.code_key}".encode()).hexdigest()
        number = self._get("code", digest)
        self._need(number is not None)
        holder, region, status, left = self._voucher(number)
        self._need(holder == number and status == "active")
        self._put((act.by, region, status, left), "voucher", number)
        self._put(None, "code", digest)

    def _pay(self, act: Pay) -> None:
        self._need(act.merchant in self.shops)
        shop_region, small = self.shops[act.merchant]
        parts = []
        for part in act.parts:
            holder, region, status, _ = self._voucher(part.voucher)
            self._need(holder == act.by and status == "active" and OPENS <= self._at < CLOSES)
            self._need(small and shop_region[: len(region)] == region)
            self._take(part.voucher, part.amount, ("due", act.merchant))
            parts.append((part.voucher, part.amount, 0))
        if act.own:
            self._move(act.own, ("tokens", act.by), ("tokens", act.merchant))
        payment = f"{self._at:010x}" + handle(self._payload, 1)
        self._put((act.by, tuple(parts), act.own, 0), "payment", act.merchant, payment)

    def _present(self, act: Present) -> None:
        self._need(act.by in self.people and self._at < act.until <= self._at + 180)
        self._put((act.code, act.limit, act.until), "shown", act.by)

    def _collect(self, act: Collect) -> None:
        """Of the payer's vouchers, which all end together, those with the smaller numbers pay first."""
        self._need(self.sellers.get(act.by) == act.merchant)
        digest = hashlib.sha256(act.code.encode()).hexdigest()
        payers = [name for name, shown in self.of("shown").items() if shown and shown[0] == digest]
        self._need(bool(payers))
        _, limit, until = self._get("shown", payers[0])
        self._need(self._at <= until and act.amount <= limit)
        self._put(None, "shown", payers[0])
        rest, parts = act.amount, []
        for number, (holder, _, status, left) in sorted(self.of("voucher").items()):
            if holder == payers[0] and status == "active" and OPENS <= self._at < CLOSES and min(rest, left):
                parts.append(PaymentPart(voucher=number, amount=min(rest, left)))
                rest -= parts[-1].amount
        self._need(not rest and len(parts) <= 8)
        paid = Pay(by=payers[0], programme=act.programme, merchant=act.merchant, order=act.order, parts=parts)
        self._pay(paid)

    def _refund(self, act: Refund) -> None:
        self._need(self.sellers.get(act.by) == act.merchant)
        found = self._get("payment", act.merchant, act.payment)
        self._need(found is not None)
        payer, parts, own, own_refunded = found
        left = [amount - refunded for _, amount, refunded in parts] + [own - own_refunded]
        self._need(act.amount <= sum(left))
        back = shares(act.amount, left)
        after = []
        for (number, amount, refunded), share in zip(parts, back, strict=False):
            after.append((number, amount, refunded + share))
            if share == 0:
                continue
            holder, region, status, on_it = self._voucher(number)
            if status in ("expired", "revoked") or self._at >= CLOSES:
                self._move(share, ("due", act.merchant), ("free",))
            else:
                self._need(self._get("due", act.merchant) >= share)
                self._put(self._get("due", act.merchant) - share, "due", act.merchant)
                self._put((holder, region, status, on_it + share), "voucher", number)
        if back[-1]:
            self._move(back[-1], ("tokens", act.merchant), ("tokens", payer))
        self._put((payer, tuple(after), own, own_refunded + back[-1]), "payment", act.merchant, act.payment)

    def _expire(self, act: Expire) -> None:
        self._need(self._at >= CLOSES)
        self._end(act.vouchers, "expired")

    def _recall(self, act: Recall) -> None:
        self._need(act.by == SPONSOR)
        self._end(act.vouchers, "revoked")

    def _end(self, numbers: Iterable[str], status: str) -> None:
        for number in numbers:
            _, _, before, left = self._voucher(number)
            self._need(before in ("active", "frozen"))
            self._take(number, left, ("free",), status)

    def _freeze(self, act: Freeze) -> None:
        for number in act.vouchers:
            holder, region, status, left = self._voucher(number)
            self._need(act.by == holder or act.by == SPONSOR or act.by in DESKS)
            self._need(status == "active")
            self._put((holder, region, "frozen", left), "voucher", number)
            self._put("" if act.by == holder else act.by, "stopped", number)

    def _unfreeze(self, act: Unfreeze) -> None:
        self._need(act.by == SPONSOR or act.by in DESKS)
        for number in act.vouchers:
            holder, region, status, left = self._voucher(number)
            self._need(status == "frozen")
            self._need(act.by == SPONSOR or self._get("stopped", number, default="") in ("", act.by))
            self._put((holder, region, "active", left), "voucher", number)

    def _payout(self, act: PayOut) -> None:
        self._need(act.by in PAYERS_OUT)
        for shop in act.merchants:
            due = self._get("due", shop, default=0)
            self._need(due > 0)
            self._move(due, ("due", shop), ("tokens", shop))
