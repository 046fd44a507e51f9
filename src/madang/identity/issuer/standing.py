"""Revoking, suspending and restoring what was issued: in the status lists first, which is what others read."""

from collections.abc import Sequence

from madang.identity.issuer.office import Office
from madang.identity.issuer.store import Issued, Standing
from madang.identity.status.register import Status
from madang.identity.verified import StatusReference

_STATUS: dict[Standing, Status] = {
    "valid": Status.VALID,
    "suspended": Status.SUSPENDED,
    "revoked": Status.REVOKED,
}


def changing(issued: Sequence[Issued], standing: Standing, now: int) -> list[Issued]:
    """Those credentials whose standing would change: what is revoked stays so, and what has ended is left."""
    return [one for one in issued if one.standing not in ("revoked", standing) and now < one.valid_until]


def change(office: Office, issued: Sequence[Issued], standing: Standing, now: int) -> list[Issued]:
    """Change the standing of credentials (`changing`); those that it changed.

    Types that live for a day have no status: they are on record as revoked, and end by themselves. Published lists
    follow within minutes (`status.publishing`).

    Raises `MadangError`: `status.store`, `records.database`.
    """
    found = changing(issued, standing, now)
    for one in found:
        if one.status_uri:
            office.statuses.change(StatusReference(one.status_uri, one.status_index), _STATUS[standing], now)
    office.store.stand(office.institution.identifier, [one.number for one in found], standing, now)
    return found
