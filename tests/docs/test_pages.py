"""What the pages show works: their commands and programs are run, their references are fresh, their drawings parse."""

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from madang.contract import compile as compile_contract
from madang.contract import read_kind, read_programme
from tests.docs import pages
from tests.docs.pages import PAGES, ROOT, blocks, matches, run, runnable
from tools import write_reference

DOCS = ROOT / "docs"
LANGUAGES = {"python", "console", "javascript", "json", "yaml", "text"}


@pytest.mark.parametrize(
    "page", [one for one in PAGES if runnable(one)], ids=lambda one: one.relative_to(ROOT).as_posix()
)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    for program in ("bash", "curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} could not be installed: install it by hand")
    run(page, tmp_path)


@pytest.mark.fresh
@pytest.mark.parametrize("name", ["acts.md", "refusals.md"])
def test_the_reference_is_as_the_declarations_say(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == write_reference.pages()[name], (
        "run: python -m tools.write_reference"
    )


@pytest.mark.fresh
@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_a_block_is_of_a_language_that_readers_know(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(blocks(page))
    assert {one.language for one in blocks(page)} <= LANGUAGES, "name the language behind the fence"


@pytest.mark.fresh
def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {ROOT / "README.md"}
    waiting = list(linked)
    while waiting:
        page = waiting.pop()
        text = page.read_text(encoding="utf-8")
        for other in PAGES:
            relative = Path(*_way(page.parent, other)).as_posix()
            if other not in linked and f"]({relative}" in text:
                linked.add(other)
                waiting.append(other)
    # Decisions are read from their folder.
    missing = [page for page in PAGES if page not in linked and page.parent.name != "adr"]
    assert not missing, f"link them from README.md, or from a page that is linked: {missing}"


def _way(start: Path, target: Path) -> list[str]:
    up = []
    while start not in target.parents:
        up.append("..")
        start = start.parent
    return [*up, *target.relative_to(start).parts]


def test_the_documents_in_the_page_of_the_language_compile() -> None:
    documents = [one.text for one in blocks(DOCS / "language.md") if one.language == "yaml"]
    kind = read_kind(documents[0])
    programme = read_programme(documents[1], kind)
    contract = compile_contract(kind, programme)
    assert set(contract.actions) == {one.name for one in kind.actions}


def test_the_pictures_are_well_formed_and_load_nothing() -> None:
    pictures = sorted((DOCS / "images").glob("*.svg"))
    assert pictures
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert text.count("http") == text.count("http://www.w3.org/2000/svg")
        assert "<script" not in text


def test_the_generator_writes_both_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_reference, "DOCS", tmp_path)
    assert write_reference.main() == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["acts.md", "refusals.md"]


@pytest.mark.parametrize(
    ("expected", "printed", "right"),
    [
        ([], "", True),
        ([], "x\n", False),
        (["a…c"], "abc\n", True),
        (["a…c"], "ab\n", False),
        (["…"], "", True),
        (["…", "z"], "x\ny\nz\n", True),
        (["…", "z"], "x\ny\n", False),
        (["a.c"], "abc\n", False),
    ],
)
def test_what_is_printed_is_compared(expected: list[str], printed: str, right: bool) -> None:
    assert matches(expected, printed) == right


def test_a_page_that_does_not_do_what_it_shows_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one\none\n$ echo two\nthree\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="echo two"):
        run(page, tmp_path)
    page.write_text("<!-- not run here: it fails -->\n```console\n$ false\nno\n```\n\n```python\nx = 1\n```\n")
    assert [one.language for one in pages.runnable(page)] == ["python"]
    run(page, tmp_path)


def test_the_vectors_are_json_for_any_reader() -> None:
    for file in sorted((DOCS / "vectors").glob("*.json")):
        assert json.loads(file.read_text(encoding="utf-8"))["vectors"]
