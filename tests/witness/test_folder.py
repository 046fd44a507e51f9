"""What a witness keeps: a secret that only it can read, one key a log, evidence that was not changed."""

import stat

from madang.kernel.errors import MadangError
from madang.log.errors import LogError
from madang.log.evidence import Evidence, judge
from madang.log.note import COSIGNATURE, NOTE_SIGNATURE, SignerKey
from madang.witness.folder import Folder, read_evidence
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog
from tests.witness.notes import KEY, NAME, Fork, signed, witness_folder


def code_of(call, *arguments) -> str:
    try:
        call(*arguments)
    except (MadangError, LogError) as error:
        return error.code
    return "nothing was refused"


def test_the_key_is_its_own_and_readable_by_its_owner_only(tmp_path):
    folder = Folder.create(tmp_path / "a", NAME)
    assert stat.S_IMODE((tmp_path / "a" / "witness.key").stat().st_mode) == 0o600
    assert (folder.key().name, folder.key().algorithm) == (NAME, COSIGNATURE)
    assert Folder.create(tmp_path / "b", NAME).key() != folder.key()
    assert Folder(tmp_path / "a").key() == folder.key()


def test_refusals(tmp_path):
    assert code_of(Folder, tmp_path) == "witness.missing"
    assert code_of(Folder.create, tmp_path / "new", "two words") == "log.key.name"
    assert not (tmp_path / "new").exists()
    folder = witness_folder(tmp_path / "w")
    assert code_of(Folder.create, tmp_path / "w", NAME) == "witness.exists"
    assert code_of(folder.trust, WITNESSES[0].verifier()) == "log.key.algorithm"
    assert code_of(folder.trust, SignerKey(KEY.name, NOTE_SIGNATURE, b"s" * 32).verifier()) == "witness.origin"
    assert code_of(read_evidence, tmp_path) == "witness.evidence"
    for bad in ("", "nonsense", LOG_KEY.encode()):
        (tmp_path / "w" / "witness.key").write_text(bad)
        assert code_of(folder.key) == "witness.key"


def test_trusting_twice_is_trusting_once(tmp_path):
    folder = witness_folder(tmp_path / "w")
    folder.trust(KEY)
    other = SignerKey.generate("b.example/log").verifier()
    folder.trust(other)
    assert sorted(map(str, folder.logs())) == sorted(map(str, (KEY, other)))
    assert folder.trusted("nobody.example") is None


def test_evidence_that_was_changed_is_told(tmp_path):
    folder = witness_folder(tmp_path / "w")
    evidence = Evidence(signed(MemoryLog(5)), signed(Fork(2, 5)))
    name = folder.keep(evidence, judge(evidence, KEY), KEY)
    place = tmp_path / "w" / "evidence" / name
    assert read_evidence(place) == evidence
    (place / "refused").write_bytes(evidence.refused.replace(b"\n5\n", b"\n6\n"))
    assert code_of(folder.evidence) == "log.signature.wrong"
    (place / "refused").write_bytes(evidence.held)
    assert code_of(folder.evidence) == "log.evidence.none"
    (place / "proof").write_text("no base64\n")
    assert code_of(folder.evidence) == "witness.evidence"


def test_what_a_killed_process_left_is_cleared_up(tmp_path):
    folder = witness_folder(tmp_path / "w")
    left = tmp_path / "w" / "evidence" / ".0011223344556677.new"
    left.mkdir()
    (left / "held").write_bytes(b"half")
    assert folder.evidence() == []
    folder.clear_up()
    assert not left.exists()
