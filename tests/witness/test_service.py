"""A witness signs what continues what it signed, once it is on disk, and keeps what speaks against a log."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from madang.kernel.errors import MadangError, StoreFailure
from madang.log.checkpoint import Checkpoint, attach, cosign, require, sign_checkpoint, verify_cosignature
from madang.log.errors import LogError
from madang.log.evidence import Finding
from madang.log.note import NOTE_SIGNATURE, SignerKey, parse_note, sign_note
from madang.log.proof import consistency_proof
from madang.log.witness import MAX_REQUEST_BYTES, WitnessError, encode_request
from madang.witness import folder as folders
from madang.witness.folder import Folder, read_evidence
from madang.witness.service import Witness
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog
from tests.witness.notes import KEY, Fork, request, signed, witness_folder

STRANGER = SignerKey(LOG_KEY.name, NOTE_SIGNATURE, b"s" * 32)
OTHER = SignerKey("other.example", NOTE_SIGNATURE, b"o" * 32)


@pytest.fixture
def folder(tmp_path):
    return witness_folder(tmp_path / "witness")


@pytest.fixture
def witness(folder):
    opened = Witness(folder, lambda: 1_800_000_000)
    yield opened
    opened.close()


def refusal(witness: Witness, body: bytes) -> tuple[str, int]:
    with pytest.raises(WitnessError) as caught:
        witness.add_checkpoint(body)
    return caught.value.code, caught.value.status


def test_a_log_that_grows_is_cosigned(witness, folder):
    log, old = MemoryLog(), 0
    for step in (1, 1, 5, 0, 300, 44):
        log.grow(step)
        line = witness.add_checkpoint(request(log, old))
        old = log.tree.size
        own = folder.key().verifier()
        opened = require(KEY, [own], 1).open(attach(log.note(), line, own))
        assert opened.checkpoint == log.checkpoint()
        shown = witness.checkpoint(folders.origin_hash(KEY.name))
        assert require(KEY, [own], 1).open(shown) == opened


def test_a_restart_forgets_nothing(folder):
    log = MemoryLog(7)
    for old in (0, 7):
        witness = Witness(Folder(folder.path))
        witness.add_checkpoint(request(log, old))
        assert refusal(witness, request(log, 3)) == ("log.witness.conflict", 409)
        witness.close()


def rows_of_refusals() -> list[tuple[str, bytes, str, int]]:
    """What is refused of a witness that has cosigned ten leaves, in the order of the checks."""
    log, small, large = MemoryLog(10), MemoryLog(8), MemoryLog(13)
    proof = consistency_proof(10, 13, large.read)
    other = sign_checkpoint(Checkpoint(OTHER.name, 10, log.tree.root()), OTHER)
    empty = signed(MemoryLog(0)).replace(
        b"\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", b"\n0\n" + b"A" * 43 + b"="
    )
    lied = sign_line(empty)
    return [
        ("garbage", b"\xff\x00garbage", "log.witness.request", 400),
        ("too long", request(log, 10) + b"x" * MAX_REQUEST_BYTES, "log.witness.request", 400),
        ("too many hashes", encode_request(10, [bytes(32)] * 64, signed(large)), "log.witness.request", 400),
        ("unknown log", encode_request(10, [], other), "log.witness.unknown", 404),
        ("signed by another key", encode_request(10, [], signed(log, STRANGER)), "log.witness.signature", 403),
        ("signature damaged", spoiled(request(large, 10)), "log.witness.signature", 403),
        ("old size above the checkpoint's", request(log, 11, ()), "log.witness.old_size", 400),
        ("size going back", encode_request(10, [], signed(small)), "log.witness.old_size", 400),
        ("old size not ours", request(large, 9), "log.witness.conflict", 409),
        ("no old size", request(large, 0), "log.witness.conflict", 409),
        ("smaller, from a smaller size", request(small, 8), "log.witness.conflict", 409),
        ("a root for no leaves", encode_request(0, [], lied), "log.witness.conflict", 409),
        ("no proof", request(large, 10, ()), "log.witness.inconsistent", 422),
        ("half a proof", request(large, 10, proof[:-1]), "log.witness.inconsistent", 422),
        ("a wrong hash", request(large, 10, [bytes(32), *proof[1:]]), "log.witness.inconsistent", 422),
        ("another log of more leaves", request(Fork(4, 13), 10), "log.witness.inconsistent", 422),
        ("another root of this size", request(Fork(4, 10), 10), "log.witness.inconsistent", 422),
        ("a proof of nothing", request(log, 10, [bytes(32)]), "log.witness.inconsistent", 422),
    ]  # fmt: skip


def sign_line(note: bytes) -> bytes:
    """Sign a text that our own code would never sign."""
    return sign_note(parse_note(note).text, LOG_KEY)


def spoiled(body: bytes) -> bytes:
    at = len(body) - 20
    return body[:at] + (b"A" if body[at : at + 1] != b"A" else b"B") + body[at + 1 :]


@pytest.mark.parametrize(("what", "body", "code", "status"), rows_of_refusals(), ids=lambda one: str(one)[:40])
def test_refusals_change_nothing(witness, folder, what, body, code, status):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    before = witness.checkpoint(folders.origin_hash(KEY.name))
    assert refusal(witness, body) == (code, status), what
    assert witness.checkpoint(folders.origin_hash(KEY.name)) == before
    witness.add_checkpoint(request(MemoryLog(13), 10))


def test_a_conflict_tells_the_size(witness):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    with pytest.raises(WitnessError) as caught:
        witness.add_checkpoint(request(MemoryLog(13), 0))
    assert caught.value.size == 10


def test_a_root_for_no_leaves_is_refused_by_a_new_witness(witness):
    lied = sign_line(f"{KEY.name}\n0\n{'A' * 43}=\n\n— x AAAAAAA=\n".encode())
    assert refusal(witness, encode_request(0, [], lied)) == ("log.witness.inconsistent", 422)
    assert refusal(witness, encode_request(1, [], lied)) == ("log.witness.old_size", 400)


@pytest.mark.parametrize("note", [b"", b"x", b"o\n1\n", b"\xff\xff\n\n", b"o\n\n\xe2\x80\x94 o AAAAAAAA"])
def test_a_malformed_note_is_refused(witness, note):
    with pytest.raises(LogError) as caught:
        witness.add_checkpoint(b"old 0\n\n" + note)
    assert getattr(caught.value, "status", 400) == 400


def test_signatures_of_others_are_ignored_and_not_kept(witness, folder):
    log = MemoryLog(3)
    note = log.note(WITNESSES) + cosign(log.note(), WITNESSES[0], 5)
    witness.add_checkpoint(encode_request(0, [], note))
    shown = parse_note(witness.checkpoint(folders.origin_hash(KEY.name)))
    assert [line.name for line in shown.signatures] == [KEY.name, folder.key().name]


def test_time_never_goes_back(folder):
    now = [1_800_000_000]
    witness = Witness(folder, lambda: now[0])
    witness.add_checkpoint(request(MemoryLog(1), 0))
    times = []
    for at in (1_700_000_000, 1_800_000_500):
        now[0] = at
        witness.add_checkpoint(request(MemoryLog(1), 1))
        times.append(
            verify_cosignature(parse_note(witness.checkpoint(folders.origin_hash(KEY.name))), folder.key().verifier())
        )
    assert times == [1_800_000_000, 1_800_000_500]


def test_the_note_is_on_disk_before_the_cosignature_leaves(witness, folder, monkeypatch):
    """Every step that can fail is made to fail: no cosignature, and what is kept is one of the two notes, whole."""
    witness.add_checkpoint(request(MemoryLog(10), 0))
    place = folder.path / "logs" / folders.origin_hash(KEY.name) / "checkpoint"
    order = []
    real_sync, real_replace = os.fsync, os.replace
    steps = 0

    def failing(real, name):
        def call(*arguments, **named):
            order.append(name)
            if len(order) > steps:
                raise OSError(28, "No space left on device")
            return real(*arguments, **named)

        return call

    monkeypatch.setattr(os, "fsync", failing(real_sync, "fsync"))
    monkeypatch.setattr(Path, "replace", lambda self, target: failing(real_replace, "rename")(os.fspath(self), target))
    for steps in range(3):
        order.clear()
        size = 10 if steps < 2 else 13
        with pytest.raises(OSError, match="No space"):
            witness.add_checkpoint(request(MemoryLog(13), 10))
        assert Checkpoint.parse(parse_note(place.read_bytes()).text).size == size
    steps = 99
    order.clear()
    witness.add_checkpoint(request(MemoryLog(13), 13))
    assert order == ["fsync", "rename", "fsync"]


def test_one_lock_a_log(witness, folder):
    """Of many at once, each is cosigned in its turn or told the size: what is held never goes back."""
    logs = [MemoryLog(size) for size in range(1, 25)]
    held, gate = [], threading.Barrier(4)

    def follow(start: int) -> None:
        gate.wait()
        for log in logs[start::4]:
            old = 0
            while True:
                try:
                    witness.add_checkpoint(request(log, old))
                except WitnessError as error:
                    if error.size > log.tree.size:
                        break
                    old = error.size
                else:
                    held.append(log.tree.size)
                    break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(follow, range(4)))
    assert len(set(held)) == len(held)
    size = Checkpoint.parse(parse_note(witness.checkpoint(folders.origin_hash(KEY.name))).text).size
    assert size == max(held) == 24


def test_two_witnesses_in_one_folder_are_refused(witness, folder):
    with pytest.raises(MadangError) as caught:
        Witness(Folder(folder.path))
    assert caught.value.code == "witness.in_use"


def test_damage_stops_the_cosigning(witness, folder):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    place = folder.path / "logs" / folders.origin_hash(KEY.name)
    good = (place / "checkpoint").read_bytes()
    for bad in (b"", good[:-30], signed(MemoryLog(10)), good.replace(b"\n10\n", b"\n11\n")):
        (place / "checkpoint").write_bytes(bad)
        with pytest.raises(StoreFailure) as caught:
            witness.add_checkpoint(request(MemoryLog(13), 10))
        assert caught.value.code == "witness.damaged"
    # A file that is gone is damage too, or the witness would cosign another history from its start.
    (place / "checkpoint").unlink()
    with pytest.raises(StoreFailure) as caught:
        witness.add_checkpoint(request(MemoryLog(13), 0))
    assert caught.value.code == "witness.damaged"
    (place / "checkpoint").write_bytes(good)
    (place / "key").write_text("nonsense")
    with pytest.raises(StoreFailure):
        witness.add_checkpoint(request(MemoryLog(13), 10))


# Evidence.


@pytest.mark.parametrize("old", [0, 10])
def test_two_logs_of_one_size_convict(witness, folder, old):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    assert refusal(witness, request(Fork(4, 10), old))[1] == (409 if old == 0 else 422)
    (kept,) = folder.evidence()
    assert (kept.verdict.finding, kept.verdict.proven) == (Finding.SAME_SIZE, True)
    found = read_evidence(folder.path / "evidence" / kept.name)
    assert found.refused == signed(Fork(4, 10))
    assert require(KEY, [folder.key().verifier()], 1).open(found.held).checkpoint == MemoryLog(10).checkpoint()
    refusal(witness, request(Fork(4, 10), old))
    assert len(folder.evidence()) == 1


def test_a_larger_log_with_another_past_convicts(witness, folder):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    refusal(witness, request(Fork(4, 13), 10))
    (kept,) = folder.evidence()
    assert (kept.verdict.finding, kept.verdict.proven) == (Finding.REWRITTEN, True)


def test_what_anybody_could_send_proves_nothing_and_takes_little_room(witness, folder):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    for size in range(11, 31):
        refusal(witness, request(MemoryLog(size), 10, [bytes(32)]))
        refusal(witness, request(MemoryLog(size), 5))
    kept = folder.evidence()
    assert len(kept) == folders.KEPT_OPEN
    assert not any(one.verdict.proven for one in kept)
    refusal(witness, request(Fork(4, 10), 10))
    assert sum(one.verdict.proven for one in folder.evidence()) == 1


def test_a_refusal_stays_one_where_evidence_cannot_be_kept(witness, folder, monkeypatch):
    witness.add_checkpoint(request(MemoryLog(10), 0))
    monkeypatch.setattr(folders, "write_durably", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    assert refusal(witness, request(Fork(4, 10), 10)) == ("log.witness.inconsistent", 422)
    assert folder.evidence() == []
