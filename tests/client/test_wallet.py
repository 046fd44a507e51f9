"""What our wallet signs, judged by a JOSE library and by the kernel's own reading."""

import json

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from madang.base.money.transactions import Pay
from madang.client import Wallet, make_payload, sign
from madang.kernel.envelope import RelyingParty, read_envelope
from madang.kernel.signature import load_key, verify

NOWHERE = RelyingParty("", ())


def payload(wallet: Wallet) -> bytes:
    return make_payload("test-chain", [Pay(by=wallet.kid, to="bakery", amount=5)])


def test_a_jose_library_verifies_what_we_sign() -> None:
    wallet = Wallet.generate()
    signed = wallet.jws(payload(wallet))
    key = ECKey.import_key(dict(wallet.jwk))
    assert key.thumbprint() == wallet.kid
    opened = jws.deserialize_compact(signed.decode(), key, algorithms=["ES256"])
    assert opened.headers() == {"alg": "ES256", "kid": wallet.kid}
    assert json.loads(opened.payload)["acts"][0]["to"] == "bakery"


def test_several_signers_make_general_json() -> None:
    wallets = [Wallet.generate() for _ in range(3)]
    envelope = read_envelope(sign(payload(wallets[0]), wallets), NOWHERE)
    assert [one.kid for one in envelope.signatures] == [one.kid for one in wallets]
    for one, wallet in zip(envelope.signatures, wallets, strict=True):
        assert verify(load_key(wallet.point), one.digest, one.value)


def test_payloads_have_random_ids_and_a_short_life() -> None:
    wallet = Wallet.generate()
    first, second = (msgspec.json.decode(payload(wallet)) for _ in range(2))
    assert first["id"] != second["id"]
    assert len(first["id"]) == 32
    assert first["acts"][0]["type"] == "money.pay"


def test_other_curves_are_refused() -> None:
    with pytest.raises(ValueError):
        Wallet(ec.generate_private_key(ec.SECP384R1()))


def test_a_wallet_does_not_show_its_secret() -> None:
    wallet = Wallet.generate()
    secret = wallet.key.private_numbers().private_value
    assert str(secret) not in repr(wallet)
    assert f"{secret:x}" not in repr(wallet)
