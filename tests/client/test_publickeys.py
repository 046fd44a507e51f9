"""A public key that somebody hands over: read from what other software writes, refused where it is anything else."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc.jwk import ECKey

from madang.client import Wallet
from madang.client.publickeys import read_public_key
from madang.kernel.errors import MadangError

WALLET = Wallet.generate()
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PEM = WALLET.key.public_key().public_bytes(serialization.Encoding.PEM, SPKI)
FOREIGN = ECKey.import_key(
    WALLET.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)


def other(**members: object) -> bytes:
    return json.dumps(WALLET.jwk | members).encode()


@pytest.mark.parametrize(
    "data",
    [
        PEM,
        b"\n" + PEM,
        json.dumps(WALLET.jwk).encode(),
        json.dumps(FOREIGN.as_dict(private=False)).encode(),
        json.dumps(FOREIGN.as_dict(private=True)).encode(),
        other(kid="somebody's own name for it", use="enc"),
    ],
    ids=["PEM", "PEM behind a line", "JWK", "another library's", "a private one", "other names"],
)
def test_what_other_software_writes_is_read(data: bytes) -> None:
    assert read_public_key(data) == WALLET.jwk
    assert FOREIGN.thumbprint() == WALLET.kid


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        other(crv="P-384"),
        other(kty="RSA"),
        other(x="AA"),
        other(x=WALLET.jwk["x"] + "="),
        other(x=WALLET.jwk["y"], y=WALLET.jwk["y"]),
        PEM[:60],
        PEM.replace(b"PUBLIC", b"PRIVATE"),
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(serialization.Encoding.PEM, SPKI),
        ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(serialization.Encoding.PEM, SPKI),
    ],
)
def test_what_is_no_public_key_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(MadangError) as caught:
        read_public_key(data)
    assert caught.value.code == "keys.unreadable"
