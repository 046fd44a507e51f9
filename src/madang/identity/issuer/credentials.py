"""The credential endpoint, and that of credentials which took their time (OpenID4VCI 1.0, sections 8 to 10)."""

import secrets
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.issuer import nonces
from madang.identity.issuer.configurations import Configuration, configurations
from madang.identity.issuer.granting import known_of
from madang.identity.issuer.making import Order, make
from madang.identity.issuer.notifying import notice_for
from madang.identity.issuer.office import Office
from madang.identity.issuer.proofs import check_proofs, use_nonces
from madang.identity.issuer.store import place_of
from madang.identity.issuer.tokens import MOST_SECONDS, Token, check_not_ended, count_delivery, prolong, token_of
from madang.identity.issuer.wire import JSON, JWT, Refusal, Reply, Request, as_json, refused_as
from madang.kernel.errors import MadangError

MAX_BYTES = 256 * 1024
INTERVAL = 300
_encode = msgspec.json.Encoder().encode
_WHAT = "The credential request"


class Waiting(msgspec.Struct, frozen=True):
    """Credentials that were asked for and are still to be made. Of the keys only their public parts."""

    configuration: str
    subject: str
    keys: tuple[dict[str, str], ...]
    delivery: str


class Asked(msgspec.Struct, frozen=True):
    """What a request holds, and for whom its answer is to be encrypted (None: for nobody)."""

    content: jose.Object
    answer_to: dict[str, Any] | None
    encryption: jose.Encryption


def nonce(office: Office, now: int) -> Reply:
    """A fresh nonce for proofs (section 7)."""
    made = nonces.make(office.institution.secret, "c_nonce", now)
    headers = {"cache-control": "no-store", "dpop-nonce": nonces.make(office.institution.secret, "dpop", now)}
    return as_json({"c_nonce": made}, headers=headers)


def deliver(office: Office, request: Request) -> Reply:
    """Answer a credential request.

    Raises `Refusal`: what `token_of` raises; `invalid_credential_request` (`credential.form`, `.media_type`, `.named`),
    `invalid_encryption_parameters` (`credential.encryption`), `unknown_credential_configuration`,
    `unknown_credential_identifier`, what `check_proofs` raises, `credential_request_denied` (what stands in the way of
    signing, in detail for the operator).
    """
    token, text = token_of(office, request, office.endpoint("credential"))
    asked = _read(office, request)
    wanted = _wanted(office, token, asked.content)
    proven = check_proofs(office, asked.content.get("proofs"), wanted, token, request.now)
    use_nonces(office, proven, request.now)
    count_delivery(office, token, wanted.id, request.now)
    keys = proven.keys[: wanted.of.batch]
    known = office.register.known(token.grant.subject, wanted.of.id)
    if known == "waiting":
        transaction = secrets.token_urlsafe(32)
        kept = Waiting(wanted.id, token.grant.subject, tuple(keys), token.delivery)
        place = place_of(office.institution.identifier, "waiting", transaction)
        office.store.put(place, "waiting", _encode(kept), request.now + MOST_SECONDS)
        prolong(office, text, token, request.now)
        return _answer(asked, {"transaction_id": transaction, "interval": INTERVAL}, 202)
    order = Order(wanted, token.grant.subject, keys, token.delivery)
    return _made(office, token, order, known, asked, request.now)


def deliver_later(office: Office, request: Request) -> Reply:
    """Answer a wallet that comes back for credentials (section 9).

    Raises `Refusal`: as `deliver` does, and `invalid_transaction_id` (`credential.transaction`).
    """
    token, _ = token_of(office, request, office.endpoint("deferred"))
    asked = _read(office, request)
    transaction = asked.content.get("transaction_id")
    if not isinstance(transaction, str):
        raise Refusal("invalid_credential_request", "credential.form", "transaction_id is missing, or no text.")
    place = place_of(office.institution.identifier, "waiting", transaction)
    found = office.store.find(place, request.now)
    kept = msgspec.json.decode(found, type=Waiting) if found is not None else None
    if kept is None or kept.delivery != token.delivery:
        raise Refusal("invalid_transaction_id", "credential.transaction", "There is nothing waiting under this name.")
    wanted = configurations(office.institution.description).get(kept.configuration)
    known = office.register.known(kept.subject, wanted.of.id) if wanted is not None else None
    if known == "waiting":
        return _answer(asked, {"transaction_id": transaction, "interval": INTERVAL}, 202)
    if office.store.take(place, request.now) is None:
        raise Refusal("invalid_transaction_id", "credential.transaction", "This was fetched a moment ago.")
    if wanted is None:
        raise Refusal("credential_request_denied", "grant.withdrawn", "This type is not issued any more.")
    order = Order(wanted, kept.subject, kept.keys, kept.delivery)
    return _made(office, token, order, known, asked, request.now)


def _made(office: Office, token: Token, order: Order, known: Any, asked: Asked, now: int) -> Reply:
    try:
        if known is None:
            raise MadangError("credential.nothing", "The register has nothing to issue to this person any more.")
        made = make(office, order, known, now)
    except MadangError as error:
        raise refused_as("credential_request_denied", error) from None
    # Whoever revokes meanwhile ends the token first: either they find these on record, or they are found here.
    check_not_ended(office, token, now)
    notice = notice_for(office, order.delivery, made.numbers, now)
    credentials = [{"credential": one} for one in made.credentials]
    return _answer(asked, {"credentials": credentials, "notification_id": notice}, 200)


def _wanted(office: Office, token: Token, content: jose.Object) -> Configuration:
    """What is asked for, by the one way that fits how it was granted (section 8.2)."""
    identifier, name = content.get("credential_identifier"), content.get("credential_configuration_id")
    by_details = token.grant.asked.by_details
    try:
        granted = known_of(office, token.grant.asked)
    except MadangError as error:
        raise refused_as("credential_request_denied", error) from None
    if (identifier is None) == (name is None):
        raise _malformed("named", "A credential is not named by exactly one of identifier and configuration.")
    if identifier is not None:
        found = [one for one in granted if one.identifier == identifier] if by_details else []
        if not found:
            raise Refusal("unknown_credential_identifier", "credential.identifier", "This identifier was not granted.")
        return found[0]
    if not isinstance(name, str) or name not in configurations(office.institution.description):
        raise Refusal("unknown_credential_configuration", "credential.configuration", "There is no such configuration.")
    found = [one for one in granted if one.id == name]
    if by_details or not found:
        raise _malformed("named", "The configuration was not granted, or was granted by its identifier.")
    return found[0]


def _read(office: Office, request: Request) -> Asked:
    """A request in JSON, or encrypted for this institution; only that may ask for an encrypted answer (section 8.2)."""
    encrypted = request.media_type == JWT
    if not encrypted and request.media_type != JSON:
        raise _malformed("media_type", f"{_WHAT} is neither JSON nor a JWT.")
    if len(request.body) > MAX_BYTES:
        raise _malformed("form", f"{_WHAT} is longer than {MAX_BYTES:,} bytes.")
    body = request.body
    if encrypted:
        try:
            body = jose.decrypt(body.decode("ascii"), office.institution.decryption, _WHAT, MAX_BYTES)
        except (MadangError, UnicodeDecodeError):
            raise _encryption("It can't be decrypted with the key of the metadata.") from None
    try:
        content = jose.read_object(body, _WHAT, "credential.form")
    except MadangError as error:
        raise refused_as("invalid_credential_request", error) from None
    answer_to, encryption = _answer_key(content.get("credential_response_encryption"), encrypted=encrypted)
    return Asked(content, answer_to, encryption)


def _answer_key(given: Any, *, encrypted: bool) -> tuple[dict[str, Any] | None, jose.Encryption]:
    if given is None:
        return None, "A128GCM"
    if not encrypted:
        raise _encryption("Only an encrypted request may ask for an encrypted answer: nobody can change its key.")
    if not isinstance(given, dict) or given.get("enc") not in jose.ENCRYPTIONS or "zip" in given:
        raise _encryption("enc is none that is offered, or the answer is to be compressed.")
    jwk = given.get("jwk")
    if not isinstance(jwk, dict) or jwk.get("alg") != "ECDH-ES":
        raise _encryption("The key says no algorithm, or another than ECDH-ES.")
    try:
        key = jose.jwk_of(jose.public_key(jwk, "The key for the answer"))
    except MadangError as error:
        raise _encryption(error.message) from None
    kid = jwk.get("kid")
    named = {"kid": kid} if isinstance(kid, str) and len(kid) <= 256 else {}
    return {**key, **named}, given["enc"]


def _answer(asked: Asked, content: dict[str, Any], status: int) -> Reply:
    headers = {"cache-control": "no-store"}
    if asked.answer_to is None:
        return as_json(content, status, headers)
    text = jose.encrypt(_encode(content), asked.answer_to, asked.encryption)
    return Reply(status, text.encode(), JWT, headers)


def _malformed(what: str, message: str) -> Refusal:
    return Refusal("invalid_credential_request", f"credential.{what}", message)


def _encryption(message: str) -> Refusal:
    return Refusal("invalid_encryption_parameters", "credential.encryption", message)
