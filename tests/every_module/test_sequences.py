"""Whatever is asked of a ledger, in whatever order: a refusal writes its mark alone, the laws hold, replays agree."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.app import MODULES
from madang.kernel.machine import MARKS
from tests.every_module.sequences import Life, again, digest
from tests.every_module.strategies import strategy_of

ROOT = Path(__file__).parents[2]
# A module first, then its act: else modules with many acts would leave little for those that make others possible.
EVERY_ACT = st.one_of([st.one_of([strategy_of(act, True) for act in module.rules]) for module in MODULES])
SECONDS = st.sampled_from([1, 1, 1, 61, 3_600, 90_000, 12_000_000])
outcomes: Counter[str] = Counter()


def quick(examples: int):
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


def live(acts, groups) -> Life:
    """Acts in blocks of the given sizes."""
    life = Life()
    left = list(acts)
    since = len(life.world.blocks)
    for size, seconds in groups:
        group, left = left[:size], left[size:]
        if group:
            life.block(group, seconds)
    for entry in [entry for block in life.world.blocks[since:] for entry in block.entries]:
        outcomes[entry.result.outcome] += 1
        assert entry.result.outcome != "defect", (entry.result, entry.signed)
        if entry.result.outcome == "rejected":
            assert [key[: len(MARKS.prefix)] for key, _ in entry.writes] == [MARKS.prefix]
    life.world.check()
    assert again(life.blocks) == digest(life.world, since)
    return life


groups = st.lists(st.tuples(st.integers(1, 6), SECONDS), min_size=4, max_size=8)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_random_acts_of_a_module(module):
    own = st.one_of([strategy_of(act, True) for act in module.rules])

    @quick(15)
    @given(st.lists(st.one_of(own, own, own, EVERY_ACT), min_size=4, max_size=24), groups)
    def run(acts, sizes):
        live(acts, sizes)

    run()


def test_random_acts_of_all_modules_and_most_are_not_refused_at_the_door():
    @quick(160)
    @given(st.lists(EVERY_ACT, min_size=8, max_size=40), groups)
    def run(acts, sizes):
        live(acts, sizes)

    outcomes.clear()
    run()
    # What is drawn depends a little on which modules are loaded (Hypothesis takes constants from them).
    assert outcomes["accepted"] > 12, outcomes
    assert outcomes["rejected"] > 50, outcomes


def test_the_same_blocks_under_other_hash_seeds(tmp_path):
    recorded = []

    @quick(8)
    @given(st.lists(EVERY_ACT, min_size=20, max_size=40), groups)
    def run(acts, sizes):
        life = Life()
        for size, seconds in sizes:
            life.block(acts[:size], seconds)
            acts = acts[size:]
        recorded.append(life.blocks)

    run()
    longest = max(recorded, key=lambda blocks: sum(len(signed) for _, signed in blocks))
    (tmp_path / "blocks").write_bytes(msgspec.msgpack.encode(longest))
    found = set()
    for seed in ("0", "1", "4242"):
        command = [sys.executable, "-m", "tests.every_module.sequences", str(tmp_path / "blocks")]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        found.add(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout)
    assert found == {(again(longest) + "\n").encode()}


@pytest.mark.soak
def test_random_acts_for_long():
    @quick(5_000)
    @given(st.lists(EVERY_ACT, min_size=8, max_size=80), st.lists(st.tuples(st.integers(1, 9), SECONDS), max_size=12))
    def run(acts, sizes):
        live(acts, sizes)

    run()
