"""The compiled function and the interpreter agree, on inputs that sit at boundaries."""

from __future__ import annotations

from collections import Counter

import pytest

from madang import contract
from madang.contract.interpreter import Interpreter
from tests.contract.pairs import random_pair
from tests.contract.sampling import Sampler, outcome, random_small
from tests.contract.support import compiled, coupon, voucher
from tests.contract.vectors import documents

# 20,000 inputs of the coupon, more of them where there is more to disagree about.
OFTEN = {"spend": 5_000, "refund": 3_000, "refund_late": 2_000}
EACH = 1_000


@pytest.mark.parametrize("action", list(compiled().actions))
def test_every_action_of_the_coupon(action: str) -> None:
    sampler = Sampler(voucher(), compiled(), seed=20250721)
    interpreter = Interpreter(voucher(), coupon())
    run = compiled().actions[action].run
    found: Counter[str] = Counter()
    for _ in range(OFTEN.get(action, EACH)):
        inputs = sampler.inputs(action)
        result = outcome(run, *inputs)
        assert result == outcome(interpreter.run, action, *inputs), inputs
        found[result[0] if isinstance(result[0], str) else "done"] += 1
    assert found["done"] >= 20, found
    assert found["OutOfRange"], "no input was out of range"


@pytest.mark.parametrize("seed", range(60))
def test_random_programmes(seed: int) -> None:
    kind, programme = random_small(seed)
    ready = contract.compile(kind, programme)
    interpreter = Interpreter(kind, programme)
    sampler = Sampler(kind, ready, seed)
    run = ready.actions["pay"].run
    for _ in range(150):
        inputs = sampler.inputs("pay")
        assert outcome(run, *inputs) == outcome(interpreter.run, "pay", *inputs), (inputs, programme)


@pytest.mark.parametrize("action", [each.name for each in documents(2)[0].actions])
def test_every_action_with_tables_and_lists(action: str) -> None:
    kind, programme = documents(2)
    ready, interpreter = contract.compile(kind, programme), Interpreter(kind, programme)
    sampler = Sampler(kind, ready, seed=20260101)
    found: Counter[str] = Counter()
    for _ in range(4_000 if action == "spend" else 2_000):
        inputs = (*sampler.inputs(action), sampler.lists())
        result = outcome(ready.actions[action].run, *inputs)
        assert result == outcome(interpreter.run, action, *inputs), inputs
        found[result[0] if isinstance(result[0], str) else "done"] += 1
    assert found["done"] >= 20 and found["OutOfRange"] >= 5, found


@pytest.mark.parametrize("seed", range(50))
def test_random_programmes_on_two_records_of_one_type(seed: int) -> None:
    kind, programme = random_pair(seed)
    ready, interpreter = contract.compile(kind, programme), Interpreter(kind, programme)
    sampler = Sampler(kind, ready, seed)
    run = ready.actions["pay"].run
    for _ in range(200):
        inputs = (*sampler.inputs("pay"), sampler.lists())
        result = outcome(run, *inputs)
        assert result == outcome(interpreter.run, "pay", *inputs), (inputs, programme)


def test_the_inputs_of_two_records_reach_every_kind_of_outcome() -> None:
    found: Counter[str] = Counter()
    for seed in range(50):
        kind, programme = random_pair(seed)
        ready = contract.compile(kind, programme)
        sampler = Sampler(kind, ready, seed)
        for _ in range(40):
            result = outcome(ready.actions["pay"].run, *sampler.inputs("pay"), sampler.lists())
            found[result[0] if isinstance(result[0], str) else "done"] += 1
    assert set(found) == {"done", "Refused", "OutOfRange", "Unbalanced", "Violated"}, found
    assert found["done"] >= 50, found


def test_the_inputs_reach_every_kind_of_outcome() -> None:
    found: Counter[str] = Counter()
    for seed in range(60):
        kind, programme = random_small(seed)
        ready = contract.compile(kind, programme)
        sampler = Sampler(kind, ready, seed)
        for _ in range(40):
            result = outcome(ready.actions["pay"].run, *sampler.inputs("pay"))
            found[result[0] if isinstance(result[0], str) else "done"] += 1
    assert set(found) == {"done", "Refused", "OutOfRange", "Unbalanced", "Violated"}, found


def test_the_plain_function_is_the_same() -> None:
    """`interpret` checks the documents at every call; otherwise it is the interpreter above."""
    sampler = Sampler(voucher(), compiled(), seed=1)
    for _ in range(20):
        inputs = sampler.inputs("spend")
        expected = outcome(compiled().actions["spend"].run, *inputs)
        assert outcome(contract.interpret, voucher(), coupon(), "spend", *inputs) == expected
    with pytest.raises(KeyError):
        contract.interpret(voucher(), coupon(), "fly", (), (), 0)
