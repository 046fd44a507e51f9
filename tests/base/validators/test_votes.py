"""The bytes that a vote signs are those that CometBFT signs: judged by vectors that CometBFT's own code made."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from madang.base.validators.transactions import BlockId, SignedVote
from madang.base.validators.votes import address, sign_bytes
from tests.base.validators.scene import CHAIN, SECONDS, consensus_key, public_bytes, vote

VECTORS = json.loads((Path(__file__).parent / "vectors" / "votes.json").read_text())
KEY = base64.urlsafe_b64decode(VECTORS["key"] + "=")


def signed_vote(made: dict) -> SignedVote:
    """The vote of a vector."""
    block = None
    if "hash" in made:
        block = BlockId(hash=made["hash"], parts=made["parts"], parts_hash=made["parts_hash"])
    return SignedVote(
        seconds=made["seconds"], nanoseconds=made["nanoseconds"], signature=made["signature"], block=block
    )


@pytest.mark.conformance
@pytest.mark.parametrize("made", VECTORS["votes"], ids=lambda made: f"{made['vote']} at {made['height']}")
def test_sign_bytes_are_those_of_cometbft(made):
    found = sign_bytes(made["chain"], made["vote"], made["height"], made["round"], signed_vote(made))
    assert found.hex() == made["sign_bytes"]
    signature = base64.urlsafe_b64decode(made["signature"] + "==")
    Ed25519PublicKey.from_public_bytes(KEY).verify(signature, found)


@pytest.mark.conformance
def test_an_address_is_that_of_cometbft():
    assert address(KEY) == VECTORS["address"]


@pytest.mark.parametrize("of", ["one", None])
@pytest.mark.parametrize("sort", ["prevote", "precommit"])
@pytest.mark.parametrize(("height", "round_number"), [(1, 0), (2**53 - 1, 2**31 - 1), (300, 1)])
def test_the_encoder_of_the_tests_agrees(of, sort, height, round_number):
    made = vote("x", of, sort=sort, height=height, round_number=round_number, seconds=SECONDS)
    message = sign_bytes(CHAIN, sort, height, round_number, made)
    assert consensus_key("x").public_key().public_bytes_raw() == public_bytes("x")
    consensus_key("x").public_key().verify(base64.urlsafe_b64decode(made.signature + "=="), message)
