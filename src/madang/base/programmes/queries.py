"""What anyone may read of programmes: documents, stage, totals, and how a refusal is said. Records are their services'
to show.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from madang.base.parties import queries as parties
from madang.base.programmes.state import (
    DOCUMENTS,
    PROGRAMMES,
    PROOFS,
    SUCCESSORS,
    TOTALS,
    Programme,
    Status,
    documents_of,
)
from madang.kernel.fields import Name
from madang.kernel.state import State

MAX_PAGE = 500
MAX_REASON = 64
"""How many characters of a reason are recorded with a refusal (`kernel.errors.Rejected`)."""
Reason = Annotated[
    str, Meta(min_length=1, max_length=MAX_REASON, description="The reason of a refusal, such as spend.in_time.")
]
MAX_REMEMBERED = 256
"""Programmes whose words are kept in memory: at most 256 KiB of text each."""
Language = Literal["ko", "en"]
Words = dict[tuple[str, str], str]
_WORDS: dict[tuple[str, str], Words] = {}


class ProgrammeView(msgspec.Struct, frozen=True):
    """A programme: sponsor, treasury bank, digests of its documents, stage, its totals in won by account, and the
    eligibility authorities that act for it beside its sponsor.
    """

    name: str
    sponsor: str
    bank: str
    kind: str
    document: str
    status: Status
    totals: dict[str, int]
    authorities: list[str]


class ProofView(msgspec.Struct, frozen=True):
    """The proof of a document of a programme, as the quorum of `by` vouched for it: the digests of document and
    receipt, prover and solver, how many properties were proved, and the digest of the document that it widens, if any.
    """

    document: str
    by: str
    receipt: str
    prover: str
    properties: int
    widens: str | None


def programme(state: State, name: Name) -> ProgrammeView | None:
    """A programme and its totals, or nothing where none has this name."""
    found = state.get(PROGRAMMES, name)
    if found is None:
        return None
    totals = state.get(TOTALS, name)
    amounts = totals.amounts if totals else (0,) * len(found.accounts)
    named = {layout.name: amount for layout, amount in zip(found.accounts, amounts, strict=True)}
    return ProgrammeView(
        name,
        found.sponsor,
        found.bank,
        found.kind,
        found.document,
        found.status,
        named,
        list(found.authorities),
    )


def is_authority(state: State, programme: Programme, name: str) -> bool:
    """Whether this institution acts for a programme as an eligibility authority: named by its sponsor, and active."""
    return name in programme.authorities and parties.has_role(state, name, "eligibility_authority")


def programmes(state: State, after: str = "", limit: int = 100) -> list[ProgrammeView]:
    """Up to `limit` (at most 500) programmes of this ledger by name, behind the name `after`."""
    return list(islice(all_programmes(state, after), min(max(limit, 1), MAX_PAGE)))


def all_programmes(state: State, after: str = "") -> Iterator[ProgrammeView]:
    """Every programme by name, behind the name `after`; for whoever runs beside the ledger."""
    for (name,), _ in state.scan_after(PROGRAMMES, after):
        view = programme(state, name)
        if view is not None:
            yield view


def document(state: State, digest: str) -> str | None:
    """A canonical document by its SHA-256 digest in hexadecimal."""
    found = state.get(DOCUMENTS, digest)
    return None if found is None else found.text


def proofs(state: State, name: Name) -> list[ProofView]:
    """The proofs of every document that ever ruled a programme, by digest of the document. The one in force is the
    programme's `document`.
    """
    return [
        ProofView(document, found.by, found.receipt, found.prover, found.properties, found.widens or None)
        for (_, document), found in state.scan(PROOFS, name)
    ]


def successor(state: State, name: Name) -> str | None:
    """The digest of the document that a sponsor proposes to take the place of the one in force, if there is one."""
    found = state.get(SUCCESSORS, name)
    return None if found is None else found.document


def words(state: State, name: Name, reason: Reason, language: Language = "ko") -> str | None:
    """In which words a programme refuses for this reason, a refusal's `reason`; nothing where it has none."""
    found = state.get(PROGRAMMES, name)
    return None if found is None else _words(state, found).get((reason, language))


def _words(state: State, found: Programme) -> Words:
    """All words of a programme's clauses; read once a process, since a digest stands for one document."""
    digests = (found.kind, found.document)
    known = _WORDS.get(digests)
    if known is None:
        if len(_WORDS) >= MAX_REMEMBERED:
            _WORDS.clear()
        known = _WORDS[digests] = _read_words(state, found)
    return known


def _read_words(state: State, found: Programme) -> Words:
    kind, document = documents_of(state, found)
    clauses = [(each.name, one) for each in kind.actions for one in each.require]
    clauses += [(each.action, one) for each in document.actions for one in each.require]
    read: Words = {}
    for action, one in clauses:
        # What a refusal records is cut: two long names make up to 81 characters.
        reason = f"{action}.{one.name}"[:MAX_REASON]
        for each in one.words:
            read.setdefault((reason, each.language), each.text)
    return read


ALL = (programme, programmes, document, proofs, successor, words)
