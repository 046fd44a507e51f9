"""The life of a programme: draft, approved, published, open, closed. Its actions run in `ledger.apply`.

While it is open, a document that only widens may take the place of the one in force. A proof stands behind each
document; the rules check that it speaks of these documents and is complete, never the proof itself: a solver's answer
does not belong inside the fence.

In order: who asks, what stage the programme is in, what the documents say; then the write.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from madang.base.money import ledger as money
from madang.base.parties import queries as parties
from madang.base.programmes import ledger
from madang.base.programmes.state import (
    BEFORE_PUBLISHING,
    DOCUMENTS,
    DRAFT_DAYS,
    PROGRAMMES,
    PROOFS,
    SUCCESSORS,
    TOTALS,
    WAITING,
    AccountLayout,
    Document,
    Programme,
    Proven,
    Status,
    Successor,
    Totals,
    Waiting,
)
from madang.base.programmes.transactions import (
    Amend,
    Approve,
    Close,
    Draft,
    ExpireDrafts,
    NameAuthorities,
    Open,
    Proof,
    Publish,
    Succeed,
)
from madang.base.registers import queries as registers
from madang.contract import Contract, ContractError, load_kind, load_programme
from madang.contract import compile as compile_contract
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act

REFUSALS = ledger.REFUSALS | {
    "not_sponsor": "{by} is no sponsor. Only a sponsor drafts programmes.",
    "not_bank": "{bank} is no treasury bank. Name the sponsor's treasury bank.",
    "taken": "{programme} is another sponsor's name. Choose another.",
    "not_draft": "{programme} is {status}: its documents can't change. Draft a successor under a new name.",
    "document": "The documents don't compile. {problem}",
    "name": "The document names itself {found}, not {programme}. Use one name.",
    "list_unknown": "The document names the list {list}, which nobody has published. Publish it first.",
    "list_not_yours": "{list} belongs to {owner}. Name a list of your own, or one of the operator.",
    "missing": "There is no programme {programme}. Draft it first.",
    "stage": "{programme} is {status}; this needs it to be {needed}.",
    "other_documents": "{programme} holds other documents than these, or another bank. Read it again before approving.",
    "authority_twice": "{authority} is named twice. Name each authority once.",
    "authority_role": "{authority} is no active eligibility authority. Name one; the sponsor need not be named.",
    "not_operator": "{by} is no operator of this ledger. Only an operator publishes.",
    "unproved": "The proof does not cover {programme}: {what}. Run madang prove on its documents, send what it writes.",
    "no_successor": "Nobody has proposed a successor for {programme}. Its sponsor does that first.",
    "narrows": "The successor of {programme} is not proven to widen the document in force. "
    "Draft it as a new programme: it will apply to new grants.",
    "fresh": "{programme} waits to be published until {until} (seconds since 1970). Remove it after that.",
    "not_yours": "{programme} belongs to another sponsor. Only its sponsor may do this.",
    "not_empty": "{programme} still holds {amount} won in '{account}'. Expire, pay out and reclaim first.",
}
refuse = refuser("programmes", REFUSALS)

NAMES_AUTHORITIES: tuple[Status, ...] = ("approved", "published", "open")
"""Stages in which the sponsor may name other authorities than it approved the documents with."""


def draft(call: Call, act: Draft) -> None:
    """A sponsor stores or replaces the documents of a draft; they must compile."""
    if not parties.has_role(call.state, act.by, "sponsor"):
        raise refuse("not_sponsor", by=act.by)
    if not all(parties.has_role(call.state, act.bank, role) for role in ("bank", "treasury")):
        raise refuse("not_bank", bank=act.bank)
    existing = call.state.get(PROGRAMMES, act.programme)
    if existing is not None and existing.sponsor != act.by:
        raise refuse("taken", programme=act.programme)
    if existing is not None and existing.status != "draft":
        raise refuse("not_draft", programme=act.programme, status=existing.status)
    contract = _compile(act.programme, act.kind, act.document)
    _check_lists(call, act.by, contract)
    if existing is not None:
        _forget(call, act.programme, existing)
    kind, document = _keep(call, act.kind), _keep(call, act.document)
    layouts = tuple(_layout(contract, position) for position in range(len(contract.accounts)))
    call.state.put(PROGRAMMES, Programme(act.by, act.bank, kind, document, "draft", layouts, ()), act.programme)
    call.state.put(WAITING, Waiting(call.time), act.programme)


def expire_drafts(call: Call, act: ExpireDrafts) -> None:
    """What nobody published goes, with its document."""
    for name in act.programmes:
        programme = _at_stage(call, name, *BEFORE_PUBLISHING)
        waiting = call.state.get(WAITING, name)
        until = (waiting.since if waiting is not None else 0) + DRAFT_DAYS * 86_400
        if call.time < until:
            raise refuse("fresh", name, programme=name, until=until)
        _forget(call, name, programme)
        call.state.delete(PROGRAMMES, name)


def _forget(call: Call, name: str, programme: Programme) -> None:
    """Remove a document that was never in force. It names its programme, so that no other has the same."""
    call.state.delete(DOCUMENTS, programme.document)
    call.state.delete(WAITING, name)


def _keep(call: Call, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    call.state.put(DOCUMENTS, Document(text), digest)
    return digest


def _compile(name: str, kind_text: str, document: str) -> Contract:
    try:
        kind = load_kind(kind_text.encode())
        programme = load_programme(document.encode(), kind)
    except ContractError as error:
        problem = error.problems[0]
        raise refuse("document", problem.code, problem=f"{problem.message} {problem.instead}") from None
    if programme.programme != name:
        raise refuse("name", found=programme.programme, programme=name)
    return compile_contract(kind, programme)


def _check_lists(call: Call, sponsor: str, contract: Contract) -> None:
    """Lists decide who is paid: none may be another sponsor's, or be created by whoever comes first."""
    for name in contract.lists:
        if registers.version(call.state, name) == 0:
            raise refuse("list_unknown", name, list=name)
        owner = registers.owner(call.state, name)
        if owner not in (None, sponsor):
            raise refuse("list_not_yours", name, list=name, owner=owner)


def _layout(contract: Contract, position: int) -> AccountLayout:
    account = contract.accounts[position]
    if account.sort != "sum":
        return AccountLayout(account.name, account.sort, "", 0)
    fields = contract.records[account.record].__struct_fields__
    return AccountLayout(account.name, "sum", account.record, fields.index(account.field))


def approve(call: Call, act: Approve) -> None:
    """The sponsor's officers approve the very documents they read, and say who acts beside them."""
    programme = _sponsored(call, act, act.programme, "draft")
    if (programme.bank, programme.kind, programme.document) != (act.bank, act.kind, act.document):
        raise refuse("other_documents", programme=act.programme)
    _put(call, act.programme, programme, status="approved", authorities=_authorities(call, act.authorities))
    call.state.put(WAITING, Waiting(call.time), act.programme)


def name_authorities(call: Call, act: NameAuthorities) -> None:
    """Other authorities act for the programme from now on."""
    programme = _sponsored(call, act, act.programme, *NAMES_AUTHORITIES)
    _put(call, act.programme, programme, authorities=_authorities(call, act.authorities))


def _authorities(call: Call, named: Sequence[str]) -> tuple[str, ...]:
    for place, name in enumerate(named):
        if name in named[:place]:
            raise refuse("authority_twice", name, authority=name)
        if not parties.has_role(call.state, name, "eligibility_authority"):
            raise refuse("authority_role", name, authority=name)
    return tuple(named)


def publish(call: Call, act: Publish) -> None:
    """The operator makes an approved programme final and opens its escrow."""
    if not parties.has_role(call.state, act.by, "operator"):
        raise refuse("not_operator", by=act.by)
    programme = _at_stage(call, act.programme, "approved")
    _check_proof(act.programme, act.proof, programme.kind, programme.document)
    _keep_proof(call, act, act.programme, act.proof)
    money.open_escrow(call, act.programme, programme.bank)
    call.state.put(TOTALS, Totals((0,) * len(programme.accounts)), act.programme)
    _put(call, act.programme, programme, status="published")
    call.state.delete(WAITING, act.programme)


def _check_proof(name: str, proof: Proof, kind: str, document: str) -> None:
    if (proof.kind, proof.document) != (kind, document):
        raise refuse("unproved", "documents", programme=name, what="it speaks of other documents")
    if proof.properties == 0 or proof.proved != proof.properties:
        what = f"only {proof.proved} of {proof.properties} properties are proved"
        raise refuse("unproved", "incomplete", programme=name, what=what)


def _keep_proof(call: Call, act: Act, name: str, proof: Proof) -> None:
    kept = Proven(act.by, proof.receipt, proof.prover, proof.properties, proof.widens or "")
    call.state.put(PROOFS, kept, name, proof.document)


def succeed(call: Call, act: Succeed) -> None:
    """The sponsor's officers propose a document of the same kind; it must compile."""
    programme = _sponsored(call, act, act.programme, "open")
    kind = call.state.get(DOCUMENTS, programme.kind)
    contract = _compile(act.programme, kind.text if kind else "", act.document)
    _check_lists(call, act.by, contract)
    call.state.put(SUCCESSORS, Successor(_keep(call, act.document)), act.programme)


def amend(call: Call, act: Amend) -> None:
    """The operator lets the proposed document rule, which must be proven to widen the one in force."""
    if not parties.has_role(call.state, act.by, "operator"):
        raise refuse("not_operator", by=act.by)
    programme = _at_stage(call, act.programme, "open")
    successor = call.state.get(SUCCESSORS, act.programme)
    if successor is None:
        raise refuse("no_successor", programme=act.programme)
    _check_proof(act.programme, act.proof, programme.kind, successor.document)
    if act.proof.widens != programme.document:
        raise refuse("narrows", programme=act.programme)
    _keep_proof(call, act, act.programme, act.proof)
    call.state.delete(SUCCESSORS, act.programme)
    _put(call, act.programme, programme, document=successor.document)


def open_(call: Call, act: Open) -> None:
    """The sponsor lets a published programme run."""
    _put(call, act.programme, _sponsored(call, act, act.programme, "published"), status="open")


def close(call: Call, act: Close) -> None:
    """The sponsor ends a programme that holds nothing any more."""
    programme = _sponsored(call, act, act.programme, "open")
    totals = call.state.get(TOTALS, act.programme) or Totals(())
    for layout, amount in zip(programme.accounts, totals.amounts, strict=True):
        if layout.sort != "outside" and amount:
            raise refuse("not_empty", layout.name, programme=act.programme, amount=amount, account=layout.name)
    _put(call, act.programme, programme, status="closed")


def _at_stage(call: Call, name: str, *needed: Status) -> Programme:
    programme = call.state.get(PROGRAMMES, name)
    if programme is None:
        raise refuse("missing", programme=name)
    if programme.status not in needed:
        raise refuse("stage", programme=name, status=programme.status, needed=" or ".join(needed))
    return programme


def _sponsored(call: Call, act: Act, name: str, *needed: Status) -> Programme:
    programme = _at_stage(call, name, *needed)
    if programme.sponsor != act.by:
        raise refuse("not_yours", programme=name)
    return programme


def _put(call: Call, name: str, programme: Programme, **changes: Any) -> None:
    call.state.put(PROGRAMMES, msgspec.structs.replace(programme, **changes), name)


RULES: Mapping[type[Act], Rule] = {
    Draft: draft,
    ExpireDrafts: expire_drafts,
    Approve: approve,
    NameAuthorities: name_authorities,
    Publish: publish,
    Open: open_,
    Succeed: succeed,
    Amend: amend,
    Close: close,
}
