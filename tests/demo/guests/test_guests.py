"""Guests of the demonstration sign with plain keys on officers' pages, and nobody else does."""

import msgspec

from madang.demo.guests import OPEN_TO_PLAIN_KEYS
from madang.web.people import AREAS


def test_only_the_demonstrations_own_setting_opens_officers_pages_to_plain_keys():
    assert [one.name for one in AREAS if one.passkeys] == ["desk", "console", "issuer", "explorer"]
    assert not any(one.passkeys for one in OPEN_TO_PLAIN_KEYS)
    assert [msgspec.structs.replace(one, passkeys=False) for one in AREAS] == list(OPEN_TO_PLAIN_KEYS)
