"""Status List Tokens: what is made is read, and every refusal in order of precedence."""

import json
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.status import token
from madang.identity.status.packing import MAX_PACKED_BYTES, compress, pack, status_at
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified
from tests.identity.status.scene import ANCHOR, BASE, OFFICE, OTHER, followed

URI = f"{BASE}/1"
PACKED = pack([(0, 1), (5, 2)], 12, 2)
LST = to_base64url(compress(PACKED))
CLAIMS: dict[str, Any] = {
    "sub": URI,
    "iat": NOW,
    "exp": NOW + 3_600,
    "ttl": 300,
    "status_list": {"bits": 2, "lst": LST},
}
STRANGER = certified("Nobody that is known")


def made(typ: str = token.TYP, signer=OFFICE.signer, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token with other claims; those that are None are left out."""
    given = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    x5c = {"x5c": jose.x5c(signer.chain)} if header is None else header
    return jose.sign(typ, json.dumps(given).encode(), signer.sign, x5c)


def read(text: str, now: int = NOW) -> token.StatusListToken:
    return token.read(text, URI, followed, now)


def code_of(text: str, now: int = NOW) -> str:
    with pytest.raises(MadangError) as refused:
        read(text, now)
    return refused.value.code


def test_what_is_made_is_read():
    text = token.make(OFFICE.signer, URI, PACKED, 2, NOW, 300, 3_600, f"{BASE}/lists.json")
    found = read(text)
    assert found == token.StatusListToken(URI, 2, PACKED, ANCHOR, NOW, NOW + 3_600, 300)
    assert [status_at(found.packed, found.bits, index) for index in (0, 1, 5)] == [1, 0, 2]
    header, payload = (json.loads(from_base64url(part, "a part")) for part in text.split(".")[:2])
    assert header["typ"] == "statuslist+jwt"
    assert payload["status_list"]["aggregation_uri"] == f"{BASE}/lists.json"


def test_ttl_and_exp_may_be_left_out_and_are_bounded_all_the_same():
    found = read(made(ttl=None, exp=None))
    assert (found.ttl, found.expires_at) == (token.MAX_TTL, NOW + token.NO_END_SECONDS)
    assert read(made(ttl=10**9)).ttl == token.MAX_TTL
    assert read(made(more="claims", status_list={"bits": 2, "lst": LST, "more": 1})).packed == PACKED


def damaged(text: str) -> str:
    """The same, and another signature."""
    header, payload, _ = text.split(".")
    return f"{header}.{payload}.{to_base64url(OFFICE.signer.sign(b'something else'))}"


def of_list(**members: Any) -> dict[str, Any]:
    return {"bits": 2, "lst": LST} | members


# Each breaks what is looked at later too, where that can be.
CASES = [
    ("x" * (token.MAX_TOKEN_BYTES + 1), "status.form"),
    ("no.jwt", "status.form"),
    (made("JWT", header={}), "status.form"),
    (made(header={"crit": ["b64"], "x5c": jose.x5c(OFFICE.signer.chain)}), "status.form"),
    (made(header={}, signer=STRANGER.signer), "status.form"),
    (damaged(made(signer=STRANGER.signer)), "certificate.anchor"),
    (damaged(made(sub=None)), "status.signature"),
    (made(sub=None, iat=NOW + 999), "status.claims"),
    (made(iat=None), "status.claims"),
    (made(iat=-1, sub="another"), "status.claims"),
    (made(iat=NOW + 0.5, sub="another"), "status.claims"),
    (made(iat=True, sub="another"), "status.claims"),
    (made(exp="never", sub="another"), "status.claims"),
    (made(ttl=0, sub="another"), "status.claims"),
    (made(ttl=-1, sub="another"), "status.claims"),
    (made(ttl=1.5, sub="another"), "status.claims"),
    (made(status_list=None, sub="another"), "status.claims"),
    (made(status_list=of_list(bits=3), sub="another"), "status.claims"),
    (made(status_list=of_list(bits="2"), sub="another"), "status.claims"),
    (made(status_list={"bits": 2}, sub="another"), "status.claims"),
    (made(sub=f"{BASE}/2", iat=NOW + 61), "status.subject"),
    (made(iat=NOW + 61, status_list=of_list(lst="!")), "status.stale"),
    (made(nbf=NOW + 61, status_list=of_list(lst="!")), "status.stale"),
    (made(exp=NOW, status_list=of_list(lst="!")), "status.stale"),
    (made(iat=NOW - token.NO_END_SECONDS, exp=None, status_list=of_list(lst="!")), "status.stale"),
    (made(status_list=of_list(lst="!")), "status.list"),
    (made(status_list=of_list(lst=f"{LST}=")), "status.list"),
    (made(status_list=of_list(lst=LST[:-4])), "status.list"),
    (made(status_list=of_list(lst=to_base64url(compress(bytes(MAX_PACKED_BYTES + 1))))), "status.list"),
]


@pytest.mark.parametrize(("text", "code"), CASES)
def test_refusals(text, code):
    assert code_of(text) == code


def test_a_token_counts_from_until():
    text = made()
    assert [read(text, at).ttl for at in (NOW - 60, NOW + 3_599)] == [300, 300]
    assert [code_of(text, at) for at in (NOW - 61, NOW + 3_600)] == ["status.stale"] * 2


def test_who_signed_is_told():
    assert read(made(signer=OTHER.signer)).anchor != ANCHOR


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "EdDSA"])
def test_no_other_algorithm_is_taken(algorithm):
    header = json.dumps({"alg": algorithm, "typ": token.TYP, "x5c": jose.x5c(OFFICE.signer.chain)}).encode()
    payload = json.dumps(CLAIMS).encode()
    signed = f"{to_base64url(header)}.{to_base64url(payload)}"
    assert code_of(f"{signed}.{to_base64url(OFFICE.signer.sign(signed.encode()))}") == "status.form"
    assert code_of(f"{signed}.") == "status.form"
