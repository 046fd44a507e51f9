"""Bad documents: the code, the place and what to write instead."""

from __future__ import annotations

import pytest

from madang.contract import ContractError, Problem, read_kind, read_programme
from tests.contract.support import COUPON_TEXT, KIND_TEXT, SMALL_PROGRAMME, small, voucher

# Where the clause of the small kind begins, after its quote.
LINE, START = 14, 16


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(ContractError) as caught:
        read_kind(text)
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.message and problem.instead, problem
    return caught.value.problems


CLAUSES = [
    # clause, code, offset of the place, words of what to write instead
    ("amount", "not-boolean", 0, "a comparison"),
    ("x.lefft > 1", "unknown-field", 0, "left"),
    ("y.left > 1", "unknown-name", 0, "x"),
    ("amuont > 1", "unknown-name", 0, "amount"),
    ("x > 1", "unknown-name", 0, "x.owner"),
    ('x.status == "onn"', "unknown-member", 12, "on"),
    ('"onn" == x.status', "unknown-member", 0, "on"),
    ("x.status == on", "unknown-name", 12, '"on"'),
    ("n.left == 0", "reads-new-record", 0, "a given value"),
    ("amount / step > 1", "division-by-zero", 7, "max(divisor, 1)"),
    ("number % number > 1", "division-by-zero", 7, "excludes 0"),
    ("at < amount", "type-mismatch", 3, "one unit"),
    ("x.day == at", "type-mismatch", 6, "day(time)"),
    ("paid == x.day", "type-mismatch", 5, "month(time)"),
    ("amount < number", "type-mismatch", 7, "one unit"),
    ("amount + number > 1", "type-mismatch", 7, "won + won"),
    ("amount * amount > 1", "type-mismatch", 7, "won * int"),
    ("at + at > at", "type-mismatch", 3, "date + int"),
    ('x.owner == "a"', "type-mismatch", 11, "type text"),
    ("x.owner == note", "type-mismatch", 8, "one type"),
    ("shop.size < shop.size", "type-mismatch", 10, "== or !="),
    ("note < note", "type-mismatch", 5, "== or !="),
    ("regions == regions", "type-mismatch", 8, "x in list"),
    ("x.status in regions", "type-mismatch", 9, "type of the list"),
    ("note in note", "type-mismatch", 8, "parameter that is a list"),
    ('amount in [1, "x"]', "type-mismatch", 14, "of that type"),
    ("amount in [number]", "type-mismatch", 11, "parameter"),
    ("amount in []", "too-large", 10, "parameter"),
    ("[1, 2]", "type-mismatch", 0, "x in [..]"),
    ("has_prefix(amount, regions)", "type-mismatch", 0, "a text"),
    ("has_prefix(note, step)", "type-mismatch", 17, "parameter that is a list"),
    ("starts_with(note, x.owner)", "type-mismatch", 0, "a text"),
    ("day(x.day) == x.day", "type-mismatch", 0, "day(at)"),
    ("month_of_year(at + 9_999_999_999_999) == 1", "overflow", 0, "arithmetic"),
    ("min(at, amount) > at", "type-mismatch", 0, "one unit"),
    ("number * 4_000_000_000_000_000_000 > 1", "overflow", 7, "narrower"),
    ("-number * 4_000_000_000_000_000_000 > 1", "overflow", 8, "narrower"),
    ("-at < 1", "type-mismatch", 0, "a number"),
    ("foo(1)", "unknown-function", 0, "one of day"),
    ("moth(at) == paid", "unknown-function", 0, "month"),
    ("hour() > 1", "wrong-arguments", 0, "hour(time)"),
    ("min(amount) > 1", "wrong-arguments", 0, "min(number, number)"),
    ("sum(purse.left) == 0", "unknown-function", 0, "account"),
    ("!amount", "not-boolean", 1, "a comparison"),
    ("true && amount", "not-boolean", 8, "a comparison"),
    ("amount ? true : false", "not-boolean", 0, "a comparison"),
    ("true ? amount : at", "type-mismatch", 5, "one type"),
    ("1 < 2 < 3", "syntax", 6, "a < b && b < c"),
    ("amount == 1 == true", "syntax", 12, "a == b && b == c"),
    ("amount = 1", "syntax", 7, "=="),
    ("flag & flag", "syntax", 5, "&&"),
    ("flag and flag", "syntax", 5, "&&"),
    ("not flag", "syntax", 0, "!"),
    ("flag == True", "syntax", 8, "true"),
    ("amount > 1.5", "syntax", 9, "whole numbers"),
    ("amount > 1__0", "syntax", 9, "30_000"),
    ("amount > 010", "syntax", 9, "10"),
    ("amount > 0x10", "syntax", 9, "decimal"),
    ("amount > 99999999999999999999", "syntax", 9, "at most"),
    ("(amount > 1", "syntax", 11, ")"),
    ("min(amount", "syntax", 10, "quotes around an expression that holds a comma"),
    ("amount > 1)", "syntax", 10, "operator or the end"),
    ("x.left.left > 1", "syntax", 6, "operator or the end"),
    ("x.owner.size() > 1", "syntax", 7, "operator or the end"),
    ("note.starts_with(note)", "syntax", 5, "starts_with(note"),
    ('note == "a\\n"', "syntax", 8, "character itself"),
    ('note == ""', "syntax", 8, "a text such as"),
    ('note == "a', "syntax", 8, "closing"),
    ("note == `a`", "syntax", 8, "expression of the language"),
    ("amount > 1;", "syntax", 10, "expression of the language"),
    ("", "syntax", 0, "a value"),
    ("(" * 40 + "flag" + ")" * 40, "too-deep", 32, "several clauses"),
    ("!" * 40 + "flag", "too-deep", 32, "several clauses"),
    ("1" + " + 1" * 40 + " == 1", "too-deep", 34, "levels"),
    (" && ".join(["flag"] * 300), "too-large", 5, "several clauses"),
    ("flag" + " " * 4_000, "too-large", 0, "at most"),
]


@pytest.mark.parametrize(("clause", "code", "offset", "instead"), CLAUSES, ids=[case[0][:40] for case in CLAUSES])
def test_a_bad_expression(clause: str, code: str, offset: int, instead: str) -> None:
    found = problems_of(small(clause))
    assert (found[0].code, found[0].line, found[0].column) == (code, LINE, START + offset)
    assert instead in found[0].instead


# Changes of the small kind: (what stands there, what stands there now, code, line, column, what to write instead)
CHANGES = [
    ("kind: small", "kynd: small", "unknown-key", 1, 1, "kind"),
    ("kind: small", "kind: Small", "bad-name", 1, 7, "small letters"),
    ("language: 1", "language: 3", "unknown-language", 2, 11, "1 or 2"),
    ("language: 1", "language: one", "unknown-language", 2, 11, "1"),
    ("language: 1", "language: 1\nlanguage: 1", "duplicate-key", 3, 1, "one of the two"),
    ("language: 1", "language: &a 1", "anchor", 2, 11, "without a name"),
    ("language: 1", "language: *a", "alias", 2, 11, "the part itself"),
    ("language: 1", "language: !!int 1", "tag", 2, 11, "quotes"),
    ("language: 1", "language: 1\n<<: {a: b}", "merge-key", 3, 1, "the part itself"),
    ("language: 1", "language: 1\n? [a]\n: b", "bad-key", 3, 3, "a name"),
    ("language: 1", "language: [1", "yaml", 3, 6, "quotes"),
    ("language: 1", "language: \x07", "yaml", 1, 1, "printable"),
    ("language: 1", "language: 1\n---\nkind: b", "several-documents", 3, 1, "one document"),
    ("kind: small", "%YAML 1.1\n---\nkind: small", "directive", 1, 1, "the document alone"),
    ("facts:", "facts: []\nfacts2:", "wrong-shape", 3, 8, "{Shop:"),
    ("  Shop:", "  shop:", "bad-name", 4, 3, "capital"),
    ("region: text", "region: txt", "unknown-type", 4, 18, "text"),
    ("region: text", "region: string", "unknown-type", 4, 18, "bool, text"),
    ("region: text", "region: {list: text}", "unknown-type", 4, 10, "element's type"),
    ("region: text", "region: {enun: [a]}", "unknown-type", 4, 19, "enum"),
    ("region: text", "region: {enum: []}", "bad-enum", 4, 10, "{enum: [a, b]}"),
    ("region: text", "region: {enum: [a, a]}", "duplicate-name", 4, 10, "one of the two"),
    ("region: text", "region: {enum: [A]}", "bad-name", 4, 10, "small letters"),
    ("owner: id", "class: id", "reserved-name", 6, 11, "class_value"),
    ("owner: id", "own er: id", "bad-name", 6, 11, "small letter"),
    ("owner: id", "owner: int", "unknown-type", 6, 18, "{int: 0..100}"),
    ("0..1_000}", "0..1_000.5}", "bad-range", 6, 34, "0..100_000"),
    ("0..1_000}", "-1..1_000}", "bad-range", 6, 22, "0..9007199254740991"),
    ("0..1_000}", "9..1}", "bad-range", 6, 22, "0..9007199254740991"),
    ("-9..9}", "9..-9}", "bad-range", 6, 95, "-9..9"),
    ("free: total", "free: totl", "unknown-account", 7, 18, "total, outside"),
    ("sum(purse.left)}", "sum(purse.lift)}", "unknown-field", 7, 65, "left"),
    ("sum(purse.left)}", "sum(purs.left)}", "unknown-record", 7, 65, "purse"),
    ("sum(purse.left)}", "sum(purse.day)}", "type-mismatch", 7, 65, "won"),
    ("sum(purse.left)}", "sum(1)}", "unknown-account", 7, 65, "sum(record.field)"),
    ("sum(purse.left)}", "sum(purse.left), again: sum(purse.left)}", "duplicate-name", 7, 89, "one of the two"),
    ("free: total", "at: total", "reserved-name", 7, 12, "at_value"),
    ("{opens: time", "{free: time", "name-taken", 8, 14, "another_free"),
    ("  pay:", "  kind:", "reserved-name", 10, 3, "kind_it"),
    ("x: purse, n", "x: purs, n", "unknown-record", 11, 13, "purse"),
    ("x: purse, n", "cap: purse, n", "name-taken", 11, 15, "another_cap"),
    ("shop: Shop}", "shop: new Shop}", "new-fact", 11, 40, "Shop"),
    ("x: purse, n", "x: purse, b: purse, c: purse, d: purse, n", "too-large", 10, 3, "at most 4"),
    ("amount: {won: 1..100}, who", "x: {won: 1..100}, amount: {won: 1..100}, who", "name-taken", 12, 13, "another_x"),
    ("from: issued", "form: issued", "missing-key", 15, 12, "from: …"),
    ("from: issued", "from: isued", "unknown-account", 15, 12, "issued"),
    ("from: issued, to: free", "from: free, to: free", "same-account", 15, 12, "two accounts"),
    ("from: issued, to: free", "from: outer, to: world", "outside-to-outside", 15, 12, "one side"),
    ("amount: 'amount'", "amount: number", "type-mismatch", 15, 45, "won"),
    ("amount: 'amount'", "amount: -amount", "out-of-range", 15, 45, "0..9007199254740991"),
    ("amount: 'amount'", "amount: amount + 1", "unbalanced", 10, 3, "a posting for every change"),
    ("x.left: 'x", "x.lift: 'x", "unknown-field", 17, 7, "left"),
    ("x.left: 'x", "left: 'x", "bad-name", 17, 7, "v.left"),
    ("x.left: 'x", "shop.open: 'x", "sets-fact", 17, 7, "a record"),
    ("n.owner: who", "n.owner: note", "type-mismatch", 18, 16, "an id"),
    ("      n.owner: who\n", "", "unset-field", 11, 23, "n.owner: …"),
    ("n.left: 0", "n.left: 1_001", "out-of-range", 19, 15, "0..1000"),
    ("n.left: 0", "n.left: -1", "out-of-range", 19, 15, "0..1000"),
    ("n.status: ", "n.status: 'true' #", "type-mismatch", 20, 18, "one of on, off"),
    ("rule: '", "rule: 'at > at && ", "unknown-name", 25, 10, "a field"),
    ("rule: '", "rule: 'prse.left > 0 && ", "unknown-name", 25, 10, "purse"),
    ("rule: '", "rule: 'sum(purse.count) > 0 && ", "type-mismatch", 25, 10, "a field of won"),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "instead"), CHANGES, ids=[f"{case[2]} {case[1][:30]}" for case in CHANGES]
)
def test_a_bad_kind(old: str, new: str, code: str, line: int, column: int, instead: str) -> None:
    text = small()
    assert text.count(old) >= 1
    found = problems_of(text.replace(old, new, 1))
    places = [(problem.code, problem.line, problem.column) for problem in found]
    assert (code, line, column) in places
    assert any(instead in problem.instead for problem in found if problem.code == code)


PROGRAMMES = [
    ("kind: small", "kind: voucher", "wrong-kind", 1, 1, "small"),
    ("kind: small", "kynd: small", "missing-key", 1, 1, "kind: …"),
    ("step: 3", "stepp: 3", "unknown-parameter", 7, 3, "step"),
    ("  step: 3\n", "", "missing-parameter", 1, 1, "step: a whole number"),
    ("step: 3", "step: 10", "bad-value", 7, 9, "0..9"),
    ("step: 3", "step: 3.0", "bad-value", 7, 9, "0..9"),
    ("step: 3", "step: [3]", "wrong-shape", 7, 9, "0..9"),
    ("born: 2000-02-29", "born: 2001-02-29", "bad-value", 5, 9, "2025-11-30"),
    ("born: 2000-02-29", "born: 1969-12-31", "bad-value", 5, 9, "2025-11-30"),
    ("00:00:00+09:00", "00:00:00Z", "bad-value", 4, 10, "+09:00"),
    ("00:00:00+09:00", "24:00:00+09:00", "bad-value", 4, 10, "+09:00"),
    ("paid: 2025-02", "paid: 2025-13", "bad-value", 9, 9, "2025-11"),
    ('["11", "26"]', '"11"', "wrong-shape", 6, 12, "a list"),
    ('["11", "26"]', '["11", ""]', "wrong-shape", 6, 19, "1 to 128"),
    ("step: 3", "step: 3\n  own: {type: {won: 1..9}, value: 10}", "bad-value", 8, 3, "1..9"),
    ("step: 3", "step: 3\n  own: {type: {won: 1..9}}", "missing-key", 8, 3, "value: …"),
    ("step: 3", "step: 3\n  amount: {type: bool, value: true}", "name-taken", 8, 3, "another_amount"),
    ("paid:", "paid: 2025-02\nfly: {require: {a: true}}\nx:", "unknown-key", 10, 1, "pay"),
    ("paid: 2025-02", "paid: 2025-02\npay: {require: {clause: true}}", "name-taken", 10, 17, "another_clause"),
    ("paid: 2025-02", "paid: 2025-02\npay: {require: {mine: amount}}", "not-boolean", 10, 23, "comparison"),
    ("paid: 2025-02", "paid: 2025-02\npay: {post: []}", "unknown-key", 10, 7, "require"),
    ("paid: 2025-02", "paid: 2025-02\nspecification: {pai: true}", "unknown-action", 10, 17, "pay"),
    ("paid: 2025-02", "paid: 2025-02\nspecification: {pay: x.left}", "not-boolean", 10, 22, "comparison"),
    ("paid: 2025-02", "paid: 2025-02\ntitle: {Korean: a}", "bad-name", 10, 9, "ko or en"),
    ("paid: 2025-02", 'paid: 2025-02\ntitle: {ko: "a\\u202Eb"}', "bad-value", 10, 9, "a sentence"),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "instead"),
    PROGRAMMES,
    ids=[f"{each[2]} {each[1][:30]}" for each in PROGRAMMES],
)
def test_a_bad_programme(old: str, new: str, code: str, line: int, column: int, instead: str) -> None:
    kind = read_kind(small())
    assert read_programme(SMALL_PROGRAMME, kind).programme == "little"
    with pytest.raises(ContractError) as caught:
        read_programme(SMALL_PROGRAMME.replace(old, new, 1), kind)
    found = caught.value.problems
    assert (code, line, column) in [(problem.code, problem.line, problem.column) for problem in found]
    assert any(instead in problem.instead for problem in found if problem.code == code)


def test_several_problems_come_at_once_and_in_order() -> None:
    text = small("amuont > 1 && x.lefft > 0").replace("free: total", "free: totl").replace("owner: id", "owner: idd")
    found = problems_of(text)
    assert [(problem.line, problem.code) for problem in found] == [
        (6, "unknown-type"),
        (7, "unknown-account"),
        (14, "unknown-name"),
        (14, "unknown-field"),
    ]


def test_one_mistake_is_reported_once() -> None:
    """What depends on something wrong is not wrong itself."""
    for text in (small("amuont + 1 > 2 * amuont"), small().replace("left: {won: 0..1_000}", "left: {wn: 0..1_000}")):
        assert len({problem.message for problem in problems_of(text)}) == 1


def test_the_message_names_the_file() -> None:
    with pytest.raises(ContractError, match=r"mine\.yaml:1:1: empty: The document is empty\. Instead: kind"):
        read_kind("", "mine.yaml")


def test_large_documents_are_refused_at_once() -> None:
    assert problems_of("a" * 200_000)[0].code == "too-large"
    assert problems_of("[" * 5_000)[0].code in ("too-deep", "yaml")
    assert problems_of("kind: [" + "a, " * 30_000 + "]")[0].code == "too-large"
    assert problems_of("a: {" * 12 + "}" * 12)[0].code == "too-deep"


@pytest.mark.parametrize(
    "text", ["", "a", "- a", "a: b", "kind: {}", "actions: [a]", "kind: k\nactions: {a: b}", "? a"]
)
def test_anything_else_is_refused_with_problems(text: str) -> None:
    problems_of(text)
    with pytest.raises(ContractError):
        read_programme(text, voucher())


def test_the_real_documents_break_in_the_expected_place() -> None:
    broken = KIND_TEXT.replace("amount <= v.left", "amount <= v.lefft", 1)
    found = problems_of(broken)
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "v.lefft" in text)
    assert [(found[0].code, found[0].line, found[0].instead)] == [("unknown-field", line, "left")]
    with pytest.raises(ContractError) as caught:
        read_programme(COUPON_TEXT.replace("shop.sales_class !=", "shop.sale_class !="), voucher())
    assert {problem.instead for problem in caught.value.problems} == {"sales_class"}


def test_a_number_outside_its_range_is_not_called_no_number() -> None:
    with pytest.raises(ContractError) as caught:
        read_programme(SMALL_PROGRAMME.replace("step: 3", "step: 10"), read_kind(small()))
    (problem,) = caught.value.problems
    assert problem.message == "The value of `step` is out of its range." and problem.instead == "0..9"
