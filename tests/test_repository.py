"""The repository as a whole: what must be there, what must not, and documents that say what is true."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.fresh

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Packages whose import has another name than the package.
IMPORTED_AS = {
    "protobuf": "google",
    "pyyaml": "yaml",
    "pyhanko": "pyhanko",
    "python-stdnum": "stdnum",
    "z3-solver": "z3",
}

# Written in two parts, so that this file does not hold them itself.
FORBIDDEN = {
    "the host of a package registry": [
        "pypi" + r"\.org",
        "python" + r"hosted\.org",
        "npmjs" + r"\.(org|com)",
        "crates" + r"\.io",
        "proxy\\.golang" + r"\.org",
        "maven" + r"\.org",
        "deb" + r"\.debian\.org",
    ],
    "a path of one machine": [r"(?<![\w.}>*-])/" + "(work|root)/", r"(?<![\w.}>*-])/" + r"home/\w+/"],
    "the workplace instead of the project": [
        r"\bsub-?" + r"agents?\b",
        r"\bhelper " + r"sessions?\b",
        r"\bprompt " + r"engineer",
    ],
}


def tracked() -> list[Path]:
    """Every file that is in the repository or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def texts(*endings: str) -> dict[str, str]:
    """The text of every file of the repository with one of these endings (all text files when none is given)."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8000] and (not endings or path.name.endswith(endings)):
            found[path.relative_to(ROOT).as_posix()] = content.decode()
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile("|".join(FORBIDDEN[what]), re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("the host of a package registry", "see https://pypi" + ".org/project/x"),
        ("a path of one machine", "open('/ro" + "ot/x')"),
        ("a path of one machine", "cd /wo" + "rk/main"),
        ("a path of one machine", "in /ho" + "me/someone/x"),
        ("the workplace instead of the project", "a helper " + "session wrote this"),
    ],
)
def test_the_search_finds_what_it_is_for(what: str, line: str) -> None:
    assert any(re.search(pattern, line, re.IGNORECASE) for pattern in FORBIDDEN[what])


def test_a_path_inside_the_project_is_no_path_of_a_machine() -> None:
    line = "docs/work/plan.md and .venv/root/x and {folder}/work/x"
    assert not any(re.search(pattern, line) for pattern in FORBIDDEN["a path of one machine"])


@pytest.mark.parametrize(
    "name",
    ["README.md", "LICENSE", "CONTRIBUTING.md", "STYLE.md", "SECURITY.md", "CHANGELOG.md", "Makefile", ".ci/run"],
)
def test_a_stranger_finds(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_continuous_integration_can_be_started() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name, text in texts(".md").items():
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, name


def test_what_runs_for_hours_is_not_ended_as_if_it_hung() -> None:
    soak = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nsoak:")[2].partition("\n\n")[0]
    assert "-m soak --timeout 0" in soak


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for name, text in texts(".md").items():
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if not re.match(r"[a-z]+:", link) and not ((ROOT / name).parent / link).exists():
                broken.append(f"{name}: {link}")
    assert not broken, "\n".join(broken)


def canonical(requirement: str) -> str:
    """The name of a package in its canonical spelling, from a requirement such as `PyYAML>=6`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def importable_of(requirements: list[str]) -> set[str]:
    """The modules that these requirements bring."""
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in map(canonical, requirements)}


def test_every_import_of_the_source_is_declared() -> None:
    always = importable_of(PROJECT["project"]["dependencies"]) | {"madang"}
    # An extra that bears the name of a folder is what that folder needs, and nothing else may.
    extras = {name: importable_of(needed) for name, needed in PROJECT["project"]["optional-dependencies"].items()}
    undeclared = set()
    for name, text in texts(".py").items():
        if name.startswith("src/"):
            importable = always.union(*(extras.get(folder, set()) for folder in Path(name).parent.parts))
            for node in ast.walk(ast.parse(text)):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    modules = [node.module or ""]
                tops = {module.partition(".")[0] for module in modules}
                undeclared |= {f"{name}: {top}" for top in tops - importable - sys.stdlib_module_names}
    assert not undeclared, "add to pyproject.toml, then 'make lock':\n" + "\n".join(sorted(undeclared))


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["test", "check"])]
)
def test_the_lock_holds_everything_declared_with_its_hashes(lock: str, extras: list[str]) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {canonical(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    optional = PROJECT["project"]["optional-dependencies"]
    wanted = {canonical(name) for name in PROJECT["project"]["dependencies"]}
    wanted |= {canonical(name) for extra in extras for name in optional[extra]}
    assert wanted <= locked, "run 'make lock'"
    assert text.count("==") <= text.count("--hash=sha256:")


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
