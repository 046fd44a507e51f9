"""How pages are shown: what a cookie or a browser asks for, and paths that stay here."""

import pytest

from madang.web.site.formats import day, moment, won
from madang.web.site.look import Preferences, preferences
from madang.web.site.shared import local_path


@pytest.mark.parametrize(
    ("cookie", "accepted", "wanted"),
    [
        ("en.large.dark", "ko", Preferences("en", "large", "dark")),
        ("", "", Preferences("ko")),
        ("", "*", Preferences("ko")),
        ("", "ko-KR,ko;q=0.9", Preferences("ko")),
        ("", "en-US,en;q=0.5", Preferences("en")),
        ("", "de", Preferences("en")),
        ("en.huge.dark", "", Preferences("ko")),
        ("en.large", "", Preferences("ko")),
        ("<script>..", "en", Preferences("en")),
    ],
)
def test_preferences_are_the_cookies_else_the_browsers_else_korean(cookie, accepted, wanted):
    assert preferences(cookie, accepted) == wanted
    assert preferences(wanted.cookie(), "") == wanted


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/wallet?x=1", "/wallet?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("wallet", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_to_another_site(path, kept):
    assert local_path(path) == kept


def test_amounts_and_times_are_written_as_people_read_them():
    assert (won(1_234_000, "ko"), won(1_234_000, "en"), won(-5, "en")) == ("1,234,000원", "₩1,234,000", "-₩5")
    second = 1_764_514_799  # 2025-11-30T23:59:59+09:00
    assert (day(second, "ko"), day(second, "en")) == ("2025년 11월 30일", "30 Nov 2025")
    assert (moment(second, "ko"), moment(second, "en")) == ("2025년 11월 30일 23:59", "30 Nov 2025, 23:59")
