"""The vectors of RFC 9474, appendix A, all four: Python's part and the wallet's JavaScript make what they say.

`rfc9474.json` is the appendix as the draft's repository has it (github.com/cfrg/draft-irtf-cfrg-blind-signatures), each
number in hexadecimal without line ends. The two variants without a salt are not offered: of them the steps are judged,
and what is unblinded is checked by the library.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from madang.identity.blind import SigningKey, blind, blind_sign, finalize, holder, prepare, verify
from madang.identity.blind.encoding import SALT_BYTES, encode
from tests.components import Needs

pytestmark = pytest.mark.conformance

HERE = Path(__file__).parent
MODULE = HERE.parents[3] / "src/madang/web/wallet/static/blind.js"
VECTORS: list[dict[str, str]] = json.loads((HERE / "rfc9474.json").read_text(encoding="utf-8"))
EACH = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
SALTED = [vector for vector in VECTORS if vector["salt"]]


def number(vector: dict[str, str], name: str) -> int:
    return int(vector[name], 16)


def signing_key(vector: dict[str, str]) -> SigningKey:
    p, q, d = (number(vector, name) for name in ("p", "q", "d"))
    public = rsa.RSAPublicNumbers(number(vector, "e"), number(vector, "n"))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return SigningKey(numbers.private_key())


def factor(vector: dict[str, str]) -> int:
    """What blinds, of which the vectors have the inverse."""
    return pow(number(vector, "inv"), -1, number(vector, "n"))


class Drawing:
    """Stands where the system's randomness is, with what a vector draws."""

    def __init__(self, vector: dict[str, str]) -> None:
        self.texts = [bytes.fromhex(vector[name]) for name in ("msg_prefix", "salt") if vector[name]]
        self.factor = factor(vector)

    def token_bytes(self, length: int) -> bytes:
        drawn = self.texts.pop(0)
        assert len(drawn) == length
        return drawn

    def randbelow(self, limit: int) -> int:
        assert self.factor - 1 < limit
        return self.factor - 1


def test_the_vectors_are_there():
    assert [vector["name"] for vector in VECTORS] == [
        f"RSABSSA-SHA384-{salted}-{prepared}"
        for salted, prepared in (
            ("PSS", "Randomized"),
            ("PSSZERO", "Randomized"),
            ("PSS", "Deterministic"),
            ("PSSZERO", "Deterministic"),
        )
    ]
    assert {len(vector["salt"]) // 2 for vector in SALTED} == {SALT_BYTES}


@EACH
def test_each_step_is_the_vectors(vector):
    key = signing_key(vector)
    n = key.public.modulus
    prepared, salt = bytes.fromhex(vector["prepared_msg"]), bytes.fromhex(vector["salt"])
    assert prepared.hex() == vector["msg_prefix"] + vector["msg"]
    encoded = encode(prepared, n.bit_length() - 1, salt)
    assert encoded.hex() == vector["encoded_msg"]
    blinded = int.from_bytes(encoded, "big") * key.public.raised(factor(vector)) % n
    assert blinded == number(vector, "blinded_msg")
    signed = blind_sign(key, bytes.fromhex(vector["blinded_msg"]))
    assert signed.hex() == vector["blind_sig"]
    signature = int.from_bytes(signed, "big") * number(vector, "inv") % n
    assert signature == number(vector, "sig")
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), len(salt))
    public = rsa.RSAPublicNumbers(number(vector, "e"), n).public_key()
    public.verify(bytes.fromhex(vector["sig"]), prepared, pss, hashes.SHA384())


@pytest.mark.parametrize("vector", SALTED, ids=lambda vector: vector["name"])
def test_the_functions_make_what_the_vectors_say(vector, monkeypatch):
    monkeypatch.setattr(holder, "secrets", Drawing(vector))
    key, message = signing_key(vector), bytes.fromhex(vector["msg"])
    prepared = prepare(message) if vector["msg_prefix"] else message
    assert prepared.hex() == vector["prepared_msg"]
    blinded = blind(key.public, prepared)
    assert (blinded.message.hex(), blinded.inverse) == (vector["blinded_msg"], number(vector, "inv"))
    signature = finalize(key.public, prepared, blind_sign(key, blinded.message), blinded.inverse)
    assert signature.hex() == vector["sig"]
    assert verify(key.public, prepared, signature)


def test_the_wallets_javascript_makes_what_the_vectors_say(needs: Needs, tmp_path: Path):
    length = len(SALTED[0]["n"]) // 2
    for vector in SALTED:
        vector["factor"] = factor(vector).to_bytes(length, "big").hex()
    (tmp_path / "vectors.json").write_text(json.dumps(SALTED))
    command: list[Any] = [needs("node"), HERE / "judge.mjs", MODULE, tmp_path / "vectors.json"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)
    assert found == [
        {
            "prepared": vector["prepared_msg"],
            "blinded": vector["blinded_msg"],
            "inverse": vector["inv"].lstrip("0"),
            "signature": vector["sig"],
            "refused": "blind.signature",
        }
        for vector in SALTED
    ]
