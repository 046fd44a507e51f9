"""The token endpoint: from a code to an access token that is bound to a key of the wallet (RFC 6749, 9449).

Tokens are random, last ten minutes, and count for what was granted and no more. There are no refresh tokens: whoever
needs newer credentials asks anew, as a person or by another offer. HAIP 1.0 recommends them and requires none.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

import msgspec

from madang.identity.issuer import dpop
from madang.identity.issuer.attestation import Wallet, wallet_of
from madang.identity.issuer.authorizing import take_code
from madang.identity.issuer.configurations import Configuration
from madang.identity.issuer.granting import Asked, Grant, is_for_any, known_of, read_asked, told
from madang.identity.issuer.metadata import PRE_AUTHORIZED
from madang.identity.issuer.offers import offered, take_offer
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.wire import Refusal, Reply, Request, as_json, read_form, refused_as
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

TOKEN_SECONDS = 600
MOST_SECONDS = 30 * 86_400
"""How long a token lasts at most from when it was last used, where credentials take their time."""
DELIVERIES = 3
"""How often credentials of one configuration are made for one token: an answer can be lost on its way."""
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


class Token(msgspec.Struct, frozen=True):
    """What an access token stands for, and the thumbprint of the key that it is bound to."""

    grant: Grant
    key: str
    delivery: str


def exchange(office: Office, request: Request) -> Reply:
    """Answer a token request.

    Raises `Refusal`: `invalid_request`, `unsupported_grant_type`, `invalid_client` (401), `invalid_dpop_proof`,
    `use_dpop_nonce`, `invalid_grant` (of whatever is wrong with a code: `token.code`, `token.redirect`,
    `token.verifier`, `token.key`, `token.client`, `token.offer`, `token.ended`, `grant.withdrawn`), what `read_asked`
    raises: what can't be read uses no code up.
    """
    form = read_form(request)
    if "access_token" in form:
        raise Refusal("invalid_request", "token.parameter", "An access token is sent in the header, and nowhere else.")
    wallet = wallet_of(office, request)
    key = dpop.check_proof(office, request, office.endpoint("token"))
    narrower = _narrower(office, form)
    kind = form.get("grant_type")
    if kind == "authorization_code":
        grant = _of_code(office, form, wallet, key, request.now)
    elif kind == PRE_AUTHORIZED:
        grant = _of_offer(office, form, wallet, request.now)
    else:
        raise Refusal("unsupported_grant_type", "token.grant_type", "This type of grant is not taken.")
    _check_not_ended(office, grant, request.now, "invalid_grant", 400)
    grant = _narrowed(grant, narrower)
    _issued_here(office, grant.asked)
    text = secrets.token_urlsafe(32)
    token = Token(grant, key, secrets.token_urlsafe(16))
    office.store.put(_place(office, text), "token", msgspec.json.encode(token), request.now + TOKEN_SECONDS)
    answer = {"access_token": text, "token_type": "DPoP", "expires_in": TOKEN_SECONDS, **told(office, grant.asked)}
    return as_json(answer, headers=dpop.fresh_nonce(office, request.now))


def token_of(office: Office, request: Request, endpoint: str) -> tuple[Token, str]:
    """The token of a request to an endpoint, proven by its key, and its text.

    Raises `Refusal`: `invalid_request` (`token.query`: in the query), `invalid_token` (401; `token.missing`,
    `token.scheme`, `token.unknown`, `token.key`, `token.ended`), what `check_proof` raises.
    """
    if request.query:
        raise Refusal("invalid_request", "token.query", "This endpoint takes no query: least of all an access token.")
    scheme, _, text = (request.header("authorization") or "").partition(" ")
    if not scheme:
        raise Refusal(
            "invalid_token", "token.missing", "There is no access token.", 401, {"www-authenticate": dpop.challenge()}
        )
    if scheme.lower() != "dpop" or not 1 <= len(text) <= 256:
        raise _invalid_token("token.scheme", "Tokens are bound to keys here: the scheme is DPoP.")
    key = dpop.check_proof(office, request, endpoint, text)
    found = office.store.find(_place(office, text), request.now)
    if found is None:
        raise _invalid_token("token.unknown", "The access token is unknown, or its time is over.")
    token = msgspec.json.decode(found, type=Token)
    if token.key != key:
        raise _invalid_token("token.key", "The access token is bound to another key.")
    check_not_ended(office, token, request.now)
    return token, text


def prolong(office: Office, text: str, token: Token, now: int) -> None:
    """Let a token count longer, for credentials that take their time."""
    office.store.put(_place(office, text), "token", msgspec.json.encode(token), now + MOST_SECONDS)


def end_tokens(office: Office, subject: str, now: int) -> None:
    """End all that was authorised for a person: tokens, codes, offers, and what waits. Nothing more goes to a phone
    that was lost.
    """
    ended = msgspec.json.encode(now)
    office.store.put(_ended(office, subject), "ended", ended, now + MOST_SECONDS + TOKEN_SECONDS)


def check_not_ended(office: Office, token: Token, now: int) -> None:
    """Refuse a token that an officer ended. Raises `Refusal` (`invalid_token`, 401; `token.ended`)."""
    _check_not_ended(office, token.grant, now, "invalid_token", 401)


def count_delivery(office: Office, token: Token, configuration: str, now: int) -> None:
    """Count that credentials are made under a token. Raises `Refusal` (`credential_request_denied`)."""
    place = place_of(office.institution.identifier, "count", f"{token.delivery} {configuration}")
    # Only the first of several that come at once begins to count. No token lasts longer than the count: it can be
    # prolonged once a delivery.
    office.store.use(place, "count", now + 4 * MOST_SECONDS)
    if office.store.count(place, now, DELIVERIES) is None:
        raise Refusal(
            "credential_request_denied", "credential.again", "These credentials were made often enough for one token."
        )


def _of_code(office: Office, form: Mapping[str, str], wallet: Wallet | None, key: str, now: int) -> Grant:
    coded = take_code(office, form.get("code", ""), now)
    try:
        if coded is None:
            raise MadangError("token.code", "The code is unknown, used, or its time is over.")
        if form.get("redirect_uri") != coded.redirect:
            raise MadangError("token.redirect", "redirect_uri is another than that of the request.")
        _check_verifier(form.get("code_verifier", ""), coded.challenge)
        if coded.key and coded.key != key:
            raise MadangError("token.key", "The code is bound to another DPoP key.")
        client = wallet.client if wallet is not None else form.get("client_id")
        if client != coded.grant.client or (wallet is None and coded.grant.attester):
            raise MadangError("token.client", "The code was given to another wallet.")
    except MadangError as error:
        raise refused_as("invalid_grant", error) from None
    return msgspec.structs.replace(coded.grant, attester=wallet.attester if wallet is not None else "")


def _of_offer(office: Office, form: Mapping[str, str], wallet: Wallet | None, now: int) -> Grant:
    if "tx_code" not in form:
        raise Refusal("invalid_request", "token.tx_code", "The transaction code is missing.")
    code = form.get("pre-authorized_code", "")
    asked = offered(office, code, now)
    if asked is not None and wallet is None and not is_for_any(_issued_here(office, asked)):
        raise Refusal("invalid_client", "authorize.wallet", "This type is for wallets that prove who made them.", 401)
    grant = take_offer(office, code, form["tx_code"], now)
    if grant is None:
        raise Refusal("invalid_grant", "token.offer", "One of both codes is wrong, used, tried too often, or over.")
    client = wallet.client if wallet is not None else ""
    return msgspec.structs.replace(grant, client=client, attester=wallet.attester if wallet is not None else "")


def _narrower(office: Office, form: Mapping[str, str]) -> Asked | None:
    """The part of what was granted that the token request asks for (OpenID4VCI 1.0, section 6.1.1), if it does."""
    details = form.get("authorization_details")
    return None if details is None else read_asked(office, {"authorization_details": details})


def _narrowed(grant: Grant, asked: Asked | None) -> Grant:
    """The grant, or the part of it that is asked for."""
    if asked is None:
        return grant
    if not all(one in grant.asked.configurations for one in asked.configurations):
        raise Refusal("invalid_authorization_details", "grant.more", "More is asked for than was granted.")
    return msgspec.structs.replace(grant, asked=Asked(asked.configurations, True))


def _check_not_ended(office: Office, grant: Grant, now: int, error: str, status: int) -> None:
    """Refuse what was authorised before an officer or the person ended it all."""
    found = office.store.find(_ended(office, grant.subject), now)
    if found is None or grant.since > msgspec.json.decode(found, type=int):
        return
    headers = {"www-authenticate": dpop.challenge(error)} if status == 401 else {}
    message = "What was authorised for this person was ended. Authorise anew."
    raise Refusal(error, "token.ended", message, status, headers)


def _issued_here(office: Office, asked: Asked) -> list[Configuration]:
    try:
        return known_of(office, asked)
    except MadangError as error:
        raise refused_as("invalid_grant", error) from None


def _check_verifier(verifier: str, challenge: str) -> None:
    made = to_base64url(hashlib.sha256(verifier.encode()).digest())
    if not _VERIFIER.match(verifier) or not hmac.compare_digest(made, challenge):
        raise MadangError("token.verifier", "code_verifier is not that of the request's challenge.")


def _place(office: Office, text: str) -> bytes:
    return place_of(office.institution.identifier, "token", text)


def _ended(office: Office, subject: str) -> bytes:
    return place_of(office.institution.identifier, "ended", subject)


def _invalid_token(code: str, message: str) -> Refusal:
    return Refusal("invalid_token", code, message, 401, {"www-authenticate": dpop.challenge("invalid_token")})
