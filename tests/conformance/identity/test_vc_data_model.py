"""W3C Verifiable Credentials Data Model 2.0: every requirement that its test suite asks about, with inputs of our own.

The suite itself (w3c/vc-data-model-2.0-test-suite) can't be installed from a registry. Its statements are taken one by
one, in its order and by the names of its input files, each judged on a document written here.
"""

from __future__ import annotations

from typing import Any

import pytest

from madang.identity.vcdm import check_credential, check_presentation, check_resource, envelope
from madang.kernel.errors import MadangError
from tests.identity.vcdm.documents import ABSENT, BASE, EXAMPLES, ISSUER, TERMS, credential, presentation

pytestmark = pytest.mark.conformance

ENGLISH, FRENCH = {"@value": "Bridge", "@language": "en"}, {"@value": "Pont", "@language": "fr", "@direction": "ltr"}
MORE = {"@value": "Bridge", "@language": "en", "url": "did:example:issuer"}
SERVICE = {"id": "https://office.example/service/1", "type": f"{TERMS}Service"}
STATUS = {"id": "https://office.example/status/1#94", "type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
SCHEMA = {"id": "https://office.example/schema.json", "type": "JsonSchema"}
NOT_A_URL = "https ://office.example/1"
SRI = "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"
RESOURCE = {"id": BASE, "digestSRI": SRI}
OTHER_SRI = "sha384-" + "A" * 64
VOTE = {"Vote": f"{TERMS}Vote"}
ENVELOPED = envelope("eyJ9.eyJ9.c2ln")


def without(thing: dict[str, Any], *names: str) -> dict[str, Any]:
    """An object with less in it."""
    return {name: value for name, value in thing.items() if name not in names}


def bare(**context: Any) -> dict[str, Any]:
    """The certificate with no type of its own, and these definitions."""
    return {"context": [context], "type": ["VerifiableCredential", *context]}


# fmt: off
CREDENTIALS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    # 4.3 Contexts
    ("credential-ok", "", {}),
    ("credential-no-context-fail", "vcdm.context", {"@context": ABSENT}),
    ("credential-missing-base-context-fail", "vcdm.context", {"@context": [EXAMPLES]}),
    ("credential-context-order-fail", "vcdm.context", {"@context": [EXAMPLES, BASE]}),
    ("credential-context-string-fail", "vcdm.context", {"@context": BASE}),
    ("credential-context-combo1-ok", "", {"context": [EXAMPLES]}),
    ("credential-context-combo2-ok", "", {"context": [VOTE]}),
    ("credential-context-combo3-fail", "vcdm.context", {"context": [NOT_A_URL]}),
    ("credential-context-combo4-fail", "vcdm.context", {"context": [1231]}),
    ("credential-context-unknown-fail", "vcdm.context", {"context": ["https://office.example"]}),
    # 4.4 Identifiers
    ("credential-id-other-ok", "", {"id": "did:example:1"}),
    ("credential-id-absent-ok", "", {"id": ABSENT}),
    ("credential-id-nonidentifier-fail", "vcdm.id", {"id": None}),
    ("credential-id-single-ok", "", {"id": "https://office.example/credentials/1"}),
    ("credential-id-subject-single-ok", "", {"credentialSubject": {"id": "did:example:subject"}}),
    ("credential-id-multi-fail", "vcdm.id", {"id": ["https://office.example/1", "https://office.example/2"]}),
    ("credential-id-subject-multi-fail", "vcdm.id", {"credentialSubject": {"id": ["did:example:1", "did:example:2"]}}),
    ("credential-id-not-url-fail", "vcdm.id", {"id": NOT_A_URL}),
    # 4.5 Types
    ("credential-no-type-fail", "vcdm.type", {"type": ABSENT}),
    ("credential-type-url-ok", "", {"type": ["VerifiableCredential", f"{TERMS}Vote"]}),
    ("credential-type-mapped-url-ok", "", bare(Vote=f"{TERMS}Vote")),
    ("credential-type-mapped-nonurl-fail", "vcdm.context", bare(Vote="https ://office.example#Vote")),
    ("credential-type-unmapped-fail", "vcdm.type", {"type": ["VerifiableCredential", "Vote"]}),
    ("credential-type-urls-order-1-ok", "", {"type": [f"{TERMS}A", f"{TERMS}B", "VerifiableCredential"]}),
    ("credential-type-urls-order-2-ok", "", {"type": [f"{TERMS}A", "VerifiableCredential", f"{TERMS}B"]}),
    ("credential-missing-required-type-fail", "vcdm.type", {"type": ["ThingCertificate"]}),
    ("credential-optional-type-ok", "", {"context": [EXAMPLES], "type": ["VerifiableCredential", "Relationship"]}),
    ("credential-status-ok", "", {"credentialStatus": STATUS}),
    ("credential-status-missing-type-fail", "vcdm.type", {"credentialStatus": without(STATUS, "type")}),
    ("credential-termsofuse-ok", "", {"termsOfUse": without(SERVICE, "id")}),
    ("credential-termsofuse-missing-type-fail", "vcdm.type", {"termsOfUse": {}}),
    ("credential-evidence-ok", "", {"evidence": without(SERVICE, "id")}),
    ("credential-evidence-missing-type-fail", "vcdm.type", {"evidence": {}}),
    ("credential-refresh-type-ok", "", {"context": [VOTE], "refreshService": {**SERVICE, "type": "Vote"}}),
    ("credential-refresh-no-type-fail", "vcdm.type", {"refreshService": without(SERVICE, "type")}),
    ("credential-schema-type-ok", "", {"credentialSchema": SCHEMA}),
    ("credential-schema-no-type-fail", "vcdm.type", {"credentialSchema": without(SCHEMA, "type")}),
    ("credential-proof-missing-type-fail", "vcdm.type", {"proof": {"created": "2026-01-01T00:00:00Z"}}),
    # 4.6 Names and descriptions
    ("credential-name-ok", "", {"name": "Bridge"}),
    ("credential-name-language-en-ok", "", {"name": ENGLISH}),
    ("credential-name-language-direction-en-ok", "", {"name": FRENCH}),
    ("credential-multi-language-name-ok", "", {"name": [ENGLISH, FRENCH]}),
    ("credential-name-extra-prop-en-fail", "vcdm.words", {"name": MORE}),
    ("credential-name-number-fail", "vcdm.words", {"name": 1}),
    ("credential-name-direction-fail", "vcdm.words", {"name": {**ENGLISH, "@direction": "up"}}),
    ("credential-name-language-fail", "vcdm.words", {"name": {**ENGLISH, "@language": "e"}}),
    ("credential-description-ok", "", {"description": "Bridge"}),
    ("credential-description-language-en-ok", "", {"description": ENGLISH}),
    ("credential-description-language-direction-en-ok", "", {"description": FRENCH}),
    ("credential-multi-language-description-ok", "", {"description": [ENGLISH, FRENCH]}),
    ("credential-description-extra-prop-en-fail", "vcdm.words", {"description": MORE}),
    ("issuer-name-ok", "", {"issuer": {"id": ISSUER, "name": "Office"}}),
    ("issuer-name-language-en-ok", "", {"issuer": {"id": ISSUER, "name": ENGLISH}}),
    ("issuer-multi-language-name-ok", "", {"issuer": {"id": ISSUER, "name": [ENGLISH, FRENCH]}}),
    ("issuer-name-extra-prop-en-fail", "vcdm.words", {"issuer": {"id": ISSUER, "name": MORE}}),
    ("issuer-description-ok", "", {"issuer": {"id": ISSUER, "description": "Office"}}),
    ("issuer-multi-language-description-ok", "", {"issuer": {"id": ISSUER, "description": [ENGLISH, FRENCH]}}),
    ("issuer-description-extra-prop-en-fail", "vcdm.words", {"issuer": {"id": ISSUER, "description": MORE}}),
    # 4.7 Issuer
    ("credential-no-issuer-fail", "vcdm.issuer", {"issuer": ABSENT}),
    ("credential-issuer-object-ok", "", {"issuer": {"id": ISSUER}}),
    ("credential-issuer-no-url-fail", "vcdm.issuer", {"issuer": "office"}),
    ("credential-issuer-null-fail", "vcdm.issuer", {"issuer": None}),
    ("credential-issuer-object-id-null-fail", "vcdm.issuer", {"issuer": {"id": None}}),
    ("credential-issuer-object-id-no-url-fail", "vcdm.issuer", {"issuer": {"id": "office"}}),
    # 4.8 Credential subject
    ("credential-no-subject-fail", "vcdm.subject", {"credentialSubject": ABSENT}),
    ("credential-subject-no-claims-fail", "vcdm.subject", {"credentialSubject": {}}),
    ("credential-subject-multiple-ok", "", {"credentialSubject": [{"id": "did:example:1"}, {"id": "did:example:2"}]}),
    ("credential-subject-multiple-empty-fail", "vcdm.subject", {"credentialSubject": [{"id": "did:example:1"}, {}]}),
    ("credential-subject-string-fail", "vcdm.subject", {"credentialSubject": "did:example:1"}),
    ("credential-subject-none-fail", "vcdm.subject", {"credentialSubject": []}),
    # 4.9 Validity period
    ("credential-validfrom-ms-ok", "", {"validFrom": "2026-01-01T00:00:00.123Z"}),
    ("credential-validfrom-tz-ok", "", {"validFrom": "2026-01-01T00:00:00-05:00"}),
    ("credential-validfrom-far-future-ok", "", {"validFrom": "9998-01-01T00:00:00Z", "validUntil": ABSENT}),
    ("credential-validfrom-invalid-fail", "vcdm.time", {"validFrom": "2026-01-01"}),
    ("credential-validfrom-no-zone-fail", "vcdm.time", {"validFrom": "2026-01-01T00:00:00"}),
    ("credential-validfrom-no-such-day-fail", "vcdm.time", {"validFrom": "2026-02-30T00:00:00Z"}),
    ("credential-validuntil-ok", "", {"validUntil": "2030-01-01T00:00:00Z"}),
    ("credential-validuntil-ms-ok", "", {"validUntil": "2030-01-01T00:00:00.999Z"}),
    ("credential-validuntil-tz-ok", "", {"validUntil": "2030-01-01T00:00:00-05:00"}),
    ("credential-validuntil-invalid-fail", "vcdm.time", {"validUntil": 1_900_000_000}),
    ("credential-validUntil-validFrom-ok", "", {"validUntil": "2025-12-31T15:00:00Z"}),
    ("credential-validUntil-validFrom-fail", "vcdm.period", {"validUntil": "2025-12-31T14:59:59Z"}),
    # 4.10 Status
    ("credential-status-missing-id-ok", "", {"credentialStatus": without(STATUS, "id")}),
    ("credential-status-multiple-id-fail", "vcdm.id", {"credentialStatus": {**STATUS, "id": ["did:a:1", "did:a:2"]}}),
    ("credential-status-nonurl-id-fail", "vcdm.id", {"credentialStatus": {**STATUS, "id": NOT_A_URL}}),
    ("credential-status-type-nonurl-fail", "vcdm.type", {"credentialStatus": {**STATUS, "type": 2}}),
    ("credential-statuses-ok", "", {"credentialStatus": [STATUS, without(STATUS, "id")]}),
    # 4.11 Data schemas
    ("credential-schemas-ok", "", {"credentialSchema": [SCHEMA, SCHEMA]}),
    ("credential-schema-no-id-fail", "vcdm.id", {"credentialSchema": without(SCHEMA, "id")}),
    ("credential-schema-non-url-id-fail", "vcdm.id", {"credentialSchema": {**SCHEMA, "id": NOT_A_URL}}),
    ("credential-schema-string-fail", "vcdm.object", {"credentialSchema": SCHEMA["id"]}),
    # 5.2 Extensibility
    ("credential-redef-type-fail", "vcdm.redefined", {"context": [{"VerifiableCredential": f"{TERMS}Mine"}]}),
    ("credential-redef-type2-fail", "vcdm.redefined",
     {"context": [{"@protected": True, **VOTE}, {"Vote": f"{TERMS}W"}]}),
    ("credential-protected-again-ok", "", {"context": [{"@protected": True, **VOTE}, VOTE]}),
    ("credential-unprotected-again-ok", "", {"context": [VOTE, {"Vote": f"{TERMS}W"}]}),
    ("credential-keyword-fail", "vcdm.context", {"context": [{"@import": "https://office.example"}]}),
    ("credential-term-unmapped-fail", "vcdm.term", {"credentialSubject": {"id": "did:example:1", "weight": 3}}),
    ("credential-term-vocabulary-ok", "", {"context": [{"@vocab": TERMS}], "credentialSubject": {"weight": 3}}),
    # 5.3 Related resources
    ("related-resource-sri-ok", "", {"relatedResource": RESOURCE}),
    ("related-resource-multibase-ok", "", {"relatedResource": {
        "id": BASE, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}}),
    ("related-resource-media-type-ok", "", {"relatedResource": [{**RESOURCE, "mediaType": "application/ld+json"}]}),
    ("related-resource-strings-fail", "vcdm.object", {"relatedResource": [BASE]}),
    ("related-resource-no-id-fail", "vcdm.id", {"relatedResource": {"digestSRI": SRI}}),
    ("related-resource-same-id-fail", "vcdm.resource", {"relatedResource": [RESOURCE, RESOURCE]}),
    ("related-resource-no-digest-fail", "vcdm.resource", {"relatedResource": {"id": BASE}}),
    ("related-resource-bad-digest-fail", "vcdm.resource", {"relatedResource": {"id": BASE, "digestSRI": "md5-AA"}}),
    ("related-resource-wrong-sri-fail", "vcdm.resource_digest",
     {"relatedResource": {**RESOURCE, "digestSRI": OTHER_SRI}}),
    ("related-resource-wrong-multibase-fail", "vcdm.resource_digest", {"relatedResource": {
        "id": BASE, "digestMultibase": "u" + "A" * 43}}),
    # 5.4 to 5.6
    ("credential-refresh-ok", "", {"refreshService": SERVICE}),
    ("credential-refreshs-ok", "", {"refreshService": [SERVICE, SERVICE]}),
    ("credential-termsofuses-ok", "", {"termsOfUse": [SERVICE, without(SERVICE, "id")]}),
    ("credential-termsofuse-no-type-fail", "vcdm.type", {"termsOfUse": without(SERVICE, "type")}),
    ("credential-termsofuse-id-ok", "", {"termsOfUse": SERVICE}),
    ("credential-evidences-ok", "", {"evidence": [SERVICE, SERVICE]}),
)
PRESENTATIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("presentation-ok", "", {}),
    ("presentation-empty-ok", "", {"verifiableCredential": ABSENT, "holder": ABSENT}),
    ("presentation-no-context-fail", "vcdm.context", {"@context": ABSENT}),
    ("presentation-missing-base-context-fail", "vcdm.context", {"@context": [EXAMPLES]}),
    ("presentation-context-order-fail", "vcdm.context", {"@context": [VOTE, BASE]}),
    ("presentation-context-combo1-ok", "", {"context": [EXAMPLES]}),
    ("presentation-context-combo2-ok", "", {"context": [VOTE], "type": ["VerifiablePresentation", "Vote"]}),
    ("presentation-context-unknown-fail", "vcdm.context", {"context": ["https://office.example"]}),
    ("presentation-no-type-fail", "vcdm.type", {"type": ABSENT}),
    ("presentation-missing-required-type-fail", "vcdm.type", {"context": [VOTE], "type": ["Vote"]}),
    ("presentation-id-ok", "", {"id": "urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008"}),
    ("presentation-id-fail", "vcdm.id", {"id": "9c9a36f8"}),
    ("presentation-holder-object-ok", "", {"holder": {"id": ISSUER}}),
    ("presentation-holder-fail", "vcdm.holder", {"holder": "office"}),
    ("presentation-holder-object-fail", "vcdm.holder", {"holder": {"id": "office"}}),
    ("presentation-holder-name-fail", "vcdm.holder", {"holder": {"name": "Office"}}),
    ("presentation-multiple-vc-ok", "", {"verifiableCredential": [credential(), credential()]}),
    ("presentation-vc-as-string-fail", "vcdm.object", {"verifiableCredential": ["eyJ9.eyJ9.c2ln"]}),
    ("presentation-vc-missing-required-type-fail", "vcdm.type", {"verifiableCredential": [credential(type=[])]}),
    ("presentation-enveloped-vc-ok", "", {"verifiableCredential": [ENVELOPED]}),
    ("presentation-enveloped-vc-missing-type-fail", "vcdm.envelope",
     {"verifiableCredential": without(ENVELOPED, "type")}),
    ("presentation-enveloped-vc-other-type-fail", "vcdm.envelope",
     {"verifiableCredential": {**ENVELOPED, "type": "VerifiableCredential"}}),
    ("presentation-enveloped-vc-no-context-fail", "vcdm.envelope",
     {"verifiableCredential": {**ENVELOPED, "@context": []}}),
    ("presentation-enveloped-vc-other-context-fail", "vcdm.envelope",
     {"verifiableCredential": {**ENVELOPED, "@context": EXAMPLES}}),
    ("presentation-enveloped-vc-no-data-url-fail", "vcdm.envelope",
     {"verifiableCredential": {**ENVELOPED, "id": "eyJ9"}}),
    ("presentation-term-unmapped-fail", "vcdm.term", {"weight": 3}),
)
# fmt: on


def code_of(check: Any, document: Any) -> str:
    """The code of a refusal, or nothing."""
    try:
        check(document)
    except MadangError as error:
        return error.code
    return ""


@pytest.mark.parametrize(("name", "code", "changes"), CREDENTIALS, ids=[case[0] for case in CREDENTIALS])
def test_a_credential_has_the_form_that_the_data_model_asks_for(name: str, code: str, changes: Any) -> None:
    assert bool(code) == name.endswith("-fail")
    assert code_of(check_credential, credential(**changes)) == code


@pytest.mark.parametrize(("name", "code", "changes"), PRESENTATIONS, ids=[case[0] for case in PRESENTATIONS])
def test_a_presentation_has_the_form_that_the_data_model_asks_for(name: str, code: str, changes: Any) -> None:
    assert bool(code) == name.endswith("-fail")
    assert code_of(check_presentation, presentation(**changes)) == code


def test_a_document_of_another_kind_is_neither() -> None:
    assert code_of(check_credential, {"type": ["NonconformingDocument"]}) == "vcdm.context"
    assert code_of(check_presentation, {"type": ["NonconformingDocument"]}) == "vcdm.context"
    assert code_of(check_presentation, credential()) == "vcdm.type"
    assert code_of(check_credential, presentation()) == "vcdm.type"


def test_a_resource_that_is_not_what_the_issuer_saw_is_refused() -> None:
    # Of the three bytes 'abc' (FIPS 180-4, examples).
    sri = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    about = credential(relatedResource={"id": "https://office.example/plan", "digestSRI": sri})
    check_credential(about)
    check_resource(about, "https://office.example/plan", b"abc")
    check_resource(about, "https://office.example/other", b"xyz")
    with pytest.raises(MadangError) as caught:
        check_resource(about, "https://office.example/plan", b"abd")
    assert caught.value.code == "vcdm.resource_digest"
