"""Data Integrity proofs of the cryptosuite eddsa-jcs-2022 (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3)."""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.identity.did import base58
from madang.identity.did.canonical import canonical
from madang.identity.did.multikey import did_key, multikey, read_method, read_multikey
from madang.kernel.errors import MadangError

Object = dict[str, Any]
MAX_MEMBERS = 16
_MUST = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}


def prove(document: Object, key: Ed25519PrivateKey, created: str) -> Object:
    """A proof over a document without its member `proof`. `created` is a time in UTC (RFC 3339)."""
    name = multikey(key.public_key())
    options = {**_MUST, "verificationMethod": f"{did_key(name)}#{name}", "created": created}
    signature = key.sign(_signed(document, options))
    return {**options, "proofValue": "z" + base58.encode(signature)}


def check_proof(document: Object, proof: object) -> str:
    """Check a proof over a document without its member `proof`; the multikey whose holder signed.

    Raises `MadangError`: `did.proof` (of another type, suite or purpose; its signature is wrong), `did.key`,
    `did.number`.
    """
    if not isinstance(proof, dict) or len(proof) > MAX_MEMBERS:
        raise _wrong("is no proof")
    for name, needed in _MUST.items():
        if proof.get(name) != needed:
            raise _wrong(f"has another {name} than {needed}")
    key = read_method(proof.get("verificationMethod"))
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise _wrong("has no signature")
    options = {name: one for name, one in proof.items() if name != "proofValue"}
    try:
        signature = base58.decode(value[1:])
        read_multikey(key).verify(signature, _signed(document, options))
    except InvalidSignature:
        raise _wrong("was made over something else, or by another key") from None
    except MadangError as error:
        raise _wrong("has no signature") if error.code == "did.base58" else error from None
    return key


def _signed(document: Object, options: Object) -> bytes:
    bare = {name: value for name, value in document.items() if name != "proof"}
    return hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(bare)).digest()


def _wrong(what: str) -> MadangError:
    return MadangError("did.proof", f"A proof of the identifier's history {what}.")
