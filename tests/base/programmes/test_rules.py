"""The life of a programme: every refusal as a table in order of precedence, and documents that nobody should store."""

import hashlib
import json

import msgspec
import pytest

from madang.base.approvals.transactions import Approve as ApproveProposal
from madang.base.approvals.transactions import Propose
from madang.base.money import ledger as money
from madang.base.parties.transactions import AppointInstitution, SuspendByQuorum
from madang.base.programmes import queries
from madang.base.programmes.state import DOCUMENTS, DRAFT_DAYS, WAITING
from madang.base.programmes.transactions import Close, ExpireDrafts, NameAuthorities
from madang.kernel.errors import Malformed
from madang.kernel.machine import PAUSES
from tests.base.programmes.toys import (
    BOXES,
    NAME,
    SHOP,
    Run,
    approving,
    documents,
    drafting,
    opening,
    publishing,
    world_at,
)
from tests.support.cast import ALICE, BAKERY, new_key, officer, officers, quorum
from tests.support.proofs import vouched
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, OPERATOR, BANK = quorum("ministry"), quorum("operator"), quorum("bank-a")
ONE = officer("ministry")
CITY = [wallet("city officer 0"), wallet("city officer 1")]
VAULT = [wallet("vault officer 0"), wallet("vault officer 1")]
KIND, DOCUMENT, KIND_DIGEST, DIGEST = documents()
OTHER = "0" * 64


def closing(by: str = "ministry", programme: str = NAME) -> Close:
    return Close(by=by, programme=programme)


def naming(*authorities: str, by: str = "ministry") -> NameAuthorities:
    return NameAuthorities(by=by, programme=NAME, authorities=list(authorities))


def funding(amount: int = 900) -> Run:
    return Run(by="ministry", programme=NAME, action="fund", given=(amount,), outside={"sponsor": "ministry"})


def appoint(party, roles, keys):
    return AppointInstitution(
        by="operator", party=party, roles=roles, threshold=2, officers=[new_key(one) for one in keys]
    )


def stage_of(world: World, name: str = NAME) -> str:
    view = queries.programme(world.state(), name)
    return "" if view is None else view.status


WRONG = '{"kind":"box"}'

# How far the programme has come, then the code, the act that is refused with it, and who signs.
CASES = [
    (0, "authority.not_signed", drafting(), ALICE),
    (2, "programmes.not_sponsor", drafting(by="bank-a", bank="nobody", kind=WRONG), officer("bank-a")),
    (2, "programmes.not_sponsor", drafting(by=ALICE.party, bank="nobody", kind=WRONG), ALICE),
    (2, "programmes.not_sponsor", drafting(by=ONE.party), ONE),
    (2, "programmes.not_bank", drafting(bank="bank-a", kind=WRONG), ONE),
    (2, "programmes.not_bank", drafting(bank="nobody", kind=WRONG), ONE),
    (2, "programmes.taken", drafting(by="city", kind=WRONG), CITY[0]),
    (2, "programmes.not_draft", drafting(kind=WRONG), ONE),
    (3, "programmes.not_draft", drafting(), ONE),
    (4, "programmes.not_draft", drafting(), ONE),
    (0, "programmes.document", drafting(programme="another", kind=WRONG), ONE),
    (0, "programmes.name", drafting(programme="another"), ONE),
    (1, "authority.quorum", approving(programme="another"), ONE),
    (1, "authority.quorum", approving(), [ONE, officer("bank-a"), officer("operator"), ALICE]),
    (1, "programmes.missing", approving(programme="another"), MINISTRY),
    (2, "programmes.stage", approving(by="city", kind=OTHER), CITY),
    (1, "programmes.not_yours", approving(by="city", kind=OTHER), CITY),
    (1, "programmes.not_yours", approving(by=ALICE.party), ALICE),
    (1, "programmes.not_yours", approving(by=ONE.party), ONE),
    (1, "programmes.other_documents", approving(kind=OTHER), MINISTRY),
    (1, "programmes.other_documents", approving(document=OTHER), MINISTRY),
    (1, "programmes.other_documents", approving(kind=DIGEST, document=KIND_DIGEST), MINISTRY),
    (1, "programmes.authority_twice", approving(authorities=["welfare", "welfare", "nobody"]), MINISTRY),
    (1, "programmes.authority_role", approving(authorities=["welfare", "bank-a"]), MINISTRY),
    (1, "programmes.authority_role", approving(authorities=["nobody"]), MINISTRY),
    (1, "programmes.authority_role", approving(authorities=["ministry"]), MINISTRY),
    (4, "authority.quorum", naming("welfare"), ONE),
    (0, "programmes.missing", naming("welfare"), MINISTRY),
    (1, "programmes.stage", naming("welfare", by="city"), CITY),
    (4, "programmes.not_yours", naming("nobody", by="city"), CITY),
    (4, "programmes.not_yours", naming("welfare", by="operator"), OPERATOR),
    (4, "programmes.authority_twice", naming("welfare", "welfare"), MINISTRY),
    (4, "programmes.authority_role", naming("bank-a"), MINISTRY),
    (2, "authority.quorum", publishing(), officer("operator")),
    (0, "programmes.not_operator", publishing(by="ministry"), MINISTRY),
    (2, "programmes.not_operator", publishing(by=ALICE.party), ALICE),
    (0, "programmes.missing", publishing(), OPERATOR),
    (1, "programmes.stage", publishing(), OPERATOR),
    (3, "programmes.stage", publishing(), OPERATOR),
    (4, "programmes.stage", publishing(), OPERATOR),
    (2, "programmes.unproved", publishing(proof=vouched(OTHER, DIGEST)), OPERATOR),
    (2, "programmes.unproved", publishing(proof=vouched(KIND_DIGEST, OTHER)), OPERATOR),
    (2, "programmes.unproved", publishing(proof=vouched(DIGEST, KIND_DIGEST)), OPERATOR),
    (2, "programmes.unproved", publishing(proof=vouched(KIND_DIGEST, DIGEST, proved=8)), OPERATOR),
    (
        2,
        "programmes.unproved",
        publishing(proof=vouched(KIND_DIGEST, DIGEST, properties=0)),
        OPERATOR,
    ),
    (0, "programmes.missing", opening(), ONE),
    (2, "programmes.stage", opening(by="city"), CITY[0]),
    (4, "programmes.stage", opening(), ONE),
    (3, "programmes.not_yours", opening(by="city"), CITY[0]),
    (3, "programmes.not_yours", opening(by="operator"), officer("operator")),
    (4, "authority.quorum", closing(), ONE),
    (0, "programmes.missing", closing(), MINISTRY),
    (3, "programmes.stage", closing(), MINISTRY),
    (4, "programmes.not_yours", closing(by="city"), CITY),
    (4, "programmes.not_yours", closing(by="operator"), OPERATOR),
    (5, "programmes.not_yours", closing(by="city"), CITY),
    (5, "programmes.not_empty", closing(), MINISTRY),
]


def world_of(stage: int) -> World:
    """A world at a stage of the programme; 5 is open with money inside. The city is a sponsor, too."""
    world = world_at(min(stage, 4))
    world.accept(appoint("city", ["sponsor"], CITY), by=OPERATOR)
    if stage == 5:
        world.accept(funding(), by=ONE)
    return world


@pytest.mark.parametrize(("stage", "code", "act", "by"), CASES)
def test_refusals(stage, code, act, by):
    world = world_of(stage)
    before = queries.programmes(world.state())
    world.refuse(code, act, by=by)
    assert queries.programmes(world.state()) == before
    world.check()


# ------------------------------------------------------------------------------------------------------- happy life


def test_a_programme_lives_from_draft_to_closed():
    world = world_at(0)
    stages = []
    for act, by in (
        (drafting(), ONE),
        (approving(), MINISTRY),
        (publishing(), OPERATOR),
        (opening(), ONE),
        (closing(), MINISTRY),
    ):
        world.accept(act, by=by)
        stages.append(stage_of(world))
        world.check()
    assert stages == ["draft", "approved", "published", "open", "closed"]
    for act, by in (
        (drafting(), ONE),
        (approving(), MINISTRY),
        (publishing(), OPERATOR),
        (opening(), ONE),
        (closing(), MINISTRY),
    ):
        world.refuse("programmes.not_draft" if act == drafting() else "programmes.stage", act, by=by)
    world.refuse("programmes.unknown", funding(), by=ONE)


def test_a_programme_names_its_authorities_when_it_is_approved_and_others_later():
    def named() -> list[str]:
        found = queries.programme(world.state(), NAME)
        return [] if found is None else found.authorities

    world = world_at(1)
    world.accept(appoint("city-welfare", ["eligibility_authority"], CITY), by=OPERATOR)
    assert named() == []
    world.accept(approving(authorities=["welfare"]), by=MINISTRY)
    assert named() == ["welfare"]
    world.accept(naming("city-welfare", "welfare"), by=MINISTRY)
    world.accept(publishing(), by=OPERATOR)
    world.accept(opening(), by=ONE)
    assert named() == ["city-welfare", "welfare"]
    world.accept(naming(), by=MINISTRY)
    assert named() == []
    world.accept(closing(), by=MINISTRY)
    world.refuse("programmes.stage", naming("welfare"), by=MINISTRY)


@pytest.mark.parametrize("name", ["A", "", "a b"])
def test_an_authority_has_a_partys_name_and_there_are_not_many(name: str):
    for names in ([name], ["welfare"] * 17):
        with pytest.raises(Malformed, match="json.invalid"):
            world_at(1).submit(approving(authorities=names), by=MINISTRY)


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_nothing_runs_before_it_is_open(stage):
    world_at(stage).refuse("programmes.unknown", funding(), by=ONE)


def test_a_draft_is_replaced_until_it_is_approved_and_its_old_digests_approve_nothing():
    world = world_at(1)
    other = documents(BOXES, SHOP.replace("Box shop", "Another shop"))
    world.accept(drafting(document=other[1]), by=ONE)
    world.refuse("programmes.other_documents", approving(), by=MINISTRY)
    world.accept(approving(document=other[3]), by=MINISTRY)
    view = queries.programme(world.state(), NAME)
    assert (view.sponsor, view.bank, view.kind, view.document) == ("ministry", "treasury-bank", KIND_DIGEST, other[3])
    assert queries.document(world.state(), other[3]) == other[1]
    assert queries.document(world.state(), DIGEST) is None, "what was never in force is not kept"
    assert queries.document(world.state(), OTHER) is None
    assert view.totals == {"sponsor": 0, "free": 0, "held": 0, "buyer": 0}


def test_officers_approve_one_after_the_other_exactly_what_they_read():
    """A proposal names digests, so documents replaced while it waits are not what was approved."""
    world = world_at(1)

    def propose() -> str:
        acts = msgspec.Raw(msgspec.json.encode([approving()]))
        act = Propose(by=ONE.party, acts=acts, deadline=world.time + 86_400)
        result = world.accept(act, by=ONE)
        key = next(key for key, _ in world.entries[result.index - 1].writes if key.startswith(b"approvals.proposal"))
        return key.decode().rpartition("\0")[2]

    def approve(number: int, proposal: str) -> None:
        signer = officers("ministry")[number]
        world.accept(ApproveProposal(by=signer.party, proposal=proposal), by=signer)

    handle = propose()
    assert stage_of(world) == "draft"
    other = documents(BOXES, SHOP.replace("Box shop", "Another shop"))
    world.accept(drafting(document=other[1]), by=ONE)
    signer = officers("ministry")[1]
    world.refuse("programmes.other_documents", ApproveProposal(by=signer.party, proposal=handle), by=signer)
    world.accept(drafting(), by=ONE)
    world.refuse("approvals.approved_already", ApproveProposal(by=ONE.party, proposal=handle), by=ONE)
    approve(1, handle)
    assert stage_of(world) == "approved"


def test_an_escrow_is_opened_at_a_bank_that_is_one():
    world = world_at(0)
    world.accept(appoint("vault", ["treasury"], VAULT), by=OPERATOR)
    world.refuse("programmes.not_bank", drafting(bank="vault"), by=ONE)
    world = world_at(2)
    world.accept(SuspendByQuorum(by="operator", party="treasury-bank"), by=OPERATOR)
    world.refuse("money.not_bank", publishing(), by=OPERATOR)


def test_a_programme_that_holds_money_stays_open_until_it_is_empty():
    world = world_of(5)
    make = Run(by="ministry", programme=NAME, action="make", on=("b1",), given=("alice", 400, "n"))
    world.accept(make, by=ONE)
    assert world.refuse("programmes.not_empty", closing(), by=MINISTRY).reason == "free"
    sponsor = {"sponsor": "ministry"}
    world.accept(Run(by="ministry", programme=NAME, action="defund", given=(500,), outside=sponsor), by=ONE)
    assert world.refuse("programmes.not_empty", closing(), by=MINISTRY).reason == "held"
    sell = Run(by="bakery", programme=NAME, action="sell", on=("b1", "clear"), outside={"buyer": "bakery"})
    world.accept(sell, by=BAKERY)
    world.accept(closing(), by=MINISTRY)
    assert money.balance(world.state(), money.escrow_of(NAME)) == 0
    assert queries.programme(world.state(), NAME).totals == {"sponsor": 400, "free": 0, "held": 0, "buyer": -400}
    world.check()


def test_several_acts_stand_or_fall_together():
    world = world_at(0)
    world.refuse("programmes.stage", drafting(), opening(), by=ONE)
    assert stage_of(world) == ""
    everybody = [*MINISTRY, *OPERATOR]
    world.accept(drafting(), approving(), publishing(), opening(), by=everybody)
    assert stage_of(world) == "open"


# ------------------------------------------------------------------------------------------ documents of bad people


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


BAD_KINDS = {
    "no JSON": "{]",
    "no object": "[]",
    "nested to the sky": "[" * 100_000,
    "nested objects": '{"a":' * 40_000 + "1" + "}" * 40_000,
    "a number beyond all": '{"kind":' + "9" * 5_000 + "}",
    "not a member": changed(KIND, '"kind":"box"', '"kind":"box","also":1'),
    "a member twice": changed(KIND, '"kind":"box"', '"kind":"box","kind":"box"'),
    "white space": changed(KIND, '"kind":"box"', '"kind": "box"'),
    "another order": json.dumps(dict(reversed(json.loads(KIND).items())), separators=(",", ":"), ensure_ascii=False),
    "a byte order mark": "\ufeff" + KIND,
    "a language to come": changed(KIND, '"language":1', '"language":2'),
}
NAMES = ["class", "lambda", "__class__", "owner.x", "owner;import os", "ówner", "Owner", "", "x" * 41, "none", "a\\n"]
BAD_KINDS |= {f"a field named {name!r}": changed(KIND, '"owner"', f'"{name}"') for name in NAMES}
BAD_KINDS |= {f"an alias named {name!r}": changed(KIND, '"alias":"b"', f'"alias":"{name}"') for name in NAMES[:6]}
BAD_KINDS |= {f"a parameter named {name!r}": changed(KIND, '"opens"', f'"{name}"') for name in (*NAMES[:6], "at")}


@pytest.mark.parametrize("name", BAD_KINDS)
def test_a_kind_that_does_not_compile_is_refused_and_stops_nobody(name):
    world = world_at(0)
    world.refuse("programmes.document", drafting(kind=BAD_KINDS[name]), by=ONE)
    assert list(world.state().scan(PAUSES)) == []
    world.accept(drafting(), by=ONE)


BAD_DOCUMENTS = {
    "no JSON": "xx",
    "a kind in its place": KIND,
    "another kind's": changed(DOCUMENT, KIND_DIGEST, OTHER),
    "white space": DOCUMENT + "\n",
    "a parameter missing": changed(DOCUMENT, '"opens"', '"closes"'),
    "a clause on nothing": changed(DOCUMENT, '"action":"pour"', '"action":"fly"'),
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_programme_that_does_not_compile_is_refused(name):
    world = world_at(0)
    result = world.refuse("programmes.document", drafting(document=BAD_DOCUMENTS[name]), by=ONE)
    assert result.reason
    assert result.message.startswith("The documents don't compile. ")


# Names that mean something to Python or to the code that a contract is turned into, and nothing to a contract.
HARMLESS = ["self", "records", "given", "run", "type", "int", "tuple", "len", "print", "exec", "key", "v1", "match"]
NAMED_SO = """
kind: NAME
language: 1
records:
  NAME: {NAME: id, left: {won: 0..1_000}}
accounts: {sponsor: outside, free: total, held: sum(NAME.left)}
parameters: {also_NAME: text}
actions:
  fund:
    given: {NAME: {won: 1..1_000_000}}
    post: [{from: sponsor, to: free, amount: NAME}]
  NAME:
    on: {b: new NAME}
    given: {owner: id, amount: {won: 0..1_000}}
    require: {NAME: amount <= 500}
    post: [{from: free, to: held, amount: amount}]
    set: {b.NAME: owner, b.left: amount}
  empty:
    on: {NAME: NAME}
    post: [{from: held, to: free, amount: NAME.left}]
    set: {NAME.left: 0}
"""
PROGRAMME_SO = """
programme: box-shop
kind: NAME
title: {ko: 이름, en: Names}
parameters: {also_NAME: '__import__("os")'}
"""


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_look_dangerous_are_only_names(name):
    texts = documents(NAMED_SO.replace("NAME", name), PROGRAMME_SO.replace("NAME", name))
    world = world_at(0)
    acts = (
        drafting(kind=texts[0], document=texts[1]),
        approving(kind=texts[2], document=texts[3]),
        publishing(proof=vouched(texts[2], texts[3])),
        opening(),
        funding(),
        Run(by="ministry", programme=NAME, action=name, on=("b1",), given=("alice", 400)),
    )
    world.accept(*acts, by=[*MINISTRY, *OPERATOR])
    assert queries.programme(world.state(), NAME).totals["held"] == 400
    more = Run(by="ministry", programme=NAME, action=name, on=("b2",), given=("alice", 501))
    assert world.refuse("programmes.clause", more, by=ONE).reason == f"{name}.{name}"
    world.accept(Run(by="ministry", programme=NAME, action="empty", on=("b1",)), by=ONE)
    assert queries.programme(world.state(), NAME).totals == {"sponsor": 900, "free": 900, "held": 0}
    world.check()


@pytest.mark.parametrize("field", ["kind", "document"])
def test_a_document_has_at_most_256_kibibytes(field):
    world = world_at(0)
    world.refuse("programmes.document", drafting(**{field: " " * (256 * 1024)}), by=ONE)
    with pytest.raises(Malformed, match="json.invalid"):
        world.submit(drafting(**{field: " " * (256 * 1024 + 1)}), by=ONE)
    with pytest.raises(Malformed, match="json.invalid"):
        world.submit(drafting(**{field: "x"}), by=ONE)


@pytest.mark.parametrize("name", ["A", "a", "-a", "a" * 49, "a\n", "escrow:a", "a b", ""])
def test_a_programme_has_a_plain_name(name):
    with pytest.raises(Malformed, match="json.invalid"):
        world_at(0).submit(drafting(programme=name), by=ONE)


def test_what_was_approved_is_what_its_digest_says():
    world = world_at(4)
    view = queries.programme(world.state(), NAME)
    for digest in (view.kind, view.document):
        assert hashlib.sha256(queries.document(world.state(), digest).encode()).hexdigest() == digest


def test_programmes_are_listed_by_name():
    world = world_at(4)
    other = documents(BOXES, SHOP.replace("programme: box-shop", "programme: a-shop"))
    world.accept(drafting(programme="a-shop", document=other[1]), by=ONE)
    assert [(one.name, one.status) for one in queries.programmes(world.state())] == [
        ("a-shop", "draft"),
        (NAME, "open"),
    ]
    assert queries.programme(world.state(), "nothing") is None


# --------------------------------------------------------------------------------------------- what nobody published


def expiring(*programmes: str) -> ExpireDrafts:
    return ExpireDrafts(by="bakery", programmes=list(programmes or [NAME]))


@pytest.mark.parametrize("stage", ["draft", "approved"])
def test_what_nobody_published_is_removed_after_its_time_by_anybody(stage):
    world = world_that_is(stage)
    assert world.state().get(DOCUMENTS, DIGEST) is not None
    world.advance(DRAFT_DAYS * 86_400 - 1)
    world.refuse("programmes.fresh", expiring(), by=BAKERY)
    world.advance(1)
    world.accept(expiring(), by=BAKERY)
    assert (stage_of(world), world.state().get(DOCUMENTS, DIGEST)) == ("", None)
    world.refuse("programmes.missing", expiring(), by=BAKERY)
    world.accept(drafting(), by=ONE)
    world.check()


@pytest.mark.parametrize("stage", ["published", "open"])
def test_what_was_published_is_never_removed(stage):
    world = world_that_is(stage)
    world.advance(9 * DRAFT_DAYS * 86_400)
    world.refuse("programmes.stage", expiring(), by=BAKERY)
    assert list(world.state().scan(WAITING)) == []
    world.check()


def test_a_draft_that_is_changed_waits_anew_and_keeps_one_document():
    world = world_that_is("draft")
    world.advance(DRAFT_DAYS * 86_400)
    world.accept(drafting(document=documents(BOXES, SHOP.replace("Box shop", "Another shop"))[1]), by=ONE)
    world.refuse("programmes.fresh", expiring(), by=BAKERY)
    assert len(list(world.state().scan(DOCUMENTS))) == 2
    world.check()


def world_that_is(stage: str) -> World:
    """A world in which the programme has come to a stage."""
    return next(world for world in map(world_at, range(5)) if stage_of(world) == stage)
