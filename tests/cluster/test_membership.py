"""Who validates follows the ledger's record: admitted, weighed, removed, jailed; and light checks follow with it."""

import base64
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.audit.light import check_consensus, validators_hash
from madang.base.validators.transactions import (
    Admit,
    BlockId,
    ChangePower,
    Remove,
    ReportEquivocation,
    SignedVote,
)
from madang.base.validators.votes import sign_bytes
from madang.engine.cometbft.cluster import Member, committed_height
from madang.kernel.codec import to_base64url
from madang.kernel.transaction import Act
from tests.cluster import scene
from tests.cluster.history import Clients, check
from tests.cluster.institutions import Institutions, institutions
from tests.crash import town
from tests.support.cast import quorum

pytestmark = pytest.mark.soak
SECONDS = 30.0


@pytest.fixture
def cluster(needs) -> Iterator[Institutions]:
    with institutions(needs("cometbft"), spare=1) as started:
        yield started


def decide(cluster: Institutions, name: str, act: Act) -> None:
    """The operator's quorum does it."""
    (answer,) = cluster.submit(0, scene.sign(name, [act], quorum("operator")))
    assert answer.outcome == "accepted", answer


def follows(cluster: Institutions) -> dict[bytes, int]:
    """CometBFT's validators, once they are the ledger's."""
    deadline = time.monotonic() + SECONDS
    while True:
        listed = cluster.rpc(0, "validators")["validators"]
        found = {base64.b64decode(one["pub_key"]["value"]): int(one["voting_power"]) for one in listed}
        if found == cluster.ask(0, "validators"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_cometbft_and_light_checks_follow_who_is_admitted_weighed_and_removed(cluster):
    keys = [one.keys.public() for one in cluster.members]
    founders = validators_hash([(key, scene.POWER) for key in keys])
    with Clients(cluster, 0, [0, 1]) as clients:
        clients.until_told(30)
        fifth = cluster.join("treasury-bank")
        cluster.caught_up(fifth)
        key = fifth.keys.public()
        decide(
            cluster,
            "fifth",
            Admit(by="operator", institution="treasury-bank", consensus_key=to_base64url(key), power=scene.POWER),
        )
        clients.until_told(30)
        assert follows(cluster) == dict.fromkeys([*keys, key], scene.POWER)
        decide(cluster, "weigh", ChangePower(by="operator", institution="bank-a", power=150))
        clients.until_told(30)
        assert follows(cluster)[keys[1]] == 150
        decide(cluster, "leave", Remove(by="operator", institution="ministry"))
        clients.until_told(30)
        left = follows(cluster)
        assert left == {keys[0]: 100, keys[1]: 150, keys[2]: 100, key: 100}
        # The one that left is needed no more, and the new one is: of 450, 350 must not be all there is.
        cluster.kill(cluster.members[3])
        clients.until_told(30)
    height = committed_height(cluster.members[0])
    attested = check_consensus(cluster.prove(0, height, since=1), town.CHAIN, founders)
    assert (attested.height, attested.total) == (height, 450)
    assert attested.validators == validators_hash(list(left.items()))
    check(clients.history, cluster.settled(0, 1, 2, 4), cluster.genesis)


def test_one_that_signed_two_votes_is_jailed_and_the_others_go_on(cluster):
    victim = cluster.members[2]
    reporter = town.payer(1)
    with Clients(cluster, 0, [0, 1, 3]) as clients:
        clients.until_told(30)
        report = ReportEquivocation(
            by=reporter.party,
            consensus_key=to_base64url(victim.keys.public()),
            vote="precommit",
            height=1,
            round=0,
            first=vote(victim, "ab" * 32),
            second=vote(victim, "cd" * 32),
        )
        (answer,) = cluster.submit(0, scene.sign("two votes", [report], [reporter]))
        assert answer.outcome == "accepted", answer
        clients.until_told(60)
        assert victim.keys.public() not in follows(cluster)
        cluster.kill(victim)
        clients.until_told(60)
    blocks = cluster.settled(0, 1, 3)
    check(clients.history, blocks, cluster.genesis)
    cluster.go(victim)
    assert cluster.settled() == blocks


def vote(member: Member, block: str) -> SignedVote:
    """A precommit for that block at height 1, signed with the validator's key."""
    identity = BlockId(hash=block, parts=1, parts_hash="ef" * 32)
    unsigned = SignedVote(seconds=int(time.time()), nanoseconds=0, signature="A" * 86, block=identity)
    key = Ed25519PrivateKey.from_private_bytes(member.keys.validator)
    value = key.sign(sign_bytes(town.CHAIN, "precommit", 1, 0, unsigned))
    return SignedVote(seconds=unsigned.seconds, nanoseconds=0, signature=to_base64url(value), block=identity)
