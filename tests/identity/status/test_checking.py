"""No credential passes whose status is not known to be good: every refusal, and when a list is got again."""

from typing import Any

import pytest

from madang.identity.status import bitstring, cwt, token
from madang.identity.status.checking import MAX_KEPT, Statuses
from madang.identity.status.packing import pack, pack_bitstring
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.status.scene import ANCHOR, BASE, ISSUER, OFFICE, OTHER, OTHER_ANCHOR, followed

URI = f"{BASE}/1"
TTL, LIFE = 300, 3_600
PLACES = 131_072


class Web:
    """What is found on the web, and how often it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, str | bytes] = {}
        self.asked: list[str] = []

    def get(self, uri: str, accept: str) -> bytes:
        self.asked.append(f"{uri} {accept}")
        if uri not in self.files:
            raise MadangError("fetch.unavailable", "Nothing is there.")
        found = self.files[uri]
        return found if isinstance(found, bytes) else found.encode()


def listed(statuses: dict[int, int], now: int = NOW, uri: str = URI, bits: Any = 2, signer=OFFICE.signer) -> str:
    return token.make(signer, uri, pack(list(statuses.items()), PLACES, bits), bits, now, TTL, LIFE)


def bitlisted(indexes: list[int], purpose: Any, now: int = NOW) -> str:
    packed = pack_bitstring(indexes, PLACES)
    return bitstring.make(OFFICE.signer, ISSUER, f"{URI}.{purpose}", purpose, packed, now, TTL, LIFE)


def statuses(text: str | bytes | None = None) -> tuple[Statuses, Web]:
    web = Web()
    if text is not None:
        web.files[URI] = text
    return Statuses(followed, web.get), web


def code_of(call, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        call(*arguments)
    return refused.value.code


def place(index: int, uri: str = URI) -> StatusReference:
    return StatusReference(uri, index)


CASES = [
    (None, ANCHOR, 0, "status.unavailable"),
    ("no list", ANCHOR, 0, "status.form"),
    ("목록", ANCHOR, 0, "status.form"),
    (listed({}, NOW - LIFE), ANCHOR, 0, "status.stale"),
    (listed({}, uri=f"{BASE}/2"), ANCHOR, 0, "status.subject"),
    (listed({1: 1}), OTHER_ANCHOR, 1, "status.issuer"),
    (listed({1: 1}, signer=OTHER.signer), ANCHOR, 1, "status.issuer"),
    (listed({}), ANCHOR, PLACES, "status.unknown"),
    (listed({}), ANCHOR, -1, "status.unknown"),
    (listed({1: 1}), ANCHOR, 1, "status.revoked"),
    (listed({1: 1}, bits=1), ANCHOR, 1, "status.revoked"),
    (listed({1: 2}), ANCHOR, 1, "status.suspended"),
    (listed({1: 3}), ANCHOR, 1, "status.unknown"),
    (listed({1: 255}, bits=8), ANCHOR, 1, "status.unknown"),
]


@pytest.mark.parametrize(
    ("text", "anchor", "index", "code"), CASES, ids=[f"{at}-{case[3]}" for at, case in enumerate(CASES)]
)
def test_refusals(text, anchor, index, code):
    assert code_of(statuses(text)[0].check, place(index), anchor, NOW) == code


def test_a_good_credential_passes_and_the_list_is_kept():
    found, web = statuses(listed({1: 1, 2: 2}))
    for index in (0, 3, PLACES - 1):
        found.check(place(index), ANCHOR, NOW)
    assert code_of(found.check, place(1), ANCHOR, NOW) == "status.revoked"
    assert web.asked == [f"{URI} application/statuslist+jwt, application/statuslist+cwt;q=0.5"]


def test_a_list_in_cbor_says_the_same():
    packed = pack([(1, 1), (2, 2)], PLACES, 2)
    found, _ = statuses(cwt.make(OFFICE.signer, URI, packed, 2, NOW, TTL, LIFE))
    found.check(place(0), ANCHOR, NOW)
    assert code_of(found.check, place(1), ANCHOR, NOW) == "status.revoked"
    assert code_of(found.check, place(2), ANCHOR, NOW) == "status.suspended"
    assert code_of(found.check, place(0), OTHER_ANCHOR, NOW) == "status.issuer"


def test_a_list_is_got_again_when_its_ttl_is_over_and_what_it_said_counts_no_more():
    found, web = statuses(listed({}))
    found.check(place(1), ANCHOR, NOW)
    web.files[URI] = listed({1: 1}, NOW + 100)
    found.check(place(1), ANCHOR, NOW + TTL - 1)
    assert code_of(found.check, place(1), ANCHOR, NOW + TTL) == "status.revoked"
    web.files[URI] = listed({1: 0}, NOW + 2 * TTL)
    found.check(place(1), ANCHOR, NOW + 2 * TTL)
    del web.files[URI]
    assert code_of(found.check, place(1), ANCHOR, NOW + 3 * TTL) == "status.unavailable"
    assert code_of(found.check, place(1), ANCHOR, NOW + 3 * TTL) == "status.unavailable"


def test_a_list_that_is_kept_never_outlives_its_end():
    found, web = statuses(token.make(OFFICE.signer, URI, pack([], PLACES, 2), 2, NOW, 10_000, 60))
    found.check(place(1), ANCHOR, NOW + 59)
    assert code_of(found.check, place(1), ANCHOR, NOW + 60) == "status.stale"
    assert len(web.asked) == 2


def test_a_clock_that_was_set_back_makes_an_old_list_no_younger():
    found, web = statuses(listed({}))
    found.check(place(1), ANCHOR, NOW + 50)
    found.check(place(1), ANCHOR, NOW + 49)
    assert len(web.asked) == 2


def test_a_list_that_is_kept_is_asked_whose_it_is():
    found, _ = statuses(listed({}))
    found.check(place(1), ANCHOR, NOW)
    assert code_of(found.check, place(1), OTHER_ANCHOR, NOW) == "status.issuer"


def test_so_many_lists_are_kept():
    found, web = statuses()
    uris = [f"{BASE}/{number}" for number in range(MAX_KEPT + 1)]
    for uri in uris:
        web.files[uri] = listed({}, uri=uri)
        found.check(place(1, uri), ANCHOR, NOW)
    found.check(place(1, uris[1]), ANCHOR, NOW)
    assert len(web.asked) == len(uris)
    found.check(place(1, uris[0]), ANCHOR, NOW)
    assert len(web.asked) == len(uris) + 1


def entries(index: int) -> list[dict[str, str]]:
    return [bitstring.entry(f"{URI}.{purpose}", index, purpose) for purpose in bitstring.PURPOSES]


def test_a_w3c_credential_is_refused_for_each_purpose():
    found, web = statuses()
    web.files[f"{URI}.revocation"] = bitlisted([1], "revocation")
    web.files[f"{URI}.suspension"] = bitlisted([2], "suspension")
    found.check_entries(entries(3), ANCHOR, NOW)
    found.check_entries(entries(3)[0], ANCHOR, NOW)
    assert len(web.asked) == 2
    assert web.asked[0].endswith(" application/vc+jwt")
    assert code_of(found.check_entries, entries(1), ANCHOR, NOW) == "status.revoked"
    assert code_of(found.check_entries, entries(2), ANCHOR, NOW) == "status.suspended"
    assert code_of(found.check_entries, entries(PLACES), ANCHOR, NOW) == "status.unknown"
    assert code_of(found.check_entries, entries(1), OTHER_ANCHOR, NOW) == "status.issuer"
    assert code_of(found.check_entries, None, ANCHOR, NOW) == "status.entry"
    other = bitstring.entry(f"{URI}.revocation", 3, "suspension")
    assert code_of(found.check_entries, other, ANCHOR, NOW) == "status.purpose"
    del web.files[f"{URI}.suspension"]
    assert code_of(found.check_entries, entries(3), ANCHOR, NOW + TTL) == "status.unavailable"


def test_a_list_of_the_other_form_is_not_taken_for_one():
    found, web = statuses(listed({1: 1}))
    found.check(place(3), ANCHOR, NOW)
    assert code_of(found.check_entries, bitstring.entry(URI, 1, "revocation"), ANCHOR, NOW) == "status.form"
    web.files[f"{URI}.revocation"] = bitlisted([1], "revocation")
    found.check_entries(bitstring.entry(f"{URI}.revocation", 3, "revocation"), ANCHOR, NOW)
    assert code_of(found.check, place(1, f"{URI}.revocation"), ANCHOR, NOW) == "status.form"


def test_no_message_says_which_credential_it_was():
    for text, anchor, _, _ in CASES:
        with pytest.raises(MadangError) as refused:
            statuses(text)[0].check(place(98_765), anchor, NOW + 10 * LIFE)
        assert URI not in str(refused.value)
        assert "98765" not in str(refused.value).replace(",", "")
