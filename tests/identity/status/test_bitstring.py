"""Bitstring Status Lists: what is made is read, and every refusal in order of precedence."""

import json
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.status import bitstring
from madang.identity.status.bitstring import LEAST_PLACES, Entry, entry, read_entries
from madang.identity.status.packing import bit_at, pack_bitstring
from madang.identity.status.token import MAX_TOKEN_BYTES, MAX_TTL, NO_END_SECONDS
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified
from tests.identity.status.scene import ANCHOR, BASE, ISSUER, OFFICE, followed
from tests.identity.status.test_token import damaged

URI = f"{BASE}/1.revocation"
PACKED = pack_bitstring([0, 94_567], LEAST_PLACES)
SUBJECT: dict[str, Any] = {
    "type": "BitstringStatusList",
    "statusPurpose": "revocation",
    "encodedList": bitstring.encode_list(PACKED),
    "ttl": 300_000,
}
CREDENTIAL: dict[str, Any] = {
    "@context": [bitstring.CONTEXT],
    "id": URI,
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": ISSUER,
    "validFrom": "2026-09-21T14:13:20Z",
    "validUntil": "2026-09-21T15:13:20Z",
    "credentialSubject": SUBJECT,
}
STRANGER = certified("Nobody that is known")


def made(typ: str = bitstring.TYP, signer=OFFICE.signer, **members: Any) -> str:
    """A credential with other members; those that are None are left out."""
    given = {name: value for name, value in (CREDENTIAL | members).items() if value is not None}
    return jose.sign(typ, json.dumps(given).encode(), signer.sign, {"x5c": jose.x5c(signer.chain)})


def of_list(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in (SUBJECT | members).items() if value is not None}


def read(text: str, now: int = NOW) -> bitstring.BitstringList:
    return bitstring.read(text, URI, followed, now)


def code_of(call, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        call(*arguments)
    return refused.value.code


def test_what_is_made_is_read():
    text = bitstring.make(OFFICE.signer, ISSUER, URI, "revocation", PACKED, NOW, 300, 3_600)
    assert read(text) == bitstring.BitstringList(URI, ("revocation",), PACKED, ANCHOR, NOW, NOW + 3_600, 300)
    assert [bit_at(read(text).packed, index) for index in (0, 1, 94_567)] == [True, False, True]
    assert read(text) == read(made())


def test_what_may_be_left_out():
    found = read(made(validUntil=None, credentialSubject=of_list(ttl=None)))
    assert (found.expires_at, found.ttl) == (NOW + NO_END_SECONDS, MAX_TTL)
    several = read(made(credentialSubject=of_list(statusPurpose=["revocation", "suspension"])))
    assert several.purposes == ("revocation", "suspension")
    assert read(made(issuer={"id": ISSUER}, validFrom="2026-09-21T23:13:20.5+09:00")).issued_at == NOW


def test_a_list_has_to_be_a_herd():
    with pytest.raises(ValueError, match="fewer places"):
        bitstring.make(OFFICE.signer, ISSUER, URI, "revocation", PACKED[:-1], NOW, 300, 3_600)


ELSEWHERE: dict[str, Any] = {"@context": ["https://elsewhere.example", bitstring.CONTEXT]}
SHORT = bitstring.encode_list(PACKED[:-1])
CASES = [
    ("x" * (MAX_TOKEN_BYTES + 1), "status.form"),
    (made("JWT"), "status.form"),
    (damaged(made(signer=STRANGER.signer)), "certificate.anchor"),
    (damaged(made(id=None)), "status.signature"),
    (made(**ELSEWHERE | {"@context": None}), "status.claims"),
    (made(id="another", **ELSEWHERE), "status.claims"),
    (made(type=["VerifiableCredential"], id="another"), "status.claims"),
    (made(type=["BitstringStatusListCredential"], id="another"), "status.claims"),
    (made(issuer=None, id="another"), "status.claims"),
    (made(issuer="", id="another"), "status.claims"),
    (made(validFrom=None, id="another"), "status.claims"),
    (made(credentialSubject=None, id="another"), "status.claims"),
    (made(credentialSubject=of_list(type="List"), id="another"), "status.claims"),
    (made(credentialSubject=of_list(statusPurpose=None), id="another"), "status.claims"),
    (made(credentialSubject=of_list(statusPurpose=7), id="another"), "status.claims"),
    (made(credentialSubject=of_list(encodedList=None), id="another"), "status.claims"),
    (made(credentialSubject=of_list(ttl=-1), id="another"), "status.claims"),
    (made(credentialSubject=of_list(ttl="300000"), id="another"), "status.claims"),
    (made(id=None, validFrom="no time"), "status.subject"),
    (made(id=f"{BASE}/2", validFrom="no time"), "status.subject"),
    (made(validFrom="2026-09-21"), "status.claims"),
    (made(validFrom="2026-09-21T14:13:20"), "status.claims"),
    (made(validUntil="soon"), "status.claims"),
    (made(validFrom="2026-09-21T14:14:21Z", credentialSubject=of_list(encodedList=SHORT)), "status.stale"),
    (made(validUntil="2026-09-21T14:13:20Z", credentialSubject=of_list(encodedList=SHORT)), "status.stale"),
    (made(validFrom="2020-01-01T00:00:00Z", validUntil=None), "status.stale"),
    (made(credentialSubject=of_list(encodedList=SHORT)), "status.list"),
    (made(credentialSubject=of_list(encodedList=SUBJECT["encodedList"][1:])), "status.list"),
    (made(credentialSubject=of_list(encodedList="z" + SUBJECT["encodedList"][1:])), "status.list"),
    (made(credentialSubject=of_list(encodedList=SUBJECT["encodedList"] + "=")), "status.list"),
    (made(credentialSubject=of_list(encodedList="uAAAA")), "status.list"),
]


@pytest.mark.parametrize(("text", "code"), CASES)
def test_refusals(text, code):
    assert code_of(read, text) == code


def test_what_a_credential_says_of_its_status_is_read():
    both = [entry(URI, 7, "revocation"), entry(f"{BASE}/1.suspension", 7, "suspension")]
    assert read_entries(both[0]) == (Entry(URI, 7, "revocation"),)
    assert [one.purpose for one in read_entries(both)] == ["revocation", "suspension"]
    assert read_entries(both[0] | {"statusSize": 1, "more": "members"}) == (Entry(URI, 7, "revocation"),)


GOOD = entry(URI, 7, "revocation")


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        "status",
        [GOOD, GOOD],
        [GOOD, entry(URI, 8, "suspension"), entry(URI, 9, "revocation")],
        [GOOD, None],
        GOOD | {"type": "StatusList2021Entry"},
        GOOD | {"statusPurpose": "message"},
        GOOD | {"statusPurpose": "refresh"},
        GOOD | {"statusListIndex": 7},
        GOOD | {"statusListIndex": True},
        GOOD | {"statusListIndex": "-1"},
        GOOD | {"statusListIndex": "07"},
        GOOD | {"statusListIndex": " 7"},
        GOOD | {"statusListIndex": "7.0"},
        GOOD | {"statusListIndex": "٧"},
        GOOD | {"statusListIndex": ""},
        GOOD | {"statusListIndex": "9" * 13},
        GOOD | {"statusListCredential": None},
        GOOD | {"statusSize": 2},
        GOOD | {"statusSize": True},
        GOOD | {"statusSize": 0},
        {name: value for name, value in GOOD.items() if name != "statusListIndex"},
    ],
)
def test_another_status_is_refused(status):
    assert code_of(read_entries, status) == "status.entry"
