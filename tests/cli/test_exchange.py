"""madang qr: what a shop and a wallet do with codes, on a ledger that is served."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Facts, Register, Suspend
from madang.base.registers.transactions import Publish
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.exchange.qr import LONGEST, MerchantCode, write_code
from tests.cli.running import Run
from tests.cli.served import Served, served
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.support.world import START

SHOP = ("--name", "Bada Bakery", "--city", "Busan", "--korean-name", "바다빵집", "--korean-city", "부산")
CODE = MerchantCode(
    chain="test-chain",
    merchant="bakery",
    category="5462",
    name="Bada Bakery",
    city="Busan",
    local_name="바다빵집",
    local_city="부산",
)
FACTS = Facts(region="2611010100", industry="47121", category="5462", sales_class="up_to_1b")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    acts = [
        *cast.genesis(),
        *cast.residents(),
        Publish(by="operator", register="legal-dong", version=1, codes=[FACTS.region], since=0),
        Register(by="operator", entries=[Entry(merchant="bakery", facts=FACTS), Entry(merchant="grocer", facts=FACTS)]),
        Suspend(by="operator", merchant="grocer"),
    ]
    folder: Path = tmp_path_factory.mktemp("exchange") / "node"
    Node.create(folder, MODULES, write_genesis("test-chain", START, SITE, [ORIGIN], acts), "ledger.test/exchange")
    with served(folder) as found:
        yield found


def test_a_printed_code_is_made_and_read(run: Run, node: Served) -> None:
    made = run("qr", "make", "--merchant", "bakery", *SHOP, "--url", node.url, "--json")
    assert made.status == 0, made.err
    assert (made.json["category"], made.json["chain"]) == ("5462", "test-chain")
    read = run("qr", "read", made.json["text"], "--url", node.url)
    assert read.status == 0, read.err
    assert "local_name  바다빵집" in read.out


def test_a_code_for_one_payment_is_drawn_to_a_file(run: Run, node: Served, tmp_path: Path) -> None:
    picture = tmp_path / "code.svg"
    order = ("--amount", 12_000, "--order", "A-17")
    made = run("qr", "make", "--merchant", "bakery", *SHOP, *order, "-o", picture, "--url", node.url, "--json")
    assert made.status == 0, made.err
    assert picture.read_bytes().startswith(b"<?xml")
    assert made.json["expires"] <= time.time() + LONGEST
    read = run("qr", "read", made.json["text"], "--url", node.url, "--json")
    assert (read.json["amount"], read.json["order"]) == (12_000, "A-17")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--merchant", "grocer"), "qr.shop_standing"),
        (("--merchant", "nobody"), "qr.unknown_shop"),
        (("--merchant", "bakery", "--amount", 1), "qr.mode"),
        (("--merchant", "bakery", "-o", "code.pdf"), "qr.picture"),
    ],
)
def test_a_code_is_not_made(run: Run, node: Served, arguments: tuple[object, ...], code: str) -> None:
    said = run("qr", "make", *arguments, *SHOP, "--url", node.url, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires": int(time.time()) - 1, "amount": 1, "order": "A"}, "qr.expired"),
        ({"merchant": "grocer"}, "qr.shop_standing"),
        ({"chain": "other-chain"}, "qr.other_ledger"),
    ],
)
def test_a_code_is_not_paid(run: Run, node: Served, changes: dict[str, object], code: str) -> None:
    said = run("qr", "read", write_code(msgspec.structs.replace(CODE, **changes)), "--url", node.url, "--json")
    assert (said.status, json.loads(said.err)["code"]) == (1, code)
