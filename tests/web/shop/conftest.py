"""A server with pages and two listed shops, for tests over HTTP without a browser."""

import json
from collections.abc import Callable, Iterator

import pytest

from madang.base.merchants.transactions import Entry, Register
from madang.base.registers.transactions import Publish
from tests.services.vouchers.scene import BUSAN, SEOUL, facts
from tests.support.signing import ORIGIN, Wallet, compact
from tests.web.serving import CHAIN, Answer, Server, make_node, with_pages


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Server]:
    """The standard cast with bakery and grocer as shops, served with pages."""
    folder = tmp_path_factory.mktemp("shops") / "node"
    make_node(
        folder,
        [
            Publish(by="operator", register="legal-dong", version=1, codes=[BUSAN, SEOUL], since=0),
            Register(
                by="operator",
                entries=[Entry(merchant="bakery", facts=facts(BUSAN)), Entry(merchant="grocer", facts=facts(SEOUL))],
            ),
        ],
    )
    with with_pages(folder) as server:
        yield server


@pytest.fixture
def sign_in(site: Server) -> Callable[[Wallet], Answer]:
    """Signs somebody in to the shop's pages, or tries to."""

    def sign_in(signer: Wallet) -> Answer:
        asked = site.get("/shop/challenge").json
        read = {"chain": CHAIN, "method": "GET", "path": asked["path"], "not_after": asked["now"] + 100}
        signed = compact(json.dumps(read).encode(), signer).decode()
        body = json.dumps({"challenge": asked["challenge"], "signed": [signed]}).encode()
        return site.ask("POST", "/shop/sign-in", body, content_type="application/json", origin=ORIGIN)

    return sign_in


@pytest.fixture
def signed_in(sign_in: Callable[[Wallet], Answer]) -> Callable[[Wallet], str]:
    """Signs in somebody who may: the cookie."""

    def signed_in(signer: Wallet) -> str:
        answer = sign_in(signer)
        assert answer.status == 200, answer
        return answer.headers["set-cookie"].partition(";")[0]

    return signed_in
