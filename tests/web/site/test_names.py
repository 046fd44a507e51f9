"""Names of institutions: read strictly, shown in the reader's language, and the short name where there is none."""

from types import SimpleNamespace

import pytest
from litestar.datastructures import State

from madang.kernel.errors import MadangError
from madang.web.site.names import MOST_BYTES, Name, called, read_names


def test_names_are_read_by_party(tmp_path):
    file = tmp_path / "names.yaml"
    file.write_text('bank-a: {ko: "가나은행", en: "First Bank"}\n', encoding="utf-8")
    assert read_names(file) == {"bank-a": Name(ko="가나은행", en="First Bank")}
    assert read_names(tmp_path / "nothing.yaml") == {}


@pytest.mark.parametrize(
    "text",
    [
        "bank-a: First Bank",
        "bank-a: {ko: 가나은행}",
        "bank-a: {ko: 가나은행, en: First Bank, fr: Banque}",
        "bank-a: {ko: 가나은행, en: ''}",
        'bank-a: {ko: 가나은행, en: "First\\nBank"}',
        "bank-a: {ko: 가나은행, en: " + "a" * 101 + "}",
        "bank a: {ko: 가나은행, en: First Bank}",
        "bank-a: {ko: 가나은행, en: First Bank",
        "[" * 5_000,
        "# " + "a" * MOST_BYTES,
    ],
)
def test_what_is_no_list_of_names_is_refused(tmp_path, text):
    file = tmp_path / "names.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MadangError) as caught:
        read_names(file)
    assert caught.value.code == "names.invalid"


def test_the_operators_names_come_first_then_those_of_issuers_here_then_the_short_name():
    words = SimpleNamespace(ko="다라기관", en="Second Office")
    office = SimpleNamespace(institution=SimpleNamespace(description=SimpleNamespace(name=words)))
    issuers = SimpleNamespace(offices_of=lambda party: [office] if party in ("office", "bank-a") else [])
    state = State({"names": {"bank-a": Name(ko="가나은행", en="First Bank")}, "issuers": issuers})
    assert called(state, "bank-a", "ko") == "가나은행"
    assert called(state, "office", "en") == "Second Office"
    assert called(state, "ministry", "en") == called(State({}), "ministry", "ko") == "ministry"
