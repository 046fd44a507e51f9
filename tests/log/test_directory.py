"""Publishing: only what is new, never over what is there, the checkpoint last; and an audit that names the first
divergence.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.directory import Published, check_files, publish
from madang.log.errors import LogError, PublishError
from madang.log.note import SignerKey
from madang.log.proof import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from madang.log.tiles import directory_reader, encode_bundle
from madang.log.tree import leaf_hash
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog

KEY = LOG_KEY.verifier()


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing is real in `test_everything_is_flushed_before_the_checkpoint`; elsewhere it only costs time."""
    monkeypatch.setattr("os.fsync", lambda handle: None)


def put(log: MemoryLog, directory: Path) -> Published:
    return publish(directory, log.tree, log.read_tile, log.read_leaves, log.note())


def files_of(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def code_of(call, *arguments) -> str:
    with pytest.raises(LogError) as caught:
        call(*arguments)
    return caught.value.code


def test_the_files_of_70_000_leaves(tmp_path: Path):
    log = MemoryLog(70_000)
    put(log, tmp_path)
    names = set(files_of(tmp_path))
    assert len(names) == 1 + 2 * 274 + 2 + 1
    assert {"checkpoint", "tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= names
    assert {"tile/entries/272", "tile/entries/273.p/112"} <= names
    audit = check_files(tmp_path, KEY)
    assert (audit.checkpoint, audit.files) == (log.checkpoint(), 2 * 274 + 3)
    read = directory_reader(tmp_path)
    proof = inclusion_proof(69_999, 70_000, read)
    verify_inclusion(leaf_hash(log.leaves[69_999]), 69_999, 70_000, proof, log.tree.root())
    verify_consistency(256, 70_000, MemoryLog(256).tree.root(), log.tree.root(), consistency_proof(256, 70_000, read))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 600), min_size=1, max_size=5))
def test_step_by_step_is_the_same_as_at_once(tmp_path_factory: pytest.TempPathFactory, steps: list[int]):
    stepwise, at_once = tmp_path_factory.mktemp("steps"), tmp_path_factory.mktemp("once")
    log = MemoryLog()
    for step in steps:
        log.grow(step)
        put(log, stepwise)
        check_files(stepwise, KEY)
    put(MemoryLog(sum(steps)), at_once)
    many, few = files_of(stepwise), files_of(at_once)
    assert {name: many[name] for name in few} == few
    assert all(".p/" in name for name in set(many) - set(few))
    for name in many:
        assert ".p/" not in name or name.partition(".p/")[0] not in few, "a partial file was left beside its full one"


def test_only_what_is_new_is_written(tmp_path: Path):
    log = MemoryLog(300)
    assert put(log, tmp_path).old_size == 0
    assert put(log, tmp_path) == Published(300, 300, ())
    log.grow(1)
    assert put(log, tmp_path).written == ("tile/entries/001.p/45", "tile/0/001.p/45", "checkpoint")
    log.grow(211)
    written = ("tile/entries/001", "tile/0/001", "tile/1/000.p/2", "checkpoint")
    assert put(log, tmp_path).written == written
    assert not (tmp_path / "tile" / "0" / "001.p").exists()
    assert (tmp_path / "tile" / "1" / "000.p" / "1").exists()


def test_an_empty_log_and_more_cosignatures(tmp_path: Path):
    log = MemoryLog()
    assert put(log, tmp_path).written == ("checkpoint",)
    assert check_files(tmp_path, KEY).files == 0
    cosigned = log.note(WITNESSES)
    assert publish(tmp_path, log.tree, log.read_tile, log.read_leaves, cosigned).written == ("checkpoint",)
    assert (tmp_path / "checkpoint").read_bytes() == cosigned


def test_everything_is_flushed_before_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    events: list[str] = []
    replace = Path.replace

    def recorded_replace(source: Path, target: Path) -> Path:
        events.append(f"rename {target.relative_to(tmp_path)}")
        return replace(source, target)

    def recorded_sync(handle: int) -> None:
        name = Path(f"/proc/self/fd/{handle}").readlink()
        events.append(f"flush {name.relative_to(tmp_path)}")

    monkeypatch.setattr(Path, "replace", recorded_replace)
    monkeypatch.setattr("os.fsync", recorded_sync)
    put(MemoryLog(2), tmp_path)
    assert events == [
        "flush tile/entries/000.p/.2.new",
        "rename tile/entries/000.p/2",
        "flush tile/0/000.p/.2.new",
        "rename tile/0/000.p/2",
        "flush tile/entries/000.p",
        "flush tile/entries",
        "flush tile/0/000.p",
        "flush tile/0",
        "flush tile",
        "flush .",
        "flush .checkpoint.new",
        "rename checkpoint",
        "flush .",
    ]


def test_a_stop_at_any_moment_leaves_a_valid_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    start = tmp_path / "start"
    log = MemoryLog(250)
    put(log, start)
    log.grow(600)
    for allowed in range(40):
        directory = tmp_path / f"stopped-{allowed}"
        shutil.copytree(start, directory)
        left = allowed

        def failing(name: str, real):
            def call(*arguments, **named):
                nonlocal left
                if left == 0:
                    raise OSError(28, "No space left on device", name)
                left -= 1
                return real(*arguments, **named)

            return call

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", failing("rename", Path.replace))
            patch.setattr("os.fsync", failing("flush", lambda handle: None))
            patch.setattr(Path, "unlink", failing("delete", Path.unlink))
            stopped = ""
            try:
                put(log, directory)
            except PublishError as error:
                stopped = error.code
        assert stopped in ("", "log.publish.disk")
        reached = check_files(directory, KEY).checkpoint.size
        assert reached == 850 or (directory / "tile" / "0" / "000.p" / "250").exists()
        put(log, directory)
        assert check_files(directory, KEY).checkpoint.size == 850
        if not stopped:
            assert allowed > 20
            return
    pytest.fail("publishing never finished")


def test_a_published_file_is_never_overwritten(tmp_path: Path):
    log = MemoryLog(10)
    put(log, tmp_path)
    log.grow(1)
    (tmp_path / "tile" / "0" / "000.p" / "11").write_bytes(b"other")
    assert code_of(put, log, tmp_path) == "log.publish.conflict"
    assert (tmp_path / "tile" / "0" / "000.p" / "11").read_bytes() == b"other"
    assert check_files(tmp_path, KEY).checkpoint.size == 10


def test_what_does_not_continue_the_published_log_is_refused(tmp_path: Path):
    put(MemoryLog(300), tmp_path)
    before = files_of(tmp_path)
    assert code_of(put, MemoryLog(299), tmp_path) == "log.publish.fork"
    forked = MemoryLog(299)
    forked.leaves.append(b"other")
    forked.tree.extend([leaf_hash(b"other")])
    assert code_of(put, forked, tmp_path) == "log.publish.fork"
    forked.grow(50)
    assert code_of(put, forked, tmp_path) == "log.publish.fork"
    same = MemoryLog(300)
    renamed = sign_checkpoint(Checkpoint("other.example", 300, same.tree.root()), LOG_KEY)
    assert code_of(publish, tmp_path, same.tree, same.read_tile, same.read_leaves, renamed) == "log.publish.fork"
    assert files_of(tmp_path) == before


def test_the_checkpoint_must_be_of_the_tree(tmp_path: Path):
    log = MemoryLog(3)
    for checkpoint in (Checkpoint(LOG_KEY.name, 4, log.tree.root()), Checkpoint(LOG_KEY.name, 3, bytes(32))):
        note = sign_checkpoint(checkpoint, LOG_KEY)
        assert code_of(publish, tmp_path, log.tree, log.read_tile, log.read_leaves, note) == "log.publish.checkpoint"
    assert files_of(tmp_path) == {}


def test_a_damaged_store_is_not_published(tmp_path: Path):
    log = MemoryLog(600)
    log.leaves[299] = b"damaged"
    assert code_of(put, log, tmp_path) == "log.publish.store"
    log = MemoryLog(600)
    log.tiles[0, 1] = b"?" + log.tiles[0, 1][1:]
    assert code_of(put, log, tmp_path / "b") == "log.publish.store"
    log = MemoryLog(70_000)
    log.tiles[1, 0] = b"?" + log.tiles[1, 0][1:]
    assert code_of(put, log, tmp_path / "c") == "log.publish.store"


def test_the_audit_names_the_first_divergence(tmp_path: Path):
    log = MemoryLog(600)
    put(log, tmp_path / "good")
    cases = {
        "tile/0/001": (b"x" * 8192, "log.tile.hash", "tile/0/001, tile/entries/001"),
        "tile/0/002.p/88": (b"x" * 88 * 32, "log.tile.hash", "tile/0/002.p/88, tile/entries/002.p/88"),
        "tile/1/000.p/2": (b"x" * 64, "log.tile.hash", "tile/1/000.p/2"),
        "tile/entries/001": (encode_bundle([b"x"] * 256), "log.tile.hash", "tile/0/001, tile/entries/001"),
        "tile/entries/000": (b"\xff", "log.bundle.malformed", ""),
        "tile/0/000": (b"short", "log.tile.length", ""),
    }
    for name, (data, code, where) in cases.items():
        directory = tmp_path / name.replace("/", "-")
        shutil.copytree(tmp_path / "good", directory)
        (directory / name).write_bytes(data)
        with pytest.raises(LogError) as caught:
            check_files(directory, KEY)
        assert caught.value.code == code
        assert where in caught.value.where
        (directory / name).unlink()
        assert code_of(check_files, directory, KEY) == "log.tile.missing"


def test_the_audit_names_the_leaf(tmp_path: Path):
    log = MemoryLog(600)
    put(log, tmp_path)
    bundle = tmp_path / "tile" / "entries" / "001"
    bundle.write_bytes(bundle.read_bytes().replace(b"leaf 300", b"leaf 3OO"))
    with pytest.raises(LogError) as caught:
        check_files(tmp_path, KEY)
    assert caught.value.what.startswith("Leaf 300 ")


def test_the_audit_verifies_the_checkpoint(tmp_path: Path):
    assert code_of(check_files, tmp_path, KEY) == "log.files.checkpoint"
    log = MemoryLog(5)
    put(log, tmp_path)
    stranger = SignerKey("stranger.example", 1, b"s" * 32).verifier()
    assert code_of(check_files, tmp_path, stranger) == "log.signature.missing"
    forged = sign_checkpoint(Checkpoint(LOG_KEY.name, 5, bytes(32)), LOG_KEY)
    (tmp_path / "checkpoint").write_bytes(forged)
    assert code_of(check_files, tmp_path, KEY) == "log.files.root"
    (tmp_path / "checkpoint").write_bytes(b"x" * 200_000)
    assert code_of(check_files, tmp_path, KEY) == "log.tile.length"


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_files_can_be_read_by_a_web_server(tmp_path: Path):
    put(MemoryLog(5), tmp_path)
    mask = os.umask(0)
    os.umask(mask)
    for path in tmp_path.rglob("*"):
        expected = (0o777 if path.is_dir() else 0o666) & ~mask
        assert path.stat().st_mode & 0o777 == expected
