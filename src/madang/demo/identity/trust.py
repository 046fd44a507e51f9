"""How the ledger of the demonstration comes to trust its offices: by quorums, as everywhere.

The operator defines the types; who governs a type names who issues it and who may ask for it; the welfare authority
opens an offer of tokens for each class of amounts.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from madang.base.eligibility.transactions import AmountClass, Open, Requirement
from madang.base.parties.transactions import AppointInstitution
from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.demo import actors
from madang.demo.identity.offices import OFFICES, POLICE, WELFARE, Setting
from madang.demo.town import COUPON, Town
from madang.identity.catalogue import type_of
from madang.identity.eligibility.keys import make_key
from madang.identity.institution import SIGN_IN, act_to_ask, acts_to_name, describe, root_of
from madang.identity.issuer.configurations import type_metadata
from madang.kernel.transaction import Act
from madang.web.api.asgi import encode

GOVERNORS = {
    "driving_licence": POLICE,
    "resident": actors.MINISTRY,
    "amount_class": actors.WELFARE,
    "age": actors.MINISTRY,
    "employee_id": actors.MINISTRY,
}
AMOUNTS: dict[AmountClass, int] = {"a": 200_000, "b": 100_000}
"""What a token brings in a class, in won: amounts of the coupon."""
INSTALMENT = 3
"""Nobody in the demonstration was granted a third one by key."""
MOST_TOKENS = 1_000
OPEN_SECONDS = 60 * 86_400
STAFF = ("employee_id", "staff/sign-in", ("party", "officer"))
SHOWN = {
    "resident": ("connecting_information", "age_over_18", "province"),
    "amount_class": ("connecting_information", "amount_class"),
}
"""What an offer of tokens asks for: over 18, lives there, in that class; and who it is, which the ledger never sees."""


def name_offices(town: Town, setting: Setting, province: str) -> None:
    """Have the ledger name all offices, and open the offers for residents of a province (two digits)."""
    town.agree(actors.OPERATOR, _licence_office(town.seed))
    town.agree(actors.OPERATOR, *(_definition(kind, governor) for kind, governor in GOVERNORS.items()))
    acts = [*_issuers(setting), *_verifiers(setting)]
    for governor in sorted(set(GOVERNORS.values())):
        town.agree(governor, *(one for one in acts if one.by == governor))
    for amount_class in AMOUNTS:
        town.agree(actors.WELFARE, _offer(setting, amount_class, province, town.clock()))


def offer_name(amount_class: AmountClass) -> str:
    """What an offer is called."""
    return f"adults-{amount_class}"


def _licence_office(seed: str) -> Act:
    officers = [one.new_key for one in actors.officers(POLICE, seed)]
    # It attests what people are; no programme names it, so the role lets it do nothing else.
    return AppointInstitution(
        by=actors.OPERATOR,
        party=POLICE,
        roles=["eligibility_authority"],
        threshold=actors.THRESHOLD,
        officers=officers,
    )


def _definition(kind: str, governor: str) -> DefineType:
    published = encode(type_metadata(type_of(kind)))
    digest = hashlib.sha256(published).hexdigest()
    return DefineType(by=actors.OPERATOR, credential=kind, governor=governor, description=digest)


def _issuers(setting: Setting) -> Iterator[NameIssuer]:
    for name in OFFICES:
        yield from acts_to_name(describe(setting.folder, name), root_of(setting.folder, name), GOVERNORS)


def _verifiers(setting: Setting) -> Iterator[NameVerifier]:
    """Who asks for what: each office who somebody is; the ministry its officers; the welfare authority for tokens."""
    kind, purpose, claim = SIGN_IN
    for name in ("licence", WELFARE):
        yield _asks(setting, name, kind, purpose, [claim])
    yield _asks(setting, "ministry", STAFF[0], STAFF[1], STAFF[2])
    for kind, claims in SHOWN.items():
        yield _asks(setting, WELFARE, kind, f"eligibility/{COUPON}", claims)


def _asks(setting: Setting, name: str, kind: str, purpose: str, claims: Sequence[str]) -> NameVerifier:
    asked = act_to_ask(setting.folder, name, GOVERNORS[kind])
    # The ledger takes https alone; the wallet of this very machine asks the page's own origin.
    origins = [one.replace("http://", "https://") for one in asked.origins]
    return msgspec.structs.replace(asked, credential=kind, purpose=purpose, claims=list(claims), origins=origins)


def _offer(setting: Setting, amount_class: AmountClass, province: str, now: int) -> Open:
    name = offer_name(amount_class)
    modulus = make_key(setting.folder / WELFARE, COUPON, name, setting.read_passphrase())
    return Open(
        by=actors.WELFARE,
        programme=COUPON,
        offer=name,
        requirements=[
            Requirement(credential="resident", claim="connecting_information", test="identifies"),
            Requirement(credential="resident", claim="age_over_18", test="equals", values=["true"]),
            Requirement(credential="resident", claim="province", test="equals", values=[province]),
            Requirement(credential="amount_class", claim="connecting_information", test="identifies"),
            Requirement(credential="amount_class", claim="amount_class", test="equals", values=[amount_class]),
        ],
        amount=AMOUNTS[amount_class],
        region=province,
        instalment=INSTALMENT,
        amount_class=amount_class,
        key=modulus,
        opens=now,
        closes=now + OPEN_SECONDS,
        most=MOST_TOKENS,
    )
