"""A server with pages and two listed shops, for tests over HTTP without a browser."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madang.base.merchants.transactions import Entry, Register
from madang.base.registers.transactions import Publish
from tests.services.vouchers.scene import BUSAN, SEOUL, facts
from tests.support.signing import ORIGIN, Wallet, compact
from tests.web.serving import CHAIN, Answer, Server, free_port, make_node

START_SECONDS = 60


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
    port = free_port()
    madang = Path(sys.executable).with_name("madang")
    with subprocess.Popen([madang, "serve", str(folder), "--pages", "--port", str(port)]) as process:
        server = Server(folder, port, process)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if server.get("/health").status == 200:
                    break
            except OSError:
                assert process.poll() is None, "the server ended by itself"
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield server
        process.terminate()


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
