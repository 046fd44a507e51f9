"""From a wallet's pushed request to a code for it, by way of a person in a browser (RFC 9126, 7636, 9207; HAIP 1.0).

    push ──> the wallet opens the browser ──> arrive, once ──> the page finds out who it is ──> agree or decline

A page between `arrive` and `agree` is kept by a ticket, which is the page's address: it can be opened again until it is
decided, in the browser that arrived alone (`browser_key`): somebody who sends the page on can't agree for whoever shows
there who they are. Whose code it is, PKCE and the DPoP key say; so a wallet that sends its own link to somebody else
gets what that person agrees to. That is why the page names the wallet and where it leads, and why wallets prove who
made them.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from madang.identity.issuer import dpop
from madang.identity.issuer.attestation import Wallet, wallet_of
from madang.identity.issuer.configurations import Configuration
from madang.identity.issuer.granting import Asked, Grant, is_for_any, known_of, read_asked
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.wire import Refusal, Reply, Request, as_json, read_form
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

PUSHED_SECONDS, VISIT_SECONDS, CODE_SECONDS = 60, 600, 60
URN = "urn:ietf:params:oauth:request_uri:"
MAX_STATE, MAX_REDIRECT, MAX_CLIENT = 1024, 1024, 512
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,63}\Z")
_HOST = re.compile(r"[a-z0-9.-]{1,253}\Z")
"""What browsers read as it is shown: no backslash, which is a slash to them, and no other spelling of a letter."""
_NO_SCHEMES = ("http", "javascript", "data", "file", "blob", "about", "vbscript", "ws", "wss", "ftp")


class Pushed(msgspec.Struct, frozen=True):
    """A wallet's request. `key` is the thumbprint of its DPoP key, '' where it did not prove one yet; `subject` is who
    the page has found the person to be, '' until it has.
    """

    asked: Asked
    client: str
    attester: str
    redirect: str
    state: str | None
    challenge: str
    key: str
    subject: str = ""


class Coded(msgspec.Struct, frozen=True):
    """What is kept behind an authorization code."""

    grant: Grant
    redirect: str
    challenge: str
    key: str


def push(office: Office, request: Request) -> Reply:
    """Take a pushed authorization request (RFC 9126, section 2).

    Raises `Refusal`: what `wallet_of` and `read_asked` raise, `invalid_request` (`authorize.*`), `invalid_client`
    (`authorize.wallet`: this type is for attested wallets), `unsupported_response_type`, what `check_proof` raises.
    """
    form = read_form(request)
    wallet = wallet_of(office, request)
    if "request" in form or "request_uri" in form:
        raise _invalid("object", "A request object is not taken: the request is pushed already.")
    if form.get("response_type") != "code":
        raise Refusal("unsupported_response_type", "authorize.response_type", "Only codes are given out.")
    client = form.get("client_id", "")
    if not 1 <= len(client) <= MAX_CLIENT or not client.isprintable():
        raise _invalid("client", "client_id is missing, or no text of this length.")
    asked = read_asked(office, form)
    if asked is None:
        raise Refusal("invalid_scope", "grant.nothing", "The request asks for no credential.")
    wanted = known_of(office, asked)
    _check_wallet(wallet, client, wanted)
    redirect = form.get("redirect_uri", "")
    _check_redirect(redirect, wallet, wanted)
    if form.get("code_challenge_method") != "S256" or not _CHALLENGE.match(form.get("code_challenge", "")):
        raise _invalid("challenge", "The request has no code challenge by S256.")
    state = form.get("state")
    if state is not None and len(state) > MAX_STATE:
        raise _invalid("state", f"state is longer than {MAX_STATE} characters.")
    pushed = Pushed(
        asked,
        client,
        wallet.attester if wallet is not None else "",
        redirect,
        state,
        form["code_challenge"],
        _key_of(office, request, form),
    )
    name = secrets.token_urlsafe(32)
    place = place_of(office.institution.identifier, "pushed", name)
    office.store.put(place, "pushed", msgspec.json.encode(pushed), request.now + PUSHED_SECONDS)
    return as_json({"request_uri": URN + name, "expires_in": PUSHED_SECONDS}, 201)


def arrive(office: Office, parameters: Mapping[str, str], now: int) -> str:
    """A browser comes with a pushed request, once. Gives the ticket of the page on which the person decides.

    Raises `MadangError` (`authorize.request_uri`): unknown, used, over, or of another wallet.
    """
    uri = parameters.get("request_uri", "")
    place = place_of(office.institution.identifier, "pushed", uri.removeprefix(URN))
    found = office.store.take(place, now) if uri.startswith(URN) else None
    pushed = msgspec.json.decode(found, type=Pushed) if found is not None else None
    if (
        found is None
        or pushed is None
        or not hmac.compare_digest(pushed.client.encode(), parameters.get("client_id", "").encode())
    ):
        raise MadangError(
            "authorize.request_uri", "This link was used before, or took too long. Begin again in the wallet."
        )
    ticket = secrets.token_urlsafe(32)
    office.store.put(_visit(office, ticket), "visit", found, now + VISIT_SECONDS)
    return ticket


def browser_key(office: Office, ticket: str) -> str:
    """What the browser that arrived keeps beside the ticket. Whoever knows the page's address does not know it."""
    return to_base64url(hmac.digest(office.institution.secret, f"madang visit\0{ticket}".encode(), hashlib.sha256))


def check_browser(office: Office, ticket: str, key: str) -> None:
    """Refuse a page to any browser but the one that arrived. Raises `MadangError` (`authorize.ticket`)."""
    if not hmac.compare_digest(browser_key(office, ticket).encode(), key.encode()):
        raise _no_ticket()


def visit_of(office: Office, ticket: str, now: int) -> Pushed:
    """What a person is asked on the page of this ticket. Raises `MadangError` (`authorize.ticket`)."""
    found = office.store.find(_visit(office, ticket), now)
    if found is None:
        raise _no_ticket()
    return msgspec.json.decode(found, type=Pushed)


def identify(office: Office, ticket: str, subject: str, now: int) -> Pushed:
    """The page has found out who the person is: the register's handle. Raises `MadangError` (`authorize.ticket`)."""
    pushed = msgspec.structs.replace(_decided(office, ticket, now), subject=subject)
    office.store.put(_visit(office, ticket), "visit", msgspec.json.encode(pushed), now + VISIT_SECONDS)
    return pushed


def agree(office: Office, ticket: str, now: int) -> str:
    """The person agrees. Gives the address to which the browser goes.

    Raises `MadangError`: `authorize.ticket`, `authorize.nobody` (nobody found out who it is), `grant.withdrawn`.
    """
    pushed = visit_of(office, ticket, now)
    if not pushed.subject:
        raise MadangError("authorize.nobody", "Nobody knows yet who agrees. Show who you are first.")
    pushed = _decided(office, ticket, now)
    known_of(office, pushed.asked)
    grant = Grant(pushed.subject, pushed.asked, pushed.client, now, pushed.attester)
    code = secrets.token_urlsafe(32)
    coded = Coded(grant, pushed.redirect, pushed.challenge, pushed.key)
    place = place_of(office.institution.identifier, "code", code)
    office.store.put(place, "code", msgspec.json.encode(coded), now + CODE_SECONDS)
    return _back(office, pushed, code=code)


def decline(office: Office, ticket: str, now: int, error: str = "access_denied") -> str:
    """The person declines, or there is nothing to issue. Gives the address to which the browser goes.

    Raises `MadangError` (`authorize.ticket`).
    """
    return _back(office, _decided(office, ticket, now), error=error)


def take_code(office: Office, code: str, now: int) -> Coded | None:
    """What a code stands for, for the first who sends it, whatever becomes of it then."""
    found = office.store.take(place_of(office.institution.identifier, "code", code), now)
    return None if found is None else msgspec.json.decode(found, type=Coded)


def _decided(office: Office, ticket: str, now: int) -> Pushed:
    found = office.store.take(_visit(office, ticket), now)
    if found is None:
        raise _no_ticket()
    return msgspec.json.decode(found, type=Pushed)


def _back(office: Office, pushed: Pushed, **answer: str) -> str:
    state = {"state": pushed.state} if pushed.state is not None else {}
    joint = "&" if "?" in pushed.redirect else "?"
    return pushed.redirect + joint + urlencode({**answer, **state, "iss": office.url})


def _visit(office: Office, ticket: str) -> bytes:
    return place_of(office.institution.identifier, "visit", ticket)


def _check_wallet(wallet: Wallet | None, client: str, wanted: list[Configuration]) -> None:
    if wallet is not None and wallet.client != client:
        raise Refusal("invalid_client", "authorize.client", "client_id is not that of the wallet attestation.", 401)
    if wallet is None and not is_for_any(wanted):
        raise Refusal("invalid_client", "authorize.wallet", "This type is for wallets that prove who made them.", 401)


def _check_redirect(redirect: str, wallet: Wallet | None, wanted: list[Configuration]) -> None:
    """One of the addresses that the institution wrote down; an attested wallet may name its own, too."""
    try:
        parts = urlsplit(redirect)
        plain = redirect.isascii() and redirect.isprintable() and " " not in redirect and not parts.fragment
    except ValueError:
        parts, plain = urlsplit(""), False
    if not plain or len(redirect) > MAX_REDIRECT or not _SCHEME.match(parts.scheme) or "#" in redirect:
        raise _invalid("redirect", "redirect_uri is no address without a fragment.")
    if all(redirect in one.terms.redirects for one in wanted):
        return
    if wallet is None:
        raise _invalid("redirect", "redirect_uri is none that the institution knows of this wallet.")
    if parts.scheme in _NO_SCHEMES or (
        parts.scheme == "https" and (not _HOST.match(parts.hostname or "") or parts.username is not None)
    ):
        raise _invalid("redirect", "redirect_uri is neither https nor an application's own scheme.")


def _key_of(office: Office, request: Request, form: Mapping[str, str]) -> str:
    """The DPoP key to which the code will be bound, proven or named (RFC 9449, section 10)."""
    named = form.get("dpop_jkt", "")
    if named and not _CHALLENGE.match(named):
        raise _invalid("dpop_jkt", "dpop_jkt is no thumbprint.")
    if request.header("dpop") is None:
        return named
    proven = dpop.check_proof(office, request, office.endpoint("par"))
    if named and named != proven:
        raise Refusal("invalid_dpop_proof", "authorize.dpop_jkt", "dpop_jkt is another key than that of the proof.")
    return proven


def _invalid(what: str, message: str) -> Refusal:
    return Refusal("invalid_request", f"authorize.{what}", message)


def _no_ticket() -> MadangError:
    return MadangError("authorize.ticket", "This page was decided on, or took too long. Begin again in the wallet.")
