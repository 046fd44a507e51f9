"""What an issuer refuses, in the order in which it looks: a word on the wire, and a code for the operator.

Cases that the OpenID conformance suite has too are named after its modules (`oid4vci-1_0-issuer-...`).
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from madang.identity import jose
from madang.identity.institution import Terms
from madang.identity.issuer.granting import Asked, Grant
from madang.identity.issuer.offers import TRIES
from madang.identity.issuer.tokens import DELIVERIES, Token, count_delivery
from madang.identity.issuer.wire import AGAIN_SECONDS, PROBLEM, UNAVAILABLE, Refusal
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.identity.institutions import certified, new_key
from tests.identity.issuer.scene import (
    ANY,
    APP,
    ATTESTED,
    BACK,
    NOW,
    PERSON,
    keys,
    read,
    refused,
    signed,
)

SD_JWT, PLAIN = f"{ATTESTED}_sd_jwt", f"{ANY}_sd_jwt"

# -------------------------------------------------------------------------------------- the authorization request

PUSHED = [
    ({"request_uri": "urn:x"}, (400, "invalid_request", "authorize.object")),
    ({"response_type": "token"}, (400, "unsupported_response_type", "authorize.response_type")),
    ({"client_id": None}, (400, "invalid_request", "authorize.client")),
    ({"authorization_details": "[]"}, (400, "invalid_authorization_details", "grant.details")),
    (
        {"authorization_details": '[{"type":"openid_credential"}]'},
        (400, "invalid_authorization_details", "grant.details"),
    ),
    ({"scope": "unknown"}, (400, "invalid_scope", "grant.scope")),
    ({"scope": None}, (400, "invalid_scope", "grant.nothing")),
    ({"client_id": "https://other.example.kr"}, (401, "invalid_client", "authorize.client")),
    ({"redirect_uri": None}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": "javascript:alert(1)"}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": "http://wallet.example.kr/"}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": f"{APP}#part"}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": "https://evil.example\\.bank.example/"}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": "https://ev%69l.example/"}, (400, "invalid_request", "authorize.redirect")),
    ({"redirect_uri": "https://bank.example@evil.example/"}, (400, "invalid_request", "authorize.redirect")),
    ({"code_challenge": None}, (400, "invalid_request", "authorize.challenge")),
    ({"code_challenge_method": "plain"}, (400, "invalid_request", "authorize.challenge")),
    ({"state": "s" * 1025}, (400, "invalid_request", "authorize.state")),
    ({"dpop_jkt": "none"}, (400, "invalid_request", "authorize.dpop_jkt")),
]


@pytest.mark.parametrize(("changed", "expected"), PUSHED)
def test_a_pushed_request_is_refused(phone, changed, expected):
    assert refused(phone.push(**changed)) == expected


def test_a_type_for_attested_wallets_is_not_for_others(plain):
    assert refused(plain.push(scope=SD_JWT)) == (401, "invalid_client", "authorize.wallet")
    offered = plain.by_offer(plain.scene.offer(SD_JWT))
    assert refused(offered) == (401, "invalid_client", "authorize.wallet")


def test_a_wallet_that_nobody_vouches_for_comes_back_to_known_addresses_alone(plain):
    assert refused(plain.push(redirect_uri=f"{BACK}/more")) == (400, "invalid_request", "authorize.redirect")


# ---------------------------------------------------------------------------------------------- client attestation

OTHER = new_key()
ATTESTATIONS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "oid4vci-1_0-issuer-fail-client-attestation-no-sub": ({"sub": None}, {}, "wallet.claims"),
    "oid4vci-1_0-issuer-fail-client-attestation-exp-in-past": ({"exp": NOW - 1}, {}, "wallet.time"),
    "oid4vci-1_0-issuer-fail-invalid-client-attestation-signature": ({"by": OTHER}, {}, "jose.signature"),
    "oid4vci-1_0-issuer-fail-invalid-client-attestation-pop-signature": ({}, {"by": OTHER}, "jose.signature"),
    "oid4vci-1_0-issuer-fail-mismatched-client-attestation-pop-key": (
        {"cnf": {"jwk": jose.jwk_of(OTHER.public_key())}},
        {},
        "jose.signature",
    ),
    "oid4vci-1_0-issuer-fail-client-attestation-pop-wrong-aud": (
        {},
        {"aud": "https://other.example.kr"},
        "wallet.audience",
    ),
    "not yet valid": ({"nbf": NOW + 100}, {}, "wallet.time"),
    "no key": ({"cnf": None}, {}, "jose.key"),
    "a proof for two": ({}, {"aud": ["https://other.example.kr", "https://office.example.kr"]}, "wallet.audience"),
    "a proof of another wallet": ({}, {"iss": "https://other.example.kr"}, "wallet.claims"),
    "a proof from the past": ({}, {"iat": NOW - 301}, "wallet.time"),
    "a proof from the future": ({}, {"iat": NOW + 31}, "wallet.time"),
    "a proof without a name": ({}, {"jti": None}, "wallet.claims"),
}


@pytest.mark.parametrize("case", ATTESTATIONS)
def test_a_client_attestation_is_refused_at_both_endpoints(phone, case):
    attestation, proof, code = ATTESTATIONS[case]
    headers = {
        "oauth-client-attestation": phone.attestation(**attestation),
        "oauth-client-attestation-pop": phone.attestation_proof(**proof),
    }
    assert refused(phone.push(headers=headers)) == (401, "invalid_client", code)
    headers["oauth-client-attestation-pop"] = phone.attestation_proof(**proof)
    offered = phone.by_offer(phone.scene.offer(SD_JWT), headers={**headers, "dpop": phone.dpop("token")})
    assert refused(offered) == (401, "invalid_client", code)


def test_a_client_attestation_counts_with_its_proof_once_and_of_a_named_provider(phone):
    whole = phone.wallet_headers()
    for name in whole:
        assert refused(phone.push(headers={name: whole[name]})) == (401, "invalid_client", "wallet.incomplete")
    read(phone.push(headers=whole))
    assert refused(phone.push(headers=whole)) == (401, "invalid_client", "wallet.replayed")
    stranger = certified("Somebody")
    headers = phone.wallet_headers()
    headers["oauth-client-attestation"] = phone.attestation(by=stranger.root_key, certificate=stranger.root)
    assert refused(phone.push(headers=headers))[2] in ("trust.wallet_provider", "attestation.chain")
    twice = {**phone.wallet_headers(), "oauth-client-attestation": [phone.attestation()] * 2}
    assert refused(phone.push(headers=twice)) == (400, "invalid_request", "request.header")


def test_a_provider_whose_certificate_is_for_a_key_of_an_unknown_kind_is_refused(phone):
    p256, unknown = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d03017f")
    headers = phone.wallet_headers()
    changed = phone.scene.provider.replace(p256, unknown)
    headers["oauth-client-attestation"] = phone.attestation(certificate=changed)
    assert refused(phone.push(headers=headers)) == (401, "invalid_client", "attestation.chain")


# ------------------------------------------------------------------------------------------------------------ DPoP

PROOFS = [
    ({"header": {"jwk": jose.jwk_of(OTHER.public_key())}}, "invalid_dpop_proof", "jose.signature"),
    ({"jti": None}, "invalid_dpop_proof", "dpop.claims"),
    ({"htm": "GET"}, "invalid_dpop_proof", "dpop.method"),
    ({"htu": "https://office.example.kr/identity/office/par"}, "invalid_dpop_proof", "dpop.target"),
    ({"iat": NOW - 301}, "invalid_dpop_proof", "dpop.time"),
    ({"iat": NOW + 31}, "invalid_dpop_proof", "dpop.time"),
    ({"nonce": None}, "use_dpop_nonce", "dpop.nonce"),
    ({"nonce": "made up"}, "use_dpop_nonce", "dpop.nonce"),
]


@pytest.mark.parametrize(("changed", "word", "code"), PROOFS)
def test_a_dpop_proof_is_refused_and_a_fresh_nonce_is_given(plain, changed, word, code):
    answered = plain.by_offer(plain.scene.offer(), headers={"dpop": plain.dpop("token", **changed)})
    assert refused(answered) == (400, word, code)
    plain.dpop_nonce = answered.headers["dpop-nonce"]
    read(plain.by_offer(plain.scene.offer()))


def test_a_dpop_proof_counts_once_and_for_nothing_else_than_this_nonce_is_for(plain):
    proof = plain.dpop("token")
    read(plain.by_offer(plain.scene.offer(), headers={"dpop": proof}))
    again = plain.by_offer(plain.scene.offer(), headers={"dpop": proof})
    assert refused(again) == (400, "invalid_dpop_proof", "dpop.replayed")
    plain.dpop_nonce = plain.scene.nonce()
    assert refused(plain.by_offer(plain.scene.offer())) == (400, "use_dpop_nonce", "dpop.nonce")


def test_a_proof_that_tells_its_private_key_is_refused(plain):
    private = {"jwk": {**jose.jwk_of(plain.key.public_key()), "d": to_base64url(bytes(32))}}
    headers = {"dpop": plain.dpop("token", header=private)}
    assert refused(plain.by_offer(plain.scene.offer(), headers=headers)) == (400, "invalid_dpop_proof", "jose.key")


# ------------------------------------------------------------------------------------------------------------ codes

CODES = [
    ({"code": "unknown"}, (400, "invalid_grant", "token.code")),
    ({"redirect_uri": f"{APP}/other"}, (400, "invalid_grant", "token.redirect")),
    ({"code_verifier": "w" * 43}, (400, "invalid_grant", "token.verifier")),
    ({"code_verifier": None}, (400, "invalid_grant", "token.verifier")),
    ({"grant_type": "password"}, (400, "unsupported_grant_type", "token.grant_type")),
    ({"access_token": "t"}, (400, "invalid_request", "token.parameter")),
]


@pytest.mark.parametrize(("changed", "expected"), CODES)
def test_a_code_is_refused(phone, changed, expected):
    code = phone.code()
    assert refused(phone.by_code(**{"code": code} | changed)) == expected


def test_a_code_counts_once_even_where_it_was_refused(phone):
    code = phone.code()
    assert refused(phone.by_code(code, code_verifier="w" * 43))[2] == "token.verifier"
    assert refused(phone.by_code(code)) == (400, "invalid_grant", "token.code")


def test_a_code_ends_after_a_minute(phone):
    code = phone.code()
    assert refused(phone.by_code(code, now=NOW + 60)) == (400, "invalid_grant", "token.code")


def test_a_code_is_bound_to_the_key_that_was_proven_or_named_when_it_was_asked_for(phone):
    headers = {**phone.wallet_headers(), "dpop": phone.dpop("par")}
    code = phone.code(headers=headers)
    phone.key, mine = new_key(), phone.key
    assert refused(phone.by_code(code)) == (400, "invalid_grant", "token.key")
    phone.key = mine
    named = jose.thumbprint(jose.jwk_of(mine.public_key()))
    read(phone.by_code(phone.code(dpop_jkt=named)))


def test_a_code_for_an_attested_wallet_is_for_none_else(phone):
    code = phone.code()
    answered = phone.by_code(code, headers={"dpop": phone.dpop("token")})
    assert refused(answered) == (400, "invalid_grant", "token.client")


def test_a_transaction_code_has_five_tries(plain):
    offer = plain.scene.offer()
    wrong = f"{(int(offer.spoken) + 1) % 10**6:06}"
    for _ in range(TRIES):
        assert refused(plain.by_offer(offer, tx_code=wrong)) == (400, "invalid_grant", "token.offer")
    assert refused(plain.by_offer(offer)) == (400, "invalid_grant", "token.offer")


def test_an_offer_is_for_the_first_who_has_both_codes(plain):
    offer = plain.scene.offer()
    assert refused(plain.by_offer(offer, tx_code=None)) == (400, "invalid_request", "token.tx_code")
    read(plain.by_offer(offer))
    assert refused(plain.by_offer(offer)) == (400, "invalid_grant", "token.offer")


def test_a_wallet_that_forgot_its_attestation_does_not_use_the_offer_up(phone):
    offer = phone.scene.offer(SD_JWT)
    without = phone.by_offer(offer, headers={"dpop": phone.dpop("token")})
    assert refused(without) == (401, "invalid_client", "authorize.wallet")
    read(phone.by_offer(offer))


def test_a_request_for_a_part_that_cannot_be_read_does_not_use_the_code_up(phone, plain):
    code, offer = phone.code(), plain.scene.offer()
    malformed = (400, "invalid_authorization_details", "grant.details")
    assert refused(phone.by_code(code, authorization_details="[]")) == malformed
    assert refused(plain.by_offer(offer, authorization_details='[{"type": 1}]')) == malformed
    read(phone.by_code(code))
    read(plain.by_offer(offer))


def test_a_grant_without_an_attested_wallet_is_for_no_type_that_wants_one_by_now(plain):
    scene, token = plain.scene, plain.token()["access_token"]
    issues = {**scene.institution.description.issues, ANY: Terms()}
    description = msgspec.structs.replace(scene.institution.description, issues=issues)
    institution = msgspec.structs.replace(scene.institution, description=description)
    scene.office = msgspec.structs.replace(scene.office, institution=institution)
    content = {"credential_configuration_id": PLAIN, "proofs": plain.proofs(keys(1))}
    assert refused(plain.ask(content, token)) == (400, "credential_request_denied", "token.wallet")


def test_what_is_not_issued_any_more_is_refused_as_the_endpoint_refuses(plain):
    scene, offer, code = plain.scene, plain.scene.offer(), plain.code()
    token = plain.token()["access_token"]
    description = msgspec.structs.replace(scene.institution.description, issues={ATTESTED: Terms()})
    scene.office = msgspec.structs.replace(
        scene.office, institution=msgspec.structs.replace(scene.institution, description=description)
    )
    assert refused(plain.by_offer(offer)) == (400, "invalid_grant", "grant.withdrawn")
    assert refused(plain.by_code(code)) == (400, "invalid_grant", "grant.withdrawn")
    content = {"credential_configuration_id": PLAIN, "proofs": plain.proofs(keys(1))}
    assert refused(plain.ask(content, token)) == (400, "credential_request_denied", "grant.withdrawn")


# ------------------------------------------------------------------------------------------------------ credentials


def test_oid4vci_1_0_issuer_fail_on_access_token_in_query(phone):
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    query = f"access_token={token}"
    answered = phone.ask(content, token, headers={"authorization": None}, query=query)
    assert refused(answered) == (400, "invalid_request", "token.query")


TOKENS = [
    ({"authorization": None}, "invalid_token", "token.missing"),
    ({"authorization": "Bearer x"}, "invalid_token", "token.scheme"),
    ({"dpop": None}, "invalid_dpop_proof", "dpop.missing"),
]


@pytest.mark.parametrize(("headers", "word", "code"), TOKENS)
def test_a_token_is_refused_with_a_challenge(phone, headers, word, code):
    token = phone.token()["access_token"]
    answered = phone.ask({}, token, headers=headers)
    assert refused(answered) == (401, word, code)
    assert answered.headers["www-authenticate"].startswith("DPoP")


def test_a_token_is_its_keys_alone_and_ends(phone):
    token = phone.token()["access_token"]
    assert refused(phone.ask({}, "unknown")) == (401, "invalid_token", "token.unknown")
    proof = phone.dpop("credential", "other")
    assert refused(phone.ask({}, token, headers={"dpop": proof})) == (401, "invalid_dpop_proof", "dpop.token")
    phone.key, mine = new_key(), phone.key
    assert refused(phone.ask({}, token)) == (401, "invalid_token", "token.key")
    phone.key, phone.dpop_nonce = mine, None
    assert refused(phone.ask({}, token, now=NOW + 600)) == (401, "invalid_token", "token.unknown")


@pytest.fixture
def bearer(phone) -> str:
    return str(phone.token()["access_token"])


def _proofs(phone, **changed):
    """One proof with a key attestation, changed."""
    (key,), nonce = keys(1), phone.scene.nonce()
    attestation = {"nonce": nonce} | changed.pop("attestation", {})
    header = {"key_attestation": phone.key_attestation([key], **attestation), **changed.pop("header", {})}
    return {"jwt": [phone.proof(key, **{"nonce": nonce} | changed, header=header)]}


MADE = {
    "oid4vci-1_0-issuer-fail-missing-proof": (lambda _: None, "invalid_proof", "proof.missing"),
    "two types": (lambda one: {**_proofs(one), "attestation": []}, "invalid_proof", "proof.form"),
    "no proof": (lambda _: {"jwt": []}, "invalid_proof", "proof.form"),
    "no list": (lambda _: {"jwt": "text"}, "invalid_proof", "proof.form"),
    "another type": (lambda _: {"di_vp": ["text"]}, "invalid_proof", "proof.type"),
    "two attestations": (lambda _: {"attestation": ["a", "b"]}, "invalid_proof", "proof.count"),
    "no JWT": (lambda _: {"jwt": ["text"]}, "invalid_proof", "jose.form"),
    "another typ": (
        lambda one: {"jwt": [signed("JWT", {}, new_key(), {"jwk": {}})]},
        "invalid_proof",
        "jose.typ",
    ),
    "no key attestation": (
        lambda one: _proofs(one, header={"key_attestation": None}),
        "invalid_proof",
        "proof.attestation",
    ),
    "oid4vci-1_0-issuer-fail-invalid-key-attestation-signature": (
        lambda one: _proofs(one, attestation={"by": OTHER}),
        "invalid_proof",
        "jose.signature",
    ),
    "an attestation that ended": (
        lambda one: _proofs(one, attestation={"exp": NOW}),
        "invalid_proof",
        "keys.time",
    ),
    "an attestation without an end": (
        lambda one: _proofs(one, attestation={"exp": None}),
        "invalid_proof",
        "keys.time",
    ),
    "keys that are kept badly": (
        lambda one: _proofs(one, attestation={"key_storage": ["iso_18045_basic"]}),
        "invalid_proof",
        "keys.storage",
    ),
    "no keys": (lambda one: _proofs(one, attestation={"attested_keys": []}), "invalid_proof", "keys.none"),
    "a key that is not attested": (
        lambda one: _proofs(one, attestation={"attested_keys": [jose.jwk_of(OTHER.public_key())]}),
        "invalid_proof",
        "proof.key",
    ),
    "two names of a key": (lambda one: _proofs(one, header={"kid": "0"}), "invalid_proof", "proof.key"),
    "a place that is none": (lambda one: _proofs(one, header={"jwk": None, "kid": "1"}), "invalid_proof", "proof.key"),
    "oid4vci-1_0-issuer-fail-invalid-jwt-proof-signature": (
        lambda one: _proofs(one, by=OTHER),
        "invalid_proof",
        "jose.signature",
    ),
    "another audience": (lambda one: _proofs(one, aud="https://other.example.kr"), "invalid_proof", "proof.audience"),
    "another wallet's": (lambda one: _proofs(one, iss="https://other.example.kr"), "invalid_proof", "proof.issuer"),
    "from the past": (lambda one: _proofs(one, iat=NOW - 301), "invalid_proof", "proof.time"),
    "from the future": (lambda one: _proofs(one, iat=NOW + 31), "invalid_proof", "proof.time"),
    "no nonce": (lambda one: _proofs(one, nonce=None), "invalid_proof", "proof.form"),
    "no nonce in the attestation": (
        lambda one: _proofs(one, attestation={"nonce": None}),
        "invalid_proof",
        "keys.claims",
    ),
    "oid4vci-1_0-issuer-fail-invalid-nonce": (
        lambda one: _proofs(one, nonce="made up"),
        "invalid_nonce",
        "proof.nonce",
    ),
    "an old nonce in the attestation": (
        lambda one: _proofs(one, attestation={"nonce": one.scene.nonce(NOW - 300)}),
        "invalid_nonce",
        "proof.nonce",
    ),
    "a nonce that is for something else": (
        lambda one: _proofs(one, nonce=one.scene.post("nonce").headers["dpop-nonce"]),
        "invalid_nonce",
        "proof.nonce",
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_proofs_are_refused(phone, bearer, case):
    make, word, code = MADE[case]
    content = {"credential_configuration_id": SD_JWT, "proofs": make(phone)}
    assert refused(phone.ask({name: one for name, one in content.items() if one is not None}, bearer)) == (
        400,
        word,
        code,
    )
    assert phone.scene.store.issued_to("office", PERSON) == []


def test_oid4vci_1_0_issuer_fail_replay_nonce(phone, bearer):
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    read(phone.ask(content, bearer))
    assert refused(phone.ask(content, bearer)) == (400, "invalid_nonce", "proof.nonce")


NAMED: dict[str, tuple[dict[str, Any], str, str]] = {
    "oid4vci-1_0-issuer-fail-unknown-credential-configuration": (
        {"credential_configuration_id": "unknown"},
        "unknown_credential_configuration",
        "credential.configuration",
    ),
    "oid4vci-1_0-issuer-fail-unknown-credential-identifier": (
        {"credential_identifier": "unknown"},
        "unknown_credential_identifier",
        "credential.identifier",
    ),
    "both": (
        {"credential_identifier": "a", "credential_configuration_id": SD_JWT},
        "invalid_credential_request",
        "credential.named",
    ),
    "neither": ({}, "invalid_credential_request", "credential.named"),
    "what was not granted": (
        {"credential_configuration_id": PLAIN},
        "invalid_credential_request",
        "credential.named",
    ),
    "no text": (
        {"credential_configuration_id": ["a"]},
        "unknown_credential_configuration",
        "credential.configuration",
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_what_is_asked_for_is_refused(phone, bearer, case):
    content, word, code = NAMED[case]
    answered = phone.ask({**content, "proofs": phone.proofs(keys(1))}, bearer)
    assert refused(answered) == (400, word, code)


BODIES = [
    (b"[]", "application/json", "invalid_credential_request", "credential.form"),
    (b'{"a":1,"a":2}', "application/json", "invalid_credential_request", "credential.form"),
    (b"{" * 40, "application/json", "invalid_credential_request", "credential.form"),
    (b" " * 262_145, "application/json", "invalid_credential_request", "credential.form"),
    (b"{}", "text/plain", "invalid_credential_request", "credential.media_type"),
    (b"text", "application/jwt", "invalid_encryption_parameters", "credential.encryption"),
]


@pytest.mark.parametrize(("body", "media_type", "word", "code"), BODIES, ids=range(len(BODIES)))
def test_a_body_is_refused(phone, bearer, body, media_type, word, code):
    assert refused(phone.ask(body, bearer, media_type=media_type)) == (400, word, code)


ANSWER_KEY = {**jose.jwk_of(OTHER.public_key()), "alg": "ECDH-ES"}
ENCRYPTION = {
    "oid4vci-1_0-issuer-fail-unsupported-encryption-algorithm": {
        "jwk": {**ANSWER_KEY, "alg": "RSA-OAEP"},
        "enc": "A128GCM",
    },
    "another content encryption": {"jwk": ANSWER_KEY, "enc": "A128CBC-HS256"},
    "compression": {"jwk": ANSWER_KEY, "enc": "A128GCM", "zip": "DEF"},
    "no key": {"enc": "A128GCM"},
    "no object": "text",
}


@pytest.mark.parametrize("case", ENCRYPTION)
def test_an_encrypted_answer_is_refused(phone, bearer, case):
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    content["credential_response_encryption"] = ENCRYPTION[case]
    answered = phone.ask_encrypted(content, bearer)
    assert refused(answered) == (400, "invalid_encryption_parameters", "credential.encryption")


def test_only_who_encrypts_the_request_may_name_a_key_for_the_answer(phone, bearer):
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    content["credential_response_encryption"] = {"jwk": ANSWER_KEY, "enc": "A128GCM"}
    assert refused(phone.ask(content, bearer)) == (400, "invalid_encryption_parameters", "credential.encryption")


REGISTERED = [
    ({"birth_date": "2999-01-01"}, "prepare.dates"),
    ({"birth_date": "1890-01-01"}, "prepare.dates"),
    ({"expiry_date": "2024-12-31"}, "prepare.dates"),
    ({"expiry_date": "2025-12-30"}, "prepare.expired"),
    ({"birth_date": "yesterday"}, "credential.claim"),
    ({"document_number": None}, "credential.missing_claim"),
    ({"shoe_size": 42}, "credential.unknown_claim"),
    ({"age_over_19": True}, "prepare.derived"),
    ({"portrait": b"GIF89a"}, "credential.claim"),
]


@pytest.mark.parametrize(("changed", "code"), REGISTERED)
def test_what_a_register_says_is_checked_before_it_is_signed(phone, bearer, changed, code):
    people = phone.scene.register.people[PERSON]
    people[ATTESTED] = {name: one for name, one in (people[ATTESTED] | changed).items() if one is not None}
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    assert refused(phone.ask(content, bearer)) == (400, "credential_request_denied", code)
    assert phone.scene.store.issued_to("office", PERSON) == []


def test_nothing_is_signed_that_the_ledger_does_not_let_this_institution_sign(phone, bearer):
    from tests.base.trust.scene import withdraw_issuer
    from tests.support.cast import quorum

    phone.scene.world.accept(withdraw_issuer(void_from=NOW), by=quorum("ministry"))
    content = {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}
    assert refused(phone.ask(content, bearer)) == (400, "credential_request_denied", "trust.issuer_void")


def test_a_token_is_good_for_few_deliveries(phone, bearer):
    for _ in range(DELIVERIES):
        read(phone.ask({"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}, bearer))
    more = phone.ask({"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}, bearer)
    assert refused(more) == (400, "credential_request_denied", "credential.again")


NOTICES = [
    ({}, "invalid_notification_request", "notice.form"),
    ({"notification_id": "x"}, "invalid_notification_request", "notice.form"),
    ({"notification_id": "x", "event": "credential_lost"}, "invalid_notification_request", "notice.form"),
    ({"notification_id": "x", "event": "credential_accepted"}, "invalid_notification_id", "notice.unknown"),
]


@pytest.mark.parametrize(("content", "word", "code"), NOTICES)
def test_a_notification_is_refused(phone, bearer, content, word, code):
    assert refused(phone.ask(content, bearer, "notification")) == (400, word, code)


def test_credentials_are_made_no_more_often_for_one_token_whoever_comes_together(scene):
    token = Token(Grant(PERSON, Asked((PLAIN,), False), "", NOW), "key", "delivery")

    def count(_: int) -> bool:
        try:
            count_delivery(scene.office, token, PLAIN, NOW)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(count, range(24)))
    assert sum(counted) == DELIVERIES


# ------------------------------------------------------------------------------------------------- failures of ours

FAILING = [
    ("par", "use", lambda phone, _: phone.push()),
    ("par", "put", lambda phone, _: phone.push()),
    ("token", "use", lambda phone, _: phone.by_code("unknown")),
    ("token", "take", lambda phone, _: phone.by_code("unknown")),
    ("credential", "find", lambda phone, token: phone.ask({}, token)),
    ("credential", "record", lambda phone, token: phone.ask(_whole(phone), token)),
    ("deferred", "find", lambda phone, token: phone.ask({}, token, "deferred")),
    ("notification", "find", lambda phone, token: phone.ask({}, token, "notification")),
]


def _whole(phone):
    return {"credential_configuration_id": SD_JWT, "proofs": phone.proofs(keys(1))}


@pytest.mark.parametrize(("endpoint", "method", "ask"), FAILING)
def test_where_the_database_is_away_a_wallet_is_told_to_come_again_and_nothing_else(
    phone, bearer, endpoint, method, ask, monkeypatch
):
    def away(*_: Any) -> Any:
        raise MadangError("records.database", "The database failed (OperationalError). See its own log.")

    monkeypatch.setattr(phone.scene.store, method, away)
    answered = ask(phone, bearer)
    assert (answered.status, answered.media_type, answered.code) == (503, PROBLEM, "records.database")
    assert answered.headers["retry-after"] == str(AGAIN_SECONDS)
    content = msgspec.json.decode(answered.body)
    assert content["error"] == "temporarily_unavailable" and content["code"] == UNAVAILABLE
    assert b"records" not in answered.body and b"database" not in answered.body


def test_a_real_database_that_is_gone_is_such_a_failure(phone, bearer):
    scene = phone.scene
    scene.database.close()
    for file in scene.folder.glob("records.db*"):
        file.unlink()
    (scene.folder / "records.db").mkdir()
    answered = phone.push()
    assert (answered.status, answered.code) == (503, "records.database")
    (scene.folder / "records.db").rmdir()
