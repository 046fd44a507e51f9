"""Receiving credentials by an issuer's offer: OpenID4VCI 1.0 under HAIP 1.0, with a pre-authorized code.

What comes is checked as a verifier would check it, before it is kept. No provider vouches for this wallet, so types
that are for attested wallets alone are refused here (`wallet.unattested`).
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose, mdoc
from madang.identity.catalogue import CredentialType, by_doctype, by_vct
from madang.identity.catalogue.encoding import from_json
from madang.identity.issuer.metadata import ISSUER_PATH, PRE_AUTHORIZED, SERVER_PATH, SIGNED_TYP
from madang.identity.issuer.wire import JWT
from madang.identity.mdoc.claims import to_claims
from madang.identity.sdjwt import holding
from madang.identity.signer import signing
from madang.identity.verified import Claims, Format
from madang.identity.wallet import web
from madang.identity.wallet.keeping import Copy, Credential, private
from madang.identity.wallet.known import Known
from madang.identity.wallet.web import Answer
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

MAX_CONFIGURATIONS = 16
MAX_COPIES = 20
_encode = msgspec.json.Encoder().encode


class _Server(msgspec.Struct, frozen=True):
    """Where an issuer is asked, as it says itself, signed."""

    credential_issuer: str
    credential_endpoint: str
    nonce_endpoint: str
    exp: int
    credential_configurations_supported: dict[str, dict[str, Any]]
    batch_credential_issuance: dict[str, int] = {}


class _Accepted(msgspec.Struct, frozen=True):
    party: str
    holder: str
    claims: Claims
    since: int
    until: int


def receive(link: str, spoken: str, known: Known) -> list[Credential]:
    """All credentials of an offer, which its link names. `spoken` are the digits that were told to the person.

    Raises `MadangError`: `wallet.unreachable`, `offer.form`, `offer.gone`, `issuer.metadata`, `issuer.answer`,
    `issuer.refused` (the digits are others, or the offer is over), `wallet.unattested`, `credential.*`,
    `certificate.*`, `trust.*`, `jose.*`, `sdjwt.*`, `mdoc.*`.
    """
    offer = _read_offer(link)
    server = _read_issuer(str(offer.get("credential_issuer")), known)
    names, grants = offer.get("credential_configuration_ids"), offer.get("grants")
    grant = grants.get(PRE_AUTHORIZED) if isinstance(grants, dict) else None
    code = grant.get("pre-authorized_code") if isinstance(grant, dict) else None
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_CONFIGURATIONS or not isinstance(code, str):
        raise MadangError("offer.form", "This offer can't be taken here: it needs a code that an officer handed over.")
    wanted = {str(name): _configuration(server, str(name)) for name in names}
    sender = _Sender(server, known)
    sender.exchange({"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code, "tx_code": spoken})
    return [_receive(sender, name, of, form) for name, (of, form) in wanted.items()]


def _read_offer(link: str) -> dict[str, Any]:
    fields = parse_qs(urlsplit(link.strip()).query)
    address, given = fields.get("credential_offer_uri"), fields.get("credential_offer")
    if address:
        answer = web.ask("GET", address[0])
        if answer.status != 200:
            raise MadangError("offer.gone", "There is no such offer, or its time is over. Ask the office for another.")
        content = answer.body
    elif given:
        content = given[0].encode()
    else:
        raise MadangError("offer.form", "This is no credential offer. Give the whole link that the office shows.")
    return jose.read_object(content, "The offer", "offer.form")


def _read_issuer(issuer: str, known: Known) -> _Server:
    """What an issuer says of itself, signed below a root that the ledger names for some type."""
    address = urlsplit(issuer)
    url = f"{address.scheme}://{address.netloc}{ISSUER_PATH}{address.path.rstrip('/')}"
    answer = web.ask("GET", url, headers={"accept": JWT})
    jws = jose.read(answer.body.decode("ascii", "replace"), SIGNED_TYP, "The issuer's metadata")
    followed = known.follow(jose.chain_of(jws, "The issuer's metadata"))
    jose.check(jws, followed.key, "The issuer's metadata")
    try:
        said = msgspec.convert(jose.read_object(jws.payload, "The metadata", "issuer.metadata"), _Server)
    except msgspec.ValidationError:
        said = None
    if (
        said is None
        or said.credential_issuer != issuer
        or said.exp <= known.now
        or not known.is_issuer(followed.anchor)
    ):
        raise MadangError("issuer.metadata", "What the issuer says of itself is not what the ledger knows it for.")
    return said


def _configuration(server: _Server, name: str) -> tuple[CredentialType, Format]:
    match server.credential_configurations_supported.get(name):
        case {"proof_types_supported": {"jwt": {"key_attestations_required": _}}}:
            raise MadangError(
                "wallet.unattested", f"{name} is given to wallets that somebody vouches for. Use a phone."
            )
        case {"format": "dc+sd-jwt", "vct": str(vct)}:
            return by_vct(vct), "dc+sd-jwt"
        case {"format": "mso_mdoc", "doctype": str(doctype)}:
            return by_doctype(doctype), "mso_mdoc"
    raise MadangError("credential.unknown_type", f"This wallet does not know what {name} is.")


class _Sender:
    """Sends what is proven by a key (DPoP, RFC 9449), with the nonce that the server wants."""

    def __init__(self, server: _Server, known: Known) -> None:
        self.server, self.known = server, known
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._nonce = self._token = ""

    def exchange(self, form: Mapping[str, str]) -> None:
        """Get the token that a code is good for."""
        address = urlsplit(self.server.credential_issuer)
        url = f"{address.scheme}://{address.netloc}{SERVER_PATH}{address.path.rstrip('/')}"
        said = web.ask("GET", url).json()
        endpoint = said.get("token_endpoint")
        if said.get("issuer") != self.server.credential_issuer or not isinstance(endpoint, str):
            raise MadangError("issuer.metadata", "The issuer does not say where its tokens are. Ask the office.")
        token = self._answered(endpoint, lambda headers: web.send_form(endpoint, form, headers)).get("access_token")
        if not isinstance(token, str):
            raise MadangError("issuer.answer", "The issuer answered with no token. Ask the office.")
        self._token = token

    def ask(self, url: str, content: object) -> dict[str, object]:
        """What an endpoint answers."""
        return self._answered(url, lambda headers: web.send_json(url, content, headers))

    def fresh(self) -> str:
        """A nonce for the proofs of keys."""
        answer = web.ask("POST", self.server.nonce_endpoint)
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        return str(answer.json().get("c_nonce"))

    def _answered(self, url: str, send: Any) -> dict[str, object]:
        answer: Answer = send(self._headers(url))
        if answer.json().get("error") == "use_dpop_nonce" and "dpop-nonce" in answer.headers:
            self._nonce = answer.headers["dpop-nonce"]
            answer = send(self._headers(url))
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        if answer.status >= 300:
            said = str(answer.json().get("error"))[:64]
            raise MadangError(
                "issuer.refused", f"The issuer refused ({said}): the digits are others, or the offer is over. Ask anew."
            )
        return answer.json()

    def _headers(self, url: str) -> dict[str, str]:
        claims = {"jti": secrets.token_urlsafe(16), "htm": "POST", "htu": url, "iat": self.known.now}
        claims |= {"nonce": self._nonce} if self._nonce else {}
        claims |= {"ath": to_base64url(hashlib.sha256(self._token.encode()).digest())} if self._token else {}
        proof = jose.sign("dpop+jwt", _encode(claims), signing(self._key), {"jwk": jose.jwk_of(self._key.public_key())})
        return {"dpop": proof, **({"authorization": f"DPoP {self._token}"} if self._token else {})}


def _receive(sender: _Sender, name: str, of: CredentialType, form: Format) -> Credential:
    """All copies of one configuration, each bound to a key of its own."""
    batch = sender.server.batch_credential_issuance.get("batch_size", 1)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(max(1, min(batch, of.batch, MAX_COPIES)))]
    claims = {"aud": sender.server.credential_issuer, "iat": sender.known.now, "nonce": sender.fresh()}
    jwt = [
        jose.sign("openid4vci-proof+jwt", _encode(claims), signing(one), {"jwk": jose.jwk_of(one.public_key())})
        for one in keys
    ]
    content = {"credential_configuration_id": name, "proofs": {"jwt": jwt}}
    answer = sender.ask(sender.server.credential_endpoint, content)
    try:
        texts = [one["credential"] for one in msgspec.convert(answer.get("credentials"), list[dict[str, str]])]
    except (msgspec.ValidationError, KeyError):
        texts = []
    if not 1 <= len(texts) <= len(keys):
        raise MadangError("issuer.answer", "The issuer has nothing ready, or answered with no credential. Ask it.")
    by_holder = {jose.thumbprint(jose.jwk_of(one.public_key())): one for one in keys}
    copies, first = [], None
    for text in texts:
        found = _accept(text, of, form, sender.known)
        key = by_holder.pop(found.holder, None)
        if key is None:
            raise MadangError("credential.other_key", "A credential is bound to another key than those of this wallet.")
        first = first or found
        if found.claims != first.claims:
            raise MadangError("credential.differs", "The copies of one credential do not say the same. Ask the issuer.")
        copies.append(Copy(text, private(key)))
    assert first is not None  # there is one text at least
    return Credential(of.id, form, first.party, first.since, first.until, first.claims, copies)


def _accept(text: str, of: CredentialType, form: Format, known: Known) -> _Accepted:
    """A credential as it was issued, checked as a verifier would but for the holder's signature."""
    if form == "dc+sd-jwt":
        issued = holding.accept(text, known.follow, known.now)
        if issued.type != of.vct:
            raise MadangError("credential.other_type", "The issuer sent another type than it offered.")
        party = known.issuer_of(issued.issuer.anchor, of.id, issued.signed)
        claims = from_json(of, issued.claims)
        return _Accepted(party, jose.thumbprint(issued.holder), claims, issued.valid_from, issued.valid_until)
    document = mdoc.verify_issued(from_base64url(text, "The credential"), of.doctype, known.follow, known.now)
    validity = document.validity
    party = known.issuer_of(document.issuer.anchor, of.id, validity.signed)
    claims = to_claims(of, document.elements)
    return _Accepted(party, jose.thumbprint(document.holder), claims, validity.since, validity.until)
