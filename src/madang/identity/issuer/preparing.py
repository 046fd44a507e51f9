"""From what a register knows to what is signed: complete, in order of dates, and checked against the type.

What follows from a date of birth the issuer works out itself, on the day of issue in Korea: the register is not asked
whether somebody is over 18. An employee is the issuer's own, and no other institution's: the name and the party are the
issuer's, and an officer is one whom the ledger has there.
"""

import datetime
import re
from collections.abc import Callable
from typing import Any

from madang.identity.catalogue import CredentialType
from madang.identity.catalogue.types import check_claims
from madang.identity.institution import Institution
from madang.identity.trust import Trust
from madang.identity.verified import Claims
from madang.kernel.errors import MadangError

KOREA = datetime.timezone(datetime.timedelta(hours=9), "KST")
MOST_YEARS = 130
_AGE = re.compile(r"age_over_([0-9]{2})\Z")
_IN_ORDER = (("birth_date", "issue_date"), ("issue_date", "expiry_date"), ("birth_date", "base_date"))
_PAST = ("birth_date", "issue_date", "base_date", "opened_on")


def prepare(institution: Institution, of: CredentialType, known: Claims, now: int) -> Claims:
    """The claims of a credential of this type, ready to be signed.

    Raises `MadangError`: what `CredentialType.check` raises, `prepare.derived` (the register says what the issuer works
    out), `prepare.institution` (another than the issuer's own), `prepare.dates` (a day lies in the future or behind one
    that it should precede), `prepare.expired`.
    """
    today = datetime.datetime.fromtimestamp(now, KOREA).date()
    derived = {name: make for name in of.claims if (make := _derivation(institution, name, today)) is not None}
    said = sorted(name for name in derived if name in known)
    if said:
        raise MadangError("prepare.derived", f"{said[0]} is worked out at issue. Take it out of the register.")
    claims = dict(known)
    for name, make in derived.items():
        value = make(claims)
        if value is not None:
            claims[name] = value
    if "institution" in of.claims:
        claims.setdefault("institution", institution.description.name.ko)
        _check_own(institution, claims["institution"])
    signed = {name: value for name, value in claims.items() if name not in of.besides}
    of.check(signed)
    check_claims(of.besides, {name: value for name, value in claims.items() if name in of.besides}, "")
    _check_dates(claims, today)
    return signed


def check_officer(institution: Institution, claims: Claims, trust: Trust) -> None:
    """Refuse claims of an officer whom the ledger does not have at this institution.

    Raises `MadangError` (`trust.officer`).
    """
    if "officer" in claims:
        trust.check_officer(claims["officer"], institution.party)


def derived_claims(of: CredentialType) -> tuple[str, ...]:
    """The claims of a type that the issuer works out, and no register says."""
    return tuple(name for name in of.claims if _AGE.match(name) or name in ("birth_year", "party"))


def _derivation(institution: Institution, name: str, today: datetime.date) -> Callable[[Claims], Any] | None:
    over = _AGE.match(name)
    if over:
        years = int(over.group(1))
        return lambda claims: None if (born := _born(claims)) is None else age(born, today) >= years
    if name == "birth_year":
        return lambda claims: None if (born := _born(claims)) is None else born.year
    if name == "party":
        return lambda _claims: institution.party
    return None


def _check_own(institution: Institution, named: Any) -> None:
    name = institution.description.name
    if named not in (name.ko, name.en):
        raise MadangError(
            "prepare.institution", f"The institution is another than the issuer. Leave it out, or write {name.ko}."
        )


def age(born: datetime.date, today: datetime.date) -> int:
    """Full years of age on a day. Who was born on 29 February has grown older at the end of the day before 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _born(claims: Claims) -> datetime.date | None:
    """The day of birth; None where there is none that can be read, of which the type's check tells."""
    try:
        return datetime.date.fromisoformat(claims["birth_date"])
    except (KeyError, TypeError, ValueError):
        return None


def _check_dates(claims: Claims, today: datetime.date) -> None:
    days = {
        name: datetime.date.fromisoformat(claims[name])
        for name in {*_PAST, "expiry_date"}
        if isinstance(claims.get(name), str)
    }
    for name in _PAST:
        if name in days and days[name] > today:
            raise MadangError("prepare.dates", f"{name} lies in the future. Correct the register.")
    for first, then in _IN_ORDER:
        if first in days and then in days and days[first] > days[then]:
            raise MadangError("prepare.dates", f"{first} lies after {then}. Correct the register.")
    born = days.get("birth_date")
    if born is not None and age(born, today) > MOST_YEARS:
        raise MadangError("prepare.dates", f"birth_date lies more than {MOST_YEARS} years ago. Correct the register.")
    if "expiry_date" in days and days["expiry_date"] < today:
        raise MadangError("prepare.expired", "What the credential is about has ended. Renew it first.")


def last_second(claims: Claims) -> int | None:
    """The second, exclusive, after which what the credential is about ends; None where it has no such day."""
    if not isinstance(claims.get("expiry_date"), str):
        return None
    day = datetime.date.fromisoformat(claims["expiry_date"]) + datetime.timedelta(days=1)
    return int(datetime.datetime.combine(day, datetime.time(), KOREA).timestamp())
