"""Programmes, their documents, their running totals, and the records of their contracts."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from madang.base.money import ledger as money
from madang.contract import Action, Contract, Kind, load_kind, load_programme
from madang.contract import Programme as ProgrammeDocument
from madang.contract import compile as compile_contract
from madang.kernel.errors import StoreFailure
from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table

Status = Literal["draft", "approved", "published", "open", "closed"]


class Document(Record, frozen=True):
    """A canonical document, stored once under its digest."""

    text: str


class AccountLayout(Record, frozen=True):
    """An account of the contract, as an auditor without the contract reads it.

    `sort` is total, sum or outside. A sum's total equals field number `field` over all records named `record`.
    """

    name: str
    sort: Literal["total", "sum", "outside"]
    record: str
    field: int


class Programme(Record, frozen=True):
    """A programme: who sponsors it, where its escrow lies, which documents rule it, and how far it has come.

    `authorities` are the eligibility authorities that act for it beside its sponsor; no other one does.
    """

    sponsor: str
    bank: str
    kind: str
    document: str
    status: Status
    accounts: tuple[AccountLayout, ...]
    authorities: tuple[str, ...]


class Totals(Record, frozen=True):
    """The running total (won) of each account, in the programme's order. For an outside account: what came in
    from it less what went out to it.
    """

    amounts: tuple[int, ...]


class Pause(Record, frozen=True):
    """Actions of a programme that are refused until a block time (seconds), none named: all. `by` paused them.

    `reason` is a code. Written by `base/operations`, which decides who may.
    """

    by: str
    actions: tuple[str, ...]
    reason: str
    until: int

    def stops(self, action: str, time: int) -> bool:
        """Whether this action is refused at a block time."""
        return time < self.until and (not self.actions or action in self.actions)


class Proven(Record, frozen=True):
    """Whose quorum vouched for the proof of a document: the receipt's digest, prover and solver, how many properties,
    and the digest of the document that it widens ("" for the first).
    """

    by: str
    receipt: str
    prover: str
    properties: int
    widens: str


class Successor(Record, frozen=True):
    """The digest of a document that a sponsor proposes to take the place of the one in force."""

    document: str


class Waiting(Record, frozen=True):
    """That a programme waits to be published, since the second in which it was drafted or approved last."""

    since: int


DOCUMENTS = Table("programmes.document", Document, str, public=True)
PROGRAMMES = Table("programmes.programme", Programme, str, public=True)
TOTALS = Table("programmes.total", Totals, str, public=True)
RECORDS: Table[Any] = Table("programmes.record", msgspec.Raw, str, str, str)
"""Records of contracts under (programme, record name, key). Their types come from the contract: see `compiled`."""
PAUSES = Table("programmes.pause", Pause, str, public=True, sparse=True)
PROOFS = Table("programmes.proof", Proven, str, str, public=True)
"""By programme and digest of the document: one for each that was ever in force."""
SUCCESSORS = Table("programmes.successor", Successor, str, public=True)
WAITING = Table("programmes.waiting", Waiting, str, public=True)
"""(programme): drafts and approved ones, which are not kept for ever."""

TABLES: tuple[Table[Any], ...] = (DOCUMENTS, PROGRAMMES, TOTALS, RECORDS, PAUSES, PROOFS, SUCCESSORS, WAITING)

DRAFT_DAYS = 180
"""How long a programme waits to be published before anybody may remove it."""
BEFORE_PUBLISHING: tuple[Status, ...] = ("draft", "approved")


MAX_COMPILED = 1024
_COMPILED: dict[tuple[str, str], "Compiled"] = {}
MAX_DOCUMENTS = 128
"""How many programmes' documents are kept as syntax: reading one takes some 20 ms, and pages show many."""
_DOCUMENTS: dict[tuple[str, str], tuple[Kind, ProgrammeDocument]] = {}


class Subject(msgspec.Struct, frozen=True):
    """Where `apply` finds one record of an action, and which of the new records it becomes (None: unchanged).

    `prefix` is what all keys of these records begin with; the record's own key follows.
    """

    record: str
    table: Table[Any] | None
    prefix: bytes
    is_new: bool
    changed: int | None


class Compiled(msgspec.Struct, frozen=True):
    """A contract ready to run: a typed view of the records table for each record type, and each action's subjects.

    A fact is a subject without a table. `speaks_of` has, for each action, the names and texts in the programme's own
    clauses, with the texts of the parameters that these name: what they look at, for rules that must know.
    """

    contract: Contract
    tables: dict[str, Table[Any]]
    subjects: dict[str, tuple[Subject, ...]]
    speaks_of: dict[str, frozenset[str]]


def compiled(state: State, programme: Programme) -> Compiled:
    """The compiled contract of a programme; compiled once a process, since a digest stands for one document."""
    digests = (programme.kind, programme.document)
    found = _COMPILED.get(digests)
    if found is None:
        if len(_COMPILED) >= MAX_COMPILED:
            _COMPILED.clear()
        found = _COMPILED[digests] = _compile(_text(state, programme.kind), _text(state, programme.document))
    return found


def documents_of(state: State, programme: Programme) -> tuple[Kind, ProgrammeDocument]:
    """The documents of a programme as syntax, for those who show or explain them; read once a process."""
    digests = (programme.kind, programme.document)
    found = _DOCUMENTS.get(digests)
    if found is None:
        if len(_DOCUMENTS) >= MAX_DOCUMENTS:
            _DOCUMENTS.clear()
        kind = load_kind(_text(state, programme.kind).encode())
        found = _DOCUMENTS[digests] = (kind, load_programme(_text(state, programme.document).encode(), kind))
    return found


def _text(state: State, digest: str) -> str:
    document = state.get(DOCUMENTS, digest)
    if document is None:
        raise StoreFailure("store.corrupt", f"document {digest} is missing. Restore a backup.")
    return document.text


def _compile(kind_text: str, programme_text: str) -> Compiled:
    kind = load_kind(kind_text.encode())
    programme = load_programme(programme_text.encode(), kind)
    contract = compile_contract(kind, programme)
    tables = {name: Table(RECORDS.name, record, *RECORDS.parts) for name, record in contract.records.items()}
    subjects = {name: _subjects(action, contract.programme, tables) for name, action in contract.actions.items()}
    return Compiled(contract, tables, subjects, {name: _spoken_of(programme, name) for name in contract.actions})


def _spoken_of(programme: ProgrammeDocument, action: str) -> frozenset[str]:
    own = [clause.when for each in programme.actions if each.action == action for clause in each.require]
    found = _texts(msgspec.to_builtins(own))
    for parameter in programme.parameters:
        if parameter.name in found:
            values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
            found = found | frozenset([value for value in values if isinstance(value, str)])
    return found


def _texts(tree: Any) -> frozenset[str]:
    """Every name and every text of expressions, as builtin values."""
    if isinstance(tree, (list, tuple)):
        return frozenset().union(*map(_texts, tree))
    if not isinstance(tree, dict):
        return frozenset()
    own = {"name": tree.get("name"), "text": tree.get("value")}.get(tree.get("node", ""))
    return _texts(list(tree.values())) | ({own} if isinstance(own, str) else frozenset())


def _subjects(action: Action, programme: str, tables: dict[str, Table[Any]]) -> tuple[Subject, ...]:
    places = {alias: place for place, alias in enumerate(action.changes)}
    return tuple(
        Subject(
            each.type,
            None if each.is_fact else tables[each.type],
            RECORDS.range(programme, each.type)[0],
            each.is_new,
            places.get(each.alias),
        )
        for each in action.on
    )


def totals_match_records(state: State) -> None:
    """Every sum account's total equals the sum of its field over all records; no inner account is negative."""
    for (name,), totals in state.scan(TOTALS):
        programme = state.get(PROGRAMMES, name)
        if programme is None:
            raise InvariantBroken(f"totals without a programme {name}")
        ruled = compiled(state, programme)
        for layout, amount in zip(programme.accounts, totals.amounts, strict=True):
            if layout.sort == "sum":
                table = ruled.tables[layout.record]
                found = sum(
                    msgspec.structs.astuple(record)[layout.field]
                    for _, record in state.scan(table, name, layout.record)
                )
                if found != amount:
                    raise InvariantBroken(f"{name}: {layout.name} is {amount}, its records add up to {found}")
            if layout.sort != "outside" and amount < 0:
                raise InvariantBroken(f"{name}: {layout.name} is {amount}")


def money_is_conserved(state: State) -> None:
    """What came in from outside and did not go out is in the inner accounts of the programme."""
    for name, inside, net in _sums(state):
        if inside != net:
            raise InvariantBroken(f"{name}: {inside} won inside, {net} came in")


def escrow_holds_what_is_inside(state: State) -> None:
    """The tokens in a programme's escrow are what its inner accounts add up to, won for won."""
    for name, inside, _ in _sums(state):
        held = money.balance(state, money.escrow_of(name))
        if inside != held:
            raise InvariantBroken(f"{name}: {inside} won inside, {held} in escrow")


def _sums(state: State) -> Iterator[tuple[str, int, int]]:
    """Each programme with what its inner accounts, and its outside ones, add up to."""
    for (name,), totals in state.scan(TOTALS):
        programme = state.get(PROGRAMMES, name)
        if programme is not None:
            pairs = list(zip(programme.accounts, totals.amounts, strict=True))
            inside = sum(amount for layout, amount in pairs if layout.sort != "outside")
            yield name, inside, sum(totals.amounts) - inside


def drafts_wait(state: State) -> None:
    """What waits to be published are the drafts and the approved ones, with their documents."""
    waiting = []
    for (name,), programme in state.scan(PROGRAMMES):
        if programme.status in BEFORE_PUBLISHING:
            waiting.append(name)
        if any(state.get(DOCUMENTS, digest) is None for digest in (programme.kind, programme.document)):
            raise InvariantBroken(f"{name} lacks a document")
    if waiting != [name for (name,), _ in state.scan(WAITING)]:
        raise InvariantBroken(f"{waiting} are not published, and others wait")


INVARIANTS = (totals_match_records, money_is_conserved, escrow_holds_what_is_inside, drafts_wait)
