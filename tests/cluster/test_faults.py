"""Four institutions under load while one of them is killed, cut off, or lies: nothing told to a client is untrue."""

import os
import time
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from madang.audit.light import check_consensus, validators_hash
from madang.cli.root import app
from madang.engine.cometbft.bundle import MAX_BUNDLE_BYTES
from madang.engine.cometbft.cluster import committed_height
from madang.engine.cometbft.rpc import Rpc
from madang.log.checkpoint import require
from madang.log.note import SignerKey
from madang.log.receipt import check as check_receipt
from tests.cluster import scene
from tests.cluster.history import Clients, check, vouchers
from tests.cluster.institutions import Institutions, institutions
from tests.crash import town


@pytest.fixture(scope="module")
def cluster(needs) -> Iterator[Institutions]:
    with institutions(needs("cometbft")) as started:
        yield started


def test_a_receipt_stands_on_what_the_validators_signed(cluster):
    (answer,) = cluster.submit(1, scene.payment(9_000_001, vouchers(cluster.genesis)))
    key = SignerKey.parse((cluster.members[1].folder / "checkpoint.key").read_text()).verifier()
    receipt = check_receipt(cluster.ask(1, "receipt", answer.id), require(key, [], 0))
    assert (receipt.leaf.height, receipt.leaf.index) == (answer.height, answer.index)
    height = cluster.ask(1, "height_of", cluster.ask(1, "progress")[1].height) + 1
    cluster.wait_for_height(height)
    proof = cluster.prove(0, height)
    trusted = validators_hash([(one.keys.public(), scene.POWER) for one in cluster.founders])
    attested = check_consensus(proof, town.CHAIN, trusted)
    assert attested.root == receipt.checkpoint.root
    assert 3 * attested.signed > 2 * attested.total == 8 * scene.POWER


def test_the_same_at_the_prompt(cluster, tmp_path):
    (answer,) = cluster.submit(1, scene.payment(9_000_002, vouchers(cluster.genesis)))
    key = SignerKey.parse((cluster.members[1].folder / "checkpoint.key").read_text()).verifier()
    receipt, proof = tmp_path / "receipt", tmp_path / "proof.json"
    receipt.write_bytes(cluster.ask(1, "receipt", answer.id))
    cluster.wait_for_height(cluster.ask(1, "height_of", cluster.ask(1, "progress")[1].height) + 1)
    made = CliRunner().invoke(app, ["node", "proof", str(cluster.members[0].folder), str(receipt), "-o", str(proof)])
    assert made.exit_code == 0, made.output
    trusted = validators_hash([(one.keys.public(), scene.POWER) for one in cluster.founders]).hex()
    check = ["receipt", "check", str(receipt), "--log-key", str(key), "--consensus", str(proof), "--validators"]
    good, bad = (CliRunner().invoke(app, [*check, one]) for one in (trusted, "ab" * 32))
    assert good.exit_code == 0, good.output
    assert "voting power signed it" in good.stdout
    assert bad.exit_code == 1


def test_the_largest_bundle_reaches_the_application(cluster):
    rpc = Rpc(*cluster.members[0].rpc)
    assert rpc.broadcast(os.urandom(MAX_BUNDLE_BYTES)) == "bundle.form"
    rpc.close()


def test_one_is_killed_and_comes_back(cluster):
    victim = cluster.members[3]
    with Clients(cluster, 0, range(4)) as clients:
        clients.until_told(60)
        cluster.kill(victim)
        clients.until_told(60)
        cluster.go(victim)
        cluster.caught_up(victim)
    check(clients.history, cluster.settled(), cluster.genesis)
    assert any(one.attempts > 1 for one in clients.history)


def test_one_is_cut_off_then_two_from_two(cluster):
    with Clients(cluster, 1_000_000, range(4)) as clients:
        clients.until_told(30)
        cluster.links.part(1)
        clients.until_told(60)
        assert cluster.ask(1, "progress")[1].height < cluster.ask(0, "progress")[1].height
        cluster.links.part(1, 2)
        time.sleep(1)  # what was on its way
        before = clients.told()
        time.sleep(2)
        assert clients.told() == before
        cluster.links.part()
        clients.until_told(60)
    check(clients.history, cluster.settled(), cluster.genesis)


def astray(cluster: Institutions, number: int, other: int) -> bool:
    """Whether one has a root that the other has not, at a block that both have: more than being late."""
    pairs = zip(cluster.ask(number, "blocks"), cluster.ask(other, "blocks"), strict=False)
    return any(mine != theirs for (_, mine, _), (_, theirs, _) in pairs)


def test_one_whose_rules_are_not_everybodys_stops_and_the_others_go_on(cluster):
    liar, honest = cluster.members[2], [0, 1, 3]
    cluster.end(liar)
    cluster.go(liar, "--generous")
    with Clients(cluster, 2_000_000, honest) as clients:
        clients.until_told(60)
        # Its own block is committed before the next header shows it that the others came to another root.
        deadline = time.monotonic() + 60
        while not astray(cluster, 2, 0):
            assert time.monotonic() < deadline
            clients.until_told(20)
        alone = committed_height(liar)
        cluster.wait_for_height(alone + 5, [cluster.members[0]])
        clients.until_told(60)
        assert committed_height(liar) == alone < committed_height(cluster.members[0])
    blocks = cluster.settled(*honest)
    check(clients.history, blocks, cluster.genesis)
    assert {root for _, root, _ in cluster.ask(2, "blocks")} - {root for _, root, _ in blocks}
    cluster.kill(liar)
    cluster.found_again(liar)
    cluster.go(liar)
    cluster.caught_up(liar)
    assert cluster.settled() == blocks
