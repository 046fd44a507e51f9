"""The register of persons: who is found by what, on both databases."""

from pathlib import Path

import pytest

from madang.identity.catalogue import type_of
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web.issuer.people import People, to_entry
from madang.web.issuer.sheets import Sheet, keep_sheet
from tests.identity.issuer.scene import RESIDENT

ACCESS = Access("officer", "issuance")
OF = type_of("resident")


@pytest.fixture
def people(database: Database, tmp_path: Path) -> People:
    return People("office", "welfare", Vault(database, FileMasterKey.create(tmp_path / "vault.key")), type_of)


def keep(people: People, reference: str, information: str) -> str:
    claims = RESIDENT | {"connecting_information": information * 86}
    return people.keep(reference, OF.id, to_entry(OF, claims), ACCESS)


def test_a_person_is_found_by_reference_and_by_connecting_information(people):
    subject = keep(people, "P-1", "a")
    assert people.find("P-1") == people.find_connected("a" * 86) == subject
    assert people.find("P-2") is people.find_connected("b" * 86) is None


def test_connecting_information_that_was_corrected_finds_nobody_any_more(people):
    subject = keep(people, "P-1", "b")  # that of somebody else, by mistake
    assert keep(people, "P-1", "a") == subject
    assert people.find_connected("a" * 86) == subject
    assert people.find_connected("b" * 86) is None


def test_whose_it_is_gets_connecting_information_once_the_mistake_was_corrected(people):
    first = keep(people, "P-1", "b")
    keep(people, "P-1", "a")
    second = keep(people, "P-2", "b")
    assert second != first, "a new person is nobody else, who had the same information once"
    assert people.find_connected("b" * 86) == people.find("P-2") == second
    assert people.find_connected("a" * 86) == people.find("P-1") == first


def test_who_was_there_before_is_not_refused_once_the_mistake_was_corrected(people):
    keep(people, "P-1", "b")
    second = keep(people, "P-2", "c")
    people.keep("P-1", OF.id, "waiting", ACCESS)
    keep(people, "P-1", "a")  # what waited said nothing: the link from before is let go of when it is asked for
    assert keep(people, "P-2", "b") == second
    assert people.find_connected("b" * 86) == second


def test_what_another_type_says_of_a_person_still_leads_to_them(people):
    subject = keep(people, "P-1", "b")
    people.keep("P-1", "amount_class", {"connecting_information": "b" * 86}, ACCESS)
    keep(people, "P-1", "a")
    assert people.find_connected("a" * 86) == people.find_connected("b" * 86) == subject


def test_an_officer_undoes_what_was_mistyped_and_what_says_it_waits(people):
    first = keep(people, "P-1", "b")
    people.keep("P-1", "driving_licence", {"document_number": "1"}, ACCESS)
    for reference, information in (("P-1", "a"), ("P-9", "b"), ("P-1", "")):
        assert people.disconnect(reference, information * 86, ACCESS) is None
    assert people.find_connected("b" * 86) == first
    assert people.disconnect("P-1", "b" * 86, ACCESS) == first
    assert people.find_connected("b" * 86) is None
    assert people.entry(first, ACCESS) == {OF.id: "waiting", "driving_licence": {"document_number": "1"}}
    second = keep(people, "P-2", "b")
    assert people.find_connected("b" * 86) == second != first
    assert people.disconnect("P-1", "b" * 86, ACCESS) is None


def test_a_sheet_with_somebody_elses_connecting_information_is_kept_in_no_part(people):
    keep(people, "P-1", "a")
    keep(people, "P-3", "c")
    claims = {"P-2": "b", "P-3": "a"}
    rows = {name: RESIDENT | {"connecting_information": one * 86} for name, one in claims.items()}
    with pytest.raises(MadangError) as refused:
        keep_sheet(people, OF, Sheet(rows, ()), ACCESS)
    assert refused.value.code == "people.connected"
    assert people.find("P-2") is people.find_connected("b" * 86) is None
    assert people.find_connected("c" * 86) == people.find("P-3") != people.find("P-1")


def test_a_new_reference_with_somebody_elses_connecting_information_is_not_joined_to_them(people):
    first = keep(people, "P-1", "a")
    before = people.entry(first, ACCESS)
    with pytest.raises(MadangError) as refused:
        keep(people, "P-9", "a")
    assert refused.value.code == "people.connected"
    assert people.find("P-9") is None
    assert people.entry(first, ACCESS) == before
    assert people.keep("E-1", "amount_class", {"connecting_information": "a" * 86}, ACCESS) == first


def test_nobody_gets_the_connecting_information_of_another_reference(people):
    keep(people, "P-1", "a")
    keep(people, "P-2", "b")
    with pytest.raises(MadangError) as refused:
        keep(people, "P-2", "a")
    assert refused.value.code == "people.connected"


def test_who_is_waited_for_is_still_found(people):
    subject = keep(people, "P-1", "a")
    people.keep("P-1", OF.id, "waiting", ACCESS)
    assert people.find_connected("a" * 86) == subject
