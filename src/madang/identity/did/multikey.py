"""Ed25519 keys as did:webvh 1.0 knows them: multikeys (W3C Controlled Identifiers, section 2.2.2) and did:key.

One curve, since the cryptosuite eddsa-jcs-2022 is the only one that did:webvh 1.0 permits. People's keys are P-256 and
are did:jwk; these here sign histories and nothing else.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from madang.identity.did import base58
from madang.kernel.errors import MadangError

_ED25519 = b"\xed\x01"
_DID_KEY = "did:key:"


def multikey(key: Ed25519PublicKey) -> str:
    """The multikey of a public key: z and base58btc."""
    return "z" + base58.encode(_ED25519 + key.public_bytes_raw())


def read_multikey(text: str) -> Ed25519PublicKey:
    """The key that a multikey means. Raises `MadangError` (`did.key`): none of Ed25519."""
    try:
        found = base58.decode(text.removeprefix("z")) if text.startswith("z") else b""
    except MadangError:
        found = b""
    if len(found) != 34 or not found.startswith(_ED25519):
        raise MadangError("did.key", "A key of the identifier's history is no Ed25519 multikey.")
    return Ed25519PublicKey.from_public_bytes(found[2:])


def did_key(text: str) -> str:
    """The did:key of a multikey."""
    return _DID_KEY + text


def read_did_key(did: str) -> str:
    """The multikey in a did:key. Raises `MadangError` (`did.key`)."""
    if not did.startswith(_DID_KEY):
        raise MadangError("did.key", "A key of the identifier's history is named by no did:key.")
    text = did.removeprefix(_DID_KEY)
    read_multikey(text)
    return text


def read_method(method: object) -> str:
    """The multikey that a proof's `verificationMethod` names. Raises `MadangError` (`did.key`).

    The part behind # must repeat the key: else a proof could name one key and be checked with another.
    """
    did, _, fragment = method.partition("#") if isinstance(method, str) else ("", "", "")
    key = read_did_key(did)
    if fragment != key:
        raise MadangError("did.key", "A proof names one key and points to another.")
    return key
