"""From an offer, or a person who signs in, to credentials that verify, and what becomes of them."""

import functools
import itertools
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madang.base.parties.transactions import SuspendByQuorum
from madang.identity import jose, mdoc
from madang.identity.catalogue import type_of
from madang.identity.certificates import follow
from madang.identity.institution import Terms
from madang.identity.issuer.tokens import end_tokens
from madang.identity.issuer.wire import Reply
from madang.identity.mdoc.claims import to_claims
from madang.identity.sdjwt import holding
from madang.identity.sdjwt.forms import split
from madang.identity.sdjwt.verifying import Issued
from madang.identity.status.register import Status
from madang.identity.trust import Trust
from madang.identity.verified import StatusReference
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from tests.base.trust.scene import YEAR, define, name_issuer, withdraw_provider
from tests.identity.institutions import certified, new_key
from tests.identity.issuer.scene import (
    ANY,
    ATTESTED,
    LICENCE,
    NOW,
    PERSON,
    RESIDENT,
    Cards,
    Phone,
    Scene,
    keys,
    read,
    refused,
)
from tests.support.cast import officer, quorum
from tests.support.world import START

DAY = 86_400


def accepted(scene: Scene, text: str) -> Issued:
    """A credential as its holder's wallet takes it in: chain and time are checked."""
    trust = functools.partial(follow, anchors=[scene.institution.root], purpose="credential", now=NOW)
    return holding.accept(text, trust, NOW)


def accepted_mdoc(scene: Scene, text: str) -> mdoc.Document:
    trust = functools.partial(follow, anchors=[scene.institution.root], purpose="credential", now=NOW)
    data = from_base64url(text, "the credential")
    return mdoc.verify_issued(data, type_of(ATTESTED).doctype, trust, NOW)


def delivered(phone: Phone, held: list[ec.EllipticCurvePrivateKey], form: str = "sd_jwt") -> list[str]:
    """Credentials bound to these keys, by an offer."""
    kind = ATTESTED if phone.attested else ANY
    token = phone.token(f"{kind}_{form}")
    content = {"credential_configuration_id": f"{kind}_{form}", "proofs": phone.proofs(held)}
    return [one["credential"] for one in read(phone.ask(content, token["access_token"]))["credentials"]]


def test_a_desks_offer_becomes_a_credential_that_says_what_the_register_knows(scene, plain):
    (key,) = keys(1)
    (text,) = delivered(plain, [key])
    issued = accepted(scene, text)
    assert issued.type == type_of(ANY).vct and issued.holder == jose.jwk_of(key.public_key())
    derived = {"age_over_18": True, "age_over_19": True, "age_over_65": False, "birth_year": 1990}
    assert {name: issued.claims[name] for name in type_of(ANY).claims} == {**RESIDENT, **derived}
    hidden = {path[0] for path in holding.hideable(text)}
    assert hidden == set(type_of(ANY).claims)
    assert scene.statuses.status(issued.status) is Status.VALID


def test_an_employee_credential_names_an_officer_whom_the_ledger_has_here_at_issue(scene, plain):
    kind = "employee_id"
    scene.world.accept(define(credential=kind), by=quorum("operator"))
    named = name_issuer(credential=kind, anchors=[scene.institution.anchor], until=START + 2 * YEAR)
    scene.world.accept(named, by=quorum("ministry"))
    description = msgspec.structs.replace(scene.institution.description, issues={kind: Terms("any")})
    institution = msgspec.structs.replace(scene.institution, description=description)
    scene.office = msgspec.structs.replace(scene.office, institution=institution)
    employee = {"family_name": "홍", "given_name": "길동", "employee_number": "N-1234"}

    def ask(officer_named: str) -> Reply:
        scene.register.people[PERSON] = {kind: employee | {"officer": officer_named}}
        token = plain.token(f"{kind}_sd_jwt")["access_token"]
        content = {"credential_configuration_id": f"{kind}_sd_jwt", "proofs": plain.proofs(keys(1))}
        answered: Reply = plain.ask(content, token)
        return answered

    assert refused(ask(officer("ministry").party)) == (400, "credential_request_denied", "trust.officer")
    assert scene.store.issued_to("office", PERSON) == []
    (one,) = read(ask(officer("welfare").party))["credentials"]
    claims = accepted(scene, one["credential"]).claims
    assert (claims["party"], claims["institution"]) == ("welfare", "면허 사무소")


def test_a_person_who_signs_in_gets_one(scene, phone):
    answered = phone.by_code(phone.code())
    token = read(answered)
    assert token["scope"] == f"{ATTESTED}_sd_jwt" and "authorization_details" not in token
    assert "dpop-nonce" in answered.headers
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}
    (one,) = read(phone.ask(content, token["access_token"]))["credentials"]
    assert accepted(scene, one["credential"]).claims["family_name"] == "홍"


def test_authorization_details_lead_to_identifiers(scene, phone):
    details = [{"type": "openid_credential", "credential_configuration_id": f"{ATTESTED}_mdoc"}]
    code = phone.code(scope=None, authorization_details=msgspec.json.encode(details).decode())
    token = read(phone.by_code(code))
    (told,) = token["authorization_details"]
    assert told == {**details[0], "credential_identifiers": [f"{ATTESTED}_mdoc.1"]}
    content = {"credential_identifier": told["credential_identifiers"][0], "proofs": phone.proofs(keys(1))}
    assert len(read(phone.ask(content, token["access_token"]))["credentials"]) == 1


def test_a_part_of_what_was_offered_can_be_asked_for(scene, plain):
    offer = scene.offer(f"{ANY}_sd_jwt", f"{ANY}_mdoc")
    details = [{"type": "openid_credential", "credential_configuration_id": f"{ANY}_mdoc"}]
    token = read(plain.by_offer(offer, authorization_details=msgspec.json.encode(details).decode()))
    assert [one["credential_configuration_id"] for one in token["authorization_details"]] == [f"{ANY}_mdoc"]
    more = [{**details[0], "credential_configuration_id": "amount_class_sd_jwt"}]
    again = plain.by_offer(scene.offer(), authorization_details=msgspec.json.encode(more).decode())
    assert refused(again) == (400, "invalid_authorization_details", "grant.more")


def test_an_mdoc_says_the_same_and_is_bound_to_the_wallets_key(scene, phone):
    key = new_key()
    (text,) = delivered(phone, [key], "mdoc")
    document = accepted_mdoc(scene, text)
    claims = to_claims(type_of(ATTESTED), document.elements)
    assert claims == {**LICENCE, "age_over_18": True, "age_over_19": True, "age_over_65": False}
    assert document.holder == jose.jwk_of(key.public_key())


@pytest.mark.parametrize("form", ["sd_jwt", "mdoc"])
def test_copies_of_a_batch_have_nothing_in_common_but_what_everybody_has(scene, phone, form):
    held = keys(4)
    texts = delivered(phone, held, form)
    found: list[Any]
    if form == "mdoc":
        found = [accepted_mdoc(scene, one) for one in texts]
        times = {(one.validity.since, one.validity.until) for one in found}
    else:
        found = [accepted(scene, one) for one in texts]
        times = {(one.valid_from, one.valid_until) for one in found}
        salted = [part for one in texts for part in split(one)[1]]
        assert len(set(salted)) == len(salted)
    assert [one.holder for one in found] == [jose.jwk_of(one.public_key()) for one in held]
    indexes = [one.status.index for one in found]
    assert len(set(indexes)) == 4 and {abs(a - b) for a, b in itertools.pairwise(indexes)} != {1}
    ((since, _),) = times
    assert since % DAY == 0


def test_a_wallet_gets_no_more_copies_than_the_type_has(scene, plain):
    token = plain.token("amount_class_sd_jwt")
    content = {"credential_configuration_id": "amount_class_sd_jwt", "proofs": plain.proofs(keys(5))}
    found = read(plain.ask(content, token["access_token"]))["credentials"]
    assert len(found) == type_of("amount_class").batch == 3
    issued = accepted(scene, found[0]["credential"])
    assert issued.status is None and issued.valid_until - issued.valid_from <= DAY


def test_a_key_attestation_alone_is_a_proof_of_all_its_keys(scene, phone):
    token, held = phone.token(), keys(3)
    attestation = phone.key_attestation(held, scene.nonce(), exp=None)
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": {"attestation": [attestation]}}
    found = read(phone.ask(content, token["access_token"]))["credentials"]
    assert [accepted(scene, one["credential"]).holder for one in found] == [
        jose.jwk_of(one.public_key()) for one in held
    ]


def test_a_proof_names_its_key_by_its_place_in_the_attestation(scene, phone):
    token, held = phone.token(), keys(2)
    nonce = scene.nonce()
    header = {"jwk": None, "kid": "1", "key_attestation": phone.key_attestation(held, nonce)}
    content = {
        "credential_configuration_id": f"{ATTESTED}_sd_jwt",
        "proofs": {"jwt": [phone.proof(held[1], nonce, header=header)]},
    }
    assert len(read(phone.ask(content, token["access_token"]))["credentials"]) == 2


def test_request_and_answer_can_be_encrypted(scene, plain):
    token, answer_key = plain.token()["access_token"], new_key()
    jwk = {**jose.jwk_of(answer_key.public_key()), "alg": "ECDH-ES", "kid": "mine"}
    content = {
        "credential_configuration_id": f"{ANY}_sd_jwt",
        "proofs": plain.proofs(keys(1)),
        "credential_response_encryption": {"jwk": jwk, "enc": "A256GCM"},
    }
    answered = plain.ask_encrypted(content, token)
    assert answered.media_type == "application/jwt" and answered.status == 200
    opened = msgspec.json.decode(jose.decrypt(answered.body.decode(), answer_key, "the answer"))
    accepted(scene, opened["credentials"][0]["credential"])


def test_what_an_officer_must_see_to_comes_later_once(scene, phone):
    scene.register.people[PERSON][ATTESTED] = "waiting"
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(2))}
    deferred = phone.ask(content, token)
    assert deferred.status == 202
    waiting = read(deferred)
    later = {"transaction_id": waiting["transaction_id"]}
    soon = NOW + 200
    phone.dpop_nonce = None
    again = phone.ask(later, token, "deferred", now=soon)
    assert again.status == 202 and read(again) == waiting
    scene.register.people[PERSON][ATTESTED] = LICENCE
    # Long after a token that was not waited for would have ended.
    much_later = NOW + 10 * DAY
    phone.dpop_nonce = None
    assert len(read(phone.ask(later, token, "deferred", now=much_later))["credentials"]) == 2
    once_more = phone.ask(later, token, "deferred", now=much_later)
    assert refused(once_more) == (400, "invalid_transaction_id", "credential.transaction")
    other = Phone(scene)
    stranger = other.ask(later, other.token(now=much_later)["access_token"], "deferred", now=much_later)
    assert refused(stranger) == (400, "invalid_transaction_id", "credential.transaction")


def test_a_deferral_ends_where_the_register_has_nothing_after_all(scene, phone):
    scene.register.people[PERSON][ATTESTED] = "waiting"
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}
    later = {"transaction_id": read(phone.ask(content, token))["transaction_id"]}
    del scene.register.people[PERSON][ATTESTED]
    assert refused(phone.ask(later, token, "deferred")) == (400, "credential_request_denied", "credential.nothing")


HINDRANCES = {
    "the register says what can't be signed": ("prepare.expired", 202),
    "the ledger does not let the office sign": ("trust.issuer", 202),
    "the database is away": ("records.database", 503),
}


@pytest.mark.parametrize("case", HINDRANCES)
def test_what_waits_goes_on_waiting_while_it_cannot_be_signed(scene, phone, case):
    code, status = HINDRANCES[case]
    scene.register.people[PERSON][ATTESTED] = "waiting"
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(2))}
    waiting = read(phone.ask(content, token))
    later = {"transaction_id": waiting["transaction_id"]}
    scene.register.people[PERSON][ATTESTED] = LICENCE
    office = scene.office
    if code == "prepare.expired":
        scene.register.people[PERSON][ATTESTED] = {**LICENCE, "expiry_date": "2025-12-30"}
    elif code == "trust.issuer":
        other = certified("Another office")
        renamed = msgspec.structs.replace(scene.institution, root=other.root)
        scene.office = msgspec.structs.replace(office, institution=renamed)
    else:
        scene.store.record = away
    for _ in range(2):
        again = phone.ask(later, token, "deferred")
        assert (again.status, again.code) == (status, code)
        if status == 202:
            assert read(again) == waiting
    scene.register.people[PERSON][ATTESTED], scene.office = LICENCE, office
    vars(scene.store).pop("record", None)
    assert len(read(phone.ask(later, token, "deferred"))["credentials"]) == 2
    assert phone.ask(later, token, "deferred").code == "credential.transaction"


def away(*_: Any) -> Any:
    raise MadangError("records.database", "The database failed (OperationalError). See its own log.")


def test_of_two_who_come_back_at_once_one_gets_it(scene, phone):
    scene.register.people[PERSON][ATTESTED] = "waiting"
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}
    later = {"transaction_id": read(phone.ask(content, token))["transaction_id"]}
    scene.register.people[PERSON][ATTESTED] = LICENCE
    answers: list[Reply] = []
    office = scene.office

    class Meanwhile(Trust):
        """While the first is being made, the wallet asks a second time."""

        def issuer_of(self, anchor: str, type: str, at: int) -> str:  # noqa: A002
            if not answers:
                scene.office = office
                answers.append(phone.ask(later, token, "deferred"))
            return super().issuer_of(anchor, type, at)

    scene.office = msgspec.structs.replace(office, trust=lambda: Meanwhile(scene.world.state()))
    answers.append(phone.ask(later, token, "deferred"))
    assert [one.status for one in answers] == [202, 200]
    assert len(scene.store.issued_to("office", PERSON)) == 1


def test_a_code_or_an_offer_from_before_a_loss_was_reported_is_worth_nothing(scene, phone, plain):
    code, offer = phone.code(), scene.offer()
    end_tokens(scene.office, PERSON, NOW + 1)
    assert refused(phone.by_code(code, now=NOW + 2)) == (400, "invalid_grant", "token.ended")
    assert refused(plain.by_offer(offer, now=NOW + 2)) == (400, "invalid_grant", "token.ended")
    assert scene.store.issued_to("office", PERSON) == []
    read(phone.by_code(phone.code(now=NOW + 2), now=NOW + 2))
    read(plain.by_offer(scene.offer(now=NOW + 2), now=NOW + 2))


@pytest.mark.parametrize("away_as", ["withdrawn", "suspended"])
def test_a_wallet_whose_provider_counts_no_more_gets_nothing_under_what_it_has(scene, phone, away_as):
    scene.register.people[PERSON][ATTESTED] = "waiting"
    waits, token = phone.token()["access_token"], phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}
    later = {"transaction_id": read(phone.ask(content, waits))["transaction_id"]}
    scene.register.people[PERSON][ATTESTED] = LICENCE
    content["proofs"] = phone.proofs(keys(1))
    code = "trust.wallet_provider_suspended"
    if away_as == "withdrawn":
        code = "trust.wallet_provider_void"
        scene.world.accept(withdraw_provider(void_from=NOW), by=quorum("operator"))
    else:
        scene.world.accept(SuspendByQuorum(by="operator", party="bank-b"), by=quorum("operator"))
    assert refused(phone.ask(content, token)) == (400, "credential_request_denied", code)
    assert refused(phone.ask(later, waits, "deferred")) == (400, "credential_request_denied", code)
    assert scene.store.issued_to("office", PERSON) == []


def test_nothing_more_goes_to_a_phone_whose_holder_lost_it(scene, phone):
    scene.register.people[PERSON][ATTESTED] = "waiting"
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}
    later = {"transaction_id": read(phone.ask(content, token))["transaction_id"]}
    scene.register.people[PERSON][ATTESTED] = LICENCE
    end_tokens(scene.office, PERSON, NOW + 1)
    assert refused(phone.ask(later, token, "deferred", now=NOW + 2)) == (401, "invalid_token", "token.ended")
    content["proofs"] = phone.proofs(keys(1))
    assert refused(phone.ask(content, token, now=NOW + 2)) == (401, "invalid_token", "token.ended")
    assert scene.store.issued_to("office", PERSON) == []
    renewed = Phone(scene)
    content["proofs"] = renewed.proofs(keys(1), NOW + 2)
    read(renewed.ask(content, renewed.token(now=NOW + 2)["access_token"], now=NOW + 2))


def test_what_is_made_while_its_holder_reports_a_loss_is_on_record_and_does_not_go_out(scene, phone):
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(1))}

    class Reported(Cards):
        def known(self, subject: str, kind: str) -> Any:
            end_tokens(scene.office, subject, NOW)
            return LICENCE

    scene.office = msgspec.structs.replace(scene.office, register=Reported())
    assert refused(phone.ask(content, token)) == (401, "invalid_token", "token.ended")
    assert len(scene.store.issued_to("office", PERSON)) == 1


@pytest.mark.parametrize(
    ("event", "standing"),
    [("credential_accepted", "valid"), ("credential_failure", "revoked"), ("credential_deleted", "revoked")],
)
def test_a_wallet_tells_what_became_of_them(scene, phone, event, standing):
    token = phone.token()["access_token"]
    content = {"credential_configuration_id": f"{ATTESTED}_sd_jwt", "proofs": phone.proofs(keys(2))}
    notice = {"notification_id": read(phone.ask(content, token))["notification_id"], "event": event}
    for _ in range(2):
        told = phone.ask(notice, token, "notification")
        assert (told.status, told.body) == (204, b"")
    issued = scene.store.issued_to("office", PERSON)
    assert [one.standing for one in issued] == [standing] * 2
    for one in issued:
        expected = Status.VALID if standing == "valid" else Status.REVOKED
        assert scene.statuses.status(StatusReference(one.status_uri, one.status_index)) is expected


def test_of_what_was_issued_the_office_keeps_number_and_standing_and_no_claim(scene, phone):
    delivered(phone, keys(2))
    issued = scene.store.issued_to("office", PERSON)
    assert len(issued) == 2 and len({one.delivery for one in issued}) == 1
    assert {one.type for one in issued} == {ATTESTED} and len({one.holder for one in issued}) == 2
    stored = b"".join(one.read_bytes() for one in scene.folder.glob("records.db*"))
    for said in ("홍", "길동", "1990-02-28", "25-01-123456-78"):
        assert said.encode() not in stored


def test_the_store_holds_no_code_that_works(scene, phone):
    offer = scene.offer()
    code = phone.code()
    token = phone.token()["access_token"]
    stored = b"".join(one.read_bytes() for one in scene.folder.glob("records.db*"))
    for secret in (offer.uri.rpartition("/")[2], offer.spoken, code, token):
        assert secret.encode() not in stored
