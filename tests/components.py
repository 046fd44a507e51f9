"""Tests that need a real component, and the line that says when one did not run.

A test asks for its component by name::

    def test_the_store_survives(needs):
        folder = needs("postgresql")

When the component is missing the test is skipped, and the session ends with one line for each reason::

    NOT RUN: tests/records/test_store.py::test_the_store_survives because postgresql could not be installed: not root

The same line appears for a test that was skipped in any other way: no test is ever left out in silence. `.ci/run` fails
when it sees such a line. `tests/conftest.py` loads this file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tools import components

Needs = Callable[[str], Path]


@pytest.fixture(scope="session")
def needs() -> Needs:
    """The way to a component: the folder or program that `tools.components.find` knows, or the test does not run."""

    def require(name: str) -> Path:
        found = components.find(name)
        if found is None:
            pytest.skip(f"{name} could not be installed: {components.why_missing(name)}")
        return found

    return require


def not_run_lines(skipped: Iterable[Any]) -> list[str]:
    """One line for each reason, naming every test that was skipped for it."""
    tests_by_reason: dict[str, list[str]] = defaultdict(list)
    for report in skipped:
        place = report.longrepr
        reason = place[2] if isinstance(place, tuple) else str(place)
        tests_by_reason[reason.removeprefix("Skipped: ")].append(report.nodeid)
    return [f"NOT RUN: {', '.join(tests)} because {reason}" for reason, tests in tests_by_reason.items()]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines last, where nobody overlooks them."""
    for line in not_run_lines(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, red=True)
