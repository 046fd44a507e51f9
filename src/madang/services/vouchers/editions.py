"""Under what payments are allowed: which document, and which versions of published lists, as an edition of both."""

from madang.base.programmes.state import Compiled, Programme
from madang.base.registers import queries as registers
from madang.kernel.module import Call
from madang.services.vouchers.state import EDITIONS, LATEST, Edition

_NONE = Edition(0, "", (), (), ())


def edition_now(call: Call, name: str, programme: Programme, ruled: Compiled) -> int:
    """The number of the edition in force, which every part of a payment bears.

    It is a new one where the document, or a list that payments ask, has changed since the last payment.
    """
    lists = ruled.contract.actions["spend"].lists
    found = [registers.latest(call.state, one) for one in lists]
    latest = call.state.get(LATEST, name) or _NONE
    versions = tuple([one.version if one else 0 for one in found])
    changed = tuple([one.changed_at if one else 0 for one in found])
    if latest == Edition(latest.number, programme.document, lists, versions, changed):
        return latest.number
    edition = Edition(latest.number + 1, programme.document, lists, versions, changed)
    call.state.put(EDITIONS, edition, name, edition.number)
    call.state.put(LATEST, edition, name)
    return edition.number
