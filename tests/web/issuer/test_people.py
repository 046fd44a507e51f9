"""The register of persons: who is found by what, on both databases."""

from pathlib import Path

import pytest

from madang.identity.catalogue import type_of
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web.issuer.people import People, to_entry
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
