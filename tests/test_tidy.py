"""The source keeps the house rules (`tidy.py` says which)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tidy

pytestmark = pytest.mark.fresh

ROOT = Path(__file__).parent.parent


def files(folder: str) -> list[str]:
    """The Python files under a folder of the repository, as paths from its root."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py"))


def test_the_source_keeps_the_house_rules() -> None:
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in files("src")}
    findings = [finding for path, source in sources.items() for finding in tidy.check(path, source)]
    remaining = tidy.without_allowed(findings, sources, tidy.ALLOWED)
    assert not remaining, "\n" + "\n".join(remaining)


def test_every_folder_of_the_source_has_tests() -> None:
    missing = tidy.folders_without_tests(files("src"), files("tests"))
    assert not missing, f"no test file mirrors src/madang/ in: {', '.join(missing)}"


def test_the_fence_is_where_the_code_is() -> None:
    inside = [path for path in files("src") if tidy.inside_fence(path)]
    for part in ("kernel", "contract"):
        assert any(path.startswith(f"src/madang/{part}/") for path in inside)
