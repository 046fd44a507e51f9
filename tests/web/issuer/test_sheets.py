"""Sheets of employees: officers are those whom the ledger has at the institution that uploads them."""

import msgspec
import pytest

from madang.identity.catalogue import type_of
from madang.identity.trust import Trust
from madang.web.issuer.sheets import read_sheet
from tests.base.trust.scene import trust_world
from tests.identity.issuer.scene import NOW, RESIDENT
from tests.identity.issuer.test_preparing import EMPLOYEE, INSTITUTION
from tests.support.cast import officer
from tests.web.issuer.sheets import sheet_of

OF = type_of("employee_id")
WELFARE = msgspec.structs.replace(
    INSTITUTION, description=msgspec.structs.replace(INSTITUTION.description, party="welfare")
)
OWN, OTHER = officer("welfare").party, officer("ministry").party

ROWS = [
    ({"officer": OWN}, None),
    ({"officer": OWN, "institution": "경찰청"}, None),
    ({"officer": OWN, "institution": "국세청"}, "prepare.institution"),
    ({"officer": OTHER, "institution": "국세청"}, "prepare.institution"),
    ({"officer": OTHER}, "trust.officer"),
    ({"officer": "nobody"}, "credential.claim"),
]


@pytest.mark.parametrize(("said", "code"), ROWS)
def test_a_row_names_an_officer_and_an_institution_that_the_ledger_and_the_issuer_know(said, code):
    sheet = sheet_of(OF, {"E-1": EMPLOYEE | said}).encode()
    found = read_sheet(WELFARE, OF, sheet, NOW, Trust(trust_world().state()))
    assert [one.code for one in found.wrong] == ([] if code is None else [code])
    assert len(found.people) == (1 if code is None else 0)
    assert OTHER not in "".join(one.message for one in found.wrong)


def test_where_no_ledger_is_at_hand_officers_are_looked_up_at_issue():
    sheet = sheet_of(OF, {"E-1": EMPLOYEE | {"officer": OTHER}}).encode()
    assert read_sheet(WELFARE, OF, sheet, NOW, None).wrong == ()


def test_two_rows_of_one_persons_connecting_information_are_wrong():
    rows = {name: RESIDENT | {"connecting_information": one * 86} for name, one in (("P-1", "a"), ("P-2", "a"))}
    found = read_sheet(WELFARE, type_of("resident"), sheet_of(type_of("resident"), rows).encode(), NOW, None)
    assert [(one.row, one.code) for one in found.wrong] == [(3, "sheet.connected")]
    assert not found.people
