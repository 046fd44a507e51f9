"""What the ledger says of issuers, verifiers and wallets, at each second that matters."""

import pytest

from madang.base.parties.transactions import ReinstateByQuorum, SuspendByQuorum
from madang.identity.trust import Trust
from madang.kernel.errors import MadangError
from tests.base.trust.scene import (
    DAY,
    KEY,
    LEAF,
    LICENCE,
    NEXT_LEAF,
    NEXT_ROOT,
    ROOT,
    YEAR,
    define,
    name_issuer,
    name_provider,
    name_verifier,
    trust_world,
    withdraw_issuer,
    withdraw_provider,
    withdraw_verifier,
)
from tests.support.cast import quorum
from tests.support.world import START

ALL = [name_issuer(), name_verifier(), name_provider()]


def suspend(party: str) -> SuspendByQuorum:
    return SuspendByQuorum(by="operator", party=party)


def trust(*steps) -> Trust:
    """After these steps, each by the quorum of its institution."""
    world = trust_world()
    for step in [*ALL, *steps]:
        world.accept(step, by=quorum(step.by))
    return Trust(world.state())


def code_of(call, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        call(*arguments)
    return refused.value.code


LEAKED = withdraw_issuer(void_from=START + DAY, reason="key_leaked")
ENDED = withdraw_issuer(void_from=START + DAY)
ISSUER_CASES = [
    ([], ROOT, "resident", START, "trust.type"),
    ([define(credential="resident")], ROOT, "resident", START, "trust.issuer"),
    ([], NEXT_ROOT, LICENCE, START, "trust.issuer"),
    ([suspend("welfare"), LEAKED], ROOT, LICENCE, 0, "trust.issuer_suspended"),
    ([LEAKED], ROOT, LICENCE, START - 1, "trust.issuer_time"),
    ([LEAKED], ROOT, LICENCE, START + YEAR, "trust.issuer_time"),
    ([LEAKED], ROOT, LICENCE, START + DAY, "trust.issuer_void"),
    ([LEAKED], ROOT, LICENCE, START, "trust.issuer_void"),
    ([withdraw_issuer(void_from=START + DAY, reason="misuse")], ROOT, LICENCE, START, "trust.issuer_void"),
    ([ENDED], ROOT, LICENCE, START + DAY, "trust.issuer_void"),
    ([withdraw_issuer(void_from=0)], ROOT, LICENCE, START, "trust.issuer_void"),
    ([LEAKED, name_issuer(anchors=[NEXT_ROOT])], ROOT, LICENCE, START, "trust.issuer"),
]


@pytest.mark.parametrize(("steps", "anchor", "kind", "at", "code"), ISSUER_CASES)
def test_an_issuer_is_refused(steps, anchor, kind, at, code):
    assert code_of(trust(*steps).issuer_of, anchor, kind, at) == code


def test_an_issuer_counts_from_until():
    found = trust()
    assert [found.issuer_of(ROOT, LICENCE, at) for at in (START, START + YEAR - 1)] == ["welfare"] * 2
    assert trust(ENDED).issuer_of(ROOT, LICENCE, START + DAY - 1) == "welfare"
    rotated = trust(name_issuer(anchors=[ROOT, NEXT_ROOT]))
    assert [rotated.issuer_of(anchor, LICENCE, START) for anchor in (ROOT, NEXT_ROOT)] == ["welfare"] * 2
    back = trust(suspend("welfare"), ReinstateByQuorum(by="operator", party="welfare"))
    assert back.issuer_of(ROOT, LICENCE, START) == "welfare"


@pytest.mark.parametrize(
    ("steps", "certificate", "at", "code"),
    [
        ([], ROOT, START, "trust.verifier"),
        ([suspend("bank-a"), withdraw_verifier()], LEAF, 0, "trust.verifier_suspended"),
        ([withdraw_verifier()], LEAF, START - 1, "trust.verifier_withdrawn"),
        ([], LEAF, START - 1, "trust.verifier_time"),
        ([], LEAF, START + YEAR, "trust.verifier_time"),
        ([name_verifier(certificates=[NEXT_LEAF])], LEAF, START, "trust.verifier"),
    ],
)
def test_a_verifier_is_refused(steps, certificate, at, code):
    assert code_of(trust(*steps).verifier_of, certificate, at) == code


def test_a_verifier_asks_for_no_more_than_it_may():
    verifier = trust().verifier_of(LEAF, START)
    assert verifier.party == "bank-a"
    assert verifier.may_ask(LICENCE, ["age_over_19"]).purpose == "accounts/opening"
    assert verifier.may_ask(LICENCE, ["age_over_19", "family_name"]).purpose == "accounts/opening"
    assert code_of(verifier.may_ask, LICENCE, ["age_over_19", "portrait"]) == "trust.claims"
    assert code_of(verifier.may_ask, "resident", ["age_over_19"]) == "trust.verifier_type"


def test_claims_of_two_purposes_are_not_added_up():
    steps = [
        name_verifier(purpose="age", claims=["age_over_19"]),
        name_verifier(purpose="name", claims=["given_name", "birth_date"]),
        name_verifier(purpose="ended", claims=["portrait"], until=START + 1),
        name_verifier(purpose="withdrawn", claims=["document_number"]),
        withdraw_verifier(purpose="withdrawn"),
    ]
    verifier = trust(*steps).verifier_of(LEAF, START + 1)
    assert sorted(one.purpose for one in verifier.permissions) == ["accounts/opening", "age", "name"]
    assert verifier.may_ask(LICENCE, ["age_over_19"]).purpose == "age"
    assert verifier.may_ask(LICENCE, ["given_name"]).purpose == "name"
    assert code_of(verifier.may_ask, LICENCE, ["given_name", "family_name"]) == "trust.claims"
    assert code_of(verifier.may_ask, LICENCE, ["portrait"]) == "trust.claims"
    assert code_of(verifier.may_ask, LICENCE, ["document_number"]) == "trust.claims"


@pytest.mark.parametrize(
    ("steps", "attester", "at", "code"),
    [
        ([], ROOT, START, "trust.wallet_provider"),
        ([suspend("bank-b")], KEY, 0, "trust.wallet_provider_suspended"),
        ([], KEY, START - 1, "trust.wallet_provider_time"),
        ([withdraw_provider()], LEAF, START + YEAR, "trust.wallet_provider_time"),
        ([withdraw_provider()], LEAF, START, "trust.wallet_provider_void"),
        ([withdraw_provider(void_from=START + DAY, reason="misuse")], LEAF, START, "trust.wallet_provider_void"),
    ],
)
def test_a_wallet_provider_is_refused(steps, attester, at, code):
    assert code_of(trust(*steps).wallet_provider_of, attester, at) == code


def test_a_wallet_provider_attests_by_key_and_by_certificate():
    found = trust()
    assert [found.wallet_provider_of(one, START) for one in (KEY, LEAF)] == ["bank-b"] * 2
