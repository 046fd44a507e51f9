"""What places are called."""

import pytest

from madang.web.wallet.places import ENGLISH, place_name
from madang.web.wallet.shops import PROVINCES


@pytest.mark.parametrize(
    ("prefix", "ko", "en"),
    [
        ("26", "부산광역시", "Busan"),
        ("26110", "부산광역시 중구", "Busan 중구"),
        ("4111", "경기도 수원시", "Gyeonggi 수원시"),
        ("00", "", ""),
        ("99", "", ""),
    ],
)
def test_a_place_is_named_by_the_first_digits_of_its_codes(prefix, ko, en):
    assert (place_name(prefix), place_name(prefix, "en")) == (ko, en)


def test_every_province_is_on_the_map_once_and_has_a_name_in_both_languages():
    assert set(PROVINCES) == set(ENGLISH)
    assert len(set(PROVINCES.values())) == len(PROVINCES)
    assert all(place_name(code) for code in PROVINCES)
