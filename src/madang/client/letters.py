"""Claim codes of letters: each is a key, which signs to whom its voucher goes.

A code is printed in a letter, and typed or scanned by whoever takes the voucher. It never goes to the ledger: before,
whoever passed a claim on or ordered it read the code, and could have claimed with it first. What a grant carries is a
digest of the code's public key; what a claim carries is that key, and its signature over who claims.

Whoever has the code may claim: the sponsor or the printer that made it too, as with any letter.
"""

import base64
import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from madang.client.wallet import Wallet
from madang.kernel.codec import to_base64url
from madang.services.vouchers.state import claim_digest, code_digest
from madang.services.vouchers.transactions import Claim

_PREHASHED = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RANDOM_BYTES = 17


def new_code() -> str:
    """A code to print: 26 letters and digits of base32, 130 random bits."""
    return base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode()[:26]


def digest_of_code(programme: str, code: str) -> str:
    """What a grant in this programme carries of a code, in hexadecimal (`GrantRow.code`)."""
    return code_digest(programme, _key(programme, code).public_key)


def claim_by_code(by: str, programme: str, code: str, holder: str | None = None) -> Claim:
    """The claim of `by`, for itself or for `holder`, signed by the code. It is of no use to anybody else."""
    key = _key(programme, code)
    r, s = utils.decode_dss_signature(key.key.sign(claim_digest(programme, by, holder or by), _PREHASHED))
    signature = to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return Claim(by=by, programme=programme, code_key=key.public_key, code_signature=signature, holder=holder)


def _key(programme: str, code: str) -> Wallet:
    """The P-256 key of a code: 512 bits of SHA-512 modulo n - 1, plus 1, as FIPS 186-5 (A.2.1) makes keys."""
    seed = hashlib.sha512(f"madang claim code\0{programme}\0{code}".encode()).digest()
    return Wallet(ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1()))
