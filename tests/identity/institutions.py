"""Institutions with keys and certificates, for tests of credentials."""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.certificates import Purpose, make_leaf, make_root
from madang.identity.signer import Signer, signer

NOW = 1_790_000_000


class Certified(NamedTuple):
    """An institution's root, and a signer below it."""

    root_key: ec.EllipticCurvePrivateKey
    root: bytes
    key: ec.EllipticCurvePrivateKey
    signer: Signer


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def certified(name: str = "Licence office", purpose: Purpose = "credential", now: int = NOW) -> Certified:
    """An institution whose root and leaf begin at `now`."""
    root_key, key = new_key(), new_key()
    root = make_root(root_key, name, now)
    leaf = make_leaf(root_key, root, key.public_key(), f"{name} signer", purpose, now, "office.example")
    return Certified(root_key, root, key, signer(key, [leaf]))
