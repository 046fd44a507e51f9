"""What places are called, by the first digits of legal-dong codes."""

from functools import cache

from madang.data import regions
from madang.web.site.words import Language


@cache
def _names() -> dict[str, str]:
    """Names by code; those that there are win over those that were."""
    return {one.code: one.name for one in regions()}


ENGLISH = {
    "11": "Seoul",
    "26": "Busan",
    "27": "Daegu",
    "28": "Incheon",
    "29": "Gwangju",
    "30": "Daejeon",
    "31": "Ulsan",
    "36": "Sejong",
    "41": "Gyeonggi",
    "42": "Gangwon",
    "43": "Chungbuk",
    "44": "Chungnam",
    "45": "Jeonbuk",
    "46": "Jeonnam",
    "47": "Gyeongbuk",
    "48": "Gyeongnam",
    "50": "Jeju",
}
"""What provinces are called in English. Districts have Korean names alone, as in the list of legal-dong codes."""


def place_name(prefix: str, language: Language = "ko") -> str:
    """A province, city or district by the first digits of its codes; '' where unknown, or for `00`.

    In English only the province is: `Busan`, `Busan 중구`.
    """
    name = _names().get(prefix.ljust(10, "0"), "")
    if language == "ko" or prefix[:2] not in ENGLISH:
        return name
    _, _, below = name.partition(" ")
    return f"{ENGLISH[prefix[:2]]} {below}".strip()
