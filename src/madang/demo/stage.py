"""What stands before the demonstration begins: institutions, regions, money policy, and currency for the banks."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec
import yaml

from madang import contract, data
from madang.base.money.transactions import IssueCurrency, IssueTokens, OpenAccounts
from madang.base.programmes.transactions import Proof
from madang.base.registers.transactions import Publish
from madang.contract import Kind, Programme, read_kind, read_programme
from madang.demo import actors
from madang.engine.genesis import write_genesis
from madang.kernel.transaction import Act
from madang.prover import installed, receipts
from madang.web.site.names import FILE

CHAIN = "madang-demo"
ORIGIN = "madang.example/demo"
SITE = "localhost"
ORIGINS = ["http://localhost:8420"]
MORNING = 1_756_684_800
"""2025-09-01T09:00:00+09:00, inside the coupon's use period: the demonstration's clock begins here."""
CODES_AN_ACT = 5_000
BUDGET = 3_000_000_000
"""What the ministry has in any case (won)."""
MOST_A_CITIZEN = 550_000
"""Won that one citizen may be granted: both rounds."""
RESERVE = 10_000_000_000


def budget(citizens: int) -> int:
    """The programme's money (won): enough for so many citizens."""
    return max(BUDGET, citizens * MOST_A_CITIZEN)


def genesis(
    seed: str, citizens: int = 0, time: int = MORNING, more: Sequence[Act] = (), origins: Sequence[str] = tuple(ORIGINS)
) -> bytes:
    """The genesis document of the demonstration: who is who, every legal dong in force, and money to begin with.

    `time` is that of the first block, `more` are further acts at its end.
    """
    codes = sorted(regions_in_force())
    registers: list[Act] = [
        Publish(
            by=actors.OPERATOR, register="legal-dong", version=1, codes=codes[start : start + CODES_AN_ACT], since=0
        )
        for start in range(0, len(codes), CODES_AN_ACT)
    ]
    banks = (actors.TREASURY_BANK, actors.CITIZENS_BANK, actors.MERCHANTS_BANK)
    money: list[Act] = [
        *[IssueCurrency(by=actors.CENTRAL_BANK, bank=bank, amount=RESERVE) for bank in banks],
        OpenAccounts(by=actors.TREASURY_BANK, owners=[actors.MINISTRY]),
        IssueTokens(by=actors.TREASURY_BANK, account=actors.MINISTRY, amount=budget(citizens), reference="budget/2025"),
    ]
    return write_genesis(CHAIN, time, SITE, list(origins), [*actors.institutions(seed), *registers, *money, *more])


@cache
def regions_in_force() -> frozenset[str]:
    """Every legal-dong code that was not abolished when the data was published."""
    return frozenset(region.code for region in data.regions() if region.abolished is None)


def name_institutions(folder: Path) -> None:
    """Have the pages of the node in a folder call the institutions by names."""
    names = {party: {"ko": ko, "en": en} for party, (ko, en) in actors.NAMES.items()}
    (folder / FILE).write_text(yaml.safe_dump(names, allow_unicode=True), encoding="utf-8")


def proof(kind: Kind, programme: Programme) -> Proof:
    """The proof of a programme, as the ledger keeps it: by the receipt that is shipped beside its document, made anew
    for other documents. Raises `MadangError` (`prover.missing`) where that takes a solver and there is none.
    """
    shipped = resources.files(contract) / "documents" / f"{programme.programme}.proof.json"
    receipt = receipts.load(shipped.read_bytes()) if shipped.is_file() else None
    if receipt is None or not receipts.covers(receipt, kind, programme):
        receipt = receipts.receipt(installed.prove(kind, programme))
    return msgspec.convert(receipts.summary(receipt), Proof)


def coupon(later: int = 0) -> tuple[Kind, Programme]:
    """The kind of vouchers and the consumption coupon of 2025, as their documents say; its dates by `later` seconds
    later, for a ledger whose time nobody can set.
    """
    folder = resources.files(contract) / "documents"
    kind = read_kind((folder / "voucher.yaml").read_text(encoding="utf-8"))
    text = (folder / "consumption-coupon-2025.yaml").read_text(encoding="utf-8")
    shift = timedelta(seconds=later)
    moved = _MOMENT.sub(lambda found: (datetime.fromisoformat(found.group()) + shift).isoformat(), text)
    return kind, read_programme(moved, kind)


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+09:00")


METROPOLITAN = ("11", "26", "27", "28", "29", "30", "31", "36")
"""Provinces that are one city: a coupon for a resident counts in all of it."""


def area_of(region: str) -> str:
    """The first digits that all legal dong of a resident's city or county share (a city's districts are one city)."""
    if region[:2] in METROPOLITAN:
        return region[:2]
    return region[:4] if region[4] != "0" and region[:4] + "0" in _cities_with_districts() else region[:5]


@cache
def _cities_with_districts() -> frozenset[str]:
    return frozenset(
        region.code[:5] for region in data.regions() if region.code[5:] == "00000" and region.code[4] == "0"
    )
