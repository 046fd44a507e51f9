"""Our issuer judged by @openid4vc/openid4vci: a wallet that others wrote collects credentials from a served one."""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from madang.identity import mdoc
from madang.identity.catalogue import type_of
from madang.identity.certificates import follow
from madang.identity.issuer import authorizing, offers
from madang.identity.sdjwt import holding
from madang.kernel.codec import from_base64url
from tests.components import Needs
from tests.conformance.identity.judging import Refused, ask
from tests.web.issuer.served import BACK, ORIGIN, Town, private_jwk
from tests.web.serving import Server

pytestmark = pytest.mark.conformance

CLIENT, APP = "https://wallet.example.kr", "kr.example.wallet:/back"


class Judge:
    """A town whose office is served, and the wallet that comes to it."""

    def __init__(self, needs: Needs, town: Town, server: Server) -> None:
        self.needs, self.town, self.server = needs, town, server

    def ask(self, do: str, **more: Any) -> Any:
        question = {
            "do": do,
            "origin": ORIGIN,
            "server": self.server.url,
            "provider": base64.b64encode(self.town.provider).decode(),
            "provider_key": private_jwk(self.town.provider_key),
            "client": CLIENT,
            "count": 1,
            **more,
        }
        return ask(self.needs, "openid4vci.mjs", question)

    def offer(self, configuration: str) -> dict[str, Any]:
        with self.town.desk() as office:
            made = offers.make_offer(office, self.town.subject, [configuration], self.now())
        return {"link": made.link, "spoken": made.spoken, "configuration": configuration}

    def now(self) -> int:
        import time

        return int(time.time())

    def accepted(self, text: str) -> Any:
        trust = functools.partial(follow, anchors=[self.town.root], purpose="credential", now=self.now())
        return holding.accept(text, trust, self.now())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[Server]:
    with town.served() as running:
        yield running


@pytest.fixture
def judge(needs: Needs, town: Town, server: Server) -> Judge:
    return Judge(needs, town, server)


def test_a_wallet_of_others_collects_a_batch_at_the_desk(judge):
    got = judge.ask("collect", count=4, **judge.offer("resident_sd_jwt"))
    assert got["token_type"] == "DPoP"
    found = [judge.accepted(one) for one in got["credentials"]]
    assert [one.holder for one in found] == got["keys"]
    assert all(one.claims["age_over_19"] is True for one in found)


@pytest.mark.parametrize("proof", ["jwt", "attestation"])
def test_an_attested_wallet_collects_a_licence_with_its_keys_attested(judge, proof):
    got = judge.ask("collect", attested=True, proof=proof, count=3, **judge.offer("driving_licence_mdoc"))
    trust = functools.partial(follow, anchors=[judge.town.root], purpose="credential", now=judge.now())
    doctype = type_of("driving_licence").doctype
    found = [
        mdoc.verify_issued(from_base64url(one, "the credential"), doctype, trust, judge.now())
        for one in got["credentials"]
    ]
    assert [one.holder for one in found] == got["keys"] and len(found) == 3


@pytest.mark.parametrize(
    ("configuration", "attested", "redirect"),
    [("driving_licence_sd_jwt", True, APP), ("resident_sd_jwt", False, BACK)],
)
def test_a_person_who_signs_in_gets_a_credential_by_a_code(judge, configuration, attested, redirect):
    with judge.town.desk() as office:
        link = offers.invite(office, [configuration])
    asked = {"link": link, "attested": attested, "redirect": redirect, "configuration": configuration}
    started = judge.ask("authorize", **asked)
    assert started["flow"] == "Oauth2Redirect"
    parameters = {name: values[0] for name, values in parse_qs(urlsplit(started["open"]).query).items()}
    with judge.town.desk() as office:
        ticket = authorizing.arrive(office, parameters, judge.now())
        authorizing.identify(office, ticket, judge.town.subject, judge.now())
        back = authorizing.agree(office, ticket, judge.now())
    kept = {name: started[name] for name in ("verifier", "instance", "dpop_key")}
    got = judge.ask("redeem", back=back, count=2, **asked, **kept)
    assert got["scope"] == configuration
    assert [judge.accepted(one).holder for one in got["credentials"]] == got["keys"]


REFUSED = [
    ({"spoken": "000000"}, "resident_sd_jwt", False, "invalid_grant"),
    ({}, "driving_licence_sd_jwt", False, "invalid_client"),
]


@pytest.mark.parametrize(("changed", "configuration", "attested", "word"), REFUSED)
def test_the_wallet_understands_why_it_is_refused(judge, changed, configuration, attested, word):
    offer = judge.offer(configuration)
    if offer["spoken"] == changed.get("spoken"):
        changed = {"spoken": "000001"}
    with pytest.raises(Refused, match=word):
        judge.ask("collect", attested=attested, **{**offer, **changed})
