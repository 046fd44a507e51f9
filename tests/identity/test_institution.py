from pathlib import Path

import msgspec
import pytest

from madang.base.trust.transactions import NameIssuer
from madang.identity import institution
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of, follow
from madang.identity.institution import (
    Description,
    Terms,
    act_to_attest,
    acts_to_name,
    identifiers,
    make_institution,
    make_provider,
    open_attestation,
    open_institution,
    open_institutions,
    read_passphrase,
    renew,
    root_of,
)
from madang.identity.jose import jwk_of, thumbprint
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW

PASSPHRASE = "a passphrase for tests"
OFFICE = Description(
    "licence-office",
    Words("면허 사무소", "Licence office"),
    "https://id.example.kr",
    {"driving_licence": Terms(), "resident": Terms("any", ("https://id.example.kr/wallet",))},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_institution(tmp_path, "office", OFFICE, PASSPHRASE, NOW)
    return tmp_path


def test_an_institution_signs_below_its_own_root(folder):
    found = open_institution(folder, "office", PASSPHRASE)
    assert found.url == "https://id.example.kr/identity/office"
    assert found.description == OFFICE and found.party == "licence-office"
    credential = follow(found.credentials.chain, [found.root], "credential", NOW)
    assert credential.anchor == found.anchor == digest_of(root_of(folder, "office"))
    follow(found.requests.chain, [found.root], "request", NOW)
    with pytest.raises(MadangError) as refused:
        follow(found.requests.chain, [found.root], "credential", NOW)
    assert refused.value.code == "certificate.profile"


def test_a_server_needs_no_key_of_the_root_and_has_the_same_secret_after_each_start(folder):
    (folder / "office" / "root.pem").unlink()
    first, again = (open_institutions(folder, PASSPHRASE)["office"] for _ in range(2))
    assert first.secret == again.secret and len(first.secret) == 32
    assert first.secret.hex() not in repr(first)
    with pytest.raises(MadangError) as refused:
        renew(folder, "office", PASSPHRASE, NOW)
    assert refused.value.code == "keys.unknown"


def test_renewed_certificates_are_for_the_same_keys(folder):
    before = open_institution(folder, "office", PASSPHRASE)
    later = NOW + 450 * 86_400
    renew(folder, "office", PASSPHRASE, later)
    after = open_institution(folder, "office", PASSPHRASE)
    followed = follow(after.credentials.chain, [after.root], "credential", later + 400 * 86_400)
    assert followed.key == follow(before.credentials.chain, [before.root], "credential", NOW).key


def test_who_vouches_for_wallets_keeps_its_key_when_certificates_are_renewed(folder):
    assert open_attestation(folder, "office", PASSPHRASE) is None
    make_provider(folder, "office", PASSPHRASE, NOW)
    named = act_to_attest(folder, "office", "operator")
    assert (named.by, named.provider, named.since) == ("operator", "licence-office", NOW)
    later = NOW + 450 * 86_400
    renew(folder, "office", PASSPHRASE, later)
    found = open_attestation(folder, "office", PASSPHRASE)
    root = root_of(folder, "office")
    followed = follow(found.chain, [root], "attestation", later + 400 * 86_400)
    assert [thumbprint(jwk_of(followed.key))] == named.attesters
    for purpose in ("credential", "request"):
        with pytest.raises(MadangError) as refused:
            follow(found.chain, [root], purpose, later)
        assert refused.value.code == "certificate.profile"


def test_the_acts_that_name_it_say_its_anchor_for_each_type(folder):
    root = root_of(folder, "office")
    acts = acts_to_name(OFFICE, root, {"driving_licence": "police", "resident": "ministry"})
    assert [(one.by, one.credential, one.issuer, one.anchors) for one in acts] == [
        ("police", "driving_licence", "licence-office", [digest_of(root)]),
        ("ministry", "resident", "licence-office", [digest_of(root)]),
    ]
    assert all(one.since == NOW < one.until for one in acts)
    msgspec.convert(msgspec.to_builtins(acts), list[NameIssuer])


def test_names_are_those_of_folders_with_an_institution(folder):
    (folder / "nothing").mkdir()
    assert identifiers(folder) == ["office"]


def _damaged(folder: Path, file: str, content: bytes) -> None:
    (folder / "office" / file).write_bytes(content)
    open_institution(folder, "office", PASSPHRASE)


REFUSALS = {
    "a name that is none in URLs": (
        "institution.name",
        lambda one: make_institution(one, "Office!", OFFICE, PASSPHRASE, NOW),
    ),
    "the name of the folder of roots": (
        "institution.name",
        lambda one: make_institution(one, "roots", OFFICE, PASSPHRASE, NOW),
    ),
    "a type that is none of the catalogue": (
        "institution.invalid",
        lambda one: make_institution(
            one, "other", msgspec.structs.replace(OFFICE, issues={"passport": Terms()}), PASSPHRASE, NOW
        ),
    ),
    "the same name again": (
        "institution.exists",
        lambda one: make_institution(one, "office", OFFICE, PASSPHRASE, NOW),
    ),
    "a folder that is none": ("institution.folder", lambda one: identifiers(one / "nowhere")),
    "an institution that is none": ("institution.folder", lambda one: institution.describe(one, "nobody")),
    "a description that is none": (
        "institution.invalid",
        lambda one: _damaged(one, "institution.json", b'{"party": 1}'),
    ),
    "a certificate that is none": ("institution.invalid", lambda one: _damaged(one, "root.crt", b"nothing")),
    "another passphrase": ("keys.passphrase", lambda one: open_institution(one, "office", "another passphrase")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refused(folder, case):
    code, attempt = REFUSALS[case]
    with pytest.raises(MadangError) as refused:
        attempt(folder)
    assert refused.value.code == code


def test_a_passphrase_is_read_from_a_file_of_its_owner_alone(tmp_path):
    file = tmp_path / "passphrase"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    assert read_passphrase(file) == "correct horse"
    file.chmod(0o640)
    for path in (file, tmp_path / "absent"):
        with pytest.raises(MadangError) as refused:
            read_passphrase(path)
        assert refused.value.code == "institution.passphrase"


@pytest.mark.parametrize("origin", ["https://id.example.kr/", "http://id.example.kr", "https://ID.example.kr", "id.kr"])
def test_an_origin_is_https_and_nothing_behind_the_host(origin):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"party": "a-b", "name": {"ko": "가", "en": "a"}, "origin": origin}, Description)
