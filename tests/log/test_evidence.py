"""Evidence convicts exactly where a log signed what can't both be true, and nobody else can make it up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.errors import EvidenceError, LogError
from madang.log.evidence import Evidence, Finding, judge, only_signed_by
from madang.log.note import NOTE_SIGNATURE, SignerKey
from madang.log.proof import consistency_proof, earlier_root, tree_root
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog
from tests.witness.notes import Fork, signed

KEY = LOG_KEY.verifier()


def growth(held: MemoryLog, refused: MemoryLog) -> Evidence:
    """The evidence when a log of the second kind asks a witness of the first, with the best proof that it has."""
    proof = consistency_proof(held.tree.size, refused.tree.size, refused.read)
    return Evidence(signed(held), signed(refused), tuple(proof))


def code_of(evidence: Evidence) -> str:
    with pytest.raises(LogError) as caught:
        judge(evidence, KEY)
    return caught.value.code


def test_two_roots_of_one_size():
    verdict = judge(Evidence(signed(MemoryLog(5)), signed(Fork(2, 5))), KEY)
    assert (verdict.finding, verdict.proven) == (Finding.SAME_SIZE, True)
    assert MemoryLog(5).tree.root().hex() in str(verdict)


@given(st.integers(1, 300), st.integers(0, 40), st.data())
def test_an_honest_log_is_never_convicted(old: int, more: int, data: st.DataObject):
    """Whatever proof somebody sends with an honest log's checkpoints, none of them is a conviction."""
    log = MemoryLog(old)
    held = signed(log)
    log.grow(more)
    proof = consistency_proof(old, old + more, log.read)
    cut = data.draw(st.integers(0, len(proof)))
    flips = data.draw(st.lists(st.binary(min_size=32, max_size=32), max_size=3))
    for sent in (proof, proof[:cut], proof[cut:], [*proof[:cut], *flips], [*flips, *proof[cut:]], proof[::-1]):
        try:
            verdict = judge(Evidence(held, signed(log), tuple(sent)), KEY)
        except EvidenceError:
            continue
        assert verdict.finding is Finding.OPEN


@given(st.integers(2, 300), st.integers(1, 40), st.data())
def test_a_log_that_rewrote_its_past_is_convicted_by_its_own_proof(old: int, more: int, data: st.DataObject):
    common = data.draw(st.integers(0, old - 1))
    verdict = judge(growth(MemoryLog(old), Fork(common, old + more)), KEY)
    # From a power of two a proof leaves out the root that it starts from.
    assert verdict.finding is (Finding.OPEN if old & (old - 1) == 0 else Finding.REWRITTEN)


@given(st.integers(1, 300), st.integers(1, 40))
def test_a_proof_shows_the_earlier_root(old: int, more: int):
    log = MemoryLog(old + more)
    proof = consistency_proof(old, old + more, log.read)
    if old & (old - 1):
        assert earlier_root(old, old + more, log.tree.root(), proof) == tree_root(old, log.read)
    else:
        with pytest.raises(LogError):
            earlier_root(old, old + more, log.tree.root(), proof)


def test_what_can_both_be_true_convicts_nobody():
    log = MemoryLog(9)
    assert code_of(Evidence(signed(log), signed(log))) == "log.evidence.none"
    assert code_of(growth(MemoryLog(5), log)) == "log.evidence.none"
    assert code_of(Evidence(signed(MemoryLog(0)), signed(log), (bytes(32),))) == "log.evidence.none"
    assert code_of(Evidence(signed(log), signed(MemoryLog(5)))) == "log.evidence.order"


def test_nobody_else_can_make_it_up():
    stranger = SignerKey(KEY.name, NOTE_SIGNATURE, b"s" * 32)
    forged = sign_checkpoint(Checkpoint(KEY.name, 5, bytes(32)), stranger)
    good = signed(MemoryLog(5))
    assert code_of(Evidence(good, forged)) == "log.signature.missing"
    assert code_of(Evidence(forged, good)) == "log.signature.missing"
    changed = good.replace(MemoryLog(5).checkpoint().text().encode(), Fork(2, 5).checkpoint().text().encode())
    assert code_of(Evidence(good, changed)) == "log.signature.wrong"


def test_signatures_of_others_are_left_out():
    log = MemoryLog(3)
    note = log.note(WITNESSES)
    assert only_signed_by(note, KEY) == log.note()
    assert only_signed_by(note, KEY, WITNESSES[1].verifier()).count(b"\n") == log.note().count(b"\n") + 1
