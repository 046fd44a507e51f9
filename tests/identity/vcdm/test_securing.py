"""Credentials and presentations as JWT: made, verified, and refused in order of precedence."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from madang.identity import certificates, jose
from madang.identity.certificates import Followed, digest_of
from madang.identity.signer import signing
from madang.identity.status import bitstring
from madang.identity.status.bitstring import LEAST_PLACES, Purpose
from madang.identity.status.checking import Statuses
from madang.identity.status.packing import pack_bitstring
from madang.identity.vcdm import Speaker, issue, present, verify, verify_presentation
from madang.kernel.errors import MadangError
from tests.identity.institutions import certified, new_key
from tests.identity.sdjwt.material import compact
from tests.identity.vcdm import documents
from tests.identity.vcdm.documents import ABSENT, BASE, ISSUER

NOW = 1_780_000_000
OFFICE, OTHER = certified("Office", now=NOW), certified("Another office", now=NOW)
KEY, HOLDER_KEY = OFFICE.key, new_key()
LISTS = "https://office.example/status/1"
GOOD, REVOKED, SUSPENDED = 1, 2, 3
HOLDER = "did:web:things.example:bridge"
AUDIENCE, NONCE = "x509_hash:abc", "a-nonce-of-the-request"
HEADER, HOLDER_HEADER = {"kid": f"{ISSUER}#1"}, {"kid": f"{HOLDER}#1"}


def entries(index: int) -> list[dict[str, str]]:
    """What a credential says of its status."""
    return [bitstring.entry(f"{LISTS}.{purpose}", index, purpose) for purpose in bitstring.PURPOSES]


def credential(**changes: Any) -> dict[str, Any]:
    """The certificate, with a good status."""
    if changes.get("credentialStatus") is ABSENT:
        return documents.credential(**{name: value for name, value in changes.items() if name != "credentialStatus"})
    return documents.credential(**{"credentialStatus": entries(GOOD), **changes})


def published(purpose: Purpose) -> str:
    """The list of a purpose, as the office signs it."""
    packed = pack_bitstring([REVOKED if purpose == "revocation" else SUSPENDED], LEAST_PLACES)
    return bitstring.make(OFFICE.signer, ISSUER, f"{LISTS}.{purpose}", purpose, packed, NOW, 300, 3_600)


PUBLISHED = {f"{LISTS}.{purpose}": published(purpose) for purpose in bitstring.PURPOSES}


def get(uri: str, _accept: str) -> bytes:
    """A published list."""
    if uri not in PUBLISHED:
        raise MadangError("fetch.unavailable", "Nothing is there.")
    return PUBLISHED[uri].encode()


def followed(chain: tuple[bytes, ...], now: int) -> Followed:
    """Both offices are known."""
    return certificates.follow(chain, [OFFICE.root, OTHER.root], "credential", now)


STATUSES = Statuses(followed, get)


def speaker_of(who: str, signed: jose.Jws) -> Speaker:
    """The office's key, with its anchor."""
    return Speaker(key_of(who, signed), digest_of(OFFICE.root))


def named_by_did(who: str, signed: jose.Jws) -> Speaker:
    """The office's key, as a DID names it."""
    return Speaker(key_of(who, signed))


def key_of(who: str, signed: jose.Jws) -> Any:
    """The key of the issuer and of the bridge."""
    keys = {f"{ISSUER}#1": KEY, f"{HOLDER}#1": HOLDER_KEY}
    if signed.header.get("kid") != f"{who}#1" or signed.header["kid"] not in keys:
        raise MadangError("test.unknown", "Nobody knows this key.")
    return keys[signed.header["kid"]].public_key()


def issued(**changes: Any) -> str:
    """The certificate, signed."""
    return issue(credential(**changes), signing(KEY), HEADER)


def signed(header: Any = None, key: Any = KEY, payload: Any = None, **changes: Any) -> str:
    """Whatever a stranger may sign."""
    whole = {"typ": "vc+jwt", "alg": "ES256", "cty": "vc", **HEADER, **(header or {})}
    return compact(whole, credential(**changes) if payload is None else payload, key)


def test_an_issued_credential_is_verified_and_is_its_own_payload() -> None:
    text = issued()
    secured = verify(text, speaker_of, STATUSES, NOW)
    assert (secured.credential, secured.issuer) == (credential(), ISSUER)
    header = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
    assert header == {"alg": "ES256", "typ": "vc+jwt", "cty": "vc", **HEADER}


def test_what_lives_for_a_day_needs_no_status() -> None:
    for dates in (
        {"iat": NOW, "exp": NOW + 86_400},
        {"validFrom": "2026-05-28T00:00:00Z", "validUntil": "2026-05-29T00:00:00Z"},
    ):
        text = signed(credentialStatus=ABSENT, **dates)
        assert verify(text, named_by_did, STATUSES, NOW).issuer == ISSUER


def test_a_list_counts_only_if_it_is_signed_below_the_credentials_anchor() -> None:
    def other(who: str, one: jose.Jws) -> Speaker:
        return Speaker(key_of(who, one), digest_of(OTHER.root))

    for speaker in (named_by_did, other):
        with pytest.raises(MadangError) as caught:
            verify(issued(), speaker, STATUSES, NOW)
        assert caught.value.code == "status.issuer"


def test_a_credential_is_no_status_list() -> None:
    chain = {"x5c": jose.x5c(OFFICE.signer.chain)}
    ordinary = signed(chain, id=f"{LISTS}.revocation")
    with pytest.raises(MadangError) as caught:
        bitstring.read(ordinary, f"{LISTS}.revocation", lambda one: followed(one, NOW), NOW)
    assert caught.value.code == "status.claims"


def test_another_library_reads_what_is_issued_and_presented() -> None:
    text = issued()
    shown = present([text], HOLDER, AUDIENCE, NONCE, NOW, signing(HOLDER_KEY), HOLDER_HEADER)
    for one, key in ((text, KEY), (shown, HOLDER_KEY)):
        read = jws.deserialize_compact(one, ECKey.import_key(dict(jose.jwk_of(key.public_key()))), algorithms=["ES256"])
        assert json.loads(read.payload)["@context"][0] == BASE


ANOTHER_STATUS = {"type": "DataIntegrityProof", "id": "https://office.example/9"}
# fmt: off
REFUSED: tuple[tuple[str, str, Any], ...] = (
    ("jose.size", "300 KB", signed(name="x" * 300_000)),
    ("jose.form", "two parts", issued().rpartition(".")[0]),
    ("jose.header", "a critical parameter", signed({"crit": ["exp"]})),
    ("jose.typ", "another type", signed({"typ": "JWT"})),
    ("jose.typ", "a presentation", signed({"typ": "vp+jwt"})),
    ("jose.algorithm", "none", signed({"alg": "none"})),
    ("jose.typ", "another content", signed({"cty": "vp"})),
    ("vcdm.payload", "no object", signed(payload=b"[]")),
    ("vcdm.payload", "a member twice", signed(payload=b'{"id":"a","id":"b"}')),
    ("vcdm.claims", "a vc claim", signed(vc={})),
    ("vcdm.context", "no credential", signed(payload={"iss": ISSUER})),
    ("vcdm.subject", "about nothing", signed(credentialSubject={})),
    ("vcdm.claims", "another issuer", signed(iss="did:web:other.example")),
    ("vcdm.claims", "another id", signed(jti="urn:uuid:1")),
    ("test.unknown", "a key that nobody knows", signed({"kid": f"{ISSUER}#2"})),
    ("jose.signature", "another key", signed(key=new_key())),
    ("vcdm.not_yet_valid", "not valid before later", signed(validFrom="2026-12-01T00:00:00Z")),
    ("vcdm.not_yet_valid", "signed in the future", signed(iat=NOW + 61)),
    ("vcdm.claims", "signed at no time", signed(iat="now")),
    ("vcdm.expired", "expired", signed(validFrom="2024-01-01T00:00:00Z", validUntil="2025-01-01T00:00:00Z")),
    ("vcdm.expired", "its signature expired", signed(exp=NOW)),
    ("vcdm.expired", "expired, and revoked", signed(exp=NOW, credentialStatus=entries(REVOKED))),
    ("vcdm.status_missing", "no status", signed(credentialStatus=ABSENT)),
    ("vcdm.status_missing", "no status, and no end", signed(credentialStatus=ABSENT, validUntil=ABSENT)),
    ("vcdm.status_missing", "no status, and no beginning", signed(
        credentialStatus=ABSENT, validFrom=ABSENT, exp=NOW + 9)),
    ("vcdm.status_missing", "a day and a second", signed(credentialStatus=ABSENT, iat=NOW, exp=NOW + 86_401)),
    ("status.revoked", "revoked", signed(credentialStatus=entries(REVOKED))),
    ("status.suspended", "suspended", signed(credentialStatus=entries(SUSPENDED))),
    ("status.revoked", "revoked, of two", signed(credentialStatus=[entries(GOOD)[1], entries(REVOKED)[0]])),
    ("status.entry", "another sort of status", signed(credentialStatus=ANOTHER_STATUS)),
    ("status.unavailable", "a list that is not there", signed(
        credentialStatus=bitstring.entry(f"{LISTS}9", 1, "revocation"))),
    ("vcdm.status_list", "a status list", published("revocation")),
    ("vcdm.status_list", "a list among its types", signed(
        type=["VerifiableCredential", "BitstringStatusListCredential"])),
    ("vcdm.status_list", "about a list", signed(credentialSubject={"id": HOLDER, "type": "BitstringStatusList"})),
)
# fmt: on


@pytest.mark.parametrize(("code", "_name", "text"), REFUSED, ids=[f"{code}: {name}" for code, name, _ in REFUSED])
def test_what_is_wrong_with_a_credential_is_named(code: str, _name: str, text: str) -> None:
    with pytest.raises(MadangError) as caught:
        verify(text, speaker_of, STATUSES, NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("vcdm.issuer", {"issuer": "office"}),
        ("vcdm.status_list", {"type": ["VerifiableCredential", "BitstringStatusListCredential"]}),
        ("vcdm.status_list", {"credentialSubject": {"type": ["BitstringStatusList"], "encodedList": "u"}}),
        ("vcdm.proof", {"proof": {"type": "DataIntegrityProof"}}),
        ("vcdm.claims", {"context": [{"vc": "https://madang.example/terms#vc"}], "vc": 1}),
        ("vcdm.payload", {"name": "\ud800"}),
        ("vcdm.payload", {"credentialSubject": {"serial": float("nan")}}),
        ("vcdm.payload", {"credentialSubject": {"serial": float("inf")}}),
        ("vcdm.payload", {"credentialSubject": {"serial": ("B", "17")}}),
        ("vcdm.payload", {"credentialSubject": {"serial": object()}}),
        ("vcdm.size", {"name": "x" * 300_000}),
    ],
)
def test_what_is_malformed_is_not_signed(code: str, changes: Any) -> None:
    with pytest.raises(MadangError) as caught:
        issued(**changes)
    assert caught.value.code == code


def test_a_presentation_gives_the_credentials_of_its_holder() -> None:
    text = present([issued(), issued()], HOLDER, AUDIENCE, NONCE, NOW, signing(HOLDER_KEY), HOLDER_HEADER)
    found = verify_presentation(text, key_of, speaker_of, STATUSES, AUDIENCE, NONCE, NOW)
    assert [one.credential for one in found] == [credential(), credential()]


def presented(key: Any = HOLDER_KEY, header: Any = None, credentials: Any = None, **changes: Any) -> str:
    """Whatever a stranger may present."""
    said = {
        "@context": [BASE],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": [
            {"@context": [BASE], "id": f"data:application/vc+jwt,{one}", "type": "EnvelopedVerifiableCredential"}
            for one in ([issued()] if credentials is None else credentials)
        ],
        "aud": AUDIENCE,
        "nonce": NONCE,
        "iat": NOW,
    }
    said = {name: value for name, value in {**said, **changes}.items() if value is not None}
    return compact({"typ": "vp+jwt", "alg": "ES256", **HOLDER_HEADER, **(header or {})}, said, key)


def test_the_presentation_of_a_stranger_that_is_right_is_verified() -> None:
    assert verify_presentation(presented(), key_of, speaker_of, STATUSES, AUDIENCE, NONCE, NOW)


# fmt: off
REFUSED_PRESENTATIONS: tuple[tuple[str, str, Any], ...] = (
    ("jose.typ", "a credential", presented(header={"typ": "vc+jwt"})),
    ("jose.algorithm", "none", presented(header={"alg": "none"})),
    ("vcdm.claims", "a vp claim", presented(vp={})),
    ("vcdm.context", "no presentation", presented(**{"@context": None})),
    ("vcdm.holder", "of nobody", presented(holder=None)),
    ("test.unknown", "of somebody unknown", presented(holder="did:web:other.example")),
    ("jose.signature", "signed by another key", presented(key=new_key())),
    ("vcdm.audience", "for another verifier", presented(aud="x509_hash:other")),
    ("vcdm.audience", "for nobody", presented(aud=None)),
    ("vcdm.nonce", "for another request", presented(nonce="old")),
    ("vcdm.claims", "at no time", presented(iat=None)),
    ("vcdm.old", "eleven minutes ago", presented(iat=NOW - 601)),
    ("vcdm.old", "ended", presented(exp=NOW)),
    ("vcdm.future", "in two minutes", presented(iat=NOW + 61)),
    ("vcdm.unsecured", "a credential that nobody signed", presented(verifiableCredential=[credential()])),
    ("vcdm.envelope", "a credential secured by other means", presented(verifiableCredential=[
        {"@context": [BASE], "id": "data:application/vc+cose,eyJ9", "type": "EnvelopedVerifiableCredential"}])),
    ("jose.signature", "a credential with another key", presented(credentials=[signed(key=new_key())])),
    ("vcdm.expired", "a credential that expired", presented(credentials=[signed(exp=NOW)])),
    ("status.revoked", "a credential that is revoked", presented(credentials=[
        issued(), signed(credentialStatus=entries(REVOKED))])),
    ("vcdm.holder", "a credential about somebody else", presented(credentials=[
        issued(credentialSubject={"id": "did:web:things.example:tower", "serial": "T-1"})])),
    ("vcdm.holder", "a credential about nobody in particular", presented(credentials=[
        issued(credentialSubject={"serial": "T-1"})])),
)
# fmt: on


@pytest.mark.parametrize(
    ("code", "_name", "text"), REFUSED_PRESENTATIONS, ids=[f"{code}: {name}" for code, name, _ in REFUSED_PRESENTATIONS]
)
def test_what_is_wrong_with_a_presentation_is_named(code: str, _name: str, text: str) -> None:
    with pytest.raises(MadangError) as caught:
        verify_presentation(text, key_of, speaker_of, STATUSES, AUDIENCE, NONCE, NOW)
    assert caught.value.code == code
