"""Every refusal of trust in order of precedence, and what naming, rotating and withdrawing leave."""

import pytest

from madang.base import trust
from madang.base.parties.transactions import SuspendByQuorum
from madang.base.trust import queries
from madang.base.trust.state import (
    ANCHORS,
    CERTIFICATES,
    ISSUERS,
    STAFF_ISSUERS,
    TYPES,
    VERIFIERS,
    CredentialType,
    Issuer,
    Owner,
    StaffIssuers,
    Use,
    ends,
)
from madang.kernel.module import InvariantBroken
from tests.base.trust.scene import (
    DAY,
    KEY,
    LEAF,
    LICENCE,
    NEXT_LEAF,
    NEXT_ROOT,
    ORIGIN,
    OTHER_ROOT,
    ROOT,
    YEAR,
    define,
    name_issuer,
    name_provider,
    name_staff_issuers,
    name_verifier,
    trust_world,
    withdraw_issuer,
    withdraw_provider,
    withdraw_verifier,
)
from tests.support.cast import BAKERY, officer, quorum
from tests.support.world import START, present

SUSPENDED = SuspendByQuorum(by="operator", party="welfare")
LEAKED = withdraw_issuer(reason="key_leaked", void_from=0)
NOT_ME = {"by": "bank-a"}
WRONG = {"anchors": [ROOT, ROOT], "until": START}
WRONG_VERIFIER = {"claims": ["a_claim", "a_claim"], "until": START}
MINISTRY = quorum("ministry")

# Steps before (each by the quorum of its institution), the code, the act. Each act breaks later checks too.
CASES = [
    ([], "trust.not_operator", define(by="ministry", governor="nobody")),
    ([], "trust.not_institution", define(governor="nobody")),
    ([], "trust.not_institution", define(governor="bakery")),
    ([SUSPENDED], "trust.not_institution", define(governor="welfare")),
    ([], "trust.unknown_type", name_issuer(credential="unheard_of", issuer="nobody", **NOT_ME)),
    ([], "trust.not_governor", name_issuer(issuer="nobody", **NOT_ME)),
    ([], "trust.not_governor", name_issuer(by="operator")),
    ([define(governor="audit-board")], "trust.not_governor", name_issuer()),
    ([], "trust.not_institution", name_issuer(issuer="nobody", **WRONG)),
    ([], "trust.not_institution", name_issuer(issuer="bakery", **WRONG)),
    ([SUSPENDED], "trust.not_institution", name_issuer(**WRONG)),
    ([], "trust.twice", name_issuer(**WRONG)),
    ([], "trust.twice", name_issuer(origins=[ORIGIN, ORIGIN], until=START)),
    ([LEAKED], "trust.dates", name_issuer(until=START)),
    ([], "trust.dates", name_issuer(until=START + 10 * YEAR + 1)),
    ([LEAKED], "trust.leaked", name_issuer()),
    ([LEAKED], "trust.leaked", name_issuer(issuer="bank-b", anchors=[OTHER_ROOT, ROOT])),
    ([LEAKED, name_issuer(anchors=[NEXT_ROOT])], "trust.leaked", name_issuer(anchors=[NEXT_ROOT, ROOT])),
    ([], "trust.taken", name_issuer(issuer="bank-b")),
    ([], "trust.unknown_type", withdraw_issuer(credential="unheard_of", issuer="nobody", **NOT_ME)),
    ([], "trust.not_governor", withdraw_issuer(issuer="nobody", **NOT_ME)),
    ([], "trust.unknown_issuer", withdraw_issuer(issuer="bank-b")),
    ([withdraw_issuer()], "trust.withdrawn", withdraw_issuer()),
    ([withdraw_issuer()], "trust.withdrawn", withdraw_issuer(void_from=START + 1, reason="misuse")),
    ([LEAKED], "trust.withdrawn", LEAKED),
    ([], "trust.unknown_type", name_verifier(credential="unheard_of", verifier="nobody", **NOT_ME)),
    ([], "trust.not_governor", name_verifier(verifier="nobody", **NOT_ME)),
    ([], "trust.not_verifier", name_verifier(verifier="nobody", **WRONG_VERIFIER)),
    ([], "trust.not_verifier", name_verifier(verifier=officer("bank-a").party, **WRONG_VERIFIER)),
    ([SUSPENDED], "trust.not_verifier", name_verifier(verifier="welfare", **WRONG_VERIFIER)),
    ([], "trust.twice", name_verifier(**WRONG_VERIFIER)),
    ([], "trust.twice", name_verifier(certificates=[LEAF, LEAF], until=START)),
    ([], "trust.twice", name_verifier(origins=["https://a.kr", "https://a.kr"], until=START)),
    ([], "trust.dates", name_verifier(verifier="bakery", until=START)),
    ([], "trust.taken", name_verifier(verifier="bakery")),
    ([], "trust.unknown_type", withdraw_verifier(credential="unheard_of", **NOT_ME)),
    ([], "trust.not_governor", withdraw_verifier(verifier="nobody", **NOT_ME)),
    ([], "trust.unknown_verifier", withdraw_verifier(verifier="bakery")),
    ([], "trust.unknown_verifier", withdraw_verifier(purpose="another")),
    ([withdraw_verifier()], "trust.withdrawn", withdraw_verifier(reason="misuse")),
    ([], "trust.not_institution", name_staff_issuers("welfare", "welfare", "bakery")),
    ([SUSPENDED], "trust.not_institution", name_staff_issuers("ministry", "welfare")),
    ([], "trust.twice", name_staff_issuers("welfare", "welfare")),
    ([], "trust.not_operator", name_provider(by="ministry", provider="nobody")),
    ([], "trust.not_institution", name_provider(provider="bakery", attesters=[KEY, KEY])),
    ([], "trust.twice", name_provider(attesters=[KEY, KEY], until=START)),
    ([], "trust.dates", name_provider(provider="bank-a", until=START)),
    ([], "trust.taken", name_provider(provider="bank-a")),
    ([withdraw_provider(reason="key_leaked")], "trust.leaked", name_provider()),
    ([], "trust.not_operator", withdraw_provider(by="ministry", provider="nobody")),
    ([], "trust.unknown_provider", withdraw_provider(provider="bank-a")),
    ([withdraw_provider()], "trust.withdrawn", withdraw_provider()),
]


@pytest.mark.parametrize(("before", "code", "act"), CASES)
def test_refusals(before, code, act):
    world = trust_world()
    for step in [name_issuer(), name_verifier(), name_provider(), *before]:
        world.accept(step, by=quorum(step.by))
    world.refuse(code, act, by=quorum(act.by))
    world.check()


@pytest.mark.parametrize("act", [define(), name_issuer(), withdraw_issuer(), name_verifier(), withdraw_verifier()])
def test_one_officer_decides_nothing(act):
    trust_world().refuse("authority.quorum", act, by=officer(act.by))


def test_an_issuer_is_found_by_its_anchor_for_its_type_alone():
    world = trust_world()
    world.accept(define(credential="resident"), by=quorum("operator"))
    world.accept(name_issuer(anchors=[ROOT, NEXT_ROOT], origins=[ORIGIN]), by=MINISTRY)
    named = Issuer((ROOT, NEXT_ROOT), START, START + YEAR, "named", 0, 0, (ORIGIN,), world.height)
    state = world.state()
    assert [queries.issuer_with(state, LICENCE, one) for one in (ROOT, NEXT_ROOT)] == [("welfare", named)] * 2
    assert queries.issuer_with(state, LICENCE, OTHER_ROOT) is None
    assert queries.issuer_with(state, "resident", ROOT) is None
    assert [(view.issuer, view.record) for view in queries.issuers(state, LICENCE)] == [("welfare", named)]
    assert queries.issuers(state, "resident") == []


def test_anchors_are_rotated_by_naming_again():
    world = trust_world()
    for anchors in ([ROOT], [ROOT, NEXT_ROOT], [NEXT_ROOT]):
        world.accept(name_issuer(anchors=anchors), by=MINISTRY)
        state = world.state()
        assert [one for one in (ROOT, NEXT_ROOT) if queries.issuer_with(state, LICENCE, one)] == anchors
        world.check()
    world.accept(name_issuer(issuer="bank-b"), by=MINISTRY)
    assert present(queries.issuer_with(world.state(), LICENCE, ROOT))[0] == "bank-b"
    world.check()


def test_a_withdrawal_names_from_when_on_what_was_signed_is_void():
    world = trust_world()
    world.accept(name_issuer(), by=MINISTRY)
    world.advance(10 * DAY)

    def state() -> tuple[str, int]:
        record = present(queries.issuer_with(world.state(), LICENCE, ROOT))[1]
        return record.standing, ends(record)

    assert state() == ("named", START + YEAR)
    world.accept(withdraw_issuer(void_from=START + 2 * YEAR), by=MINISTRY)
    assert state() == ("ended", START + YEAR)
    world.accept(withdraw_issuer(void_from=world.time, reason="misuse"), by=MINISTRY)
    assert state() == ("ended", START + 10 * DAY)
    world.accept(withdraw_issuer(void_from=START + DAY, reason="key_leaked"), by=MINISTRY)
    assert state() == ("key_leaked", START + DAY)
    world.accept(withdraw_issuer(void_from=0, reason="misuse"), by=MINISTRY)
    assert state() == ("key_leaked", 0)
    world.check()


def test_that_a_key_leaked_can_be_said_later_and_puts_nothing_off():
    world = trust_world()
    world.accept(name_issuer(), withdraw_issuer(void_from=START + 1), by=MINISTRY)
    world.accept(withdraw_issuer(void_from=START + 9, reason="key_leaked"), by=MINISTRY)
    record = present(queries.issuer_with(world.state(), LICENCE, ROOT))[1]
    assert (record.standing, ends(record)) == ("key_leaked", START + 1)
    world.refuse("trust.leaked", name_issuer(), by=MINISTRY)


def test_a_withdrawn_issuer_can_be_named_again_with_the_same_anchor_unless_it_leaked():
    world = trust_world()
    world.accept(name_issuer(), withdraw_issuer(), name_issuer(), by=MINISTRY)
    assert present(queries.issuer_with(world.state(), LICENCE, ROOT))[1].standing == "named"
    world.accept(LEAKED, name_issuer(anchors=[NEXT_ROOT]), by=MINISTRY)
    assert queries.issuer_with(world.state(), LICENCE, ROOT) is None
    assert present(world.state().get(ANCHORS, LICENCE, ROOT)) == Owner("welfare", True)
    world.check()


def test_a_verifier_has_a_record_for_each_purpose():
    world = trust_world()
    for purpose, certificates in (("opening", [LEAF]), ("transfer", [LEAF, NEXT_LEAF])):
        world.accept(name_verifier(purpose=purpose, certificates=certificates), by=MINISTRY)
    world.accept(name_verifier(verifier="bakery", certificates=[OTHER_ROOT]), by=MINISTRY)
    state = world.state()
    assert [one.purpose for one in queries.permissions_of(state, LEAF)] == ["opening", "transfer"]
    assert [one.purpose for one in queries.permissions_of(state, NEXT_LEAF)] == ["transfer"]
    assert queries.permissions_of(state, ROOT) == []
    world.accept(name_verifier(purpose="transfer", certificates=[NEXT_LEAF]), by=MINISTRY)
    assert [one.purpose for one in queries.permissions_of(world.state(), LEAF)] == ["opening"]
    world.accept(withdraw_verifier(purpose="opening", reason="misuse"), by=MINISTRY)
    (gone,) = queries.permissions_of(world.state(), LEAF)
    assert (gone.record.standing, gone.record.withdrawn_at) == ("misuse", world.time)
    world.check()


def test_an_institution_vouches_for_its_officers_with_whom_it_named_last():
    world = trust_world()

    def vouching(institution: str) -> list[str]:
        state = world.state()
        return [one for one in ("bank-a", "bank-b", "ministry") if queries.vouches_for_staff(state, one, institution)]

    assert vouching("bank-a") == ["bank-a"]
    world.accept(name_staff_issuers("ministry", "bank-b"), by=quorum("bank-a"))
    assert (vouching("bank-a"), vouching("bank-b")) == (["bank-a", "bank-b", "ministry"], ["bank-b"])
    world.accept(name_staff_issuers("ministry"), by=quorum("bank-a"))
    assert vouching("bank-a") == ["bank-a", "ministry"]
    assert queries.staff_issuers(world.state(), "bank-a") == ["ministry"]
    world.accept(name_staff_issuers(), by=quorum("bank-a"))
    assert vouching("bank-a") == ["bank-a"]
    world.check()


def test_no_shop_has_staff_that_somebody_vouches_for():
    trust_world().refuse("trust.not_institution", name_staff_issuers("ministry", "ministry", by="bakery"), by=BAKERY)


def test_lists_are_read_in_pages():
    world = trust_world()
    world.accept(define(credential="resident"), by=quorum("operator"))
    for place, party in enumerate(("bank-a", "bank-b", "welfare")):
        digest = f"a{place}" * 32
        world.accept(name_issuer(issuer=party, anchors=[digest]), by=MINISTRY)
        for purpose in ("one", "two"):
            world.accept(name_verifier(verifier=party, certificates=[digest], purpose=purpose), by=MINISTRY)
        world.accept(name_provider(provider=party, attesters=[digest]), by=quorum("operator"))
    state = world.state()
    assert [one.type for one in queries.types(state)] == [LICENCE, "resident"]
    assert [one.type for one in queries.types(state, LICENCE)] == ["resident"]
    assert [one.type for one in queries.types(state, limit=1)] == [LICENCE]
    assert [one.issuer for one in queries.issuers(state, LICENCE, "bank-a", 1)] == ["bank-b"]
    found = queries.verifiers(state, LICENCE, "bank-a/two", 3)
    assert [(one.verifier, one.purpose) for one in found] == [("bank-b", "one"), ("bank-b", "two"), ("welfare", "one")]
    assert [one.provider for one in queries.wallet_providers(state, "bank-a")] == ["bank-b", "welfare"]


def test_a_type_can_change_hands():
    world = trust_world()
    world.accept(name_issuer(), by=MINISTRY)
    world.accept(define(governor="audit-board", description="ee" * 32), by=quorum("operator"))
    found = present(queries.credential_type(world.state(), LICENCE))
    assert found == CredentialType("audit-board", "ee" * 32, world.time, world.height)
    assert queries.issuer_with(world.state(), LICENCE, ROOT) is not None
    world.accept(withdraw_issuer(by="audit-board"), by=quorum("audit-board"))


def test_a_wallet_provider_is_found_by_key_and_by_certificate():
    world = trust_world()
    world.accept(name_provider(), by=quorum("operator"))
    state = world.state()
    assert [present(queries.wallet_provider_with(state, one))[0] for one in (KEY, LEAF)] == ["bank-b"] * 2
    assert queries.wallet_provider_with(state, ROOT) is None
    world.accept(withdraw_provider(void_from=START + 1, reason="misuse"), by=quorum("operator"))
    assert ends(present(queries.wallet_provider_with(world.state(), KEY))[1]) == START + 1


@pytest.mark.parametrize(
    ("law", "table", "record", "parts"),
    [
        (0, TYPES, CredentialType("bakery", "dd" * 32, 0, 0), ["resident"]),
        (1, ISSUERS, Issuer((ROOT,), 0, 1, "named", 0, 0, (), 0), ["resident", "welfare"]),
        (1, ISSUERS, Issuer((ROOT,), 0, 1, "named", 0, 0, (), 0), [LICENCE, "nobody"]),
        (1, ISSUERS, Issuer((ROOT,), 1, 1, "named", 0, 0, (), 0), [LICENCE, "welfare"]),
        (1, ISSUERS, Issuer((), 0, 1, "named", 0, 0, (), 0), [LICENCE, "welfare"]),
        (1, ISSUERS, Issuer((ROOT, ROOT), 0, 1, "named", 0, 0, (), 0), [LICENCE, "welfare"]),
        (1, ISSUERS, Issuer((ROOT,), 0, 1, "named", 0, 0, (ORIGIN, ORIGIN), 0), [LICENCE, "welfare"]),
        (2, ISSUERS, Issuer((ROOT,), 0, 1, "named", 0, 0, (), 0), [LICENCE, "bank-b"]),
        (2, ANCHORS, Owner("welfare", False), [LICENCE, NEXT_ROOT]),
        (2, ANCHORS, Owner("bank-b", False), [LICENCE, ROOT]),
        (2, CERTIFICATES, Use(0), [LEAF, "bank-a", LICENCE, "another"]),
        (3, STAFF_ISSUERS, StaffIssuers(("welfare",), 0), ["bakery"]),
        (3, STAFF_ISSUERS, StaffIssuers(("bakery",), 0), ["bank-a"]),
        (3, STAFF_ISSUERS, StaffIssuers(("welfare", "welfare"), 0), ["bank-a"]),
    ],
)
def test_the_laws_see_what_is_wrong(law, table, record, parts):
    world = trust_world()
    world.accept(name_issuer(), name_verifier(), by=MINISTRY)
    state = world.state()
    state.put(table, record, *parts)
    with pytest.raises(InvariantBroken):
        trust.MODULE.invariants[law](state)


def test_the_law_sees_a_certificate_of_two_verifiers():
    world = trust_world()
    world.accept(name_verifier(), by=MINISTRY)
    state = world.state()
    state.put(VERIFIERS, present(state.get(VERIFIERS, LICENCE, "bank-a", "accounts/opening")), LICENCE, "bakery", "x")
    state.put(CERTIFICATES, Use(0), LEAF, "bakery", LICENCE, "x")
    with pytest.raises(InvariantBroken, match="of two verifiers"):
        trust.MODULE.invariants[2](state)
