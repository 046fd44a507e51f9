"""Claim codes: what a letter holds, what a grant and a claim carry of it, and that the two fit."""

import re

import msgspec

from madang.client.letters import claim_by_code, digest_of_code, new_code
from madang.kernel.codec import from_base64url
from madang.kernel.signature import load_key, verify
from madang.services.vouchers.state import claim_digest, code_digest

CODE = "A" * 26
DIGEST = "f72d560b47896bb1acdcaf88dbc7679639be77c023d57f5c1181ffe7aa9522b4"


def test_codes_are_26_letters_of_base32_and_differ():
    codes = [new_code() for _ in range(100)]
    assert all(re.fullmatch("[A-Z2-7]{26}", one) for one in codes)
    assert len(set(codes)) == 100


def test_the_digest_of_a_code_never_changes_and_is_another_in_another_programme():
    assert digest_of_code("lunch", CODE) == DIGEST
    assert digest_of_code("dinner", CODE) != DIGEST
    assert digest_of_code("lunch", "B" * 26) != DIGEST


def test_a_claim_carries_the_key_that_was_granted_for_and_its_signature():
    for holder in (None, "somebody"):
        claim = claim_by_code("bora", "lunch", CODE, holder)
        assert code_digest("lunch", claim.code_key) == DIGEST
        key = load_key(from_base64url(claim.code_key, "the key"))
        signature = from_base64url(claim.code_signature, "the signature")
        assert verify(key, claim_digest("lunch", "bora", holder or "bora"), signature)
        assert not verify(key, claim_digest("lunch", "chul", holder or "bora"), signature)
        assert CODE.encode() not in msgspec.json.encode(claim)
