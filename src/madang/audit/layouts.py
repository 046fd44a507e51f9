"""How the records that hold money are laid out, written down a second time for those who execute no rules.

An auditor that read balances through the modules' own types would share their mistakes. A test holds these layouts
against the tables they describe. Records are msgpack arrays; a constant here is a field's place in one.
"""

from typing import Any

import msgspec

from madang.kernel.errors import StoreFailure

SUPPLY = b"money.supply"
BANK = b"money.bank"
ACCOUNT = b"money.account"
POSITION = b"money.position"
PROGRAMME = b"programmes.programme"
TOTALS = b"programmes.total"
RECORD = b"programmes.record"
MARK = b"kernel.mark"
PAUSE = b"kernel.pause"
PRUNED = b"kernel.pruned"

SUPPLY_ISSUED = 0
BANK_FREE, BANK_LOCKED, BANK_LIABILITY = 0, 1, 2
ACCOUNT_BANK, ACCOUNT_BALANCE = 1, 2
POSITION_NET, POSITION_CAP = 0, 1
PROGRAMME_ACCOUNTS = 5
LAYOUT_NAME, LAYOUT_SORT, LAYOUT_RECORD, LAYOUT_FIELD = 0, 1, 2, 3
TOTALS_AMOUNTS = 0

LAYOUTS: dict[bytes, tuple[str, ...]] = {
    SUPPLY: ("issued", "day", "issued_on_day"),
    BANK: ("free", "locked", "liability"),
    ACCOUNT: ("owner", "bank", "balance", "limited", "converted"),
    POSITION: ("net", "cap"),
    PROGRAMME: ("sponsor", "bank", "kind", "document", "status", "accounts", "authorities"),
    TOTALS: ("amounts",),
}
PROGRAMME_ACCOUNT = ("name", "sort", "record", "field")

Fields = list[Any]
_decode = msgspec.msgpack.Decoder().decode


def fields(value: bytes) -> Fields:
    """The fields of a record. Raises `StoreFailure` (`store.corrupt`)."""
    try:
        found = _decode(value)
    except msgspec.MsgspecError as error:
        raise StoreFailure("store.corrupt", f"a record can't be read: {error}") from None
    if not isinstance(found, list):
        raise StoreFailure("store.corrupt", "a record is no array of fields")
    return found


def escrow_account(programme: str) -> bytes:
    """The key of a programme's escrow account."""
    return ACCOUNT + b"\0escrow:" + programme.encode()


class Sums:
    """Which records of a programme its accounts sum up, as its published layout says."""

    def __init__(self, programme: Fields) -> None:
        accounts = programme[PROGRAMME_ACCOUNTS]
        self.names: list[str] = [account[LAYOUT_NAME] for account in accounts]
        self.inside = [account[LAYOUT_SORT] != "outside" for account in accounts]
        self.by_record: dict[str, list[tuple[int, int]]] = {}
        """Record name -> (place of the account, place of the field)."""
        for place, account in enumerate(accounts):
            if account[LAYOUT_SORT] == "sum":
                self.by_record.setdefault(account[LAYOUT_RECORD], []).append((place, account[LAYOUT_FIELD]))

    @property
    def summed(self) -> list[int]:
        """The places of the accounts that are sums over records."""
        return sorted(place for each in self.by_record.values() for place, _ in each)
