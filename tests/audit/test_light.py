"""What validators signed: headers that CometBFT v0.39.4 made (vectors/consensus.json), and every way to spoil them."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.audit import light
from madang.audit.light import MAX_PROOF_BYTES, check_consensus, validators_hash
from madang.base.validators.transactions import BlockId, SignedVote
from madang.base.validators.votes import address, sign_bytes
from madang.kernel.errors import Malformed

VECTOR = (Path(__file__).parent / "vectors" / "consensus.json").read_bytes()
HEADER = json.loads(VECTOR)["steps"][0]["header"]
CHAIN, TRUSTED = HEADER["chain_id"], bytes.fromhex(HEADER["validators_hash"])


def test_a_header_of_cometbft_holds():
    found = check_consensus(VECTOR, CHAIN, TRUSTED)
    assert (found.chain, found.height, found.signed, found.total) == (CHAIN, 3, 4, 4)
    assert found.root == bytes.fromhex(HEADER["app_hash"])
    assert found.validators == TRUSTED


def spoiled(change: Any) -> bytes:
    proof = json.loads(VECTOR)
    change(proof["steps"][0])
    return json.dumps(proof).encode()


def set_header(name: str, value: object) -> Any:
    return lambda step: step["header"].update({name: value})


def signature(number: int, **members: object) -> Any:
    return lambda step: step["commit"]["signatures"][number].update(members)


def absent(*numbers: int) -> Any:
    def change(step: Any) -> None:
        for number in numbers:
            step["commit"]["signatures"][number].update(block_id_flag=1, validator_address="", signature=None)

    return change


def twice(step: Any) -> None:
    signatures = step["commit"]["signatures"]
    signatures[1] = signatures[0]


def lighter(step: Any) -> None:
    step["validators"].pop()


def heavier(step: Any) -> None:
    step["validators"][0]["voting_power"] = "100"


OTHER = base64.b64encode(bytes(64)).decode()
SPOILED = [
    ("another chain", set_header("chain_id", "chain-other"), "consensus.chain"),
    ("validators nobody trusts", set_header("validators_hash", "AB" * 32), "consensus.trust"),
    ("a validator left out", lighter, "consensus.validators"),
    ("a validator given more power", heavier, "consensus.validators"),
    ("another root", set_header("app_hash", "00" * 32), "consensus.header"),
    ("another time", set_header("time", "2026-11-22T06:37:12.135489093Z"), "consensus.header"),
    ("another next set", set_header("next_validators_hash", "AB" * 32), "consensus.header"),
    ("another height", set_header("height", "4"), "consensus.header"),
    ("a signature of nothing", signature(0, signature=OTHER), "consensus.signature"),
    ("a short signature", signature(0, signature="AAAA"), "consensus.signature"),
    ("no signature", signature(0, signature=None), "consensus.signature"),
    ("a signature at another time", signature(2, timestamp="2026-11-22T06:37:13Z"), "consensus.signature"),
    ("a signer who is no validator", signature(0, validator_address="AB" * 20), "consensus.signature"),
    ("one that signed twice", twice, "consensus.signature"),
    ("half of the power", absent(0, 3), "consensus.power"),
    ("no such day", set_header("time", "2026-02-30T06:37:12Z"), "consensus.time"),
    ("a year of five digits", set_header("time", "12026-02-28T06:37:12Z"), "json.invalid"),
    ("a negative height", set_header("height", "-3"), "json.invalid"),
    ("no steps", lambda step: step.clear(), "json.invalid"),
]


@pytest.mark.parametrize(("change", "code"), [one[1:] for one in SPOILED], ids=[one[0] for one in SPOILED])
def test_what_is_spoiled_is_refused(change, code):
    with pytest.raises(Malformed) as caught:
        check_consensus(spoiled(change), CHAIN, TRUSTED)
    assert caught.value.code == code


def test_three_of_four_are_enough():
    assert check_consensus(spoiled(absent(1)), CHAIN, TRUSTED).signed == 3


def test_a_huge_proof_is_refused_unread():
    with pytest.raises(Malformed) as caught:
        check_consensus(b" " * (MAX_PROOF_BYTES + 1), CHAIN, TRUSTED)
    assert caught.value.code == "consensus.size"


# ------------------------------------------------------------------------------------ validators that change


def keys(*names: str) -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"-")) for name in names]


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def set_of(signers: list[Ed25519PrivateKey]) -> bytes:
    return validators_hash([(public(one), 10) for one in signers])


def step(height: int, signers: list[Ed25519PrivateKey], following: list[Ed25519PrivateKey]) -> dict[str, Any]:
    """A header that these sign, after which the others do."""
    header = HEADER | {
        "height": str(height),
        "validators_hash": set_of(signers).hex().upper(),
        "next_validators_hash": set_of(following).hex().upper(),
        "app_hash": f"{height:064X}",
    }
    identity = light._header_hash(msgspec.convert(header, light._Header))
    block = BlockId(hash=identity.hex(), parts=1, parts_hash="ab" * 32)
    signatures = []
    for one in signers:
        vote = SignedVote(seconds=1_795_329_433, nanoseconds=5, signature="A" * 86, block=block)
        value = one.sign(sign_bytes(CHAIN, "precommit", height, 1, vote))
        signatures.append(
            {
                "block_id_flag": 2,
                "validator_address": address(public(one)),
                "timestamp": "2026-11-22T06:37:13.000000005Z",
                "signature": base64.b64encode(value).decode(),
            }
        )
    identifier = {"hash": block.hash.upper(), "parts": {"total": 1, "hash": "AB" * 32}}
    commit = {"height": str(height), "round": 1, "block_id": identifier, "signatures": signatures}
    validators = [
        {
            "pub_key": {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(public(one)).decode()},
            "voting_power": "10",
        }
        for one in signers
    ]
    return {"header": header, "commit": commit, "validators": validators}


def proof(*steps: dict[str, Any]) -> bytes:
    return json.dumps({"steps": steps}).encode()


FIRST, SECOND, THIRD = keys("a", "b", "c", "d"), keys("b", "c", "d", "e"), keys("f", "g", "h", "i")


def test_trust_follows_the_validators_through_their_changes():
    changes = [step(5, FIRST, SECOND), step(9, SECOND, THIRD), step(20, THIRD, THIRD)]
    found = check_consensus(proof(*changes), CHAIN, set_of(FIRST))
    assert (found.height, found.root, found.validators) == (20, (20).to_bytes(32, "big"), set_of(THIRD))


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([step(5, FIRST, SECOND), step(20, THIRD, THIRD)], "consensus.trust"),
        ([step(20, THIRD, THIRD)], "consensus.trust"),
        ([step(5, FIRST, SECOND), step(5, SECOND, THIRD)], "consensus.order"),
        ([step(9, FIRST, SECOND), step(5, SECOND, THIRD)], "consensus.order"),
    ],
)
def test_trust_does_not_jump(steps, code):
    with pytest.raises(Malformed) as caught:
        check_consensus(proof(*steps), CHAIN, set_of(FIRST))
    assert caught.value.code == code
