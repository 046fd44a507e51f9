"""Status List Tokens in CBOR: what is made is read, and every refusal in order of precedence."""

from typing import Any

import pytest

from madang.identity.mdoc.cbor import decode, encode
from madang.identity.mdoc.cose import X5CHAIN, sign1
from madang.identity.status import cwt, token
from madang.identity.status.packing import compress, pack
from madang.identity.status.token import MAX_TOKEN_BYTES, MAX_TTL, NO_END_SECONDS, StatusListToken
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified
from tests.identity.status.scene import ANCHOR, BASE, OFFICE, followed

URI = f"{BASE}/1"
PLACES = 131_072
PACKED = pack([(7, 1), (8, 2)], PLACES, 2)
LISTED: dict[str, Any] = {"bits": 2, "lst": compress(PACKED)}
CLAIMS: dict[int, Any] = {2: URI, 6: NOW, 4: NOW + 3_600, 65_534: 300, 65_533: LISTED}
STRANGER = certified("Nobody that is known")
CHAIN = {X5CHAIN: OFFICE.signer.chain[0]}


def made(
    claims: dict[int, Any] | bytes | None = None,
    kind: str = cwt.MEDIA_TYPE,
    headers: dict[int, Any] | None = None,
    signer: Any = OFFICE.signer,
) -> bytes:
    """A token of these claims; those that are None are left out."""
    if isinstance(claims, bytes):
        payload = claims
    else:
        given = {**CLAIMS, **(claims or {})}
        payload = encode({name: value for name, value in given.items() if value is not None})
    return b"\xd2" + encode(sign1(payload, signer.sign, CHAIN if headers is None else headers, kind=kind))


def damaged(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def listed(**changes: Any) -> dict[int, Any]:
    return {65_533: {name: value for name, value in {**LISTED, **changes}.items() if value is not None}}


def test_what_is_made_is_read():
    content = cwt.make(OFFICE.signer, URI, PACKED, 2, NOW, 300, 3_600, f"{BASE}/lists.json")
    expected = StatusListToken(URI, 2, PACKED, ANCHOR, NOW, NOW + 3_600, 300)
    assert cwt.read(content, URI, followed, NOW) == expected == cwt.read(made(), URI, followed, NOW)
    text = token.make(OFFICE.signer, URI, PACKED, 2, NOW, 300, 3_600)
    assert token.read(text, URI, followed, NOW) == expected
    assert cwt.is_cwt(content)
    assert not cwt.is_cwt(text.encode())


def test_it_is_read_without_its_tag_or_with_that_of_a_cwt():
    for content in (made()[1:], b"\xd8\x3d" + made()):
        assert cwt.is_cwt(content)
        assert cwt.read(content, URI, followed, NOW).packed == PACKED


def test_several_certificates_come_in_a_list():
    assert cwt.read(made(headers={X5CHAIN: list(OFFICE.signer.chain)}), URI, followed, NOW).anchor == ANCHOR


def test_what_may_be_left_out():
    found = cwt.read(made({4: None, 65_534: None}), URI, followed, NOW)
    assert (found.expires_at, found.ttl) == (NOW + NO_END_SECONDS, MAX_TTL)


CASES = [
    ("size", b"\xd2" + bytes(MAX_TOKEN_BYTES + 1), "status.form"),
    ("nothing", b"", "status.form"),
    ("no CBOR", b"\xd2\x84\x5f", "status.form"),
    ("no signature", b"\xd2" + encode([b"", {}, b"", b""]), "status.form"),
    ("another tag", b"\xd1" + made()[1:], "status.form"),
    ("a CWT of nothing", b"\xd8\x3d" + made()[1:], "status.form"),
    ("another type", made(kind="application/cwt", headers={}), "status.form"),
    ("no type", made(kind="", headers={}), "status.form"),
    ("no certificates", made(headers={}, signer=STRANGER.signer), "status.form"),
    ("certificates that are text", made(headers={X5CHAIN: "x"}), "status.form"),
    ("many certificates", made(headers={X5CHAIN: [OFFICE.signer.chain[0]] * 5}), "status.form"),
    ("a stranger's", damaged(made(headers={X5CHAIN: STRANGER.signer.chain[0]})), "certificate.anchor"),
    ("damaged", damaged(made({2: None})), "status.signature"),
    ("by another key", made({2: None}, signer=STRANGER.signer), "status.signature"),
    ("no claims", made(b"\x80"), "status.claims"),
    ("claims that break off", made(b"\xa5"), "status.claims"),
    ("a claim twice", made(b"\xa2\x02\x60\x02\x60"), "status.claims"),
    ("no subject", made({2: None}), "status.claims"),
    ("no time", made({6: None, 2: "another"}), "status.claims"),
    ("a time that is text", made({6: "now", 2: "another"}), "status.claims"),
    ("a time before all", made({6: -1, 2: "another"}), "status.claims"),
    ("no ttl", made({65_534: 0, 2: "another"}), "status.claims"),
    ("a truth for a time", made({6: True, 2: "another"}), "status.claims"),
    ("no list", made({65_533: None, 2: "another"}), "status.claims"),
    ("three bits", made({**listed(bits=3), 2: "another"}), "status.claims"),
    ("a list as text", made({**listed(lst="AAAA"), 2: "another"}), "status.claims"),
    ("of another address", made({2: f"{BASE}/2", 4: NOW}), "status.subject"),
    ("expired", made({4: NOW, **listed(lst=b"x")}), "status.stale"),
    ("from the future", made({6: NOW + 61, **listed(lst=b"x")}), "status.stale"),
    ("not yet", made({5: NOW + 61, **listed(lst=b"x")}), "status.stale"),
    ("no list in it", made(listed(lst=b"x")), "status.list"),
    ("a list that is cut off", made(listed(lst=LISTED["lst"][:-1])), "status.list"),
]


@pytest.mark.parametrize(("content", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refusals(content, code):
    with pytest.raises(MadangError) as refused:
        cwt.read(content, URI, followed, NOW)
    assert refused.value.code == code


def test_the_whole_says_of_what_type_it_is_under_the_signature():
    protected = decode(decode(made()[1:], "the token", MAX_TOKEN_BYTES)[0], "the header")
    assert protected == {1: -7, 16: "application/statuslist+cwt"}
