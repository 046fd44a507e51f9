"""The envelopes that a signed payload arrives in, and what has to be verified of each.

- **JWS** (RFC 7515), ES256 only, `kid` an RFC 7638 thumbprint: compact for one signer, general JSON for several.
- **passkey**: an assertion of W3C Web Authentication (level 3, section 7.2) whose challenge is SHA-256(payload);
  type, origin, RP id, user presence and user verification are checked here, the counter is not (synced passkeys
  keep it at zero).

Reading an envelope does no elliptic arithmetic: it yields one `Signature` a signer, each a digest that a key must
have signed, for `signature.verify` to check, once, on whichever core is free.
"""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from madang.kernel.codec import from_base64url, read_json
from madang.kernel.errors import Malformed
from madang.kernel.fields import KeyId

MAX_SIGNATURES = 16
MAX_CLIENT_DATA = 8 * 1024
_USER_PRESENT_AND_VERIFIED = 0x05


class Signature(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One signer's claim: `value` (r and s, 64 bytes) signs `digest` (SHA-256) under key `kid` of sort `sort`."""

    kid: str
    sort: Literal["jws", "passkey"]
    digest: bytes
    value: bytes


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The payload's bytes and who claims to have signed them."""

    payload: bytes
    signatures: tuple[Signature, ...]


class RelyingParty(msgspec.Struct, frozen=True, array_like=True):
    """The web site whose passkeys count on this ledger: its RP id and the origins of its pages."""

    id: str
    origins: tuple[str, ...]


class _ProtectedHeader(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    alg: Literal["ES256"]
    kid: KeyId
    typ: Literal["JWT", "JOSE", "madang+jws"] | None = None


class _JwsSignature(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    protected: str
    signature: str


class _Assertion(msgspec.Struct, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    kid: KeyId
    authenticator_data: str
    client_data: str = msgspec.field(name="clientDataJSON")
    signature: str


class _General(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    payload: str
    signatures: Annotated[list[_JwsSignature], Meta(max_length=MAX_SIGNATURES)] = []
    assertions: Annotated[list[_Assertion], Meta(max_length=MAX_SIGNATURES)] = []


class _ClientData(msgspec.Struct, omit_defaults=True):
    # Browsers may add members at will (level 3, 5.8.1), so unknown ones are passed over here and only here.
    type: str
    challenge: str
    origin: str
    crossOrigin: bool = False  # noqa: N815  the name is the standard's


_read_header = msgspec.json.Decoder(_ProtectedHeader)
_read_general = msgspec.json.Decoder(_General)
_read_client_data = msgspec.json.Decoder(_ClientData)


def read_envelope(signed: bytes, relying_party: RelyingParty) -> Envelope:
    """Read a compact JWS, or a general JSON envelope with JWS signatures, passkey assertions, or both.

    Raises `Malformed` with the code of the first thing wrong: `base64.*`, `json.*`, `envelope.form`,
    `envelope.signatures` (none, too many, or one key twice), `signature.form`, `passkey.*`.
    """
    if signed[:1] == b"{":
        return _read_several(signed, relying_party)
    signing_input, _, value = signed.rpartition(b".")
    protected, dot, payload = signing_input.partition(b".")
    if not dot or b"." in payload:
        raise Malformed("envelope.form", "This is neither a compact JWS nor general JSON. Send one (RFC 7515, 7).")
    return Envelope(from_base64url(payload, "the payload"), (_jws(protected, signing_input, value),))


def _read_several(signed: bytes, relying_party: RelyingParty) -> Envelope:
    general = read_json(_read_general, signed, "the envelope")
    encoded = general.payload.encode("ascii", "replace")
    payload = from_base64url(encoded, "the payload")
    signatures = [
        _jws(protected, b"%b.%b" % (protected, encoded), one.signature.encode("ascii", "replace"))
        for one in general.signatures
        for protected in (one.protected.encode("ascii", "replace"),)
    ]
    signatures += [_passkey(one, payload, relying_party) for one in general.assertions]
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        raise Malformed("envelope.signatures", f"An envelope carries 1 to {MAX_SIGNATURES} signatures.")
    if len({one.kid for one in signatures}) != len(signatures):
        raise Malformed("envelope.signatures", "One key signed twice. Send each signer's signature once.")
    return Envelope(payload, tuple(signatures))


def _jws(protected: bytes, signing_input: bytes, signature: bytes) -> Signature:
    header = read_json(_read_header, from_base64url(protected, "the protected header"), "the protected header")
    value = from_base64url(signature, "the signature")
    if len(value) != 64:
        raise Malformed("signature.form", "An ES256 signature is r and s of 32 bytes each (RFC 7518, 3.4).")
    return Signature(header.kid, "jws", hashlib.sha256(signing_input).digest(), value)


def _passkey(assertion: _Assertion, payload: bytes, relying_party: RelyingParty) -> Signature:
    authenticator = from_base64url(assertion.authenticator_data, "authenticatorData")
    if len(assertion.client_data) > MAX_CLIENT_DATA:
        raise Malformed("passkey.size", f"clientDataJSON is at most {MAX_CLIENT_DATA} characters in base64url.")
    client = from_base64url(assertion.client_data, "clientDataJSON")
    said = read_json(_read_client_data, client, "clientDataJSON")
    if said.type != "webauthn.get" or said.crossOrigin or said.origin not in relying_party.origins:
        raise Malformed("passkey.origin", "This assertion was not made on a page of this ledger. Sign on its own site.")
    if from_base64url(said.challenge, "the challenge") != hashlib.sha256(payload).digest():
        raise Malformed("passkey.challenge", "The passkey signed another payload. The challenge is SHA-256(payload).")
    if len(authenticator) < 37 or authenticator[:32] != hashlib.sha256(relying_party.id.encode()).digest():
        raise Malformed("passkey.relying_party", f"This passkey is not for {relying_party.id}. Use one made there.")
    if authenticator[32] & _USER_PRESENT_AND_VERIFIED != _USER_PRESENT_AND_VERIFIED:
        raise Malformed("passkey.user", "The authenticator did not verify its user. Ask for userVerification=required.")
    digest = hashlib.sha256(authenticator + hashlib.sha256(client).digest()).digest()
    value = raw_signature(from_base64url(assertion.signature, "the signature"))
    return Signature(assertion.kid, "passkey", digest, value)


def raw_signature(der: bytes) -> bytes:
    """r and s of a DER signature as 64 bytes; only strict DER is read (X.690 section 8.3).

    Raises `Malformed` (`signature.form`).
    """
    rest = der[2:]
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(rest):
        raise Malformed("signature.form", "A passkey's signature is an ECDSA-Sig-Value in DER.")
    value = b""
    for _ in range(2):
        length = rest[1] if len(rest) > 2 and rest[0] == 0x02 else 0
        number = rest[2 : 2 + length]
        shortest = len(number) == length > 0 and (number[0] != 0 or (length > 1 and number[1] >= 0x80))
        if not shortest or number[0] >= 0x80 or length > 33 or len(number.lstrip(b"\0")) > 32:
            raise Malformed("signature.form", "A passkey's signature is an ECDSA-Sig-Value in DER.")
        value += number.lstrip(b"\0").rjust(32, b"\0")
        rest = rest[2 + length :]
    if rest:
        raise Malformed("signature.form", "A passkey's signature is an ECDSA-Sig-Value in DER.")
    return value
