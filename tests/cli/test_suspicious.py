"""`madang suspicious`: the export is written once, and its digest said, to be recorded."""

import hashlib
import json
from pathlib import Path

from tests.audit.village import Village
from tests.cli.running import Run


def test_an_export_is_written_with_the_digest_to_record(run: Run, tmp_path: Path) -> None:
    village = Village(tmp_path / "village")
    village.live(3)
    village.close()
    asked = ("suspicious", village.folder, "--bank", "bank-a", "--amount", 1, "--count", 2)
    done = run(*asked, "-o", tmp_path / "export.json", "--json")
    made = (tmp_path / "export.json").read_bytes()
    assert done.status == 0, done
    assert done.json["digest"] == hashlib.sha256(made).hexdigest()
    assert done.json["findings"] == len(json.loads(made)["findings"]) > 0
    again = run(*asked, "-o", tmp_path / "export.json")
    assert (again.status, "[output.exists]" in again.err) == (1, True)
    table = run(*asked, "-o", tmp_path / "export.csv", "--format", "csv", "--until", 2)
    text = (tmp_path / "export.csv").read_bytes()
    assert f"--digest {hashlib.sha256(text).hexdigest()} --since 0 --until 2" in table.out
    assert text.startswith(b"finding,account,direction,reason,total,transaction,height,")
    late = run(*asked, "-o", tmp_path / "late.json", "--until", 99)
    assert (late.status, "[suspicious.range]" in late.err, (tmp_path / "late.json").exists()) == (1, True, False)
