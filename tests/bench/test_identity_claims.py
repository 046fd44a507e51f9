"""The measured claim is a real one: of a served office, by wallets beside it, to a voucher on the ledger."""

from typing import Any

import pytest

from bench import identity_claims
from bench.identity_claims import CLAIMERS, STEPS, Person


def test_people_claim_one_after_the_other_and_every_step_is_timed(tmp_path):
    found = identity_claims.measure(tmp_path, claims=3)
    assert (found["claims"], found["claimers_at_a_time"]) == (3, CLAIMERS)
    assert tuple(found["claim_steps_p50_ms"]) == STEPS
    assert min(found["claim_steps_p50_ms"].values()) > 0
    assert 0 < found["claim_p50_ms"] <= found["claim_p95_ms"]
    assert max(found["claim_steps_p50_ms"].values()) <= found["claim_p95_ms"]
    assert found["claim_page_p95_ms"] > 0


def test_a_claim_that_fails_ends_the_measurement():
    nothing: Any = None
    nobody = identity_claims.Seen(1, nothing, nothing)
    with pytest.raises(RuntimeError, match="a claim failed"):
        identity_claims._beside([Person(0, {}, "")], nobody)
