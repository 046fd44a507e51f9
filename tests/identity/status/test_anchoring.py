"""Published lists are anchored on a real node by one officer's key, again after each change, with a proof."""

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.base import anchors
from madang.base.anchors.state import NEWEST
from madang.base.anchors.transactions import Publish
from madang.client import Client
from madang.client import Wallet as Signing
from madang.identity.status.anchoring import GRACE_SECONDS, Anchoring, Distant, anchored, series_of
from madang.identity.status.publishing import Published, publish
from madang.identity.status.register import Status
from madang.identity.status.worker import StatusWorker
from madang.kernel.errors import MadangError
from madang.log import Policy, VerifierKey, check_written
from tests.identity.institutions import NOW
from tests.identity.status.scene import ISSUER, LATER, OFFICE, register
from tests.support.cast import ALICE, BASE, officer, standard_world
from tests.support.signing import Wallet
from tests.support.world import START
from tests.web.serving import Server, make_node, serving


def signing(wallet: Wallet) -> Signing:
    """The client's form of a wallet of the cast."""
    return Signing(wallet._key)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ledger of this module's own."""
    folder = tmp_path_factory.mktemp("anchoring") / "node"
    make_node(folder)
    with serving(folder) as running:
        yield running


def newest(client: Client, name: str, prefix: str) -> dict[str, object]:
    found = client.query("anchors", "newest", {"institution": "welfare", "series": series_of(prefix, name)})
    return dict(found)


def test_lists_are_anchored_once_a_change_and_have_a_proof(server: Server, tmp_path: Path) -> None:
    with register(tmp_path / "own") as lists, Client(server.url) as client:
        anchoring = Anchoring(Distant(client), signing(officer("welfare")), "welfare", "licences")
        (place,) = lists.allocate(1, LATER, NOW)
        first = publish(lists, OFFICE.signer, ISSUER, tmp_path / "web", NOW)
        assert [anchoring.anchor(first), anchoring.anchor(first)] == [8, 0]
        lists.change(place, Status.REVOKED, NOW)
        second = publish(lists, OFFICE.signer, ISSUER, tmp_path / "web", NOW)
        assert anchoring.anchor(second) == 8
        for one, before in zip(second, first, strict=True):
            found = newest(client, one.name, "licences")
            assert (found["version"], found["digest"], found["before"]) == (2, one.digest, before.digest)
            assert found["uri"] == one.uri
        proof = client.proof("anchors.newest", ["welfare", "licences-1-revocation"])
        key = VerifierKey.parse(server.get("/chain").json["log_key"])
        proven = check_written(proof, Policy(key, (), 0, key.name))
        assert NEWEST.decode(proven.record or b"").digest == second[2].digest


def test_what_the_ledger_refuses_is_told(server: Server) -> None:
    one = Published("1.jwt", "http://127.0.0.1/status/1", "ab" * 32)
    with Client(server.url) as client:
        for wallet, code in ((officer("bank-a"), "authority.not_signed"), (ALICE, "authority.not_signed")):
            with pytest.raises(MadangError) as refused:
                Anchoring(Distant(client), signing(wallet), "welfare", "refused").anchor([one])
            assert refused.value.code == code
        assert Anchoring(Distant(client), signing(officer("welfare")), "welfare", "local").anchor([one]) == 1
        assert newest(client, one.name, "local")["uri"] == ""
    with Client("http://127.0.0.1:9") as away, pytest.raises(MadangError) as refused:
        Anchoring(Distant(away), signing(officer("welfare")), "welfare").anchor([one])
    assert refused.value.code == "client.unreachable"


def test_the_worker_publishes_at_fixed_times_and_a_ledger_that_is_away_stops_no_revocation(
    server: Server, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    with register(tmp_path / "own") as lists, Client(server.url) as client:
        (place,) = lists.allocate(1, LATER, NOW)
        wallet = signing(officer("welfare"))
        anchoring = Anchoring(Distant(client), wallet, "welfare", "worker")
        worker = StatusWorker(lists, OFFICE.signer, ISSUER, web, lambda: int(time.time()), anchoring)
        worker.start()
        assert (web / "1.jwt").exists()
        lists.change(place, Status.REVOKED, NOW)
        worker.stop()
        assert worker.failure is None
        before = (web / "1.jwt").read_bytes()
        assert newest(client, "1.jwt", "worker")["digest"] == hashlib.sha256(before).hexdigest()
        gone = Anchoring(Distant(Client("http://127.0.0.1:9")), wallet, "welfare", "worker")
        alone = StatusWorker(lists, OFFICE.signer, ISSUER, web, lambda: int(time.time()), gone)
        alone.start()
        alone.stop()
        assert isinstance(alone.failure, MadangError)
        assert alone.failure.code == "client.unreachable"
        assert (web / "1.jwt").read_bytes() != before
        assert not [one for one in threading.enumerate() if one.name == "madang-status"]


def test_whoever_watches_an_issuer_sees_whether_a_file_is_the_anchored_one() -> None:
    world = standard_world((*BASE, anchors.MODULE))
    old, new, other = (Published("1.jwt", f"{ISSUER}/1", digest * 32) for digest in ("aa", "bb", "cc"))
    for version, one in enumerate((old, new), 1):
        act = Publish(by="welfare", series="licences-1", version=version, digest=one.digest)
        world.accept(act, by=officer("welfare"))
    state = world.state()

    def seen(one: Published, later: int) -> bool:
        return anchored(state, "welfare", "licences", one, START + later)

    assert [seen(one, 0) for one in (old, new, other)] == [True, True, False]
    assert [seen(one, GRACE_SECONDS) for one in (old, new, other)] == [False, True, False]
