"""The form of a credential, checked before it is signed and before it is believed (VCDM 2.0, sections 4 and 5)."""

import base64
import binascii
import hashlib
from datetime import datetime

import msgspec

from madang.identity.vcdm.contexts import BASE, Meaning, check_terms, meaning_of, types_of
from madang.identity.vcdm.forms import Object, check_id, check_words, each, is_url, several, time_of
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError

_WITH_TYPE = (
    "credentialStatus",
    "termsOfUse",
    "evidence",
    "refreshService",
    "renderMethod",
    "confidenceMethod",
    "proof",
)
_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_MULTIHASH = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
"""The first bytes of a multihash: which function, and how long."""
_BASE_DIGESTS = {
    "sha256": bytes.fromhex("24a18c90e9856d526111f29376e302d970b2bd10182e33959995b0207d7043b9"),
    "sha384": bytes.fromhex(
        "35239c36999d2155312091af194a1edb61634d6ad789a5e5b19f2aebdd762dd9d1dcaada40eda7ef921c6b8c0ae107a0"
    ),
}
"""Of the base context, as the Recommendation publishes them (section B.1)."""
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LONGEST_DIGEST = 128


class Times(msgspec.Struct, frozen=True):
    """From when until when a credential is valid, as far as it says so."""

    since: datetime | None
    until: datetime | None


def check_credential(credential: Object) -> None:
    """That a credential is one, member by member.

    Raises `MadangError`, in this order: `vcdm.context`, `vcdm.redefined`, `vcdm.type`, `vcdm.id`, `vcdm.words`,
    `vcdm.issuer`, `vcdm.subject`, `vcdm.time`, `vcdm.period` (ends before it begins); for what it refers to,
    `vcdm.object` (not an object, or several), `vcdm.type` and `vcdm.id` again, `vcdm.resource`, `vcdm.resource_digest`;
    last `vcdm.term`.
    """
    meaning = meaning_of(credential)
    if "VerifiableCredential" not in types_of(credential, meaning, "The credential"):
        raise MadangError("vcdm.type", "The credential's types do not name VerifiableCredential.")
    check_id(credential, "the credential")
    check_words(credential, "the credential")
    _check_issuer(credential)
    _check_subjects(credential, meaning)
    times_of(credential)
    for member in _WITH_TYPE:
        for one in several(credential, member):
            types_of(one, meaning, member)
            check_id(one, member)
    for schema in several(credential, "credentialSchema"):
        types_of(schema, meaning, "credentialSchema")
        check_id(schema, "credentialSchema", needed=True)
    _check_resources(several(credential, "relatedResource"))
    check_terms(credential, meaning)


def issuer_url(credential: Object) -> str:
    """The URL of a checked credential's issuer."""
    issuer = credential["issuer"]
    return str(issuer["id"] if isinstance(issuer, dict) else issuer)


def subjects_of(credential: Object) -> list[Object]:
    """What a checked credential is about."""
    return each(credential["credentialSubject"], "credentialSubject", "vcdm.subject")


def times_of(credential: Object) -> Times:
    """When a credential is valid. Raises `MadangError` (`vcdm.time`, `vcdm.period`)."""
    times = Times(time_of(credential, "validFrom"), time_of(credential, "validUntil"))
    if times.since is not None and times.until is not None and times.since > times.until:
        raise MadangError("vcdm.period", "The credential ends before it begins: validUntil is before validFrom.")
    return times


def check_resource(credential: Object, url: str, content: bytes) -> None:
    """That what was got from a URL is what the credential says of it, if it does (section 5.3).

    For a checked credential. Raises `MadangError` (`vcdm.resource_digest`).
    """
    for resource in several(credential, "relatedResource"):
        right = all(_HASHES[name](content).digest() == digest for name, digest in _digests_of(resource))
        if resource["id"] == url and not right:
            raise _wrong_digest()


def _check_issuer(credential: Object) -> None:
    issuer = credential.get("issuer")
    if not is_url(issuer.get("id") if isinstance(issuer, dict) else issuer):
        raise MadangError("vcdm.issuer", "The issuer is neither a URL nor an object whose id is one.")
    if isinstance(issuer, dict):
        check_words(issuer, "the issuer")


def _check_subjects(credential: Object, meaning: Meaning) -> None:
    subjects = each(credential.get("credentialSubject"), "credentialSubject", "vcdm.subject")
    if not all(subjects):
        raise MadangError("vcdm.subject", "The credential has a subject of which it says nothing.")
    for subject in subjects:
        check_id(subject, "the subject")
        if "type" in subject:
            types_of(subject, meaning, "The subject")


def _check_resources(resources: list[Object]) -> None:
    for resource in resources:
        check_id(resource, "relatedResource", needed=True)
        stated = _digests_of(resource)
        if not stated or not isinstance(resource.get("mediaType", ""), str):
            raise MadangError("vcdm.resource", "A related resource has no digest, or a mediaType that is no text.")
        if resource["id"] == BASE and any(_BASE_DIGESTS.get(name, digest) != digest for name, digest in stated):
            raise _wrong_digest()
    if len({resource["id"] for resource in resources}) != len(resources):
        raise MadangError("vcdm.resource", "Two related resources have the same id.")


def _wrong_digest() -> MadangError:
    return MadangError("vcdm.resource_digest", "A resource is not the one that the credential's issuer saw.")


def _digests_of(resource: Object) -> list[tuple[str, bytes]]:
    return [_digest_of(resource, member) for member in ("digestSRI", "digestMultibase") if member in resource]


def _digest_of(resource: Object, member: str) -> tuple[str, bytes]:
    """The hash function and the digest that a resource states. Raises `MadangError` (`vcdm.resource`)."""
    text = resource[member]
    try:
        if not isinstance(text, str) or len(text) > _LONGEST_DIGEST:
            raise ValueError
        name, digest = _subresource(text) if member == "digestSRI" else _multibase(text)
        if len(digest) != _HASHES[name]().digest_size:
            raise ValueError
    except (ValueError, KeyError, binascii.Error, MadangError):
        raise MadangError("vcdm.resource", f"The {member} of a related resource is no digest by SHA-2.") from None
    return name, digest


def _subresource(text: str) -> tuple[str, bytes]:
    """`sha256-` and base64 (W3C Subresource Integrity, section 3.5), or base64url, which both occur."""
    name, _, digest = text.partition("-")
    return name, base64.b64decode(digest.replace("-", "+").replace("_", "/"), validate=True)


def _multibase(text: str) -> tuple[str, bytes]:
    """A multihash in base64url (`u`) or base58btc (`z`) (Controlled Identifiers 1.0, sections 2.4 and 2.5)."""
    if text[:1] == "u":
        data = from_base64url(text[1:], "digestMultibase")
    elif text[:1] == "z":
        number = 0
        for character in text[1:]:
            number = number * 58 + _BASE58.index(character)
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    else:
        raise ValueError
    # Without saying which function it is: the W3C's own test suite has SHA-256 so.
    return ("sha256", data) if len(data) == 32 else (_MULTIHASH[data[:2]], data[2:])
