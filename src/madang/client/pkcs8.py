"""Writes a private key as encrypted PKCS #8 (RFC 5958) whose passphrase is stretched by scrypt (RFC 7914, section 7).

The library reads this form but writes only PBKDF2 with 2,048 rounds, which a thief guesses through a thousand times
faster. OpenSSL reads and writes it as well: `openssl pkcs8 -topk8 -scrypt`.
"""

import base64
import os

from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

COST, BLOCK, LANES = 2**14, 8, 5
"""16 MiB and about 0.2 s a guess: what OWASP's Password Storage Cheat Sheet asks for, within OpenSSL's memory limit."""

_PBES2 = "2a864886f70d01050d"
_SCRYPT = "2b06010401da47040b"
_AES_256_CBC = "60864801650304012a"


def encrypted_pem(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, passphrase: bytes
) -> bytes:
    """The key in PEM, which `load_pem_private_key` reads with this passphrase."""
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, start = os.urandom(16), os.urandom(16)
    derived = Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(derived), modes.CBC(start)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    stretching = _sequence(_oid(_SCRYPT), _sequence(_octets(salt), _integer(COST), _integer(BLOCK), _integer(LANES)))
    cipher = _sequence(_oid(_AES_256_CBC), _octets(start))
    document = _sequence(_sequence(_oid(_PBES2), _sequence(stretching, cipher)), _octets(sealed))
    text = base64.encodebytes(document).replace(b"\n", b"")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, b"-----END ENCRYPTED PRIVATE KEY-----", b""])


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _octets(data: bytes) -> bytes:
    return _der(0x04, data)


def _oid(encoded: str) -> bytes:
    return _der(0x06, bytes.fromhex(encoded))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))
