"""Proofs of public records over HTTP: they hold off line, and give away nothing that is not public."""

import json
import time
from urllib.parse import quote

import msgspec
import pytest

from madang.app import MODULES
from madang.base.approvals.state import PROPOSALS, Proposal
from madang.base.trust.state import ISSUERS, TYPES
from madang.kernel.machine import MARKS
from madang.kernel.transaction import Act
from madang.log import Policy, Proven, VerifierKey, check_written
from madang.web.api.proven import may_be_seen, public_prefixes
from tests.base.trust.scene import LICENCE, OTHER_ROOT, ROOT, define, name_issuer
from tests.support.cast import ALICE, officer, officers, quorum
from tests.support.signing import Wallet, envelope
from tests.web.serving import Server
from tests.web.signing import pay, payload, read_header


def send(server: Server, by: list[Wallet], *acts: Act | dict[str, object]) -> dict[str, object]:
    """Submit acts; they must be accepted."""
    written = [json.loads(msgspec.json.encode(act)) for act in acts]
    body = envelope(payload(*written), by)
    answer = server.submit(body, "application/jose+json" if body[:1] == b"{" else "application/jose")
    assert answer.status == 200, answer
    return dict(answer.json)


def path(table: str, *parts: str) -> str:
    return f"/proofs/{table}?" + "&".join(f"part={quote(part, safe='')}" for part in parts)


def proven(server: Server, table: str, *parts: str) -> Proven:
    answer = server.get(path(table, *parts))
    assert answer.status == 200, answer
    key = VerifierKey.parse(server.get("/chain").json["log_key"])
    return check_written(answer.body, Policy(key, (), 0, key.name))


@pytest.fixture(scope="module")
def trusting(server: Server) -> Server:
    """The server, with a type and its issuer."""
    send(server, quorum("operator"), define())
    send(server, quorum("ministry"), name_issuer())
    return server


def test_a_record_has_a_proof_of_its_last_write(trusting: Server) -> None:
    found = proven(trusting, "trust.issuer", LICENCE, "welfare")
    assert found.key == ISSUERS.key(LICENCE, "welfare")
    first = ISSUERS.decode(found.record or b"")
    assert (first.anchors, first.height) == ((ROOT,), found.height)
    where = send(trusting, quorum("ministry"), name_issuer(anchors=[ROOT, OTHER_ROOT]))
    later = proven(trusting, "trust.issuer", LICENCE, "welfare")
    assert ISSUERS.decode(later.record or b"").anchors == (ROOT, OTHER_ROOT)
    assert later.height == where["height"]
    assert TYPES.decode(proven(trusting, "trust.type", LICENCE).record or b"").governor == "ministry"


def test_what_was_decided_over_days_has_a_proof_too(trusting: Server) -> None:
    first, second = officers("ministry")[:2]
    acts = [json.loads(msgspec.json.encode(name_issuer(issuer="bank-b", anchors=["77" * 32])))]
    deadline = int(time.time()) + 600
    proposal = {"type": "approvals.propose", "by": first.party, "acts": acts, "deadline": deadline}
    send(trusting, [first], proposal)
    target = "/approvals/show_proposals?institution=ministry"

    ((handle, _),) = trusting.get(target, authorization=read_header(first, target)).json
    send(trusting, [second], {"type": "approvals.approve", "by": second.party, "proposal": handle})
    found = proven(trusting, "trust.issuer", LICENCE, "bank-b")
    assert ISSUERS.decode(found.record or b"").anchors == ("77" * 32,)
    prefixes = public_prefixes(MODULES)
    shown = [key for key, _ in found.writes if not key.startswith((*prefixes, MARKS.prefix))]
    assert shown == [PROPOSALS.key("ministry", handle)]


def test_what_was_written_with_something_private_has_no_proof(trusting: Server) -> None:
    named = name_issuer(issuer="bank-a", anchors=["88" * 32])
    send(trusting, [*quorum("ministry"), ALICE], named, pay())
    answer = trusting.get(path("trust.issuer", LICENCE, "bank-a"))
    assert (answer.status, answer.code) == (404, "proof.mixed")
    send(trusting, quorum("ministry"), named)
    assert ISSUERS.decode(proven(trusting, "trust.issuer", LICENCE, "bank-a").record or b"").anchors == ("88" * 32,)


def test_an_anchor_has_a_proof(trusting: Server) -> None:
    act = {"type": "anchors.publish", "by": "welfare", "series": "status-1", "version": 1, "digest": "ab" * 32}
    where = send(trusting, [officer("welfare")], act)
    assert proven(trusting, "anchors.newest", "welfare", "status-1").height == where["height"]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        (path("trust.anchor", LICENCE, ROOT), 404, "proof.table"),
        (path("money.account", "alice"), 404, "proof.table"),
        (path("kernel.party", "ministry"), 404, "proof.table"),
        (path("nothing", "at-all"), 404, "proof.table"),
        ("/proofs/trust.issuer", 400, "proof.key"),
        (path("trust.issuer", LICENCE), 400, "proof.key"),
        (path("trust.issuer", LICENCE, "welfare", "more"), 400, "proof.key"),
        (path("trust.issuer", LICENCE + "\0welfare", ""), 400, "proof.key"),
        (path("trust.type", LICENCE) + "&other=1", 400, "proof.key"),
        (path("trust.type", "x" * 1024), 400, "proof.key"),
        (path("trust.type", "unheard_of"), 404, "proof.unknown"),
        (path("trust.issuer", LICENCE, ""), 404, "proof.unknown"),
    ],
)
def test_what_has_no_proof(trusting: Server, target: str, status: int, code: str) -> None:
    answer = trusting.get(target)
    assert (answer.status, answer.code) == (status, code)


def test_what_may_be_seen() -> None:
    prefixes = public_prefixes(MODULES)
    seen = (TYPES.key(LICENCE), b"x")
    gone = PROPOSALS.key("ministry", "h" * 22)
    assert may_be_seen([seen, (MARKS.key(1, b"id"), b"x"), (gone, None)], prefixes)
    open_one = PROPOSALS.encode(Proposal(b"[]", 1, 0, ("one",), (("key",),)))
    for hidden in ((gone, open_one), (b"money.account\0alice", b"x"), (b"money.account\0alice", None), (b"t", None)):
        assert not may_be_seen([seen, hidden], prefixes)
