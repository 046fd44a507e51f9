"""Every refusal that a module declares is provoked by a test, and says in words what to do.

The tables of refusals in `tests/<part>/<module>/` name each code in full, in a test that fails unless exactly that
code comes back; so a code named there is a code provoked.
"""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import madang.base
from madang.kernel.module import Module, refuser

TESTS = Path(__file__).parent.parent
PARTS = ("base", "services")


def modules() -> dict[str, tuple[str, Module]]:
    """The cards of all ledger modules, with the part they are in."""
    found = {}
    for part in PARTS:
        try:
            package = importlib.import_module(f"madang.{part}")
        except ModuleNotFoundError:
            continue
        for info in pkgutil.iter_modules(package.__path__):
            card = getattr(importlib.import_module(f"madang.{part}.{info.name}"), "MODULE", None)
            if card is not None:
                found[card.name] = (part, card)
    return found


def words_in(folder: Path) -> set[str]:
    """All string constants in the Python files of a folder."""
    found = set()
    for file in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


MODULES = modules()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_refusal_is_provoked(name: str) -> None:
    part, card = MODULES[name]
    named = words_in(TESTS / part / name)
    assert [code for code in card.refusals if f"{name}.{code}" not in named] == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_refusal_is_a_sentence(name: str) -> None:
    _, card = MODULES[name]
    for code, sentence in card.refusals.items():
        assert re.fullmatch(r"[a-z_]+", code)
        assert re.fullmatch(r"[A-Z{].*[.}]", sentence), sentence


def test_a_refusal_that_nobody_wrote_down_is_a_defect() -> None:
    refuse = refuser("toy", {"no": "No, {who}. Ask later."})
    assert (refuse("no", who="Bora").code, refuse("no", who="Bora").message) == ("toy.no", "No, Bora. Ask later.")
    with pytest.raises(KeyError):
        refuse("yes")
    assert madang.base.__doc__
