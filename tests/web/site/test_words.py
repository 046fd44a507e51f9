"""Words of pages: each phrase in both languages, or the server does not start."""

import pytest

from madang.kernel.errors import MadangError
from madang.web.site.words import Words


def words(tmp_path, text):
    file = tmp_path / "words.yaml"
    file.write_text(text, encoding="utf-8")
    return Words({"area": file})


def test_a_phrase_is_said_in_a_language_with_its_values(tmp_path):
    found = words(tmp_path, 'home: {left: {ko: "{amount} 남음", en: "{amount} left"}}')
    assert found.keys() == ["area.home.left"]
    assert found.say("ko", "area.home.left", amount=3) == "3 남음"
    with pytest.raises(KeyError):
        found.say("ko", "area.home.right")
    with pytest.raises(KeyError):
        found.say("ko", "area.home.left")


@pytest.mark.parametrize(
    "text",
    ["a: {ko: 가}", "a: {ko: 가, en: 3}", "a: 3", "a: {ko: 가, en: b, x: c}", "a: {"]
    + [f"{name}: {{ko: 가, en: b}}" for name in ("no", "on", "1", "2026-01-01", "~")]
    + [f"a: {{{name}: {{ko: 가, en: b}}}}" for name in ("yes", "0.5")],
)
def test_what_lacks_a_language_is_refused(tmp_path, text):
    with pytest.raises(MadangError) as caught:
        words(tmp_path, text)
    assert caught.value.code == "words.invalid"
