"""madang programme compile, madang grants check: what they say of good files and of bad ones."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "src" / "madang" / "contract" / "documents"


def madang(*arguments):
    program = Path(sys.executable).with_name("madang")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_what_compile_writes_is_what_a_draft_takes(tmp_path):
    output = tmp_path / "draft.json"
    done = madang("programme", "compile", DOCUMENTS / "consumption-coupon-2025.yaml", "-o", output, "--json")
    assert done.returncode == 0, done.stderr
    said, fields = json.loads(done.stdout), json.loads(output.read_text())
    assert fields["programme"] == said["programme"] == "consumption-coupon-2025"
    for name in ("kind", "document"):
        assert hashlib.sha256(fields[name].encode()).hexdigest() == said[name]


def test_a_mistake_in_a_programme_is_named_with_its_line(tmp_path):
    text = (
        (DOCUMENTS / "consumption-coupon-2025.yaml").read_text().replace("amount in amounts\n", "amont in amounts\n", 1)
    )
    (tmp_path / "coupon.yaml").write_text(text)
    done = madang("programme", "compile", tmp_path / "coupon.yaml")
    assert done.returncode == 1
    line = text.splitlines().index("      when: amont in amounts") + 1
    assert f"coupon.yaml:{line}:" in done.stderr
    assert "amount" in done.stderr


def test_format_lays_a_file_out_once_and_check_only_looks(tmp_path):
    file = tmp_path / "coupon.yaml"
    text = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("kind: voucher", "kind:    'voucher' # the kind"), encoding="utf-8")
    before = file.read_bytes()
    refused = madang("programme", "format", file, "--check")
    assert (refused.returncode, "[programme.layout]" in refused.stderr) == (1, True)
    assert file.read_bytes() == before
    assert json.loads(madang("programme", "format", file, "--json").stdout) == {"file": str(file), "changed": True}
    assert "kind: voucher # the kind\n" in file.read_text(encoding="utf-8")
    assert json.loads(madang("programme", "format", file, "--json").stdout)["changed"] is False
    assert madang("programme", "format", file, "--check").returncode == 0
    compiled = [
        madang("programme", "compile", one, "--json") for one in (file, DOCUMENTS / "consumption-coupon-2025.yaml")
    ]
    assert compiled[0].stdout == compiled[1].stdout != ""


def test_format_refuses_what_is_no_document(tmp_path):
    file = tmp_path / "broken.yaml"
    for data, code in ((b"kind: [", "programme.document"), (b"kind: \xff", "programme.encoding")):
        file.write_bytes(data)
        done = madang("programme", "format", file)
        assert (done.returncode, f"[{code}]" in done.stderr) == (1, True)
        assert file.read_bytes() == data


def test_explain_says_a_programme_and_a_kind_in_words(tmp_path):
    coupon = DOCUMENTS / "consumption-coupon-2025.yaml"
    said = json.loads(madang("programme", "explain", coupon, "--json").stdout)
    assert (said["sort"], said["language"], said["name"]) == ("programme", "ko", "consumption-coupon-2025")
    compiled = json.loads(madang("programme", "compile", coupon, "--json").stdout)
    assert said["digest"] == compiled["document"]
    for look in ("table", "prose", "markdown"):
        shown = madang("programme", "explain", coupon, "--as", look, "--language", "en")
        assert shown.returncode == 0, shown.stderr
        assert "Consumption coupon 2025" in shown.stdout
        assert "spend" in shown.stdout
    kind = madang("programme", "explain", DOCUMENTS / "voucher.yaml", "--as", "prose")
    assert "바우처 잔액이 결제 금액 이상이어야 합니다." in kind.stdout


def test_explain_own_is_what_a_programme_adds(tmp_path):
    coupon = DOCUMENTS / "consumption-coupon-2025.yaml"
    for look in ("table", "prose", "markdown"):
        shown = madang("programme", "explain", coupon, "--own", "--as", look).stdout
        assert "이 사업이 더한 것만 보입니다." in shown
        assert "small_shop" in shown or "연 매출 30억 원이 넘는" in shown
        assert "recall_unused" not in shown
    said = json.loads(madang("programme", "explain", coupon, "--own", "--json").stdout)
    assert (said["own"], [one["name"] for one in said["actions"]]) == (True, ["reclaim", "grant", "spend"])
    refused = madang("programme", "explain", DOCUMENTS / "voucher.yaml", "--own")
    assert (refused.returncode, "[programme.own]" in refused.stderr) == (1, True)


def test_explain_shows_what_a_document_says_and_takes_nothing_for_colour(tmp_path):
    file = tmp_path / "coupon.yaml"
    text = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("en: Consumption coupon 2025", "en: '[red]Coupon[/red]'"), encoding="utf-8")
    assert "[red]Coupon[/red]" in madang("programme", "explain", file, "--language", "en").stdout
    file.write_text("programme: x\nkind: voucher\n", encoding="utf-8")
    refused = madang("programme", "explain", file)
    assert (refused.returncode, "[programme.document]" in refused.stderr) == (1, True)


def test_schema_is_that_of_programmes_of_a_kind_or_of_kinds(tmp_path):
    standard = json.loads(madang("programme", "schema").stdout)
    assert standard["properties"]["kind"] == {"const": "voucher"}
    assert "spend" in standard["properties"]
    other = tmp_path / "tally.yaml"
    records = "records: {tally: {count: {int: 0..10}}}"
    other.write_text(f"kind: tally\nlanguage: 1\n{records}\nactions: {{add: {{on: {{t: tally}}}}}}\n", encoding="utf-8")
    assert json.loads(madang("programme", "schema", "--kind", other).stdout)["properties"]["kind"] == {"const": "tally"}
    assert "language" in json.loads(madang("programme", "schema", "kind").stdout)["required"]


def test_a_file_of_grants_is_checked_whole(tmp_path):
    file = tmp_path / "grants.csv"
    file.write_text(f"reference,amount,region,holder,code\nr1,180000,26,{'h' * 43},\nr2,1000,26,{'i' * 43},\n")
    done = madang("grants", "check", file, "--json")
    assert json.loads(done.stdout) == {"rows": 2, "won": 181_000}
    file.write_text("reference,amount,region,holder,code\nr1,none,26,x y,\n")
    done = madang("grants", "check", file)
    assert done.returncode == 1
    assert "grants.file" in done.stderr
