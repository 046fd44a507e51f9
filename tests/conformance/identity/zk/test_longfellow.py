"""Two implementations of Longfellow agree, Google's in C++ and ISRG's in Rust; an age of a credential of others."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.catalogue.reading import read_type
from madang.identity.certificates import Followed
from madang.identity.mdoc import present
from madang.identity.mdoc.cbor import decode
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.signer import signing
from madang.identity.zk import worker
from madang.identity.zk.proving import point_of, prove
from madang.identity.zk.running import run
from madang.identity.zk.statement import CIRCUIT, Done, Prove, Refused, Statement, Verify
from madang.identity.zk.verifying import MAX_DOCUMENT_BYTES, verify
from madang.kernel import signature
from tests.identity.conftest import longfellow
from tests.identity.mdoc.material import NOW, TRANSCRIPT, an_issuer, phone
from tests.identity.zk.material import AGE, a_credential, a_proof

__all__ = ["longfellow"]
pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("longfellow")]

HERE = Path(__file__).parent


def by_the_other(task: Prove | Verify) -> Done | Refused:
    """What the implementation in Rust says."""
    command = [sys.executable, str(HERE / "other_backend.py")]
    done = subprocess.run(command, input=msgspec.msgpack.encode(task), capture_output=True, check=True, timeout=120)
    return msgspec.msgpack.decode(done.stdout, type=Done | Refused)


def statement(value: bool = True, transcript: bytes = TRANSCRIPT) -> Statement:
    issuer = point_of(an_issuer().trust(an_issuer().signer.chain).key)
    return Statement(AGE.doctype, AGE.namespace, "age_over_19", value, issuer, transcript, NOW)


def test_the_other_implementation_verifies_our_proof_and_refuses_it_for_anything_else():
    proof = decode(a_proof(), "it", MAX_DOCUMENT_BYTES)["zkDocuments"][0]["proof"]
    other = openid4vp("x509_hash:abc", "another-nonce", "https://verifier.example/answer", None)
    assert by_the_other(Verify(statement(), proof)) == Done(b"")
    assert isinstance(by_the_other(Verify(statement(value=False), proof)), Refused)
    assert isinstance(by_the_other(Verify(statement(transcript=other), proof)), Refused)


def test_we_verify_a_proof_of_the_other_implementation_and_refuse_it_for_anything_else():
    response = present(a_credential(), AGE.doctype, {AGE.namespace: ["age_over_19"]}, TRANSCRIPT, signing(phone()))
    proven = by_the_other(Prove(statement(), response))
    assert isinstance(proven, Done)
    assert run(Verify(statement(), proven.proof)) == Done(b"")
    assert isinstance(run(Verify(statement(value=False), proven.proof)), Refused)


def test_the_circuit_is_the_one_whose_identifier_we_name():
    code = "import sys; from pylongfellow.backends.google_cpp import circuit_id as i; print(i(sys.stdin.buffer.read()))"
    command = [sys.executable, "-I", "-c", code]
    said = subprocess.run(command, input=worker.circuit(), capture_output=True, check=True, timeout=120)
    assert said.stdout.decode().strip() == CIRCUIT


def test_an_age_is_proven_from_a_credential_of_others():
    vector = json.loads((HERE / "av_over_18.json").read_bytes())
    doc_type = "eu.europa.ec.av.1"
    age = read_type(
        "age_verification",
        "{name: {ko: 나이, en: Age}, about: person, vct: 'urn:test', formats: [mso_mdoc], lives: 86400, batch: 1, "
        f"doctype: {doc_type}, namespace: {doc_type}, "
        "claims: {age_over_18: {kind: flag, words: {ko: 만 18세 이상, en: Over 18}}}}",
    )
    key = signature.load_key(bytes.fromhex(vector["issuer"]["x"] + vector["issuer"]["y"]))
    holder = ec.derive_private_key(int(vector["device_private_key"], 16), ec.SECP256R1())

    def trust(_chain: tuple[bytes, ...]) -> Followed:
        """Their certificates lack the extended key usage of document signers: their key is taken for trusted."""
        return Followed(key, "0" * 64, 0, 1 << 40)

    credential = bytes.fromhex(vector["credential"])
    document = prove(credential, age, "age_over_18", True, TRANSCRIPT, signing(holder), NOW)
    assert verify(document, age, "age_over_18", True, TRANSCRIPT, trust, NOW).at == NOW
