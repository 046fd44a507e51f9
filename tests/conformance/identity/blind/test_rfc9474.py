"""The vectors of RFC 9474, appendix A, all four: Python's part and the wallet's JavaScript make what they say.

They come with CIRCL (github.com/cloudflare/circl, BSD-3-Clause), through the Go proxy, pinned by go.sum. Its fourth
vector has another blinding factor than the RFC's. The two variants without a salt are not offered: of them the steps
are judged, and what is unblinded is checked by the library. CIRCL then judges itself, as signer and as holder.
"""

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from madang.identity.blind import SigningKey, blind, blind_sign, finalize, holder, prepare, verify
from madang.identity.blind.encoding import SALT_BYTES, encode
from madang.kernel.errors import MadangError
from tests.components import Needs

pytestmark = pytest.mark.conformance

HERE = Path(__file__).parent
MODULE = HERE.parents[3] / "src/madang/web/wallet/static/blind.js"
CIRCL = "github.com/cloudflare/circl"
BUILD_SECONDS = 300
SALTED = ["RSABSSA-SHA384-PSS-Randomized", "RSABSSA-SHA384-PSS-Deterministic"]
NAMES = [*SALTED, "RSABSSA-SHA384-PSSZERO-Randomized", "RSABSSA-SHA384-PSSZERO-Deterministic"]
Vectors = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def go(needs: Needs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the judge, built, and CIRCL in its version."""
    program, folder = needs("go"), tmp_path_factory.mktemp("judge")
    for name in ("main.go", "go.mod", "go.sum"):
        shutil.copy(HERE / name, folder / name)
    run_go(program, folder, "build", "-p", "2", "-o", "judge", ".")
    return folder


@pytest.fixture(scope="module")
def vectors(needs: Needs, go: Path) -> Vectors:
    """The vectors by name, their numbers in hexadecimal."""
    module = Path(run_go(needs("go"), go, "list", "-m", "-f", "{{.Dir}}", CIRCL).strip())
    data = gzip.decompress((module / "blindsign/blindrsa/testdata/test_vectors_rfc9474.json.gz").read_bytes())
    read = [
        {name: value.removeprefix("0x") for name, value in one.items() if isinstance(value, str)}
        for one in json.loads(data)
    ]
    return {vector["name"]: vector for vector in read}


def run_go(go: Path, folder: Path, *words: str) -> str:
    """What a command of Go says. One that fails is a failure: a judge that is not asked has not agreed."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    done = subprocess.run(
        [go, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if done.returncode:
        pytest.fail(f"NOT RUN: CIRCL could not be asked: {done.stderr.strip()[-2_000:]}", pytrace=False)
    return done.stdout


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


def test_the_vectors_are_there(vectors: Vectors):
    assert sorted(vectors) == sorted(NAMES)
    assert [bool(vectors[name]["salt"]) for name in NAMES] == [True, True, False, False]
    assert {len(vectors[name]["salt"]) // 2 for name in SALTED} == {SALT_BYTES}


@pytest.mark.parametrize("name", NAMES)
def test_each_step_is_the_vectors(vectors: Vectors, name: str):
    vector = vectors[name]
    key = signing_key(vector)
    n = key.public.modulus
    prepared, salt = bytes.fromhex(vector["input_msg"]), bytes.fromhex(vector["salt"])
    assert prepared.hex() == vector["msg_prefix"] + vector["msg"]
    encoded = encode(prepared, n.bit_length() - 1, salt)
    # The first vector does not state it: there the blinded message, made of it, proves it.
    assert vector.get("encoded_msg") in (None, encoded.hex())
    blinded = int.from_bytes(encoded, "big") * key.public.raised(factor(vector)) % n
    assert blinded == number(vector, "blinded_msg")
    signed = blind_sign(key, bytes.fromhex(vector["blinded_msg"]))
    assert signed.hex() == vector["blind_sig"]
    signature = int.from_bytes(signed, "big") * number(vector, "inv") % n
    assert signature == number(vector, "sig")
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), len(salt))
    public = rsa.RSAPublicNumbers(number(vector, "e"), n).public_key()
    public.verify(bytes.fromhex(vector["sig"]), prepared, pss, hashes.SHA384())


@pytest.mark.parametrize("name", SALTED)
def test_the_functions_make_what_the_vectors_say(vectors: Vectors, name: str, monkeypatch):
    vector = vectors[name]
    monkeypatch.setattr(holder, "secrets", Drawing(vector))
    key, message = signing_key(vector), bytes.fromhex(vector["msg"])
    prepared = prepare(message) if vector["msg_prefix"] else message
    assert prepared.hex() == vector["input_msg"]
    blinded = blind(key.public, prepared)
    assert (blinded.message.hex(), blinded.inverse) == (vector["blinded_msg"], number(vector, "inv"))
    signature = finalize(key.public, prepared, blind_sign(key, blinded.message), blinded.inverse)
    assert signature.hex() == vector["sig"]
    assert verify(key.public, prepared, signature)


def test_the_wallets_javascript_makes_what_the_vectors_say(needs: Needs, vectors: Vectors, tmp_path: Path):
    salted = [vectors[name] for name in SALTED]
    length = len(salted[0]["n"]) // 2
    asked = [{**vector, "factor": factor(vector).to_bytes(length, "big").hex()} for vector in salted]
    (tmp_path / "vectors.json").write_text(json.dumps(asked))
    command: list[Any] = [needs("node"), HERE / "judge.mjs", MODULE, tmp_path / "vectors.json"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)
    assert found == [
        {
            "prepared": vector["input_msg"],
            "blinded": vector["blinded_msg"],
            "inverse": vector["inv"].lstrip("0"),
            "signature": vector["sig"],
            "refused": "blind.signature",
        }
        for vector in salted
    ]


class Judge:
    """CIRCL, asked line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, question: dict[str, Any]) -> Any:
        """Its answer, or None when it refuses."""
        said, heard = self.process.stdin, self.process.stdout
        assert said is not None and heard is not None
        said.write(f"{json.dumps(question)}\n")
        said.flush()
        answer = heard.readline()
        return json.loads(answer) if answer else None


@contextmanager
def circl(folder: Path) -> Iterator[Judge]:
    pipe = subprocess.PIPE
    with subprocess.Popen([folder / "judge"], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Judge(process)
        finally:
            process.kill()


MESSAGE = b"a token of one person"


def begin(judge: Judge, vector: dict[str, str], blinded: bytes) -> Any:
    named = {"modulus": vector["n"], "private": vector["d"], "primes": [vector["p"], vector["q"]], "exponent": 65_537}
    return judge.ask({**named, "blinded": blinded.hex(), "message": MESSAGE.hex()})


def altered(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_another_implementation_signs_what_we_blind_and_we_what_it_blinds(go: Path, vectors: Vectors):
    vector = vectors[SALTED[0]]
    key, prepared = signing_key(vector), prepare(MESSAGE)
    blinded = blind(key.public, prepared)
    with circl(go) as judge:
        begun = begin(judge, vector, blinded.message)
        signed = bytes.fromhex(begun["signed"])
        with pytest.raises(MadangError):
            finalize(key.public, prepared, altered(signed), blinded.inverse)
        signature = finalize(key.public, prepared, signed, blinded.inverse)
        for_it = blind_sign(key, bytes.fromhex(begun["blinded"]))
        ended = judge.ask({"prepared": prepared.hex(), "signature": signature.hex(), "signed": for_it.hex()})
    its = bytes.fromhex(begun["prepared"])
    assert its.endswith(MESSAGE) and len(its) == len(prepared)
    assert verify(key.public, its, bytes.fromhex(ended["signature"]))


@pytest.mark.parametrize("spoilt", ["prepared", "signature", "signed"])
def test_it_refuses_what_was_altered(go: Path, vectors: Vectors, spoilt: str):
    vector = vectors[SALTED[0]]
    key, prepared = signing_key(vector), prepare(MESSAGE)
    blinded = blind(key.public, prepared)
    with circl(go) as judge:
        begun = begin(judge, vector, blinded.message)
        end = {
            "prepared": prepared,
            "signature": finalize(key.public, prepared, bytes.fromhex(begun["signed"]), blinded.inverse),
            "signed": blind_sign(key, bytes.fromhex(begun["blinded"])),
        }
        end[spoilt] = altered(end[spoilt])
        assert judge.ask({name: value.hex() for name, value in end.items()}) is None
