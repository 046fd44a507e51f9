"""The one layout: the meaning stays, comments stay where they belong, and formatting again changes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from madang.contract import ContractError
from madang.contract.yamltree import Mapping, Sequence, Tree, read_tree
from madang.presentation import format_document
from tests.contract.support import small
from tests.presentation.documents import SHIPPED, digest_of
from tests.presentation.rewriting import Writer

SEEDS = st.integers(0, 2**32)
CLAUSES = [
    "true",
    "amount > 10 && (flag && shop.open) && step * 2 > 1",
    "!(x.left-amount<=-3)||has_prefix(note,['a','b c'])&&shop.size!=\"large\"",
    "x.day == day(at) ? number > -1 : number in [1,  2]",
    "  " + " && ".join(f"amount != {number} || flag" for number in range(10, 40)),
    "(" * 8 + " || ".join(["starts_with(note, 'a long text with many words in it, and \"quotes\" &&')"] * 6) + ")" * 8,
]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_documents_are_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_document(text, path.name) == text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_documents_keep_their_meaning(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = format_document(text, path.name)
    assert digest_of(written) == digest_of(text)
    assert format_document(written) == written
    assert comments(written) == comments(text)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=SEEDS)
def test_however_a_document_is_written_its_meaning_stays(path: Path, seed: int) -> None:
    check(path.read_text(encoding="utf-8"), Random(seed))


@settings(max_examples=60, deadline=None)
@given(clause=st.sampled_from(CLAUSES), seed=SEEDS)
def test_expressions_in_any_form_keep_their_meaning(clause: str, seed: int) -> None:
    check(small(clause), Random(seed))


def check(text: str, random: Random) -> None:
    writer = Writer(random)
    other = writer.document(text)
    assert digest_of(other) == digest_of(text), "the test rewrites without changing the meaning"
    written = format_document(other)
    assert digest_of(written) == digest_of(text)
    assert format_document(written) == written
    assert comments(written) == sorted(writer.comments)


def comments(text: str) -> list[str]:
    """All comments, for texts in which no value holds a blank and #."""
    return sorted(match[0].strip() for match in re.finditer(r"(?:^|(?<=\s))#(?: .*)?$", text, re.MULTILINE))


KEYS = st.text("abc_", min_size=1, max_size=3)
# What YAML or one of its readers could take for something else.
TRICKY = """~ no - ? # ' " \\ { *x &x !x %x @x ` 1e3 2025-01-01 >- | --- ... \u2028 \ufeff \x85 \U0001f600 [-] <<"""
SCALARS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [*TRICKY.split(" "), "", " ", "- a", "a: b", "a #b", "a, b", "\n", "a\n b\n", "\t", "a  b", " a", "a "]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(tree=st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_any_tree_of_texts_is_kept(tree: dict[str, object]) -> None:
    text = json_like(tree)
    before = texts(read_tree(text)[0])
    written = format_document(text)
    assert texts(read_tree(written)[0]) == before == as_texts(tree)
    assert format_document(written) == written


def json_like(value: object) -> str:
    """As JSON, which is YAML: everything in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {json_like(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_like, value)) + "]"
    return '"' + "".join(f"\\U{ord(character):08x}" for character in str(value)) + '"'


def as_texts(value: object) -> object:
    if isinstance(value, dict):
        return [(key, as_texts(inner)) for key, inner in value.items()]
    return [as_texts(item) for item in value] if isinstance(value, list) else value


def texts(tree: Tree) -> object:
    match tree:
        case Mapping():
            return [(entry.key, texts(entry.value)) for entry in tree.entries]
        case Sequence():
            return [texts(item) for item in tree.items]
        case _:
            return tree.text


WRITTEN = """\
# What this is.
#
# And why.

# Of the name.
language:   1
kind: "x"   # beside
records:
    a: # on a

      # in a
      b : 'id'


      # apart
      c: {won: 0..1_000}
      # end of a
  # end of records
actions: {p: {on: {v: a, # y
  # z
  w: new a},
  # e
  } } # all
parameters:
invariants:
    one: >-
      a.c<=10&&
      a.b!=  "x"
    two: '!(a.c in [ 1 ,2])' # two
    # the end
# tail
"""
LAID_OUT = """\
# What this is.
#
# And why.

kind: x # beside
# Of the name.
language: 1

records:
  a: # on a
    # in a
    b: id

    # apart
    c: {won: 0..1_000}
    # end of a
  # end of records

parameters:

actions: # all
  p:
    on:
      v: a # y
      # z
      w: new a
    # e

invariants:
  one: a.c <= 10 && a.b != "x"
  two: "!(a.c in [1, 2])" # two
  # the end
# tail
"""


def test_the_layout_in_full() -> None:
    assert format_document(WRITTEN) == LAID_OUT
    assert format_document(WRITTEN.replace("\n", "\r\n")) == LAID_OUT
    assert format_document("\ufeff" + WRITTEN) == LAID_OUT


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a: {b: ["26", "가", "a b", "true"]}', 'a:\n  b: ["26", 가, a b, "true"]'),
        ('a: "-"', 'a: "-"'),
        ("a: -5", "a: -5"),
        ("a: '\"yes\"'", "a: '\"yes\"'"),
        ('a: "it\'s"', "a: it's"),
        ("a: [ { b: c , 'd': [] } , {} ]", "a:\n  - {b: c, d: []}\n  - {}"),
        ("a:\n  - b: c # x\n    d: e\n", "a:\n  - b: c # x\n    d: e"),
        ("a:\n  - # w\n    # x\n    b: c\n    d: e\n", "a: # w\n  # x\n  - {b: c, d: e}"),
        ("a:\n  - b: {c: d} # x\n    # y\n", "a:\n  - b: {c: d} # x\n    # y"),
        ("a: [ # x\n]\n", "a: [] # x"),
        ("a: [\n # x\n]\n", "# x\na: []"),
        ("a: [b, # x\n # y\n c] # z\n", "a: # z\n  - b # x\n  # y\n  - c"),
        ('a: "x\\ty"', 'a: "x\\ty"'),
        ("? a # x\n: b\n", "a: b # x"),
        ("--- # x\na: b\n... # y\n", "# x\na: b\n# y"),
    ],
)
def test_values_and_comments_in_one_line(text: str, line: str) -> None:
    assert format_document(text) == line + "\n"
    assert format_document(line + "\n") == line + "\n"


def test_a_long_line_is_broken_before_an_operator() -> None:
    condition = " && ".join(["first.field == second.field"] * 3)
    written = format_document(f"kind: x\ninvariants: {{a: '{condition} && ({condition} || b) ? {condition} : d'}}\n")
    lines = written.splitlines()[3:]
    assert lines[0] == "  a: >-"
    assert [line.split()[0] for line in lines[1:]] == ["first.field", "&&", "?"]
    assert all(len(line) <= 120 for line in lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("a: [b", "yaml"),
        ("- a", "wrong-shape"),
        ("a", "wrong-shape"),
        ("{}", "wrong-shape"),
        ("a: &x b\nc: *x", "anchor"),
        ("a: b\na: c", "duplicate-key"),
        ("a: " + "[" * 50 + "]" * 50, "too-deep"),
        ("# " + "x" * 200_000, "too-large"),
        ("a: {b: [" + "c, # d\n" * 12_000 + "]}", "too-large"),
    ],
)
def test_what_is_no_document_is_refused(text: str, code: str) -> None:
    with pytest.raises(ContractError) as caught:
        format_document(text)
    assert caught.value.problems[0].code == code


def test_a_document_that_is_all_comments_is_done_soon() -> None:
    text = "a: b\n" + "#\n" * 60_000
    assert format_document(text) == text
