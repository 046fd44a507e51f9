"""The wallet in the browser against our issuer and verifier: what it keeps, what it shows, and what it refuses."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey
from msgspec.structs import replace

from madang.base.eligibility.state import Requirement
from madang.identity import jose
from madang.identity.certificates import digest_of
from madang.identity.eligibility.requirements import as_data, findings, overall
from madang.identity.status.packing import Bits, pack, status_at
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.request import Question, client_id, sign_request
from madang.identity.wallet.answering import Held
from madang.kernel.codec import from_base64url, to_base64url
from madang.web import site, wallet
from madang.web.wallet.credentials import trusted
from tests.base.trust.scene import YEAR, name_issuer
from tests.identity.institutions import certified, new_key
from tests.identity.verifier.scene import ADDRESS, CLAIMS, NOW, STATUS, Scene, ask
from tests.support.cast import quorum
from tests.support.world import START

FORMS = ("dc+sd-jwt", "mso_mdoc")
Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts as they are served: those of the site beside those of the wallet."""
    folder: Path = tmp_path_factory.mktemp("modules")
    for part in (wallet, site):
        source = Path(part.__file__ or "").parent / "static"
        shutil.copytree(source, folder / part.__name__.rpartition(".")[2])
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture
def run(needs: Any, modules: Path, scene: Scene) -> Run:
    """Has the wallet do things one after the other; what it found, or the code of its refusal."""
    script = Path(__file__).with_name("credentials.mjs")

    def ask_node(*tasks: dict[str, Any], now: int = NOW) -> list[dict[str, Any]]:
        known = trusted(scene.world.state(), [scene.office.root], {}, now)
        given = msgspec.json.encode({"folder": str(modules), "known": known, "tasks": tasks})
        done = subprocess.run([str(needs("node")), str(script)], input=given, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return ask_node


def private(held: Held) -> dict[str, Any]:
    """A held credential, with its key, for a wallet in another language."""
    key = {name: str(value) for name, value in ECKey.import_key(held.key).as_dict(private=True).items()}
    claims = {name: value for name, value in CLAIMS[held.type].items() if not isinstance(value, bytes)}
    claims |= {name: "" for name, value in CLAIMS[held.type].items() if isinstance(value, bytes)}
    return {"type": held.type, "form": held.form, "text": held.text, "claims": claims, "key": key}


def accepting(held: Held) -> dict[str, Any]:
    return {"does": "accept", "form": held.form, "text": held.text}


@pytest.mark.parametrize("form", FORMS)
def test_what_an_issuer_signed_is_read_with_all_that_it_says(scene, run, form):
    held = scene.issue("resident", form)
    (answer,) = run(accepting(held))
    found = answer["found"]
    claims = found["claims"]["kr.madang.resident.1"] if form == "mso_mdoc" else found["claims"]
    assert claims == CLAIMS["resident"]
    assert (found["type"], found["party"]) == ("resident", "welfare")
    assert found["holder"] == jose.jwk_of(held.key.public_key())
    assert found["status"] == {"uri": STATUS.uri, "index": STATUS.index}


@pytest.mark.parametrize("form", FORMS)
def test_what_does_not_count_is_not_kept(scene, run, form):
    stranger = certified("Stranger", now=START)
    late = certified("Late office", now=START)
    named = name_issuer(
        credential="driving_licence",
        issuer="bank-a",
        anchors=[digest_of(late.root)],
        since=START + YEAR,
        until=START + 2 * YEAR,
    )
    scene.world.accept(named, by=quorum("ministry"))
    good = scene.issue("resident", form)
    cases = [
        ("certificate.anchor", scene.issue("resident", form, office=stranger)),
        ("certificate.anchor", scene.issue("driving_licence", form, office=late)),
        ("credential.time", scene.issue("resident", form, lives=900)),
        ("credential.time", scene.issue("resident", form, since=NOW + 3_600)),
        ("mdoc.digest" if form == "mso_mdoc" else "sdjwt.disclosure", replace(good, text=altered(good))),
    ]
    found = run(*(accepting(one) for _, one in cases))
    assert [one.get("refused") for one in found] == [code for code, _ in cases]


def altered(held: Held) -> str:
    """A credential that says another province than its issuer signed."""
    if held.form == "mso_mdoc":
        data = from_base64url(held.text, "")
        return to_base64url(data.replace(b"\x6c\x65lementValue\x62\x32\x36", b"\x6c\x65lementValue\x62\x31\x31"))
    parts = held.text.split("~")
    place = next(at for at, one in enumerate(parts) if at and b'"province"' in from_base64url(one, ""))
    parts[place] = to_base64url(from_base64url(parts[place], "").replace(b'"26"', b'"11"'))
    return "~".join(parts)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["resident", "driving_licence"])
def test_our_verifier_believes_what_it_shows_and_gets_nothing_else(scene, run, kind, form):
    begun = scene.verifier.begin([ask(kind)], NOW)
    request = scene.verifier.fetch(begun.handle, NOW)
    held = [private(scene.issue(kind, form))]
    (answer,) = run({"does": "answer", "request": request, "client": begun.client, "held": held})
    scene.verifier.receive(begun.handle, {"response": answer["found"]["response"]}, NOW)
    (shown,) = scene.verifier.take(begun.handle, begun.secret, NOW).shown
    assert shown.format == form
    assert shown.claims == {name: CLAIMS[kind][name] for name in ask(kind).claims}


@pytest.mark.parametrize("form", FORMS)
def test_where_a_proof_would_do_it_shows_the_credential_itself(scene, run, form):
    adult = Ask("age", ("age_over_19",), {"age_over_19": (True,)}, provable=True)
    begun = scene.verifier.begin([adult], NOW)
    request = scene.verifier.fetch(begun.handle, NOW)
    held = [private(scene.issue("age", form, since=NOW - 60))]
    (answer,) = run({"does": "answer", "request": request, "client": begun.client, "held": held})
    scene.verifier.receive(begun.handle, {"response": answer["found"]["response"]}, NOW)
    (shown,) = scene.verifier.take(begun.handle, begun.secret, NOW).shown
    assert (shown.format, shown.claims) == (form, {"age_over_19": True})


def test_several_credentials_answer_one_request(scene, run):
    begun = scene.verifier.begin([ask("resident"), ask("amount_class")], NOW)
    request = scene.verifier.fetch(begun.handle, NOW)
    held = [private(scene.issue("amount_class")), private(scene.issue("resident"))]
    (answer,) = run({"does": "answer", "request": request, "client": begun.client, "held": held})
    scene.verifier.receive(begun.handle, {"response": answer["found"]["response"]}, NOW)
    shown = scene.verifier.take(begun.handle, begun.secret, NOW).shown
    assert [one.type for one in shown] == ["resident", "amount_class"]


def question(*asks: Ask, **changed: Any) -> Question:
    jwk = jose.jwk_of(new_key().public_key())
    asked = Question(
        asks or (ask("resident"),),
        "n" * 32,
        "s" * 32,
        f"{ADDRESS}/response/x",
        jwk,
        issued_at=NOW,
        expires_at=NOW + 300,
    )
    return replace(asked, **changed)


def test_requests_that_are_refused_before_anything_is_shown(scene, run):
    client, signer = scene.verifier.client, scene.city.signer
    stranger = certified("Stranger", "request", now=START)
    good = sign_request(question(), signer)
    tampered = good[:-8] + ("A" * 8 if good[-8:] != "A" * 8 else "B" * 8)
    cases = [
        ("request.client", good, "x509_hash:" + "A" * 43),
        ("trust.verifier", sign_request(question(), stranger.signer), client_id(stranger.signer.certificate)),
        ("request.signature", tampered, client),
        ("request.expired", sign_request(question(expires_at=NOW), signer), client),
        ("request.expired", sign_request(question(issued_at=NOW + 300, expires_at=NOW + 600), signer), client),
        ("request.origin", sign_request(question(answer_to="https://elsewhere.example/x"), signer), client),
        ("trust.claims", sign_request(question(Ask("resident", ("province", "birth_date"))), signer), client),
        ("trust.claims", sign_request(question(Ask("employee_id", ("party",))), signer), client),
        ("request.form", "not a request", client),
    ]
    tasks = [{"does": "answer", "request": text, "client": named, "held": []} for _, text, named in cases]
    assert [one.get("refused") for one in run(*tasks)] == [code for code, _, _ in cases]


def test_encryption_is_what_others_read(run):
    key = new_key()
    jwk = jose.jwk_of(key.public_key())
    own = {name: str(value) for name, value in ECKey.import_key(key).as_dict(private=True).items()}
    tasks = [{"does": "decrypt", "text": jose.encrypt(b"said", jwk, enc), "key": own} for enc in jose.ENCRYPTIONS]
    tasks += [{"does": "encrypt", "text": "said", "key": jwk, "enc": enc} for enc in jose.ENCRYPTIONS]
    tasks += [{"does": "thumbprint", "key": jwk}]
    *read, first, second, thumbprint = run(*tasks)
    assert [one["found"] for one in read] == ["said", "said"]
    assert jose.decrypt(first["found"], key, "it") == jose.decrypt(second["found"], key, "it") == b"said"
    assert thumbprint["found"] == jose.thumbprint(jwk)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_statuses_are_read_from_the_lists_that_we_publish(run, bits: Bits):
    packed = pack([(1, 1), (6, 1), (13, 1)], 16, bits)
    found = run(*({"does": "status", "bits": bits, "packed": list(packed), "index": place} for place in range(16)))
    assert [one["found"] for one in found] == [status_at(packed, bits, place) for place in range(16)]
    assert run({"does": "status", "bits": bits, "packed": list(packed), "index": 128})[0] == {"refused": "status.form"}


NEEDED = [
    Requirement("resident", "connecting_information", "identifies", ()),
    Requirement("resident", "province", "equals", ("26",)),
    Requirement("household", "size", "at_least", ("3",)),
]


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"resident": {"connecting_information": "c", "province": "26"}},
        {"resident": {"connecting_information": "c", "province": "26"}, "household": {"size": 3}},
        {"resident": {"connecting_information": "c", "province": "11"}, "household": {"size": 3}},
        {"resident": {"connecting_information": "c", "province": "26"}, "household": {"size": 2}},
        {"resident": {"province": "26"}, "household": {"size": 4}},
    ],
    ids=str,
)
def test_what_somebody_qualifies_for_is_judged_as_the_authority_does(run, shown):
    held = [{"type": kind, "claims": claims} for kind, claims in shown.items()]
    (answer,) = run({"does": "qualify", "requirements": as_data(NEEDED), "held": held})
    assert answer["found"] == overall(findings(NEEDED, shown))


def test_of_several_credentials_of_a_type_that_counts_which_fits(run):
    old, new = ({"connecting_information": "c", "province": province} for province in ("11", "26"))
    held = [{"type": "resident", "claims": one} for one in (old, new)]
    (answer,) = run({"does": "qualify", "requirements": as_data(NEEDED[:2]), "held": held})
    assert answer["found"] == "met"
