"""What an issuer works out and refuses before it signs."""

import pytest

from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.institution import Description, Institution
from madang.identity.issuer.preparing import prepare
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified

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
