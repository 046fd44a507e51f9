import pytest

from madang.identity.catalogue import TYPES, by_doctype, by_vct, type_of
from madang.identity.catalogue.reading import read_type
from madang.kernel.errors import MadangError

JPEG = b"\xff\xd8\xff" + b"\x00" * 20
LICENCE = {
    "family_name": "홍",
    "given_name": "길동",
    "birth_date": "1990-02-28",
    "issue_date": "2026-01-02",
    "expiry_date": "2036-01-02",
    "issuing_country": "KR",
    "issuing_authority": "부산광역시경찰청",
    "document_number": "26-01-123456-78",
    "portrait": JPEG,
    "driving_privileges": [{"vehicle_category_code": "B", "issue_date": "2015-03-04"}],
    "un_distinguishing_sign": "ROK",
    "age_over_18": True,
}


def _refused(act, *arguments) -> MadangError:
    with pytest.raises(MadangError) as refused:
        act(*arguments)
    return refused.value


def test_a_licence_is_what_its_type_says():
    type_of("driving_licence").check(LICENCE)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("credential.unknown_claim", {"nickname": "홍"}),
        ("credential.missing_claim", {"family_name": None}),
        ("credential.claim", {"family_name": ""}),
        ("credential.claim", {"family_name": "a\nb"}),
        ("credential.claim", {"family_name": "a" * 151}),
        ("credential.claim", {"family_name": 5}),
        ("credential.claim", {"birth_date": "1990-02-30"}),
        ("credential.claim", {"birth_date": "19900228"}),
        ("credential.claim", {"document_number": "26-01-123456-78\n"}),
        ("credential.claim", {"document_number": "２６-01-123456-78"}),
        ("credential.claim", {"portrait": b"GIF89a"}),
        ("credential.claim", {"portrait": JPEG + b"0" * 65_536}),
        ("credential.claim", {"age_over_18": 1}),
        ("credential.claim", {"driving_privileges": "B"}),
        ("credential.claim", {"driving_privileges": ["B"]}),
        ("credential.unknown_claim", {"driving_privileges": [{"vehicle_category_code": "B", "x": 1}]}),
        ("credential.missing_claim", {"driving_privileges": [{}]}),
        ("credential.claim", {"driving_privileges": [{"vehicle_category_code": "Z"}]}),
        ("credential.claim", {"driving_privileges": [{"vehicle_category_code": "B"}] * 33}),
    ],
)
def test_what_may_not_be_signed(code, changed):
    claims = {name: value for name, value in {**LICENCE, **changed}.items() if value is not None}
    refused = _refused(type_of("driving_licence").check, claims)
    assert refused.code == code
    assert "홍" not in refused.message, "a message names the claim, never its value"


@pytest.mark.parametrize("value", [True, 0, 21, "1"])
def test_whole_numbers_are_bounded_and_no_flags(value):
    claims = {"size": value, "relation": "head", "base_date": "2026-06-18", "household_code": "a" * 43, "members": []}
    assert _refused(type_of("household").check, claims).code == "credential.claim"


def test_types_are_found_by_what_each_format_calls_them():
    for one in TYPES.values():
        assert by_vct(one.vct) is one
        assert not one.doctype or by_doctype(one.doctype) is one
    for find, name in [(by_vct, "urn:x"), (by_vct, None), (by_doctype, ""), (by_doctype, 5), (type_of, "x")]:
        assert _refused(find, name).code == "credential.unknown_type"


def test_names_are_unique():
    for names in ([one.vct for one in TYPES.values()], [one.doctype for one in TYPES.values() if one.doctype]):
        assert len(names) == len(set(names))
    for one in TYPES.values():
        elements = [one.element_of(name) for name in one.claims]
        assert [one.claim_of(element) for element in elements] == list(one.claims)


def test_only_what_ends_within_a_day_has_no_status():
    assert [one.id for one in TYPES.values() if one.short_lived] == ["age", "amount_class"]


GOOD = """
name: {ko: 가, en: A}
about: person
vct: "urn:a"
formats: [dc+sd-jwt]
lives: 3600
batch: 1
claims:
  one: {kind: code, pattern: "[a-z]", words: {ko: 가, en: A}}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("about: person", "about: planet"),
        ("lives: 3600", "lives: 3"),
        ("batch: 1", "batch: 0"),
        ("formats: [dc+sd-jwt]", "formats: []"),
        ("formats: [dc+sd-jwt]", "formats: [mso_mdoc]"),
        ('vct: "urn:a"', 'vct: "urn:a"\ndoctype: a\nnamespace: b'),
        ('pattern: "[a-z]", ', ""),
        ("kind: code", "kind: text"),
        ("{ko: 가, en: A}}", "{ko: 가}}"),
        ("batch: 1", "batch: 1\nmore: 1"),
        ("batch: 1", "batch: ["),
        (GOOD, "[]"),
    ],
)
def test_a_file_that_is_no_type_is_refused(old, new):
    read_type("good", GOOD)
    assert old in GOOD
    assert _refused(read_type, "good", GOOD.replace(old, new)).code == "catalogue.invalid"


def test_a_type_is_named_by_its_file():
    assert _refused(read_type, "Not-A-Name", GOOD).code == "catalogue.invalid"
