"""madang letters: codes for the printer, digests for the file, and what a claim is told that has no code."""

import io
import sys

from madang.client.letters import digest_of_code


def test_codes_go_to_a_file_of_its_owner_and_digests_to_whoever_grants(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = run("letters", "make", "--programme", "lunch", "--count", "3", "-o", "letters.txt", "--json")
    codes = (tmp_path / "letters.txt").read_text().split()
    assert made.json["digests"] == [digest_of_code("lunch", one) for one in codes]
    assert len(set(codes)) == 3
    assert (tmp_path / "letters.txt").stat().st_mode & 0o077 == 0
    again = run("letters", "make", "--programme", "lunch", "-o", "letters.txt")
    assert (again.status, "output.exists" in again.err) == (1, True)
    assert run("letters", "make", "--programme", "lunch", "--count", "0", "-o", "x").status == 2


def test_a_claim_without_a_code_is_told_what_to_send(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    said = run("letters", "claim", "--programme", "lunch", "--key", "bora")
    assert (said.status, "letters.no_code" in said.err) == (1, True)
