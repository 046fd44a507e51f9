"""Any JOSE library signs for this ledger: stock ones do, and the published vectors are read as they say."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from madang.kernel.errors import Malformed
from tests.components import Needs
from tests.conformance.jose.libraries import (
    JAVASCRIPT,
    PYTHON,
    Node,
    private_jwk,
    python_example,
    sign_in_python,
)
from tests.conformance.jose.make_vectors import FOLDER, pay
from tests.support.cast import ALICE, CHUL, standard_world
from tests.support.signing import wallet

pytestmark = pytest.mark.conformance

FILES = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("accepted", "refused")}


@pytest.fixture(scope="session")
def node(needs: Needs) -> Node:
    """Node.js with the JavaScript library."""
    return Node(needs("node"))


def names(vectors: list[dict[str, Any]]) -> list[str]:
    """What the cases are called."""
    return [str(one["name"]) for one in vectors]


@pytest.mark.parametrize("vector", FILES["accepted"]["vectors"], ids=names(FILES["accepted"]["vectors"]))
def test_an_accepted_vector_is_accepted(vector: dict[str, Any]) -> None:
    world = standard_world()
    transaction = world.machine.read(vector["signed"].encode())
    assert transaction.envelope.payload.decode() == vector["payload"]
    assert transaction.payload_hash.hex() == vector["payload_sha256"]
    assert [one.kid for one in transaction.envelope.signatures] == vector["signers"]
    (result,) = world.send(vector["signed"].encode())
    assert result.outcome == "accepted", result


@pytest.mark.parametrize("vector", FILES["refused"]["vectors"], ids=names(FILES["refused"]["vectors"]))
def test_a_refused_vector_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        standard_world().send(vector["signed"].encode())
    assert caught.value.code == vector["code"]


def test_the_vectors_say_truly_for_which_ledger_they_are() -> None:
    world = standard_world()
    for file in FILES.values():
        assert (file["chain"], file["block_time"]) == (world.machine.chain.name, world.time)
        assert file["relying_party"]["id"] == world.machine.chain.relying_party.id
        assert file["relying_party"]["origins"] == list(world.machine.chain.relying_party.origins)
        for name, key in file["keys"].items():
            assert ECKey.import_key(key["jwk"]).thumbprint() == key["kid"], name
            assert "d" not in key["jwk"]


def test_another_reader_agrees_about_every_jws_that_is_accepted() -> None:
    keys = {one["kid"]: ECKey.import_key(one["jwk"]) for one in FILES["accepted"]["keys"].values()}
    judged = 0
    for vector in FILES["accepted"]["vectors"]:
        signed = vector["signed"]
        if signed.startswith("{"):
            envelope = json.loads(signed)
            compacts = [
                f"{s['protected']}.{envelope['payload']}.{s['signature']}" for s in envelope.get("signatures", [])
            ]
        else:
            compacts = [signed]
        for one in compacts:
            found = jws.extract_compact(one.encode())
            assert jws.validate_compact(found, keys[found.headers()["kid"]])
            assert found.payload.decode() == vector["payload"]
            judged += 1
    assert judged >= 8


def test_the_vectors_hold_both_values_of_s() -> None:
    half = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
    found = {one["name"]: one["signed"] for one in FILES["accepted"]["vectors"]}
    for name, high in (("high-s", True), ("low-s", False)):
        signature = base64.urlsafe_b64decode(found[name].rpartition(".")[2] + "==")
        assert (int.from_bytes(signature[32:], "big") > half) == high


def test_every_code_of_an_envelope_has_a_vector() -> None:
    codes = {one["code"] for one in FILES["refused"]["vectors"]}
    assert codes >= {
        *("base64.invalid", "json.invalid", "json.duplicate", "envelope.form", "envelope.signatures"),
        *("signature.form", "signature.invalid", "key.unknown", "key.sort"),
        *("passkey.origin", "passkey.challenge", "passkey.relying_party", "passkey.user"),
        *("payload.chain", "payload.expired", "payload.too_far"),
    }


# ------------------------------------------------------------------------------------------- signing, this very moment


def test_python_signs_what_is_accepted() -> None:
    world = standard_world()
    world.time = int(time.time())
    example = python_example()
    one = example.make_payload("madang-test", [pay(ALICE, CHUL)])
    two = example.make_payload("madang-test", [pay(ALICE, CHUL), pay(CHUL, ALICE)])
    results = world.send(sign_in_python(one, [ALICE]), sign_in_python(two, [ALICE, CHUL]))
    assert [result.outcome for result in results] == ["accepted", "accepted"]


def test_javascript_signs_what_is_accepted(node: Node, tmp_path: Path) -> None:
    world = standard_world()
    world.time = int(time.time())
    files = []
    for one in (ALICE, CHUL):
        files.append(tmp_path / f"{one.seed}.json")
        files[-1].write_text(json.dumps(private_jwk(one)))
    acts = [pay(ALICE, CHUL), pay(CHUL, ALICE)]
    compact = node.run_example(["madang-test", str(files[0])], json.dumps(acts[:1]))
    general = node.run_example(["madang-test", *map(str, files)], json.dumps(acts))
    assert compact.count(b".") == 2
    assert general.startswith(b"{")
    assert [one.outcome for one in world.send(compact, general)] == ["accepted", "accepted"]


def test_many_signatures_of_each_library_verify_whatever_their_s(node: Node) -> None:
    world = standard_world()
    signer = wallet("alice")
    for number in range(25):
        one = world.payload(acts=[pay(signer, CHUL) | {"amount": number + 1}])
        assert world.send(sign_in_python(one, [signer]))[0].outcome == "accepted"
    for number in range(5):
        one = world.payload(acts=[pay(signer, CHUL) | {"amount": number + 1}])
        assert world.send(node.sign(one, [signer]))[0].outcome == "accepted"


def test_the_page_shows_the_examples_as_they_are() -> None:
    page = (FOLDER.parent / "sign.md").read_text(encoding="utf-8")
    assert f"```python\n{PYTHON.read_text(encoding='utf-8')}```" in page
    assert f"```javascript\n{(JAVASCRIPT / 'sign.mjs').read_text(encoding='utf-8')}```" in page


def test_the_lock_file_pins_by_hash_and_names_no_host() -> None:
    lock = json.loads((JAVASCRIPT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    for one in packages.values():
        assert one["integrity"].startswith("sha512-")
        assert "resolved" not in one
