"""Four institutions under load while one of them is killed, cut off, or lies: nothing told to a client is untrue."""

import time
from collections.abc import Iterator

import pytest

from madang.engine.cometbft.cluster import committed_height
from tests.cluster.history import Clients, check
from tests.cluster.institutions import Institutions, institutions


@pytest.fixture(scope="module")
def cluster(needs) -> Iterator[Institutions]:
    with institutions(needs("cometbft")) as started:
        yield started


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


def test_one_whose_rules_are_not_everybodys_stops_and_the_others_go_on(cluster):
    liar, honest = cluster.members[2], [0, 1, 3]
    cluster.end(liar)
    cluster.go(liar, "--generous")
    with Clients(cluster, 2_000_000, honest) as clients:
        clients.until_told(60)
        alone = committed_height(liar)
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
