"""An office makes, changes and ends identifiers by command, a served node publishes them, and the ledger confirms each
version; what was put in another's place is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madang.cli import main
from madang.client import Keystore, Wallet
from madang.identity.did import keeping
from madang.identity.did.keeping import Subject
from tests.cli.running import Said
from tests.support.cast import officer
from tests.support.signing import ORIGIN as SITE
from tests.support.signing import Wallet as Signing
from tests.web.issuer.served import PASSPHRASE, Town
from tests.web.serving import Server, free_port

METER = ("--sort", "things", "--id", "meter-1")


class Scene(NamedTuple):
    """A served town, and the commands of its office."""

    town: Town
    server: Server
    origin: str

    def run(self, *given: object) -> Said:
        """A command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.setenv("COLUMNS", "300")
            patch.setattr(sys, "argv", ["madang", *map(str, given)])
            try:
                main()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 0
        return Said(status, out.getvalue(), err.getvalue())

    def did(self, *given: object) -> dict:
        """A command on the office's identifiers."""
        found = self.run("did", given[0], self.town.identity, "office", *given[1:], "--json")
        assert found.status == 0, found.err
        return dict(found.json)

    def anchor(self, *given: object) -> list[int]:
        return list(self.did("anchor", *given, "--key", "officer", "--url", self.server.url)["anchored"])


def _key(one: Signing) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(one.private_number(), ec.SECP256R1())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("town")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MADANG_KEYS", str(folder / "keys"))
        patch.setenv("MADANG_PASSPHRASE_FILE", str(folder / "passphrase"))
        town = Town(folder, f"http://localhost:{port}", kinds=("thing_certificate", "dataset_certificate"))
        Keystore(folder / "keys").store("officer", Wallet(_key(officer("welfare"))), PASSPHRASE)
        with town.served(port) as server:
            yield Scene(town, server, f"http://localhost:{port}")


@pytest.fixture(scope="module")
def office(scene: Scene) -> str:
    """The office's own identifier, anchored."""
    did: str = scene.did("create")["did"]
    assert scene.anchor() == [1]
    return did


def later() -> None:
    """A second later: versions are told apart by it."""
    time.sleep(1.1)


def test_a_thing_has_a_history_that_anyone_resolves_and_the_ledger_confirms(scene: Scene, office: str) -> None:
    did = scene.did("create", *METER)["did"]
    assert scene.anchor(*METER) == [1]
    later()
    scene.did("rotate", *METER, "--service", "Manual=https://maker.example.kr/meter")
    assert scene.anchor(*METER) == [2]
    assert scene.anchor(*METER) == []
    resolved = scene.run("did", "resolve", did, "--json").json
    assert resolved["didDocument"]["controller"] == office
    assert resolved["didDocumentMetadata"]["versionNumber"] == 2
    first = scene.run("did", "resolve", did, "--version-number", 1, "--json").json
    assert len(first["didDocument"]["service"]) == 1
    key = scene.server.get("/chain").json["log_key"]
    told = scene.run("did", "history", did, "--url", scene.server.url, "--log-key", key, "--json").json
    assert [(one["changes"], one["anchor"]) for one in told] == [
        (["made"], "proven"),
        (["signers", "services"], "proven"),
    ]
    said = scene.run("did", "history", did, "--url", scene.server.url).out
    assert "newest" in said and "its services changed" in said


def test_who_has_all_keys_and_files_can_not_put_another_history_in_its_place(scene: Scene, office: str) -> None:
    sensor = ("--sort", "things", "--id", "sensor-7")
    did = scene.did("create", *sensor)["did"]
    scene.anchor(*sensor)
    own, subject = scene.town.identity / "office", Subject("things", "sensor-7")
    folder = keeping.folder_of(own, subject)
    kept = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    later()
    scene.did("rotate", *sensor, "--service", "Manual=https://right.example.kr")
    scene.anchor(*sensor)
    # Everything back as it was, and another second version.
    proof = (folder / "anchors" / "2").read_bytes()
    for file, content in kept.items():
        file.write_bytes(content)
    (folder / "anchors" / "2").write_bytes(proof)
    cut = scene.run("did", "history", did, "--url", scene.server.url)
    assert "[did.cut]" in cut.err
    later()
    scene.did("rotate", *sensor, "--service", "Manual=https://wrong.example.kr")
    key = scene.server.get("/chain").json["log_key"]
    told = scene.run("did", "history", did, "--url", scene.server.url, "--log-key", key, "--json").json
    assert [one["anchor"] for one in told] == ["proven", "other"]
    refused = scene.run(
        "did", "anchor", scene.town.identity, "office", *sensor, "--key", "officer", "--url", scene.server.url
    )
    assert "[did.replaced]" in refused.err


def test_what_ended_has_no_document_and_no_next_version(scene: Scene, office: str) -> None:
    lease = ("--sort", "contracts", "--id", "lease-3")
    did = scene.did("create", *lease)["did"]
    later()
    scene.did("deactivate", *lease)
    assert scene.anchor(*lease) == [1, 2]
    resolved = scene.run("did", "resolve", did, "--json").json
    assert resolved["didDocument"] is None and resolved["didDocumentMetadata"]["deactivated"] is True
    again = scene.run("did", "rotate", scene.town.identity, "office", *lease)
    assert "[did.ended]" in again.err


def test_refusals(scene: Scene, office: str) -> None:
    def refused(*given: object) -> str:
        found = scene.run("did", *given)
        assert found.status == 1
        code: str = re.findall(r"\[(\S+)\]", found.err)[-1]
        return code

    folder = scene.town.identity
    assert refused("create", folder, "office") == "did.exists"
    assert refused("create", folder, "office", "--sort", "things") == "did.subject"
    assert refused("create", folder, "office", "--sort", "people", "--id", "x") == "did.subject"
    assert refused("create", folder, "office", "--sort", "data", "--id", "../x") == "did.subject"
    assert refused("rotate", folder, "office", "--sort", "data", "--id", "none") == "did.unknown"
    assert refused("rotate", folder, "office", "--service", "Page=http://plain.example") == "did.service"
    assert refused("rotate", folder, "office", "--controller", "nobody") == "did.controller"
    assert refused("anchor", folder, "office", "--sort", "data", "--id", "none") == "did.unknown"
    assert refused("resolve", "did:web:example.com") == "did.name"
    assert refused("resolve", office.replace("office", "other")) == "did.unavailable"


def test_a_thing_may_have_a_key_of_its_own_in_place_of_the_institutions(scene: Scene, office: str) -> None:
    jwk = Keystore(Path(scene.town.folder / "keys")).show("officer").jwk
    file = scene.town.folder / "device.json"
    file.write_text(json.dumps(jwk))
    data = ("--sort", "data", "--id", "boundaries-2026")
    did = scene.did("create", *data)["did"]
    later()
    scene.did("rotate", *data, "--jwk", file)
    resolved = scene.run("did", "resolve", did, "--json").json["didDocument"]
    assert resolved["verificationMethod"][0]["publicKeyJwk"]["x"] == jwk["x"]


def test_files_are_for_pages_of_any_origin_and_keys_are_not_served(scene: Scene, office: str) -> None:
    found = scene.server.get("/identity/office/did.jsonl")
    assert found.status == 200 and found.headers["access-control-allow-origin"] == "*"
    assert found.headers["content-type"].startswith("text/jsonl")
    assert scene.server.get("/identity/office/anchors/1").status == 200
    keys = list((scene.town.identity / "office" / "dids" / "self" / "keys").iterdir())
    assert len(keys) == 1 and b"ENCRYPTED" in keys[0].read_bytes() and keys[0].stat().st_mode & 0o077 == 0
    for path in (
        "/identity/nobody/did.jsonl",
        "/identity/office/things/none/did.jsonl",
        "/identity/office/people/x/did.jsonl",
        "/identity/office/things/..%2F..%2Fself/did.jsonl",
        f"/identity/office/keys/{keys[0].name}",
        f"/identity/office/dids/self/keys/{keys[0].name}",
        "/identity/office/anchors/9",
    ):
        assert scene.server.get(path).status == 404, path


def test_what_is_certified_of_a_thing_is_verified_by_anyone_and_seen_in_the_explorer(scene: Scene, office: str) -> None:
    pump = ("--sort", "things", "--id", "pump-2")
    did = scene.did("create", *pump)["did"]
    claims = scene.town.folder / "claims.json"
    claims.write_text(json.dumps({"maker": "한국펌프", "model": "P-2", "serial_number": "KP-0001"}))
    given = ("did", "certify", scene.server.folder, "office", *pump, "--claims", claims)
    made = scene.run(*given, "--type", "thing_certificate", "--json")
    assert made.status == 0, made.err
    found = scene.run("did", "certificates", did, "--url", scene.server.url, "--json")
    assert found.status == 0, found.out
    said = found.json[0]["certificate"]
    assert (said["type"], said["issuer"], said["claims"]["subject"]) == ("thing_certificate", "welfare", did)
    assert said["claims"]["serial_number"] == "KP-0001"
    assert "[did.certificate]" in scene.run(*given, "--type", "driving_licence").err
    page = scene.server.ask(
        "POST",
        "/explorer/identifiers",
        f"did={quote(did)}".encode(),
        content_type="application/x-www-form-urlencoded",
        origin=SITE,
        accept_language="en",
    )
    assert page.status == 200, page
    text = page.body.decode()
    assert "KP-0001" in text and "Certificate of a thing" in text and "welfare" in text


def test_a_data_set_is_the_certified_file_or_another(scene: Scene, office: str) -> None:
    plots = ("--sort", "data", "--id", "plots-2026")
    did = scene.did("create", *plots)["did"]
    file, claims = scene.town.folder / "plots.csv", scene.town.folder / "plots.json"
    file.write_text("plot,area\n1,200\n")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    claims.write_text(json.dumps({"title": "Plots", "digest": digest, "licence": "KOGL 1"}))
    given = ("did", "certify", scene.server.folder, "office", *plots, "--claims", claims)
    made = scene.run(*given, "--type", "dataset_certificate")
    assert made.status == 0, made.err
    asked = ("did", "certificates", did, "--url", scene.server.url, "--file", file)
    assert scene.run(*asked).status == 0
    file.write_text("plot,area\n1,900\n")
    refused = scene.run(*asked)
    assert refused.status == 1 and "[did.digest]" in refused.out
