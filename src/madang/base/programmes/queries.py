"""What anyone may read of programmes: their documents, stage and totals. Records are their services' to show."""

import msgspec

from madang.base.programmes.state import DOCUMENTS, PROGRAMMES, TOTALS, Status
from madang.kernel.fields import Name
from madang.kernel.state import State


class ProgrammeView(msgspec.Struct, frozen=True):
    """A programme: sponsor, treasury bank, digests of its documents, stage, and its totals in won by account."""

    name: str
    sponsor: str
    bank: str
    kind: str
    document: str
    status: Status
    totals: dict[str, int]


def programme(state: State, name: Name) -> ProgrammeView | None:
    """A programme and its totals, or nothing where none has this name."""
    found = state.get(PROGRAMMES, name)
    if found is None:
        return None
    totals = state.get(TOTALS, name)
    amounts = totals.amounts if totals else (0,) * len(found.accounts)
    named = {layout.name: amount for layout, amount in zip(found.accounts, amounts, strict=True)}
    return ProgrammeView(name, found.sponsor, found.bank, found.kind, found.document, found.status, named)


def programmes(state: State) -> list[ProgrammeView]:
    """Every programme of this ledger, by name."""
    views = [programme(state, name) for (name,), _ in state.scan(PROGRAMMES)]
    return [view for view in views if view is not None]


def document(state: State, digest: str) -> str | None:
    """A canonical document by its SHA-256 digest in hexadecimal."""
    found = state.get(DOCUMENTS, digest)
    return None if found is None else found.text


ALL = (programme, programmes, document)
