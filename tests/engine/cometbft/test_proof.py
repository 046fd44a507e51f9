"""Which headers a proof needs: the last, and one for each change of validators before it."""

import json
from itertools import pairwise
from typing import Any

import pytest

from madang.engine.cometbft.proof import MAX_CHANGES, fetch_proof
from madang.kernel.errors import MadangError


class Chain:
    """An RPC of a chain whose validators at height n are `sets[n - 1]`."""

    def __init__(self, sets: str) -> None:
        self.sets = sets
        self.headers = 0

    def call(self, method: str, **parameters: str) -> Any:
        place = int(parameters["height"]) - 1
        header = {"height": place + 1, "validators_hash": self.sets[place]}
        if method == "header":
            self.headers += 1
            return {"header": header}
        if method == "commit":
            return {"signed_header": {"header": header, "commit": {"of": place + 1}}}
        everybody = [f"{self.sets[place]}{number}" for number in range(150)]
        start = 100 * (int(parameters["page"]) - 1)
        return {"validators": everybody[start : start + 100], "total": "150"}


def heights(chain: Any, height: int, since: int | None = None) -> list[int]:
    return [one["header"]["height"] for one in json.loads(fetch_proof(chain, height, since))["steps"]]


@pytest.mark.parametrize(
    ("sets", "height", "since", "steps"),
    [
        ("aaaaaa", 4, None, [4]),
        ("aaaaaa", 4, 4, [4]),
        ("aaaaaa", 6, 1, [6]),
        ("aaabbb", 6, 1, [3, 6]),
        ("aaabbb", 4, 3, [3, 4]),
        ("aabbcc", 6, 2, [2, 4, 6]),
        ("abcdef", 6, 1, [1, 2, 3, 4, 5, 6]),
        ("aabbaa", 6, 1, [6]),
        ("abab" * 20, 79, 1, [79]),
    ],
)
def test_one_header_a_change(sets, height, since, steps):
    assert heights(Chain(sets), height, since) == steps


@pytest.mark.parametrize("change", range(1, 40))
def test_each_header_hands_over_to_the_next(change):
    sets = "a" * change + "b" * 7 + "c" * 20
    found = heights(Chain(sets), len(sets), 1)
    for one, following in pairwise(found):
        assert sets[following - 1] in (sets[one - 1], sets[one])


def test_a_change_in_a_long_history_is_found_by_halving():
    chain = Chain("a" * 70_000 + "b" * 30_000)
    assert heights(chain, 100_000, 1) == [70_000, 100_000]
    assert chain.headers < 25


def test_all_pages_of_validators_are_asked_for():
    (step,) = json.loads(fetch_proof(Chain("a"), 1))["steps"]
    assert step["validators"] == [f"a{number}" for number in range(150)]
    assert step["commit"] == {"of": 1}


def test_too_many_changes_and_a_later_trust_are_refused():
    sets = "".join(chr(0x100 + number) for number in range(MAX_CHANGES + 2))
    assert len(heights(Chain(sets), MAX_CHANGES + 1, 1)) == MAX_CHANGES + 1
    for height, since, code in ((MAX_CHANGES + 2, 1, "proof.changes"), (1, 2, "proof.order")):
        with pytest.raises(MadangError) as error:
            fetch_proof(Chain(sets), height, since)
        assert error.value.code == code
