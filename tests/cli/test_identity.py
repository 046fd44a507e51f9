"""madang identity: from an institution's keys to the acts that name it."""

from pathlib import Path

import pytest

from tests.cli.running import Run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("passphrase").write_text("correct horse battery\n")
    monkeypatch.setenv("MADANG_PASSPHRASE_FILE", "passphrase")


INIT = [
    *("identity", "init", "institutions", "busan", "--party", "licence-office", "--origin", "https://id.example.kr"),
    *("--name-ko", "면허 사무소", "--name-en", "Licence office", "--issues", "driving_licence"),
]


def test_an_institution_is_made_listed_and_named(run: Run) -> None:
    made = run(*INIT, "--any-wallet", "resident", "--redirect", "https://id.example.kr/wallet", "--json")
    assert made.status == 0, made.err
    anchor = made.json["anchor"]
    terms = {"wallets": "any", "redirects": ["https://id.example.kr/wallet"], "storage": "moderate"}
    assert made.json["issues"]["resident"] == terms
    assert anchor in run("identity", "list", "institutions").out
    assert run("identity", "list", "institutions", "--json").json == [made.json]
    named = run("identity", "acts", "institutions", "busan", "--governor", "police", "--json").json
    assert [(act["credential"], act["anchors"]) for act in named] == [
        ("driving_licence", [anchor]),
        ("resident", [anchor]),
    ]
    command = run("identity", "acts", "institutions", "busan", "--governor", "police").out.splitlines()[0]
    run("keys", "new", "officer")
    signed = run(*command.split()[1:], "--key", "officer", "--sign-only", "--chain", "x-y")
    assert signed.out.startswith("ey"), signed.err
    asks = run("identity", "acts", "institutions", "busan", "--governor", "police", "--sign-in").out.splitlines()[-1]
    signed = run(*asks.split()[1:], "--key", "officer", "--sign-only", "--chain", "x-y")
    assert signed.out.startswith("ey"), signed.err
    assert run("identity", "renew", "institutions", "busan").status == 0


def test_an_institution_vouches_for_wallets_with_a_key_of_its_own(run: Run) -> None:
    made = run(*INIT, "--software-wallet", "employee_id", "--json")
    assert made.json["issues"]["employee_id"] == {"wallets": "attested", "redirects": [], "storage": "software"}
    named = run("identity", "provider", "institutions", "busan")
    assert named.status == 0, named.err
    run("keys", "new", "officer")
    signed = run(*named.out.split()[1:], "--key", "officer", "--sign-only", "--chain", "x-y")
    assert signed.out.startswith("ey"), signed.err
    assert "[keys.exists]" in run("identity", "provider", "institutions", "busan").err
    assert run("identity", "renew", "institutions", "busan").status == 0
    Path("institutions/busan/root.pem").unlink()
    assert "[keys.unknown]" in run("identity", "provider", "institutions", "busan").err


def test_what_is_no_institution_is_refused(run: Run) -> None:
    assert "[institution.invalid]" in run(*INIT[:-1], "passport").err
    assert "[institution.invalid]" in run(*[one.replace("https", "ftp") for one in INIT]).err
    assert "[institution.folder]" in run("identity", "list", "nowhere").err


def test_an_authority_gets_a_key_for_each_offer_and_one_that_counts(run: Run) -> None:
    assert run(*INIT).status == 0
    asked = ("identity", "offer-key", "institutions", "busan", "--programme", "coupon", "--offer")
    made = run(*asked, "adults", "--json").json
    assert len(made["key"]) == 342
    assert run(*asked, "seniors").out.strip() not in ("", made["key"])
    assert "[eligibility.key_exists]" in run(*asked, "adults").err
    assert "[eligibility.name]" in run(*asked, "../adults").err
    file = Path("institutions/busan/eligibility/coupon/adults.pem")
    assert file.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in file.read_bytes()
    command = run("identity", "officer", "institutions", "busan").out
    run("keys", "new", "officer")
    signed = run(*command.split()[1:], "--key", "officer", "--sign-only", "--chain", "x-y")
    assert signed.out.startswith("ey"), signed.err
    assert "[keys.exists]" in run("identity", "officer", "institutions", "busan").err


def test_people_are_loaded_as_a_whole_or_not_at_all(run: Run) -> None:
    run(*INIT, "--issues", "resident")
    run("vault", "key", "vault.key")
    columns = "reference,family_name,given_name,birth_date,province,district,region,base_date,connecting_information"
    good = f"P-1,김,하나,2000-03-01,26,26350,2635010100,2025-12-31,{'h' * 86}"
    load = ["identity", "people", "institutions", "busan", "--type", "resident", "--csv", "people.csv"]
    load += ["--officer", "officer-one"]
    assert "sheet.file" in run(*load).err
    Path("people.csv").write_text(f"{columns}\n{good}\n{good.replace('P-1', 'P-2').replace('2000', '2100')}\n")
    wrong = run(*load)
    assert wrong.status != 0 and "row 3" in wrong.err and "prepare.dates" in wrong.err and "2100" not in wrong.err
    Path("people.csv").write_text(f"{columns}\n{good}\n")
    assert run(*load, "--json").json == {"kept": 1}
    assert run(*load, "--json").json == {"kept": 1}
    assert "institution.type" in run(*load, "--type", "household").err
