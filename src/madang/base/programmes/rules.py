"""The life of a programme: draft, approved, published, open, closed. Its actions run in `ledger.apply`.

In order: who asks, what stage the programme is in, what the documents say; then the write.
"""

import hashlib
from collections.abc import Mapping

from madang.base.money import ledger as money
from madang.base.parties import queries as parties
from madang.base.programmes import ledger
from madang.base.programmes.state import (
    DOCUMENTS,
    PROGRAMMES,
    TOTALS,
    AccountLayout,
    Document,
    Programme,
    Status,
    Totals,
)
from madang.base.programmes.transactions import Approve, Close, Draft, Open, Publish
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
    "not_operator": "{by} is no operator of this ledger. Only an operator publishes.",
    "not_yours": "{programme} belongs to another sponsor. Only its sponsor may do this.",
    "not_empty": "{programme} still holds {amount} won in '{account}'. Expire, pay out and reclaim first.",
}
refuse = refuser("programmes", REFUSALS)


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
    contract = _compile(act)
    _check_lists(call, act.by, contract)
    kind, document = _keep(call, act.kind), _keep(call, act.document)
    layouts = tuple(_layout(contract, position) for position in range(len(contract.accounts)))
    call.state.put(PROGRAMMES, Programme(act.by, act.bank, kind, document, "draft", layouts), act.programme)


def _keep(call: Call, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    call.state.put(DOCUMENTS, Document(text), digest)
    return digest


def _compile(act: Draft) -> Contract:
    try:
        kind = load_kind(act.kind.encode())
        programme = load_programme(act.document.encode(), kind)
    except ContractError as error:
        problem = error.problems[0]
        raise refuse("document", problem.code, problem=f"{problem.message} {problem.instead}") from None
    if programme.programme != act.programme:
        raise refuse("name", found=programme.programme, programme=act.programme)
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
    """The sponsor's officers approve the very documents they read."""
    programme = _sponsored(call, act, act.programme, "draft")
    if (programme.bank, programme.kind, programme.document) != (act.bank, act.kind, act.document):
        raise refuse("other_documents", programme=act.programme)
    _advance(call, act.programme, programme, "approved")


def publish(call: Call, act: Publish) -> None:
    """The operator makes an approved programme final and opens its escrow."""
    if not parties.has_role(call.state, act.by, "operator"):
        raise refuse("not_operator", by=act.by)
    programme = _at_stage(call, act.programme, "approved")
    money.open_escrow(call, act.programme, programme.bank)
    call.state.put(TOTALS, Totals((0,) * len(programme.accounts)), act.programme)
    _advance(call, act.programme, programme, "published")


def open_(call: Call, act: Open) -> None:
    """The sponsor lets a published programme run."""
    _advance(call, act.programme, _sponsored(call, act, act.programme, "published"), "open")


def close(call: Call, act: Close) -> None:
    """The sponsor ends a programme that holds nothing any more."""
    programme = _sponsored(call, act, act.programme, "open")
    totals = call.state.get(TOTALS, act.programme) or Totals(())
    for layout, amount in zip(programme.accounts, totals.amounts, strict=True):
        if layout.sort != "outside" and amount:
            raise refuse("not_empty", layout.name, programme=act.programme, amount=amount, account=layout.name)
    _advance(call, act.programme, programme, "closed")


def _at_stage(call: Call, name: str, needed: Status) -> Programme:
    programme = call.state.get(PROGRAMMES, name)
    if programme is None:
        raise refuse("missing", programme=name)
    if programme.status != needed:
        raise refuse("stage", programme=name, status=programme.status, needed=needed)
    return programme


def _sponsored(call: Call, act: Act, name: str, needed: Status) -> Programme:
    programme = _at_stage(call, name, needed)
    if programme.sponsor != act.by:
        raise refuse("not_yours", programme=name)
    return programme


def _advance(call: Call, name: str, programme: Programme, status: Status) -> None:
    advanced = Programme(
        programme.sponsor, programme.bank, programme.kind, programme.document, status, programme.accounts
    )
    call.state.put(PROGRAMMES, advanced, name)


RULES: Mapping[type[Act], Rule] = {Draft: draft, Approve: approve, Publish: publish, Open: open_, Close: close}
