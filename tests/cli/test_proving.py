"""madang prove: what it says of a programme that is proved and of one that is not, and what it writes."""

import json
import os
import re
import subprocess
import sys

import msgspec
import pytest

from madang import contract
from madang.base.programmes.transactions import Proof
from madang.presentation.spacing import columns
from madang.prover import receipts
from tests.prover.documents import DOCUMENTS

TALLY = """
kind: tally
language: 1
records:
  tally: {count: {int: 0..10}}
actions:
  start: {on: {t: new tally}, set: {t.count: 0}}
  add:
    on: {t: tally}
    require: {room: t.count < ROOM}
    set: {t.count: t.count + 1}
"""
PROGRAMME = "programme: my-tally\nkind: tally\ntitle: {en: Tally}\n"


def madang(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from madang.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment or None,
    )


@pytest.fixture
def tally(tmp_path):
    (tmp_path / "good.yaml").write_text(TALLY.replace("ROOM", "10"))
    (tmp_path / "bad.yaml").write_text(TALLY.replace("ROOM", "11"))
    (tmp_path / "tally.yaml").write_text(PROGRAMME)
    return tmp_path


def test_what_prove_writes_is_what_publishing_takes(tmp_path):
    file, receipt, output = (
        DOCUMENTS / "consumption-coupon-2025.yaml",
        tmp_path / "coupon.proof.json",
        tmp_path / "publish.json",
    )
    done = madang("prove", file, "--receipt", receipt, "-o", output)
    assert done.returncode == 0, done.stderr
    fields = json.loads(output.read_text())
    proof = msgspec.convert(fields["proof"], Proof)
    made = receipts.load(receipt.read_bytes())
    assert fields["programme"] == "consumption-coupon-2025"
    assert (proof.receipt, proof.kind, proof.document) == (receipts.digest(made), made.kind, made.programme)
    assert proof.proved == proof.properties == len(made.results)
    assert f"{proof.proved} of {proof.properties} properties proved" in done.stdout


def test_a_receipt_is_checked_by_proving_again(tally):
    receipt = tally / "receipt.json"
    good = ("prove", tally / "tally.yaml", "--kind", tally / "good.yaml")
    assert madang(*good, "--receipt", receipt).returncode == 0
    assert madang(*good, "--check", receipt).returncode == 0
    made = json.loads(receipt.read_text())
    made["results"][0]["claims"] += 1
    receipt.write_bytes(msgspec.json.encode(made, order="sorted"))
    refused = madang(*good, "--check", receipt)
    assert (refused.returncode, "[prover.differs]" in refused.stderr) == (1, True)
    receipt.write_text("{}")
    assert "[prover.receipt]" in madang(*good, "--check", receipt).stderr


def test_what_a_ledger_publishes_can_be_proved_as_it_is(tally):
    kind = contract.read_kind((tally / "good.yaml").read_text())
    programme = contract.read_programme((tally / "tally.yaml").read_text(), kind)
    (tally / "kind.json").write_bytes(contract.canonical(kind) + b"\n")
    (tally / "programme.json").write_bytes(contract.canonical(programme) + b"\n")
    receipt = tally / "receipt.json"
    assert madang("prove", tally / "tally.yaml", "--kind", tally / "good.yaml", "--receipt", receipt).returncode == 0
    published = ("prove", tally / "programme.json", "--kind", tally / "kind.json")
    assert madang(*published, "--check", receipt).returncode == 0


def test_a_successor_is_compared_with_the_programme_in_force(tmp_path):
    old, new, output = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "amend.json"
    text = (DOCUMENTS / "ev-charger-2026.yaml").read_text()
    old.write_text(text)
    new.write_text(text.replace("cap: 50_000_000", "cap: 60_000_000"))
    assert madang("prove", new, "--widens", old, "-o", output).returncode == 0
    kind = contract.read_kind((DOCUMENTS / "voucher.yaml").read_text())
    assert (
        json.loads(output.read_text())["proof"]["widens"] == contract.digest(contract.read_programme(text, kind)).hex()
    )
    narrower = madang("prove", old, "--widens", new)
    assert (narrower.returncode, "widens/grant" in narrower.stdout) == (1, True)


def test_why_a_successor_does_not_widen_is_said_in_both_languages_and_in_numbers(tmp_path):
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text()
    old.write_text(text)
    new.write_text(text.replace("closes: 2025-12-01", "closes: 2025-11-01"))
    done = madang("prove", new, "--widens", old, PATH=os.environ["PATH"], COLUMNS="80")
    assert done.returncode == 1
    said = done.stdout[done.stdout.index("\nwidens/grant:") :].split("\n\n")[0]
    assert "지급 (grant): 이전 사업에서 되던 일을 새 사업이 거절합니다." in said
    assert "Grant (grant): The programme before allows this, and the new one refuses it." in said
    assert "(2025년 11월 1일 00:00)" in said and "(1 November 2025, 00:00)" in " ".join(said.split())
    amount = re.search(r"지급 금액 ([\d,]+원)", said)
    assert amount is not None and re.search(r"the amount to grant ([\d,]+ won)", " ".join(said.split()))
    # Text that is wide is told as wide: nothing runs over the screen.
    assert all(columns(line) <= 80 for line in said.splitlines())


def test_draws_that_are_widened_are_said_to_be_somebody_elses(tmp_path):
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text()
    old.write_text(text)
    new.write_text(text.replace('      - "9124" # gambling\n', ""))
    said = " ".join(madang("prove", new, "--widens", old).stdout.split())
    assert "industry: 가맹점 업종 코드가" in said and "'9124" in said
    assert "say in a clause for whom it is" in said


def test_an_action_that_never_happens_is_said_to_be_one(tmp_path):
    file = tmp_path / "early.yaml"
    text = (DOCUMENTS / "ev-charger-2026.yaml").read_text()
    text = text.replace("specification:", "reimburse:\n  require: {early: at < opens}\n\nspecification:")
    file.write_text(text.split("\nspecification:")[0])
    done = madang("prove", file)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("reachable/reimburse")]
    assert "NOT PROVED" in line and "no run was found" in line


def test_what_goes_wrong_is_shown_as_a_run_and_nothing_is_written_to_publish(tally):
    output = tally / "publish.json"
    (tally / "bad.yaml").write_text(TALLY.replace("0..10", "0..2").replace("ROOM", "3"))
    done = madang("prove", tally / "tally.yaml", "--kind", tally / "bad.yaml", "-o", output)
    assert (done.returncode, output.exists()) == (1, False)
    assert "[prover.unproved]" in done.stderr
    assert "REFUTED" in done.stdout and "replayed on the contract" in done.stdout
    steps = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert ["tally-1"] in steps
    assert [step[3] for step in steps if step[0].isdigit()] == ["start", "add", "add", "add"]


def test_what_no_short_run_shows_is_not_proved_either(tally):
    """Twelve steps would: the state before the last one is shown instead."""
    done = madang("prove", tally / "tally.yaml", "--kind", tally / "bad.yaml")
    assert done.returncode == 1
    assert "NOT PROVED" in done.stdout and "t.count=10" in done.stdout


def test_the_json_holds_the_trace(tally):
    (tally / "bad.yaml").write_text(TALLY.replace("0..10", "0..2").replace("ROOM", "3"))
    done = madang("prove", tally / "tally.yaml", "--kind", tally / "bad.yaml", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["complete"]) == (1, False)
    ranges = next(each for each in said["proof"]["results"] if each["property"] == "ranges/add")
    steps = ranges["counterexamples"][0]["trace"]["steps"]
    assert [step["action"] for step in steps] == ["start", "add", "add", "add"]
    assert json.loads(done.stderr)["code"] == "prover.unproved"


def test_without_a_solver_it_says_what_to_install(tally):
    (tally / "z3.py").write_text("raise ImportError('not here')")
    done = madang("prove", tally / "tally.yaml", "--kind", tally / "good.yaml", PYTHONPATH=str(tally))
    assert done.returncode == 1
    assert "madang[prover]" in done.stderr and "[prover.missing]" in done.stderr


def test_a_run_in_which_it_goes_wrong_is_read_on_a_narrow_terminal(tmp_path):
    text = (DOCUMENTS / "agri-food-2026.yaml").read_text()
    file = tmp_path / "wide.yaml"
    file.write_text(text.replace("later == 0 &&", "later == 0 && amount <= 1_000 &&"))
    done = madang("prove", file, PATH=os.environ["PATH"], COLUMNS="80")
    assert done.returncode == 1
    run = done.stdout[done.stdout.index("specification/spend: ") :].splitlines()
    assert any(line.split()[3:4] == ["grant"] for line in run)
    assert all(len(line) <= 80 for line in run[1:]), run
