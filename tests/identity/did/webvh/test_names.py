"""Where a history is found; names that could lead somewhere else are refused."""

import pytest

from madang.identity.did import base58
from madang.identity.did.webvh.names import place, read_name
from madang.kernel.errors import MadangError

SCID = base58.multihash(b"first")


@pytest.mark.parametrize(
    ("rest", "url"),
    [
        ("example.com", "https://example.com/.well-known/did.jsonl"),
        ("issuer.example.com", "https://issuer.example.com/.well-known/did.jsonl"),
        ("example.com:dids:issuer", "https://example.com/dids/issuer/did.jsonl"),
        ("example.com%3A3000:dids:issuer", "https://example.com:3000/dids/issuer/did.jsonl"),
        ("localhost%3A8080:identity:office", "http://localhost:8080/identity/office/did.jsonl"),
    ],
)
def test_the_history_is_found_where_the_specification_says(rest, url):
    name = read_name(f"did:webvh:{SCID}:{rest}")
    assert name.log == url and name.witness == url.replace("did.jsonl", "did-witness.json")
    assert str(name) == f"did:webvh:{SCID}:{rest}"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "example",
        "127.0.0.1",
        "127.0.0.1%3a8080",
        "127.0.0.1#x",
        "0x7f.1",
        "1.0x7f",
        "127%2E0%2E0%2E1",
        "%5B%3A%3A1%5D",
        "example.com%3A0",
        "example.com%3A65536",
        "example.com%3A1%3A2",
        "a..com",
        "-a.com",
        "a_b.com",
        f"{'a' * 64}.com",
        "example.com:",
        "example.com:..:admin",
        "example.com:%2E%2E:admin",
        "example.com:a%2Fb",
        "example.com:a/b",
        "example.com?versionId=1",
        "example.com#key",
        "user@example.com",
        "exa mple.com",
        "example.com\n",
        "jp納豆.例.jp",
        ":".join(["example.com", *"abcdefghi"]),
        f"example.com:{'a' * 65}",
    ],
)
def test_other_names_are_refused(rest):
    with pytest.raises(MadangError) as caught:
        read_name(f"did:webvh:{SCID}:{rest}")
    assert caught.value.code == "did.name"


@pytest.mark.parametrize("did", ["", "did:web:example.com", f"did:WEBVH:{SCID}:a.kr", "did:webvh:{SCID}:a.kr", SCID])
def test_other_identifiers_are_refused(did):
    with pytest.raises(MadangError) as caught:
        read_name(did)
    assert caught.value.code == "did.name"


def test_an_identifier_to_be_made_has_a_placeholder():
    assert str(place("a.kr", 0, ("identity", "x"))) == "did:webvh:{SCID}:a.kr:identity:x"
    with pytest.raises(MadangError):
        place("127.0.0.1", 0, ())
