"""X.509 certificates of issuers and verifiers: making them, and following a chain to its anchor.

An institution has a root of its own, which the ledger names as anchor (`base.trust`), and certificates below it for the
keys that sign each day (ISO/IEC 18013-5, annex B; HAIP 1.0, section 7). Profile: version 3, P-256, ECDSA with SHA-256,
at most one certificate between the key's own and the anchor, and each says by its extended key usage what it is for.

There are no revocation lists for certificates: a leaf lives for at most 15 months, and the ledger withdraws an anchor
from a second on.
"""

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

from madang.kernel.errors import MadangError

Purpose = Literal["credential", "request", "attestation"]
PURPOSES = {
    "credential": ObjectIdentifier("1.0.18013.5.1.2"),
    "request": ObjectIdentifier("1.0.18013.5.1.6"),
    "attestation": ObjectIdentifier("2.25.173599503158124084081809027763677031908"),
}
"""The extended key usages of document signers and of readers (ISO/IEC 18013-5, annex B.1.4 and B.1.7). For those who
attest wallets no standard has one: theirs is made of a UUID (ITU-T X.667), so that such a key signs nothing else."""
MAX_CHAIN = 3
MAX_CERTIFICATE_BYTES = 4 * 1024
ROOT_DAYS, LEAF_DAYS = 20 * 365, 457
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}


class Followed(msgspec.Struct, frozen=True):
    """A chain that ends at an anchor: the key at its start, the anchor's digest, and when all of it is valid."""

    key: ec.EllipticCurvePublicKey
    anchor: str
    since: int
    until: int


def digest_of(certificate: bytes) -> str:
    """The SHA-256 digest of a certificate in DER, in hexadecimal, as the ledger names it."""
    return hashlib.sha256(certificate).hexdigest()


# --------------------------------------------------------------------------------------------------------- making


def make_root(key: ec.EllipticCurvePrivateKey, name: str, now: int, days: int = ROOT_DAYS) -> bytes:
    """An institution's own root, in DER: for certificates that sign directly below it, or by one more below."""
    subject = _name(name)
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _builder(subject, subject, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage, critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def make_leaf(
    root_key: ec.EllipticCurvePrivateKey,
    root: bytes,
    key: ec.EllipticCurvePublicKey,
    name: str,
    purpose: Purpose,
    now: int,
    host: str = "",
    days: int = LEAF_DAYS,
) -> bytes:
    """A certificate under a root for a key that signs credentials or requests, in DER.

    `host` is the name under which the institution is reached, if it is to be held to that.
    """
    parent = x509.load_der_x509_certificate(root)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = (
        _builder(_name(name), parent.subject, key, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([PURPOSES[purpose]]), critical=True)
        .add_extension(above, critical=False)
    )
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: int, days: int
) -> x509.CertificateBuilder:
    since = datetime.datetime.fromtimestamp(now, datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


# ------------------------------------------------------------------------------------------------------- following


def follow(chain: Sequence[bytes], anchors: Iterable[bytes], purpose: Purpose, now: int) -> Followed:
    """Follow a chain (DER, the signing key's own certificate first) to one of these anchors (DER).

    An anchor that stands at the end of the chain is passed over: wallets of others send it. Raises `MadangError`:
    `certificate.chain` (none, too long, unreadable), `certificate.profile` (algorithm, curve, extensions, purpose),
    `certificate.signature`, `certificate.anchor` (ends at none of them), `certificate.time` (not valid now).
    """
    try:
        followed = _follow(tuple(chain), tuple(anchors), purpose)
    except (ValueError, TypeError, x509.InvalidVersion):
        # The library parses names, keys and times only when they are asked for.
        raise _unreadable() from None
    if not followed.since <= now < followed.until:
        raise MadangError("certificate.time", "A certificate is not valid at this time. The issuer must renew it.")
    return followed


def key_of(certificate: bytes, purpose: Purpose, now: int) -> ec.EllipticCurvePublicKey:
    """The key of a certificate (DER) that the ledger names by its own digest, so that no chain has a say.

    Raises `MadangError`: `certificate.chain` (unreadable), `certificate.profile`, `certificate.time`.
    """
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        raise _unreadable()
    try:
        found = _load(certificate)
        _check_profile(found)
        _check_extensions(found, purpose, 0)
        key = found.public_key()
        since, until = found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()
    except (ValueError, TypeError, x509.InvalidVersion):
        raise _unreadable() from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _profile("is not for a P-256 key")
    if not since <= now < until:
        raise MadangError("certificate.time", "A certificate is not valid at this time. Its institution must renew it.")
    return key


@lru_cache(maxsize=1024)
def _follow(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], purpose: Purpose) -> Followed:
    """What holds whatever the time: an issuer's chain stands in each of its credentials."""
    below = chain[:-1] if len(chain) > 1 and chain[-1] in anchors else chain
    if not 1 <= len(below) < MAX_CHAIN or any(len(one) > MAX_CERTIFICATE_BYTES for one in below):
        raise MadangError("certificate.chain", "There is no chain of one or two certificates below an anchor.")
    certificates = [_load(one) for one in below]
    anchor = _anchor_of(certificates[-1], anchors)
    path = [*certificates, anchor]
    for place, certificate in enumerate(path):
        _check_profile(certificate)
        _check_extensions(certificate, purpose, place)
    for lower, upper in pairwise(path):
        _check_link(lower, upper)
    key = certificates[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _profile("is not for a P-256 key")
    since = max(int(one.not_valid_before_utc.timestamp()) for one in path)
    until = min(int(one.not_valid_after_utc.timestamp()) for one in path)
    return Followed(key, digest_of(anchor.public_bytes(Encoding.DER)), since, until)


def _load(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        raise _unreadable() from None


def _anchor_of(last: x509.Certificate, anchors: Sequence[bytes]) -> x509.Certificate:
    """The anchor that signed the last certificate of a chain."""
    for der in anchors:
        anchor = _load(der)
        if anchor.subject == last.issuer and _signed(last, anchor):
            return anchor
    raise MadangError("certificate.anchor", "The chain ends at no anchor that the ledger names for this.")


def _check_link(lower: x509.Certificate, upper: x509.Certificate) -> None:
    if lower.issuer != upper.subject or not _signed(lower, upper):
        raise MadangError("certificate.signature", "A certificate is not signed by the one that follows it.")


def _signed(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    try:
        lower.verify_directly_issued_by(upper)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _check_profile(certificate: x509.Certificate) -> None:
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise _profile("is not signed by ECDSA with SHA-256")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise _profile("has a key that can't be read") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _profile("is not for a P-256 key")


def _check_extensions(certificate: x509.Certificate, purpose: Purpose, place: int) -> None:
    """`place` counts from the signing key's own certificate, 0, up to the anchor."""
    try:
        extensions = certificate.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value if place else None
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = None if place else extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        raise _profile("lacks an extension of the profile, or has one twice") from None
    if any(one.critical and one.oid not in _UNDERSTOOD for one in extensions):
        raise _profile("has a critical extension that is not known here")
    if constraints is not None:
        room = constraints.path_length
        if not constraints.ca or not usage.key_cert_sign or (room is not None and room < place - 1):
            raise _profile("may not sign the certificate below it")
    elif not usage.digital_signature or usage.key_cert_sign:
        raise _profile("is not for signatures alone")
    if purposes is not None and PURPOSES[purpose] not in purposes:
        raise _profile(f"is not for signing a {purpose}")


def _unreadable() -> MadangError:
    return MadangError("certificate.chain", "A certificate can't be read: it is no X.509 in DER.")


def _profile(what: str) -> MadangError:
    return MadangError("certificate.profile", f"A certificate {what}. Ask its institution for one of this profile.")
