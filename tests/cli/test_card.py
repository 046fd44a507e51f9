"""madang card: from a blank card to a code that pays, on a served node, with numbers and PINs typed and never given."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from madang.base.cards.state import code_digest
from tests.cli.served import MADANG, served

NUMBER_LETTERS = 22
PIN = "480266"


class Town:
    """A served ledger with a desk and a card service, and the folder of its cards."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.url = url

    def run(self, *arguments: object, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [MADANG, *map(str, arguments)], input=typed, capture_output=True, text=True, check=False, cwd=self.root
        )

    def json(self, *arguments: object, typed: str = "") -> Any:
        done = self.run(*arguments, "--json", typed=typed)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def code(self, *arguments: object, typed: str = "") -> str:
        done = self.run(*arguments, "--json", typed=typed)
        assert done.returncode == 1, done
        return str(json.loads(done.stdout or done.stderr)["code"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    root: Path = tmp_path_factory.mktemp("cards")
    (root / "passphrase").write_text("correct horse battery\n")
    before = dict(os.environ)
    os.environ |= {
        "MADANG_KEYS": str(root / "keys"),
        "MADANG_PASSPHRASE_FILE": str(root / "passphrase"),
        "MADANG_CARD_MASTER_KEY": str(root / "master-key"),
    }
    try:
        made = Town(root, "")
        people = ["operator-1", "operator-2", "desk-1", "desk-2", "service-1", "service-2"]
        for name in people:
            made.json("keys", "new", name)
        keys = {name: made.json("keys", "show", name)["public_key"] for name in people}
        roles = {"operator": "operator", "desk": "desk", "service": "card_service"}
        acts = [
            {
                "type": "parties.appoint_institution",
                "by": "operator",
                "party": party,
                "roles": [role],
                "threshold": 2,
                "officers": [{"public_key": keys[f"{party}-{number}"], "sort": "jws"} for number in (1, 2)],
            }
            for party, role in roles.items()
        ]
        start = int(time.time()) - 60
        genesis = {"chain": "cards-test", "time": start, "site": "x", "origins": ["https://x"], "acts": acts}
        (root / "genesis.json").write_text(json.dumps(genesis))
        made.json("init", "node", "--genesis", "genesis.json", "--origin", "cards.test/log")
        with served(root / "node") as node:
            os.environ["MADANG_URL"] = node.url
            yield Town(root, node.url)
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_from_a_blank_card_to_a_code(town: Town) -> None:
    assert town.run("card", "init", "cards").returncode == 0
    keys = town.json("card", "make", "cards", "--count", 2, "-o", "numbers")["keys"]
    numbers = (town.root / "numbers").read_text().split()
    assert [len(one) for one in numbers] == [NUMBER_LETTERS] * 2
    assert (town.root / "numbers").stat().st_mode & 0o077 == 0
    stocked = [argument for key in keys for argument in ("--keys", key)]
    town.json("act", "cards", "stock", "--by", "service", *stocked, "--key", "service-1")
    card = town.run("card", "name", "cards", typed=f"{numbers[0]}\n").stdout.strip()

    pin = ("card", "pin", "cards")
    present = ("card", "present", "cards", "--programme", "coupon", "--limit", 5_000, "--pad", "till-1")
    assert town.code(*pin, typed=f"{numbers[0]}\n{PIN}\n{PIN}\n") == "card.pin_not_allowed"
    bind = ("act", "cards", "bind", "--by", "desk", "--card", card, "--per-payment", 10_000, "--per-day", 20_000)
    assert town.code(*bind, "--key", "desk-1") == "cards.two_signatures"
    town.json(*bind, "--key", "desk-1", "--key", "desk-2")
    assert town.code(*present, typed=f"{numbers[0]}\n{PIN}\n") == "card.refused"
    assert town.code(*pin, typed=f"{numbers[0]}\n{PIN}\n480267\n") == "card.pin_differs"
    assert town.code(*pin, typed=f"{numbers[0]}\n123456\n123456\n") == "card.pin_weak"
    assert town.code(*pin, typed=f"{numbers[0]}\n") == "card.no_input"
    town.json(*pin, typed=f"{numbers[0]}\n{PIN}\n{PIN}\n")
    assert town.code(*pin, typed=f"{numbers[0]}\n{PIN}\n{PIN}\n") == "card.pin_not_allowed"

    shown = town.json(*present, typed=f"{numbers[0]}\n{PIN}\n")
    assert len(code_digest(shown["code"])) == 64
    assert shown["until"] - time.time() < 180
    assert town.code(*present, typed=f"{numbers[0]}\n480267\n") == "card.refused"
    assert town.code(*present, typed=f"{numbers[1]}\n{PIN}\n") == "card.refused"
    assert town.code(*present[:6], 10_001, *present[7:], typed=f"{numbers[0]}\n{PIN}\n") == "cards.per_payment"
    town.json("act", "cards", "block", "--by", "desk", "--card", card, "--key", "desk-1")
    assert town.code(*present, typed=f"{numbers[0]}\n{PIN}\n") == "card.refused"


def test_folders_and_master_keys_are_checked(town: Town) -> None:
    assert town.code("card", "make", "nowhere", "--count", 1, "-o", "x", "--master-key", "none") == "card.master_key"
    beside = ("card", "init", "inside", "--master-key", "inside/key")
    assert town.code(*beside) == "card.master_key_place"
    assert town.run("card", "init", "second", "--master-key", "second-key").returncode == 0
    assert town.code("card", "init", "third", "--master-key", "second-key") == "card.master_key_exists"
    other = ("card", "make", "second", "--count", 1, "-o", "x", "--master-key", "third-key")
    assert town.run("card", "init", "third", "--master-key", "third-key").returncode == 0
    assert town.code(*other) == "card.other_master_key"
    assert not (town.root / "x").exists()


def test_no_command_takes_a_number_or_a_pin_as_an_argument(town: Town) -> None:
    for command in ("name", "pin", "present"):
        said = town.run("card", command, "--help").stdout
        assert "--pin" not in said
        assert "--number" not in said
        assert town.run("card", command, "cards", PIN, "--programme", "x", "--limit", "1", "--pad", "x").returncode == 2
