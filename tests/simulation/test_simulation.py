"""Nothing that was acknowledged is lost, no won appears, nothing is spent twice: whatever the disk and the clock do."""

import os
import time

import pytest

from tests.simulation.simulator import Simulator
from tests.support.results import write_result


def simulate(seed: int) -> Simulator:
    """Run one seed; a failure names it."""
    simulator = Simulator(seed)
    try:
        simulator.run()
    except BaseException as error:
        error.add_note(f"failing seed: {seed} (tests/simulation: Simulator({seed}).run())")
        raise
    return simulator


def test_fifty_seeds():
    crashes = answered = 0
    for seed in range(50):
        simulator = simulate(seed)
        crashes += simulator.crashes
        answered += simulator.answered
    assert crashes > 200
    assert answered > 3000


@pytest.mark.parametrize("seed", [3, 4])
def test_a_seed_replays_byte_for_byte(seed):
    first, second = Simulator(seed), Simulator(seed)
    assert first.run() == second.run()
    assert first.ledger.durable == second.ledger.durable
    assert Simulator(seed + 1).run() != first.trace.hexdigest()


@pytest.mark.soak
def test_many_seeds():
    start, count = int(os.environ.get("MADANG_FIRST_SEED", "1000")), int(os.environ.get("MADANG_SEEDS", "5000"))
    began, crashes, answered = time.time(), 0, 0
    for seed in range(start, start + count):
        simulator = simulate(seed)
        crashes += simulator.crashes
        answered += simulator.answered
    found = {"first_seed": start, "seeds": count, "crashes": crashes, "answered": answered, "wrong": 0}
    write_result("soak-simulation", found, time.time() - began)
