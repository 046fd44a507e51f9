"""Who is who in most tests: institutions with three officers each and a threshold of two, and a few people.

`standard_world()` is a world in which they are appointed; `officers(name)` are an institution's wallets, of which
`quorum(name)` signs quorum acts and `officer(name)` the others.
"""

from collections.abc import Sequence

from madang.base import approvals, money, operations, parties, registers
from madang.base.money.transactions import IssueCurrency, IssueTokens, OpenAccounts
from madang.base.parties.transactions import (
    AppointInstitution,
    InstitutionRole,
    NewKey,
    NewMerchant,
    RegisterMerchants,
    RegisterPeople,
)
from madang.kernel.module import Module
from madang.kernel.transaction import Act
from tests.support.signing import Wallet, wallet
from tests.support.world import World

BASE: tuple[Module, ...] = (parties.MODULE, money.MODULE, approvals.MODULE, operations.MODULE, registers.MODULE)

INSTITUTIONS: dict[str, list[InstitutionRole]] = {
    "operator": ["operator"],
    "central-bank": ["central_bank"],
    "bank-a": ["bank"],
    "bank-b": ["bank"],
    "treasury-bank": ["bank", "treasury"],
    "ministry": ["sponsor"],
    "welfare": ["eligibility_authority"],
    "audit-board": ["auditor"],
    "desk": ["desk"],
}
OFFICERS = 3
THRESHOLD = 2


def officers(institution: str) -> list[Wallet]:
    """All officers of an institution."""
    return [wallet(f"{institution} officer {number}") for number in range(OFFICERS)]


def officer(institution: str) -> Wallet:
    """One officer of an institution."""
    return officers(institution)[0]


def quorum(institution: str) -> list[Wallet]:
    """As many officers as the threshold."""
    return officers(institution)[:THRESHOLD]


def passkey(one: Wallet) -> Wallet:
    """A passkey of an officer, besides the key of its seed; for pages, once it is enrolled."""
    return wallet(f"{one.seed} passkey", "passkey", one.party)


def new_key(signer: Wallet) -> NewKey:
    """What registers a wallet's key."""
    return NewKey(public_key=signer.public_key, sort="passkey" if signer.sort == "passkey" else "jws")


def genesis() -> list[Act]:
    """The acts that appoint the institutions, the operator first."""
    return [
        AppointInstitution(
            by="operator",
            party=name,
            roles=roles,
            threshold=THRESHOLD,
            officers=[new_key(one) for one in officers(name)],
        )
        for name, roles in INSTITUTIONS.items()
    ]


ALICE, BORA, CHUL = wallet("alice"), wallet("bora", "passkey"), wallet("chul")
"""People: Alice and Bora (who signs with a passkey) of bank-a, Chul of bank-b."""
BAKERY, GROCER = wallet("bakery", party="bakery"), wallet("grocer", party="grocer")
"""Merchants: the bakery of bank-a, the grocer of bank-b."""

_PEOPLE = {"bank-a": [ALICE, BORA], "bank-b": [CHUL]}
_MERCHANTS = {"bank-a": BAKERY, "bank-b": GROCER}


def residents() -> list[Act]:
    """Acts that register the people and merchants."""
    acts: list[Act] = [
        RegisterPeople(by=bank, keys=[new_key(one) for one in people]) for bank, people in _PEOPLE.items()
    ]
    acts += [
        RegisterMerchants(by=bank, merchants=[NewMerchant(key=new_key(one), party=one.party)])
        for bank, one in _MERCHANTS.items()
    ]
    return acts


def funds() -> list[Act]:
    """Acts that give each bank 100 million won of currency, open accounts for all, and put tokens on some."""
    acts: list[Act] = [
        IssueCurrency(by="central-bank", bank=bank, amount=100_000_000)
        for bank in ("bank-a", "bank-b", "treasury-bank")
    ]
    acts += [
        OpenAccounts(by="bank-a", owners=[ALICE.party, BORA.party, "bakery"]),
        OpenAccounts(by="bank-b", owners=[CHUL.party, "grocer"]),
        OpenAccounts(by="treasury-bank", owners=["ministry"]),
        IssueTokens(by="bank-a", account=ALICE.party, amount=300_000, reference="first-1"),
        IssueTokens(by="bank-b", account=CHUL.party, amount=200_000, reference="first-2"),
        IssueTokens(by="treasury-bank", account="ministry", amount=50_000_000, reference="first-3"),
    ]
    return acts


_made: dict[tuple[str, ...], World] = {}


def standard_world(modules: Sequence[Module] = BASE) -> World:
    """A fresh world of the cast, with money, one block old (every key works)."""
    names = tuple(module.name for module in modules)
    if names not in _made:
        _made[names] = World(modules, [*genesis(), *residents(), *funds()])
    return _made[names].fork()
