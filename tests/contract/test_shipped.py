"""The documents that are shipped: all compile, and compiled and interpreted they agree."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from madang import contract
from madang.contract import Kind
from madang.contract.interpreter import Interpreter
from tests.contract.sampling import Sampler, outcome

DOCUMENTS = Path(contract.__file__).parent / "documents"
KINDS = ("voucher.yaml",)
PROGRAMMES = sorted(file.name for file in DOCUMENTS.glob("*.yaml") if file.name not in KINDS)
EACH = 40


@cache
def kind() -> Kind:
    return contract.read_kind((DOCUMENTS / "voucher.yaml").read_text(encoding="utf-8"), "voucher.yaml")


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_shipped_programme_compiles_and_both_ways_agree(name: str) -> None:
    programme = contract.read_programme((DOCUMENTS / name).read_text(encoding="utf-8"), kind(), name)
    ready, interpreter = contract.compile(kind(), programme), Interpreter(kind(), programme)
    sampler = Sampler(kind(), ready, seed=len(name))
    for action, compiled in ready.actions.items():
        for _ in range(EACH):
            inputs = (*sampler.inputs(action), sampler.lists())
            assert outcome(compiled.run, *inputs) == outcome(interpreter.run, action, *inputs), (action, inputs)


def test_documents_are_shipped() -> None:
    assert "consumption-coupon-2025.yaml" in PROGRAMMES
