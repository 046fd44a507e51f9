"""What an issuer works out and refuses before it signs."""

import msgspec
import pytest

from madang.base.parties.transactions import SuspendByQuorum
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.institution import Description, Institution
from madang.identity.issuer.preparing import check_officer, prepare
from madang.identity.trust import Trust
from madang.kernel.errors import MadangError
from tests.base.trust.scene import trust_world
from tests.identity.institutions import NOW, certified
from tests.support.cast import ALICE, officer, quorum

OFFICE = certified()
INSTITUTION = Institution(
    "office",
    Description("police", Words("경찰청", "Police"), "https://police.example.kr"),
    OFFICE.root,
    OFFICE.signer,
    OFFICE.signer,
    OFFICE.key,
    bytes(32),
)
"""Its clock in these tests is NOW: 2026-09-21 in Korea."""


def test_an_age_is_worked_out_and_the_day_of_birth_stays_with_the_issuer():
    made = prepare(INSTITUTION, type_of("age"), {"birth_date": "2008-09-21"}, NOW)
    assert made == {"age_over_18": True, "age_over_19": False, "age_over_65": False}
    made = prepare(INSTITUTION, type_of("age"), {"birth_date": "2008-09-22"}, NOW)
    assert made["age_over_18"] is False, "one day later"


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("prepare.derived", {"birth_date": "1990-01-01", "age_over_18": True}),
        ("credential.missing_claim", {}),
        ("credential.missing_claim", {"birth_date": "no day"}),
        ("credential.unknown_claim", {"birth_date": "1990-01-01", "nickname": "x"}),
        ("prepare.dates", {"birth_date": "2026-09-22"}),
        ("prepare.dates", {"birth_date": "1890-01-01"}),
    ],
)
def test_what_a_register_may_not_say_of_an_age(code, known):
    with pytest.raises(MadangError) as refused:
        prepare(INSTITUTION, type_of("age"), known, NOW)
    assert refused.value.code == code


EMPLOYEE = {"family_name": "홍", "given_name": "길동", "employee_number": "N-1234"}


def test_an_employee_is_of_the_issuer_whether_the_register_says_so_or_not():
    for said in ({}, {"institution": "경찰청"}, {"institution": "Police"}):
        made = prepare(INSTITUTION, type_of("employee_id"), EMPLOYEE | said, NOW)
        assert made["institution"] == said.get("institution", "경찰청") and made["party"] == "police"
    for other in ("국세청", "경찰청 ", ["경찰청"]):
        with pytest.raises(MadangError) as refused:
            prepare(INSTITUTION, type_of("employee_id"), {**EMPLOYEE, "institution": other}, NOW)
        assert refused.value.code == "prepare.institution"


def test_an_officer_is_one_of_this_institution_on_the_ledger():
    world = trust_world()
    welfare = msgspec.structs.replace(INSTITUTION.description, party="welfare")
    office, trust = msgspec.structs.replace(INSTITUTION, description=welfare), Trust(world.state())
    check_officer(office, EMPLOYEE, trust)
    own = officer("welfare").party
    check_officer(office, {"officer": own}, trust)
    for stranger in (officer("ministry").party, ALICE.party, "x" * 43, "welfare"):
        with pytest.raises(MadangError) as refused:
            check_officer(office, {"officer": stranger}, trust)
        assert refused.value.code == "trust.officer"
    world.accept(SuspendByQuorum(by="welfare", party=own), by=quorum("welfare"))
    with pytest.raises(MadangError, match=r"trust\.officer"):
        check_officer(office, {"officer": own}, Trust(world.state()))
