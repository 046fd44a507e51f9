"""What a wallet does with a verifier's request: read it, see whether it asks too much, answer with what is asked.

OpenID4VP 1.0 under HAIP 1.0: the request is signed by the key that names the verifier, and the ledger says what that
key may ask for. A request for more is refused before anything is shown to the holder. The origin to which the answer
goes is not held against the ledger, as the browser's wallet does: here the signature of the named key speaks for it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.base.trust.queries import Permission
from madang.identity import certificates, jose, mdoc
from madang.identity.catalogue import CredentialType, by_doctype, by_vct, type_of
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.sdjwt import holding
from madang.identity.signer import signing
from madang.identity.trust import TrustedVerifier
from madang.identity.verified import Format, Presented
from madang.identity.verifier.request import TYP, client_id
from madang.identity.zk.provable import check_provable
from madang.identity.zk.proving import prove
from madang.identity.zk.statement import SYSTEM_TYPE
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

WHAT = "The request"
MAX_REQUEST_BYTES = 64 * 1024
_encode = msgspec.json.Encoder().encode


class Held(msgspec.Struct, frozen=True):
    """A credential in a wallet: as it was issued (an mdoc in base64url), and the key that it is bound to."""

    type: str
    form: Format
    text: str
    key: ec.EllipticCurvePrivateKey


class Wanted(msgspec.Struct, frozen=True):
    """One query: which claims of which type, in which format; `values` by claim, where only some will do."""

    query: str
    type: str
    form: Presented
    claims: tuple[str, ...]
    values: dict[str, tuple[Any, ...]]


class Request(msgspec.Struct, frozen=True):
    """A request that was read: by which permissions of the ledger, of whom and for what purpose, it asks for what.

    `sets` are the queries that go together, as alternatives: (required, options of query ids).
    """

    permissions: tuple[Permission, ...]
    client: str
    nonce: str
    state: str
    answer_to: str
    encrypt_to: dict[str, str]
    encryption: jose.Encryption
    wanted: tuple[Wanted, ...]
    sets: tuple[tuple[bool, tuple[tuple[str, ...], ...]], ...]


class Verifiers(Protocol):
    """Who may ask for what: a state of the ledger (`identity.trust`), or what a node says of it (`known`)."""

    def verifier_of(self, certificate: str, at: int) -> TrustedVerifier:
        """Whose requests this certificate signs, and what it may ask for. Raises `MadangError` (`trust.*`)."""


def read_request(text: str, client: str, trust: Verifiers, now: int) -> Request:
    """Read a request that a wallet fetched for a verifier that is named `client`.

    Raises `MadangError`: `jose.*`, `certificate.*`, `request.client` (another verifier than was named),
    `request.form`, `request.expired`, `credential.unknown_type`, `trust.*` (it asks for more than it may).
    """
    jws = jose.read(text, TYP, WHAT, MAX_REQUEST_BYTES)
    chain = jose.chain_of(jws, WHAT)
    if client_id(chain[0]) != client:
        raise MadangError("request.client", "The request is signed by another verifier than the one that was named.")
    verifier = trust.verifier_of(certificates.digest_of(chain[0]), now)
    jose.check(jws, certificates.key_of(chain[0], "request", now), WHAT)
    payload = jose.read_object(jws.payload, WHAT, "request.form")
    said = _Payload.read(payload)
    if said.client_id != client:
        raise MadangError("request.client", "The request names another verifier than the one that signed it.")
    if said.exp <= now or said.iat > now + 60:
        raise MadangError("request.expired", "The request is over, or from the future. Begin again.")
    wanted = tuple(_wanted(query) for query in said.dcql_query.credentials)
    permissions = tuple(verifier.may_ask(one.type, one.claims) for one in wanted)
    sets = said.dcql_query.credential_sets or [_Set(options=[[one.query]], required=True) for one in wanted]
    key = next(iter(said.client_metadata.jwks.keys), None)
    jose.public_key(key, "The key of the request")
    offered = said.client_metadata.encrypted_response_enc_values_supported
    encryption = next((one for one in jose.ENCRYPTIONS if one in offered), None)
    if key is None or encryption is None:
        raise MadangError("request.form", "The request does not say how to encrypt the answer.")
    return Request(
        permissions,
        client,
        said.nonce,
        said.state,
        said.response_uri,
        key,
        encryption,
        wanted,
        tuple((one.required, tuple(tuple(option) for option in one.options)) for one in sets),
    )


def choose(
    request: Request, held: Sequence[Held], readable: Callable[[Held], Mapping[str, Any]], proves: bool = False
) -> dict[str, Held]:
    """A credential for each query that is to be answered: of each set the first option that the wallet can fulfil.

    `readable` gives a credential's claims; `proves` says whether to prove where that is asked for, which takes a
    library and a second or two (`identity.zk`). Raises `MadangError` (`wallet.nothing_fits`).
    """
    queries = {one.query: one for one in request.wanted if proves or one.form != "mso_mdoc_zk"}
    fitting = {name: next((one for one in held if _fits(queries[name], one, readable(one))), None) for name in queries}
    chosen: dict[str, Held] = {}
    for required, options in request.sets:
        option = next((one for one in options if all(fitting.get(name) is not None for name in one)), None)
        if option is None and required:
            raise MadangError("wallet.nothing_fits", "The wallet holds no credential that answers this request.")
        chosen.update({name: found for name in option or () if (found := fitting[name]) is not None})
    return chosen


def answer(request: Request, chosen: Mapping[str, Held], now: int) -> str:
    """The encrypted response, to be sent as `response` to `request.answer_to`.

    Each query that is answered shows exactly the claims that it asks for. Raises what the formats' `present` raise.
    """
    queries = {one.query: one for one in request.wanted}
    token = {name: [present(request, queries[name], held, now)] for name, held in chosen.items()}
    content = _encode({"vp_token": token, "state": request.state})
    return jose.encrypt(content, request.encrypt_to, request.encryption)


def present(request: Request, wanted: Wanted, held: Held, now: int) -> str:
    """One presentation: of a credential, exactly the claims that a query wants, or the proof that it wants.

    Raises what the formats raise, and `zk.*`.
    """
    of = type_of(wanted.type)
    sign = signing(held.key)
    if wanted.form == "dc+sd-jwt":
        hideable = set(holding.hideable(held.text))
        paths = [(name,) for name in wanted.claims if (name,) in hideable]
        return holding.present(held.text, paths, request.client, request.nonce, now, sign)
    thumbprint = from_base64url(jose.thumbprint(request.encrypt_to), "the thumbprint")
    transcript = openid4vp(request.client, request.nonce, request.answer_to, thumbprint)
    if wanted.form == "mso_mdoc_zk":
        (claim,) = wanted.claims
        issuer_signed, value = from_base64url(held.text, "The credential"), wanted.values[claim][0]
        return to_base64url(prove(issuer_signed, of, of.element_of(claim), value, transcript, sign, now))
    elements = {of.namespace: [of.element_of(name) for name in wanted.claims]}
    response = mdoc.present(from_base64url(held.text, "The credential"), of.doctype, elements, transcript, sign)
    return to_base64url(response)


def _fits(wanted: Wanted, held: Held, claims: Mapping[str, Any]) -> bool:
    form = "mso_mdoc" if wanted.form == "mso_mdoc_zk" else wanted.form
    if (held.type, held.form) != (wanted.type, form) or not set(wanted.claims) <= set(claims):
        return False
    return all(
        any(type(one) is type(claims[name]) and one == claims[name] for one in values)
        for name, values in wanted.values.items()
    )


# -------------------------------------------------------------------------------------------------------- reading


class _Meta(msgspec.Struct, frozen=True):
    vct_values: list[str] = []
    doctype_value: str = ""
    zk_system_type: list[dict[str, str | int]] = []


class _Claim(msgspec.Struct, frozen=True):
    path: list[str]
    values: list[str | int | bool] = []


class _Query(msgspec.Struct, frozen=True):
    id: str
    format: Presented
    meta: _Meta
    claims: list[_Claim]


class _Set(msgspec.Struct, frozen=True):
    options: list[list[str]]
    required: bool = True


class _Dcql(msgspec.Struct, frozen=True):
    credentials: list[_Query]
    credential_sets: list[_Set] = []


class _Keys(msgspec.Struct, frozen=True):
    keys: list[dict[str, str]]


class _Metadata(msgspec.Struct, frozen=True):
    jwks: _Keys
    encrypted_response_enc_values_supported: tuple[str, ...] = ("A128GCM",)


class _Payload(msgspec.Struct, frozen=True):
    """The members of a request that a wallet reads (OpenID4VP 1.0, section 5); others are passed over, as it says."""

    response_type: str
    response_mode: str
    client_id: str
    response_uri: str
    nonce: str
    state: str
    exp: int
    iat: int
    dcql_query: _Dcql
    client_metadata: _Metadata

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "_Payload":
        try:
            said = msgspec.convert(payload, cls)
        except msgspec.ValidationError:
            raise MadangError("request.form", "The request lacks what an answer needs (OpenID4VP 1.0, 5).") from None
        if (said.response_type, said.response_mode) != ("vp_token", "direct_post.jwt") or not said.nonce:
            raise MadangError("request.form", "The request wants an answer that this wallet does not give.")
        if not 1 <= len(said.dcql_query.credentials) <= 16 or "transaction_data" in payload:
            raise MadangError("request.form", "The request asks for what this wallet does not answer.")
        return said


def _wanted(query: _Query) -> Wanted:
    sd_jwt = query.format == "dc+sd-jwt"
    if not query.claims or (sd_jwt and len(query.meta.vct_values) != 1):
        raise MadangError("request.form", "A query names one type, and the claims that it wants.")
    of = by_vct(query.meta.vct_values[0]) if sd_jwt else by_doctype(query.meta.doctype_value)
    names = [_name(of, claim.path, sd_jwt) for claim in query.claims]
    values = {name: tuple(claim.values) for name, claim in zip(names, query.claims, strict=True) if claim.values}
    if query.format == "mso_mdoc_zk":
        _check_provable(query, of, [values.get(name, ()) for name in names])
    return Wanted(query.id, of.id, query.format, tuple(names), values)


def _check_provable(query: _Query, of: CredentialType, values: Sequence[tuple[Any, ...]]) -> None:
    """That it asks by the system that is known here whether one age is one value."""
    if SYSTEM_TYPE not in query.meta.zk_system_type:
        raise MadangError("request.form", "The request asks for a proof by a system that this wallet does not know.")
    if len(values) != 1 or values[0] not in ((True,), (False,)):
        raise MadangError("request.form", "The request asks for a proof of something else than one age.")
    check_provable(of, query.claims[0].path[1])


def _name(of: CredentialType, path: Sequence[str], sd_jwt: bool) -> str:
    name = path[0] if sd_jwt and len(path) == 1 else None
    if not sd_jwt and len(path) == 2 and path[0] == of.namespace:
        name = of.claim_of(path[1])
    if name is None or name not in of.claims:
        raise MadangError("request.form", f"The request asks for a claim that {of.id} has not.")
    return name
