"""madang trust: a proof is fetched, checked off line, and a damaged or strange one refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.log import SignerKey
from tests.base.trust.scene import LICENCE, ROOT, define, name_issuer
from tests.cli.running import Run
from tests.support.cast import quorum
from tests.web.api.test_proven import send
from tests.web.serving import Server, make_node, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ledger on which the welfare authority may issue licences."""
    folder = tmp_path_factory.mktemp("trust") / "node"
    make_node(folder)
    with serving(folder) as running:
        send(running, quorum("operator"), define())
        send(running, quorum("ministry"), name_issuer())
        yield running


def test_a_proof_is_fetched_and_checked_off_line(run: Run, server: Server, tmp_path: Path) -> None:
    proof = tmp_path / "issuer.proof"
    wanted = ("trust", "get", "trust.issuer", LICENCE, "welfare", "-o", proof, "--url", server.url)
    got = run(*wanted, "--json")
    assert got.json == {"file": str(proof), "bytes": proof.stat().st_size}
    assert run(*wanted).status == 1, "a file that is there is not written over"
    key = server.get("/chain").json["log_key"]
    checked = run("trust", "check", proof, "--log-key", key, "--json").json
    assert (checked["table"], checked["key"]) == ("trust.issuer", [LICENCE, "welfare"])
    assert (checked["record"]["anchors"], checked["record"]["height"]) == ([ROOT], checked["height"])
    assert checked["cosigned_by"] == []
    said = run("trust", "check", proof, "--log-key", key).out
    assert f"trust.issuer {LICENCE} welfare was written at height {checked['height']}." in said
    assert "nobody: the log alone says so" in said
    assert "It may have been written again since." in said


def test_what_does_not_hold_is_refused(run: Run, server: Server, tmp_path: Path) -> None:
    proof = tmp_path / "type.proof"
    assert run("trust", "get", "trust.type", LICENCE, "-o", proof, "--url", server.url).status == 0
    key = server.get("/chain").json["log_key"]
    other = str(SignerKey.generate(key.split("+")[0]).verifier())
    assert "log.signature.missing" in run("trust", "check", proof, "--log-key", other).err
    assert run("trust", "check", proof, "--log-key", key, "--threshold", 1).status == 1
    data = proof.read_bytes()
    proof.write_bytes(data.replace(b"ministry", b"minister"))
    assert "log.written.digest" in run("trust", "check", proof, "--log-key", key).err
    proof.write_bytes(b"%PDF")
    assert "log.written.magic" in run("trust", "check", proof, "--log-key", key).err
    gone = run("trust", "get", "trust.type", "unheard_of", "-o", tmp_path / "no.proof", "--url", server.url)
    assert (gone.status, "proof.unknown" in gone.err) == (1, True)
