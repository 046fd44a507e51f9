"""Each refusal of a presentation, in order of precedence: of two faults the one further up is named."""

import itertools

import pytest

from madang.identity import jose
from madang.identity.sdjwt import verify
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified, new_key
from tests.identity.sdjwt.material import (
    ABOUT,
    ADDRESS,
    AUDIENCE,
    FAMILY,
    GIVEN,
    KOREA,
    NONCE,
    REGION,
    STATUS,
    Parts,
    base64url,
    digest,
    disclosure,
    trust,
)

STRANGER = certified("Stranger", now=NOW - 86_400)
ELEMENT, MEMBER = disclosure("salt", "an element"), disclosure("salt", "a_name", "a member")
RESERVED, VISIBLE = disclosure("salt", "_sd", []), disclosure("salt", "vct", "another")
NUMBERED = disclosure("salt", "a", {"_sd": [7]})
CLASH = disclosure("salt", "nationalities", [])
STATUS_SHOWN = disclosure("salt", "status_list", STATUS["status_list"])
DEEP = disclosure("salt", "deep", [[[[[[[[1]]]]]]]])
UNDECODABLE = base64url(b'["salt","a","b"]}')
EXTRA = base64url(b'["salt","a","b"],"more":[]')


def deep(levels):
    return {"a": deep(levels - 1)} if levels else 1


def header(**members):
    return lambda parts: parts.header.update(members)


def payload(**members):
    return lambda parts: parts.payload.update(members)


def without(name):
    return lambda parts: parts.payload.pop(name, None)


def binding(**members):
    return lambda parts: parts.binding.update(members)


def binding_header(**members):
    return lambda parts: parts.binding_header.update(members)


def part(**members):
    def spoil(parts):
        for name, value in members.items():
            setattr(parts, name, value)

    return spoil


def shown(*texts, signed=True):
    """More disclosures; those that are signed have their digests in the payload."""

    def spoil(parts):
        parts.disclosures = [*parts.disclosures, *texts]
        if signed:
            parts.payload["_sd"] = [*parts.payload["_sd"], *map(digest, texts)]

    return spoil


# fmt: off
CASES = (
    ("sdjwt.size", "longer than 64 KiB", shown(disclosure("salt", "a", "x" * 60_000))),
    ("sdjwt.disclosures", "201 disclosures", shown(*("e30" for _ in range(201)), signed=False)),
    ("sdjwt.issuer_form", "something stands before it", part(before="eyJ9.")),
    ("sdjwt.issuer_header", "a critical parameter", header(crit=["exp"])),
    ("sdjwt.issuer_typ", "another type of JWT", header(typ="vc+sd-jwt")),
    ("sdjwt.issuer_typ", "the type of a key binding", header(typ="kb+jwt")),
    ("sdjwt.issuer_algorithm", "no algorithm", header(alg="none")),
    ("sdjwt.issuer_algorithm", "a secret in place of a key", header(alg="HS256")),
    ("sdjwt.issuer_chain", "no certificates", header(x5c=[])),
    ("certificate.anchor", "certificates of a stranger", header(x5c=jose.x5c(STRANGER.signer.chain))),
    ("sdjwt.issuer_signature", "signed by another key", part(issuer_key=new_key())),
    ("sdjwt.issuer_payload", "what was signed is no object", part(payload=b"[]")),
    ("sdjwt.issuer_payload", "a member twice", part(payload=b'{"vct":"a","vct":"b"}')),
    ("sdjwt.hash", "digests of another hash", payload(_sd_alg="sha-512")),
    ("sdjwt.hash", "digests of no hash", payload(_sd_alg=None)),
    ("sdjwt.disclosure", "a disclosure that is no JSON", shown(UNDECODABLE)),
    ("sdjwt.disclosure", "a disclosure with something after it", shown(EXTRA)),
    ("sdjwt.disclosure", "a disclosure that is an object", shown("e30")),
    ("sdjwt.disclosure", "a disclosure that is empty", shown("", signed=False)),
    ("sdjwt.disclosure", "a disclosure of four parts", shown(disclosure("salt", "a", 1, 2))),
    ("sdjwt.disclosure", "a salt that is a number", shown(disclosure(1, "a", 1))),
    ("sdjwt.disclosure", "a name that is a number", shown(disclosure("salt", 1, 1))),
    ("sdjwt.disclosure", "padding", shown(GIVEN + "=")),
    ("sdjwt.disclosure_name", "a claim called _sd", shown(RESERVED)),
    ("sdjwt.disclosure_name", "a claim called ...", shown(disclosure("salt", "...", "x"))),
    ("sdjwt.disclosure_name", "a claim called _sd_alg", shown(disclosure("salt", "_sd_alg", "md5"))),
    ("sdjwt.disclosure_twice", "the same disclosure twice", shown(GIVEN, signed=False)),
    ("sdjwt.reserved_name", "a claim called ... in what was signed", payload(**{"...": "x"})),
    ("sdjwt.depth", "claims nine levels deep", payload(nested=deep(8))),
    ("sdjwt.depth", "nine levels in a disclosure", shown(DEEP)),
    ("sdjwt.digests", "digests that are no array", payload(_sd="x")),
    ("sdjwt.digests", "digests that are no strings", payload(_sd=[1])),
    ("sdjwt.digests", "digests in a disclosure that are no strings", shown(NUMBERED)),
    ("sdjwt.digests", "a digest beside a member", payload(list=[{"...": "x", "a": 1}])),
    ("sdjwt.digests", "an element's digest that is no string", payload(list=[{"...": 1}])),
    ("sdjwt.digest_twice", "a digest twice", payload(more={"_sd": [digest(FAMILY)]})),
    ("sdjwt.digest_twice", "a digest twice in an array", payload(list=[{"...": "x"}, {"...": "x"}])),
    ("sdjwt.disclosure_kind", "an element where a claim is", shown(ELEMENT)),
    ("sdjwt.disclosure_kind", "a claim where an element is",
     lambda parts: (shown(MEMBER, signed=False)(parts), payload(list=[{"...": digest(MEMBER)}])(parts))),
    ("sdjwt.claim_clash", "a claim that is there already", shown(CLASH)),
    ("sdjwt.claim_clash", "a claim disclosed under two digests", shown(disclosure("other", "given_name", "꺽정"))),
    ("sdjwt.disclosure_unreferenced", "a disclosure that nobody signed", shown(MEMBER, signed=False)),
    ("sdjwt.disclosure_unreferenced", "a disclosure whose parent is hidden",
     part(disclosures=[GIVEN, REGION, KOREA])),
    ("sdjwt.always_shown", "a type that can be hidden", lambda parts: (without("vct")(parts), shown(VISIBLE)(parts))),
    ("sdjwt.always_shown", "a part of the status that can be hidden",
     lambda parts: (payload(status={"_sd": [digest(STATUS_SHOWN)]})(parts), shown(STATUS_SHOWN, signed=False)(parts))),
    ("sdjwt.type", "no type", without("vct")),
    ("sdjwt.holder_key", "bound to no key", without("cnf")),
    ("sdjwt.holder_key", "bound to another curve", payload(cnf={"jwk": {"kty": "EC", "crv": "P-384"}})),
    ("sdjwt.status", "a status of another kind", payload(status={"other_list": {}})),
    ("sdjwt.status", "a place that is no number", payload(status={"status_list": {"idx": "1", "uri": "a"}})),
    ("sdjwt.status", "a place before the first", payload(status={"status_list": {"idx": -1, "uri": "a"}})),
    ("sdjwt.validity", "no end", without("exp")),
    ("sdjwt.validity", "an end in text", payload(exp="2030")),
    ("sdjwt.validity", "a start that is a fraction", payload(nbf=NOW + 0.5)),
    ("sdjwt.binding_missing", "no key binding", part(no_binding=True)),
    ("sdjwt.binding_header", "a critical parameter in the key binding", binding_header(crit=["exp"])),
    ("sdjwt.binding_typ", "a key binding of another type", binding_header(typ="JWT")),
    ("sdjwt.binding_algorithm", "a key binding without algorithm", binding_header(alg="none")),
    ("sdjwt.binding_signature", "a key binding by another key", part(binding_key=new_key())),
    ("sdjwt.binding_payload", "a key binding without time", binding(iat=None)),
    ("sdjwt.binding_payload", "a time that is true", binding(iat=True)),
    ("sdjwt.binding_audience", "for another verifier", binding(aud="x509_hash:other")),
    ("sdjwt.binding_audience", "for several verifiers", binding(aud=[AUDIENCE])),
    ("sdjwt.binding_nonce", "for another request", binding(nonce="an-old-nonce")),
    ("sdjwt.binding_old", "signed more than ten minutes ago", binding(iat=NOW - 601)),
    ("sdjwt.binding_old", "a key binding that has ended", binding(exp=NOW)),
    ("sdjwt.binding_future", "signed more than a minute ahead", binding(iat=NOW + 61)),
    ("sdjwt.binding_future", "a key binding that has not begun", binding(nbf=NOW + 61)),
    ("sdjwt.binding_hash", "a digest of another selection", binding(sd_hash=digest("other~"))),
    ("sdjwt.not_yet_valid", "not valid before later", payload(nbf=NOW + 61)),
    ("sdjwt.not_yet_valid", "issued in the future", payload(iat=NOW + 61)),
    ("sdjwt.expired", "expired", payload(exp=NOW)),
)
# fmt: on


def check(parts):
    return verify(parts.text(), trust, AUDIENCE, NONCE, NOW)


@pytest.mark.parametrize(("code", "_name", "spoil"), CASES, ids=[f"{code}: {name}" for code, name, _ in CASES])
def test_a_spoiled_presentation_is_refused_with_its_code(code, _name, spoil):
    parts = Parts()
    spoil(parts)
    with pytest.raises(MadangError) as caught:
        check(parts)
    assert caught.value.code == code


def test_nothing_of_the_person_is_in_a_refusal():
    for _, _, spoil in CASES:
        parts = Parts()
        spoil(parts)
        with pytest.raises(MadangError) as caught:
            check(parts)
        assert not any(word in str(caught.value) for word in ("길동", "홍", "26350", NONCE, "x509_hash:"))


# What is read in one pass is refused where it is met first, whichever of these it is.
PASSES = (
    {"sdjwt.disclosure", "sdjwt.disclosure_name"},
    {"sdjwt.reserved_name", "sdjwt.depth", "sdjwt.digests", "sdjwt.digest_twice", "sdjwt.disclosure_kind"}
    | {"sdjwt.claim_clash"},
)
FIRST_CASES = {code: spoil for code, _, spoil in reversed(CASES) if code != "sdjwt.issuer_payload"}
PAIRS = list(
    itertools.combinations([code for code in dict.fromkeys(case[0] for case in CASES) if code in FIRST_CASES], 2)
)


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=[" ".join(pair) for pair in PAIRS])
def test_of_two_faults_the_one_further_up_is_named(earlier, later):
    parts = Parts()
    FIRST_CASES[later](parts)
    FIRST_CASES[earlier](parts)
    with pytest.raises(MadangError) as caught:
        check(parts)
    expected = {earlier, later} if any({earlier, later} <= one for one in PASSES) else {earlier}
    assert caught.value.code in expected


def test_a_presentation_that_nobody_spoiled_is_verified():
    issued = check(Parts())
    assert issued.claims == {
        "given_name": "길동",
        "address": {"region": "26", "country": "KR"},
        "nationalities": ["KR", "US"],
    }
    assert issued.type == "https://madang.example/resident"
    assert (issued.valid_from, issued.valid_until) == (NOW - 3600, NOW + 86_400)
    assert (issued.status.uri, issued.status.index) == (STATUS["status_list"]["uri"], 412)
    assert set(ABOUT) >= set(issued.claims)


def test_undisclosed_digests_and_decoys_leave_no_trace():
    parts = Parts(disclosures=[])
    parts.payload["_sd"].append(digest("a decoy"))
    parts.payload["nationalities"].append({"...": digest("another decoy")})
    assert check(parts).claims == {"nationalities": ["US"]}


@pytest.mark.parametrize("at", [NOW - 600, NOW - 0.5, NOW + 60])
def test_the_bounds_of_a_key_binding_belong_to_it(at):
    assert check(Parts(binding={"iat": at, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": None})).holder


def test_a_short_lived_credential_needs_no_status():
    parts = Parts()
    parts.payload.pop("status")
    assert check(parts).status is None


@pytest.mark.parametrize("text", ["", "a", "~", "~~", "a.b.c", "a.b.c~", "\ud800~", "é.é.é~", "~" * 300])
def test_what_is_no_presentation_at_all_is_refused(text):
    with pytest.raises(MadangError) as caught:
        verify(text, trust, AUDIENCE, NONCE, NOW)
    assert caught.value.code.startswith("sdjwt.")


@pytest.mark.parametrize("size", [10_000_000])
def test_ten_megabytes_are_refused_by_their_length(size):
    with pytest.raises(MadangError) as caught:
        verify("~" * size, trust, AUDIENCE, NONCE, NOW)
    assert caught.value.code == "sdjwt.size"


def test_brackets_without_end_are_refused_before_they_are_parsed():
    parts = Parts(disclosures=[base64url(b"[" * 40_000)])
    with pytest.raises(MadangError) as caught:
        check(parts)
    assert caught.value.code == "sdjwt.disclosure"


def test_disclosures_of_the_address_stand_in_the_order_that_the_holder_chose():
    parts = Parts(disclosures=[KOREA, REGION, ADDRESS, GIVEN])
    assert check(parts).claims["address"] == {"region": "26", "country": "KR"}
