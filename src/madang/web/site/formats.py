"""How amounts and times are written on pages, in Korean time (UTC+9)."""

from datetime import UTC, datetime, timedelta, timezone

from markupsafe import Markup as Markup

from madang.web.site.words import Language

KOREA = timezone(timedelta(hours=9), "KST")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def won(amount: int, language: Language) -> str:
    """An amount of won: `30,000원`, `₩30,000`."""
    if language == "ko":
        return f"{amount:,}원"
    return f"-₩{-amount:,}" if amount < 0 else f"₩{amount:,}"


def day(second: int, language: Language) -> str:
    """The day of a second: `2025년 11월 30일`, `30 Nov 2025`."""
    at = datetime.fromtimestamp(second, KOREA)
    if language == "ko":
        return f"{at.year}년 {at.month}월 {at.day}일"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(second: int, language: Language) -> str:
    """Day and time of a second: `2025년 11월 30일 18:05`, `30 Nov 2025, 18:05`."""
    at = datetime.fromtimestamp(second, KOREA)
    joint = " " if language == "ko" else ", "
    return f"{day(second, language)}{joint}{at:%H:%M}"


def stamp(second: int) -> str:
    """A second for programs: `2025-11-30T09:05:00+00:00`, as `<time datetime>` takes it."""
    return datetime.fromtimestamp(second, UTC).isoformat()


def time_element(second: int, language: Language, text: str = "") -> Markup:
    """A `<time>` element of a second; its text is the moment where none is given."""
    return Markup('<time datetime="{}">{}</time>').format(stamp(second), text or moment(second, language))
