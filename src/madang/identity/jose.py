"""Signed and encrypted JSON, with nothing to negotiate: JWS by ES256 (RFC 7515), JWE by ECDH-ES (RFC 7516).

Whatever has two readings is refused, as it is on the ledger: base64url that is not canonical, a member twice, a header
parameter that changes how the rest is read (`crit`, `b64`), an algorithm that the caller did not ask for.
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, NoReturn

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from madang.kernel import signature
from madang.kernel.codec import MAX_DEPTH, from_base64url, to_base64url
from madang.kernel.errors import MadangError

MAX_BYTES = 256 * 1024
Object = dict[str, Any]
Encryption = Literal["A128GCM", "A256GCM"]
ENCRYPTIONS: tuple[Encryption, ...] = ("A128GCM", "A256GCM")
"""What HAIP 1.0 (section 5) has wallets and verifiers support."""
_CHANGES_READING = ("crit", "b64", "zip")
MAX_KEPT_HEADER = 8 * 1024
"""Headers up to that length are remembered, read: at most 512."""
MAX_CERTIFICATE_TEXT = 8 * 1024
"""How long a certificate may be in base64. Those of 512 headers are remembered, whoever sent them."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(float_hook=lambda text: _no_fraction(text)).decode


class Jws(msgspec.Struct, frozen=True):
    """A compact JWS that was read, and whose signature was not checked yet."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def sign(typ: str, payload: bytes, sign_with: Callable[[bytes], bytes], header: Mapping[str, Any] = {}) -> str:
    """A compact JWS of these bytes by ES256. `sign_with` gives r and s (64 bytes) of what it is given."""
    protected = to_base64url(_encode({"alg": "ES256", "typ": typ, **header}))
    signed = f"{protected}.{to_base64url(payload)}"
    return f"{signed}.{to_base64url(sign_with(signed.encode()))}"


def read(text: str, typ: str, what: str, most: int = MAX_BYTES) -> Jws:
    """Read a compact JWS whose header says this `typ`. `what` names it in errors.

    Raises `MadangError`: `jose.size`, `jose.form`, `jose.header`, `jose.typ`, `jose.algorithm`.
    """
    if len(text) > most:
        raise MadangError("jose.size", f"{what} is longer than {most:,} characters.")
    parts = text.split(".")
    if len(parts) != 3:
        raise MadangError("jose.form", f"{what} is no compact JWS: it has not three parts.")
    # An issuer's header, with its certificates, stands in each of its credentials.
    header = _header(parts[0], typ, what) if len(parts[0]) <= MAX_KEPT_HEADER else _read_header(parts[0], typ, what)
    try:
        payload, value = from_base64url(parts[1], what), from_base64url(parts[2], what)
    except MadangError as error:
        raise MadangError("jose.form", error.message) from None
    if len(value) != 64:
        raise MadangError("jose.form", f"The signature of {what} is not 64 bytes.")
    return Jws(header, payload, text[: text.rindex(".")].encode(), value)


def _read_header(encoded: str, typ: str, what: str) -> Mapping[str, Any]:
    try:
        data = from_base64url(encoded, what)
    except MadangError as error:
        raise MadangError("jose.form", error.message) from None
    header = read_object(data, f"the header of {what}", "jose.header")
    if any(name in header for name in _CHANGES_READING):
        raise MadangError("jose.header", f"The header of {what} changes how it is to be read. It is refused.")
    if header.get("typ") != typ:
        raise MadangError("jose.typ", f"{what} is not of the type {typ}.")
    if header.get("alg") != "ES256":
        raise MadangError("jose.algorithm", f"{what} is not signed by ES256, the only algorithm that counts here.")
    return MappingProxyType(header)


_header = lru_cache(maxsize=512)(_read_header)


def check(jws: Jws, key: ec.EllipticCurvePublicKey, what: str) -> None:
    """Check the signature. Raises `MadangError` (`jose.signature`)."""
    if not signature.verify(key, hashlib.sha256(jws.signed).digest(), jws.signature):
        raise MadangError("jose.signature", f"The signature of {what} is not of the key that should have made it.")


def chain_of(jws: Jws, what: str) -> tuple[bytes, ...]:
    """The certificates in the header's `x5c` (RFC 7515, section 4.1.6), in DER, at most four.

    Raises `MadangError` (`jose.chain`).
    """
    given = jws.header.get("x5c")
    if not isinstance(given, list) or not 1 <= len(given) <= 4 or not all(map(_is_certificate_text, given)):
        raise MadangError("jose.chain", f"{what} does not bring the certificates of its key (x5c).")
    try:
        return _certificates(tuple(given))
    except (binascii.Error, ValueError):
        raise MadangError("jose.chain", f"A certificate of {what} is not in base64.") from None


def _is_certificate_text(one: object) -> bool:
    return isinstance(one, str) and len(one) <= MAX_CERTIFICATE_TEXT


@lru_cache(maxsize=512)
def _certificates(given: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(one, validate=True) for one in given)


def x5c(chain: Sequence[bytes]) -> list[str]:
    """The header parameter `x5c` of these certificates (DER)."""
    return [base64.b64encode(one).decode() for one in chain]


def read_object(data: bytes, what: str, code: str) -> Object:
    """Read a JSON object that has one reading. Raises `MadangError` with this code."""
    value = read_json(data, what, code)
    if not isinstance(value, dict):
        raise MadangError(code, f"{what} is no JSON object.")
    return value


def read_json(data: bytes, what: str, code: str) -> Any:
    """Read JSON of any type that has one reading. Raises `MadangError` with this code.

    Most of it is written without white space. Without fractions, what msgspec writes is the shortest text that means a
    value: text of that very length has nothing in it that was passed over, such as a member twice.
    """
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        try:
            value = _decode(data)
            if len(_encode(value)) == len(data):
                return value
        except (msgspec.MsgspecError, ValueError):
            pass  # the longer way says what is wrong with it, or reads it
    return _read_strictly(data, what, code)


def _read_strictly(data: bytes, what: str, code: str) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> Object:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise MadangError(code, f"{what} has a member twice.")
        return members

    def finite(text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise MadangError(code, f"{what} holds a number that JSON has not.")
        return number

    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise MadangError(code, f"{what} is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(data.decode(), object_pairs_hook=no_duplicates, parse_float=finite, parse_constant=finite)
    except ValueError:
        raise MadangError(code, f"{what} is not JSON in UTF-8.") from None
    if b"\\ud" in data.lower() and not _is_text(value):
        raise MadangError(code, f"{what} holds half a character.")
    return value


def _no_fraction(_text: str) -> NoReturn:
    raise ValueError


def _is_text(value: Any) -> bool:
    """Whether all strings can be written again: JSON's escapes can name half of a pair of surrogates."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


def _depth(data: bytes) -> int:
    """No less than the depth of nesting: brackets in strings are counted too."""
    deepest = depth = 0
    for byte in data:
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


# ----------------------------------------------------------------------------------------------------------- keys


def public_key(jwk: object, what: str) -> ec.EllipticCurvePublicKey:
    """The P-256 key of a public JWK (RFC 7518, section 6.2.1).

    Raises `MadangError` (`jose.key`): another curve, a point off it, or a JWK that tells its private part.
    """
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
        raise MadangError("jose.key", f"{what} is no public P-256 key as a JWK.")
    try:
        x, y = from_base64url(jwk["x"], "x"), from_base64url(jwk["y"], "y")
        if len(x) != 32 or len(y) != 32:
            raise ValueError
        return signature.load_key(x + y)
    except (KeyError, TypeError, ValueError, AttributeError, MadangError):
        raise MadangError("jose.key", f"{what} is no public P-256 key as a JWK.") from None


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public JWK of a P-256 key: `kty`, `crv`, `x`, `y` alone."""
    numbers = key.public_numbers()
    x, y = (to_base64url(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The RFC 7638 thumbprint of a public P-256 JWK, SHA-256 in base64url."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return to_base64url(hashlib.sha256(_encode(members)).digest())


# ----------------------------------------------------------------------------------------------------- encryption


def encrypt(
    content: bytes, to: Mapping[str, Any], encryption: Encryption = "A128GCM", header: Mapping[str, Any] = {}
) -> str:
    """A compact JWE for the holder of the private part of a P-256 JWK, by ECDH-ES (RFC 7518, section 4.6)."""
    key = ECKey.import_key({name: to[name] for name in ("kty", "crv", "x", "y")})
    protected = {"alg": "ECDH-ES", "enc": encryption, **({"kid": to["kid"]} if "kid" in to else {}), **header}
    return jwe.encrypt_compact(protected, content, key, algorithms=["ECDH-ES", *ENCRYPTIONS])


def decrypt(text: str, key: ec.EllipticCurvePrivateKey, what: str, most: int = MAX_BYTES) -> bytes:
    """What a compact JWE holds, if it was encrypted for this key by ECDH-ES.

    Raises `MadangError`: `jose.size`, `jose.decryption`.
    """
    if len(text) > most:
        raise MadangError("jose.size", f"{what} is longer than {most:,} characters.")
    try:
        header = read_object(from_base64url(text.split(".", 1)[0], what), f"the header of {what}", "jose.decryption")
        if any(name in header for name in _CHANGES_READING) or header.get("enc") not in ENCRYPTIONS:
            raise MadangError("jose.decryption", f"{what} is encrypted in a way that is not offered.")
        registry = jwe.JWERegistry(algorithms=["ECDH-ES", *ENCRYPTIONS])
        registry.max_ciphertext_length = most  # the library's own bound of 64 KiB is less than several portraits take
        opened = jwe.decrypt_compact(text, ECKey.import_key(key), registry=registry)
    except (JoseError, ValueError, TypeError, KeyError, MadangError):
        raise MadangError("jose.decryption", f"{what} can't be decrypted with the key that was offered.") from None
    if opened.plaintext is None:
        raise MadangError("jose.decryption", f"{what} holds nothing.")
    return opened.plaintext
