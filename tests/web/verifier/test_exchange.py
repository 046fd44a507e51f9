"""What wallets meet over HTTP: the request once, the answer once, and one refusal for everything that is wrong."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from madang.app import MODULES
from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.identity import institution
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of
from madang.identity.institution import Description, Terms
from madang.identity.trust import Trust
from madang.identity.verified import StatusReference
from madang.identity.verifier.asking import Ask
from madang.identity.wallet.answering import Held, answer, choose, read_request
from madang.identity.zk.places import Places
from madang.kernel.codec import from_base64url
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.web.api.application import Additions, create
from madang.web.api.journal import FILE
from madang.web.api.limits import Limits
from madang.web.nodes import open_node
from madang.web.verifier.serving import additions
from madang.web.verifier.verifiers import Verifiers
from tests.identity.conftest import longfellow
from tests.identity.institutions import Certified
from tests.identity.verifier.scene import CLAIMS, Scene, ToldStatuses
from tests.web.serving import make_node

__all__ = ["longfellow"]
PASSPHRASE = "of a test, twelve"
DAY = 86_400
ASKED = {"resident": ("age_over_18", "province"), "age": ("age_over_19",)}
ASKS = [Ask("resident", ("age_over_18", "province"))]
PROVABLE = [Ask("age", ("age_over_19",), {"age_over_19": (True,)}, provable=True)]


class Site:
    """A served verifier of the city, and somebody with a residence."""

    def __init__(self, folder: Path, client: Any, opened: institution.Institution, now: int, app: Litestar) -> None:
        self.folder = folder
        self.client = client
        self.app = app
        self.city = opened
        self.now = now
        self.verifiers: Verifiers = app.state.verifiers
        self.state: Callable[[], State] = app.state.node.state

    def journal(self) -> list[str]:
        """The codes of refused presentations."""
        lines = [msgspec.json.decode(line) for line in (self.folder / FILE).read_bytes().splitlines()]
        return [line["code"] for line in lines if line["event"] == "presentation"]


def naming(city: institution.Institution, kind: str, claims: Sequence[str], now: int) -> list[Act]:
    """A type that the city issues, and asks for these claims of."""
    named: dict[str, Any] = {"credential": kind, "by": "ministry", "since": now, "until": now + 300 * DAY}
    return [
        DefineType(by="operator", credential=kind, governor="ministry", description="dd" * 32),
        NameIssuer(**named, issuer="bank-a", anchors=[city.anchor]),
        NameVerifier(
            **named,
            verifier="bank-a",
            purpose=f"claims/{kind}",
            claims=list(claims),
            certificates=[digest_of(city.requests.certificate)],
            origins=["https://city.example.kr"],
        ),
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder, now = tmp_path_factory.mktemp("verifier"), int(time.time()) - 120
    words = Words("부산광역시", "Busan")
    description = Description("bank-a", words, "http://localhost:8420", {"resident": Terms(), "age": Terms()})
    institution.make_institution(folder / "identity", "city", description, PASSPHRASE, now)
    city = institution.open_institution(folder / "identity", "city", PASSPHRASE)
    make_node(folder / "node", [act for kind, claims in ASKED.items() for act in naming(city, kind, claims, now)])
    apps: list[Litestar] = []

    @asynccontextmanager
    async def known(app: Litestar) -> AsyncIterator[None]:
        apps.append(app)
        yield

    verifying = additions({"city": city}, [city.root], ToldStatuses())
    served = Additions(verifying.routes, [*verifying.lifespans, known])
    application: Any = create(lambda: open_node(folder / "node", MODULES), Limits(), served)
    with TestClient(application) as client:
        yield Site(folder / "node", client, city, now, apps[0])


def held(site: Site, kind: str = "resident", form: str = "dc+sd-jwt") -> Held:
    """A residence, or an age, that the city issued."""
    office = Certified(None, site.city.root, None, site.city.credentials)
    return Scene().issue(kind, form, office=office, since=site.now)


def respond(site: Site, text: str, one: Held | None = None) -> str:
    trust = Trust(site.state())
    now = int(time.time())
    request = read_request(text, site.verifiers.of("city").client, trust, now)
    return answer(request, choose(request, [one or held(site)], lambda one: CLAIMS[one.type], proves=True), now)


def test_a_wallet_fetches_answers_and_is_sent_on(site):
    now = int(time.time())
    begun = site.verifiers.of("city").begin(ASKS, now, "http://localhost:8420/claim")
    path = urlsplit(begun.request_uri).path
    fetched = site.client.get(path)
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert fetched.headers["access-control-allow-origin"] == "*"
    given = site.client.post(path.replace("request", "response"), data={"response": respond(site, fetched.text)})
    assert given.status_code == 200
    code = given.json()["redirect_uri"].partition("response_code=")[2]
    taken = site.verifiers.of("city").take(begun.handle, begun.secret, now, code)
    assert taken.shown[0].claims == {"age_over_18": True, "province": "26"}
    assert taken.shown[0].issuer == "bank-a"


def test_a_wallet_may_send_a_nonce_of_its_own(site):
    begun = site.verifiers.of("city").begin(ASKS, int(time.time()))
    fetched = site.client.post(urlsplit(begun.request_uri).path, data={"wallet_nonce": "n1", "wallet_metadata": "{}"})
    assert fetched.status_code == 200
    payload = from_base64url(fetched.text.split(".")[1], "the payload")
    assert msgspec.json.decode(payload)["wallet_nonce"] == "n1"


def test_across_devices_nobody_is_sent_anywhere(site):
    begun = site.verifiers.of("city").begin(ASKS, int(time.time()))
    path = urlsplit(begun.request_uri).path
    response = respond(site, site.client.get(path).text)
    assert site.client.post(path.replace("request", "response"), data={"response": response}).json() == {}


def test_everything_that_is_wrong_looks_the_same(site):
    verifier = site.verifiers.of("city")
    before = len(site.journal())
    begun = [verifier.begin(ASKS, int(time.time())) for _ in range(2)]
    paths = [urlsplit(one.request_uri).path for one in begun]
    site.client.get(paths[0])
    answers = [
        site.client.get(paths[0]),
        site.client.get(paths[1].replace("city", "village")),
        site.client.get(f"{paths[1]}x"),
        site.client.post(paths[1], data={"wallet_nonce": "n" * 300}),
        site.client.post(paths[1], content=b"{}", headers={"content-type": "application/json"}),
        site.client.post(paths[0].replace("request", "response"), data={"response": "x"}),
        site.client.post(paths[0].replace("request", "response"), data={"response": "x"}),
        site.client.post(paths[0].replace("request", "response"), data={}),
        site.client.post(
            paths[0].replace("request", "response"),
            content=b"response=a&response=b",
            headers={"content-type": "application/x-www-form-urlencoded"},
        ),
    ]
    wire = {
        (one.status_code, one.content, tuple(sorted((k, v) for k, v in one.headers.items() if k != "date")))
        for one in answers
    }
    assert len(wire) == 1
    assert answers[0].status_code == 400
    assert answers[0].json() == {"error": "invalid_request"}
    assert site.journal()[before:] == [
        "request.fetched",
        "request.unknown",
        "request.unknown",
        "request.wallet_nonce",
        "request.form",
        "jose.decryption",
        "request.answered",
        "response.form",
        "response.form",
    ]


def test_ten_megabytes_are_not_read(site):
    begun = site.verifiers.of("city").begin(ASKS, int(time.time()))
    path = urlsplit(begun.request_uri).path.replace("request", "response")
    assert site.client.post(path, data={"response": "x" * 10_000_000}).status_code == 413


@pytest.mark.parametrize(
    ("asks", "length", "code"),
    [
        (ASKS, 250_000, "jose.decryption"),
        (ASKS, 300_000, "response.form"),
        (PROVABLE, 300_000, "jose.decryption"),
        (PROVABLE, 780_000, "jose.decryption"),
        (PROVABLE, 800_000, "response.form"),
    ],
)
def test_an_answer_is_long_only_where_a_proof_was_asked_for(site, longfellow, asks, length, code):
    begun = site.verifiers.of("city").begin(asks, int(time.time()))
    path = urlsplit(begun.request_uri).path
    site.client.get(path)
    answered = site.client.post(path.replace("request", "response"), data={"response": "x" * length})
    assert (answered.status_code, answered.json()) == (400, {"error": "invalid_request"})
    assert site.journal()[-1] == code


def test_a_proof_finds_a_place_or_is_to_be_sent_again(site, longfellow, monkeypatch):
    places = Places(at_once=1, waiting=0)
    verifiers = Verifiers({"city": site.city}, [site.city.root], ToldStatuses(), site.state, places)
    monkeypatch.setattr(site.app.state, "verifiers", verifiers)
    begun = verifiers.of("city").begin(PROVABLE, int(time.time()))
    path = urlsplit(begun.request_uri).path
    response = {"response": respond(site, site.client.get(path).text, held(site, "age", "mso_mdoc"))}
    with places.place():
        busy = site.client.post(path.replace("request", "response"), data=response)
        shown = verifiers.of("city").begin(PROVABLE, int(time.time()))
        beside = urlsplit(shown.request_uri).path
        text = respond(site, site.client.get(beside).text, held(site, "age"))
        assert site.client.post(beside.replace("request", "response"), data={"response": text}).status_code == 200
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
    assert busy.json() == {"error": "temporarily_unavailable"}
    assert site.journal()[-1] == "zk.busy"
    assert site.client.post(path.replace("request", "response"), data=response).status_code == 200
    (proven,) = verifiers.of("city").take(begun.handle, begun.secret, int(time.time())).shown
    assert (proven.format, proven.claims) == ("mso_mdoc_zk", {"age_over_19": True})
    verifiers.close()


def test_a_server_without_the_library_says_so_at_its_start_and_asks_for_the_credential(site, monkeypatch):
    before = len(site.journal())
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    lacking = additions({"city": site.city}, [site.city.root], ToldStatuses())

    async def asked() -> list[str]:
        async with lacking.lifespans[0](site.app):
            begun = site.app.state.verifiers.of("city").begin(PROVABLE, int(time.time()))
            text = site.app.state.verifiers.of("city").fetch(begun.handle, int(time.time()))
            return [one["format"] for one in payload_of(text)["dcql_query"]["credentials"]]

    verifiers = site.app.state.verifiers
    try:
        assert asyncio.run(asked()) == ["mso_mdoc", "dc+sd-jwt"]
    finally:
        site.app.state.verifiers = verifiers
    assert site.journal()[before:] == ["zk.unavailable"]


def payload_of(text: str) -> dict[str, Any]:
    payload: dict[str, Any] = msgspec.json.decode(from_base64url(text.split(".")[1], "the payload"))
    return payload


class SlowStatuses(ToldStatuses):
    """Nobody learns of a status before `told` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def check(self, reference: StatusReference, anchor: str, now: int) -> None:
        assert self.told.wait(60)
        super().check(reference, anchor, now)


def test_answers_that_wait_for_a_status_list_hold_up_nothing_else(site):
    statuses = SlowStatuses()
    verifiers = Verifiers({"city": site.city}, [site.city.root], statuses, site.state)
    now, verifier = int(time.time()), verifiers.of("city")
    threads_of_the_loop = min(32, (os.cpu_count() or 1) + 4)
    begun = [verifier.begin(ASKS, now) for _ in range(threads_of_the_loop)]
    forms = [{"response": respond(site, verifier.fetch(one.handle, now))} for one in begun]

    async def answered() -> list[str]:
        waiting = [verifiers.receive("city", one.handle, form, now) for one, form in zip(begun, forms, strict=True)]
        gathered = asyncio.gather(*waiting)
        await asyncio.sleep(0.2)
        try:
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 10) == "done"
        finally:
            statuses.told.set()
        return await gathered

    assert asyncio.run(answered()) == [""] * threads_of_the_loop
    verifiers.close()
