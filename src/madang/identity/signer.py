"""Keys that sign in the name of an institution: an issuer's credentials, a verifier's requests."""

from collections.abc import Callable, Sequence

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from madang.kernel.errors import MadangError

_ES256 = ec.ECDSA(hashes.SHA256())


class Signer(msgspec.Struct, frozen=True):
    """A P-256 key with the certificates that lead from it to an anchor: the key's own first, the anchor left out.

    `sign` gives r and s, 64 bytes, of whatever bytes it is given (ES256). It is a function, so that the key may lie in
    a security module.
    """

    chain: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]

    @property
    def certificate(self) -> bytes:
        """The key's own certificate, in DER."""
        return self.chain[0]


def signer(key: ec.EllipticCurvePrivateKey, chain: Sequence[bytes]) -> Signer:
    """A signer whose key is in memory.

    Raises `MadangError` (`signer.certificate`): the first certificate is not for this key.
    """
    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    certified = x509.load_der_x509_certificate(chain[0]).public_key() if chain else None
    if certified is None or certified.public_bytes(*spki) != key.public_key().public_bytes(*spki):
        raise MadangError("signer.certificate", "The first certificate is not for this key. Give the one that is.")
    return Signer(tuple(chain), signing(key))


def signing(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """ES256 with this key: r and s, 64 bytes, of the bytes given (RFC 7518, section 3.4)."""

    def sign(data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(key.sign(data, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign
