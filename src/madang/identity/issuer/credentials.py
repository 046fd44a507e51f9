"""The credential endpoint, and that of credentials which took their time (OpenID4VCI 1.0, sections 8 to 10)."""

import secrets
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.issuer import nonces
from madang.identity.issuer.attestation import check_vouched
from madang.identity.issuer.configurations import Configuration, configurations
from madang.identity.issuer.granting import known_of
from madang.identity.issuer.making import Order, make
from madang.identity.issuer.notifying import notice_for
from madang.identity.issuer.office import Office
from madang.identity.issuer.proofs import check_proofs, use_nonces
from madang.identity.issuer.store import place_of
from madang.identity.issuer.tokens import MOST_SECONDS, Token, check_not_ended, count_delivery, prolong, token_of
from madang.identity.issuer.wire import JSON, JWT, Refusal, Reply, Request, Unavailable, as_json, refused_as
from madang.kernel.errors import MadangError

MAX_BYTES = 256 * 1024
INTERVAL = 300
MAKING_SECONDS = 60
"""For how long one request has the turn at what was waited for: should the server stop meanwhile, then the next has."""
_encode = msgspec.json.Encoder().encode
_WHAT = "The credential request"


class Waiting(msgspec.Struct, frozen=True):
    """Credentials that were asked for and are still to be made. Of the keys only their public parts.

    `attesters` vouched for the keys.
    """

    configuration: str
    subject: str
    keys: tuple[dict[str, str], ...]
    delivery: str
    attesters: tuple[str, ...]


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
    _check_vouched(office, token, wanted, (), request.now)
    proven = check_proofs(office, asked.content.get("proofs"), wanted, token, request.now)
    use_nonces(office, proven, request.now)
    count_delivery(office, token, wanted.id, request.now)
    keys = proven.keys[: wanted.of.batch]
    known = office.register.known(token.grant.subject, wanted.of.id)
    if known == "waiting":
        transaction = secrets.token_urlsafe(32)
        kept = Waiting(wanted.id, token.grant.subject, tuple(keys), token.delivery, proven.attesters)
        place = place_of(office.institution.identifier, "waiting", transaction)
        office.store.put(place, "waiting", _encode(kept), request.now + MOST_SECONDS)
        prolong(office, text, token, request.now)
        return _answer(asked, {"transaction_id": transaction, "interval": INTERVAL}, 202)
    order = Order(wanted, token.grant.subject, keys, token.delivery)
    try:
        return _made(office, token, order, known, asked, request.now)
    except MadangError as error:
        raise refused_as("credential_request_denied", error) from None


def deliver_later(office: Office, request: Request) -> Reply:
    """Answer a wallet that comes back for credentials (section 9).

    What stands in the way of signing (the register, the ledger, a disk) can be put right: the wallet is told to come
    back, the operator why. Only what can't come any more is denied.

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
    if wanted is None:
        office.store.take(place, request.now)
        raise Refusal("credential_request_denied", "grant.withdrawn", "This type is not issued any more.")
    _check_vouched(office, token, wanted, kept.attesters, request.now)
    known = office.register.known(kept.subject, wanted.of.id)
    if known is None:
        office.store.take(place, request.now)
        raise Refusal("credential_request_denied", "credential.nothing", "The register has nothing to issue any more.")
    still = {"transaction_id": transaction, "interval": INTERVAL}
    turn = place_of(office.institution.identifier, "making", transaction)
    if known == "waiting" or not office.store.use(turn, "making", request.now + MAKING_SECONDS):
        return _answer(asked, still, 202)
    try:
        order = Order(wanted, kept.subject, kept.keys, kept.delivery)
        made = _made(office, token, order, known, asked, request.now)
        office.store.take(place, request.now)
        return made
    except Refusal:
        raise
    except MadangError as error:
        refusal = refused_as("credential_request_denied", error)
        if isinstance(refusal, Unavailable):
            raise refusal from None
        return msgspec.structs.replace(_answer(asked, still, 202), code=error.code)
    finally:
        office.store.take(turn, request.now)


def _made(office: Office, token: Token, order: Order, known: Any, asked: Asked, now: int) -> Reply:
    """Credentials for an order. Raises `MadangError`: what `make` raises, `credential.nothing`, `Refusal` of tokens."""
    if known is None:
        raise MadangError("credential.nothing", "The register has nothing to issue to this person any more.")
    made = make(office, order, known, now)
    # Whoever revokes meanwhile ends the token first: either they find these on record, or they are found here.
    check_not_ended(office, token, now)
    notice = notice_for(office, order.delivery, made.numbers, now)
    credentials = [{"credential": one} for one in made.credentials]
    return _answer(asked, {"credentials": credentials, "notification_id": notice}, 200)


def _check_vouched(office: Office, token: Token, wanted: Configuration, attesters: tuple[str, ...], now: int) -> None:
    """Refuse a token, or keys, of a wallet whose provider the ledger has withdrawn since, or that has none."""
    attester = token.grant.attester
    try:
        if wanted.terms.wallets == "attested" and not attester:
            raise MadangError("token.wallet", "This type is for wallets that prove who made them.")
        check_vouched(office, [one for one in (attester, *attesters) if one], now)
    except MadangError as error:
        raise refused_as("credential_request_denied", error) from None


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
