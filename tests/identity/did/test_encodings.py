"""base58btc, RFC 8785 and multikeys by the examples of their specifications, and by laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.identity.did import base58
from madang.identity.did.canonical import canonical
from madang.identity.did.multikey import multikey, read_method, read_multikey
from madang.kernel.errors import MadangError
from tests.identity.did.histories import new_key


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ],
)
def test_base58_as_its_internet_draft_has_it(data, text):
    assert base58.encode(data) == text and base58.decode(text) == data


@given(st.binary(min_size=1, max_size=64))
def test_base58_reads_what_it_writes(data):
    assert base58.decode(base58.encode(data)) == data


@pytest.mark.parametrize("text", ["", "0", "O", "I", "l", "é", "1" * 129])
def test_base58_refuses_what_is_none(text):
    with pytest.raises(MadangError) as caught:
        base58.decode(text)
    assert caught.value.code == "did.base58"


def test_members_are_in_the_order_of_rfc_8785_section_3_2_3():
    names = ["€", "\r", "\ufb33", "1", "\U0001f600", "\x80", "ö"]
    expected = ["\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]
    text = canonical(dict.fromkeys(names, 0)).decode()
    assert [text.index(f"{name}".replace("\r", "\\r")) for name in expected] == sorted(
        text.index(name.replace("\r", "\\r")) for name in names
    )


def test_text_is_written_as_rfc_8785_section_3_2_2_2_has_it():
    assert canonical('€$\x0f\nA\'B"\\"/\x7f') == '"€$\\u000f\\nA\'B\\"\\\\\\"/\x7f"'.encode()


@pytest.mark.parametrize("value", [1.5, 1.0, 2**53, -(2**53), [{"deep": 0.1}]])
def test_numbers_that_readers_do_not_share_are_refused(value):
    with pytest.raises(MadangError) as caught:
        canonical(value)
    assert caught.value.code == "did.number"


def test_a_multikey_is_read_back():
    key = new_key().public_key()
    text = multikey(key)
    assert text.startswith("z6Mk") and multikey(read_multikey(text)) == text


P256 = "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"
"""A P-256 key of the did:key specification."""


@pytest.mark.parametrize("text", ["", "z", "z6Mk", "6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", P256, "z" * 200])
def test_other_keys_are_refused(text):
    for read in (read_multikey, lambda one: read_method(f"did:key:{one}#{one}")):
        with pytest.raises(MadangError) as caught:
            read(text)
        assert caught.value.code == "did.key"


@pytest.mark.parametrize("method", [None, 1, "", "did:key:a", "did:web:example.com#key"])
def test_a_proof_names_a_key_and_nothing_else(method):
    with pytest.raises(MadangError) as caught:
        read_method(method)
    assert caught.value.code == "did.key"
