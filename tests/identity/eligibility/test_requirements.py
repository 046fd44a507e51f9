"""How claims are judged, by Python and by the browser: one table for both."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from madang.base.eligibility.state import Requirement
from madang.identity.eligibility.requirements import Finding, as_data, findings, identities, judge, overall
from tests.components import Needs

MODULE = Path(__file__).parents[3] / "src/madang/web/wallet/static/requirements.js"
MET, UNMET, UNKNOWN = "met", "unmet", "undetermined"
# How it is judged, the test, its values, and the claim's value.
CASES: list[tuple[str, str, list[str], Any]] = [
    (MET, "equals", ["26"], "26"),
    (UNMET, "equals", ["26"], "11"),
    (UNMET, "equals", ["26"], "260"),
    (MET, "equals", ["true"], True),
    (UNMET, "equals", ["true"], False),
    (MET, "equals", ["false"], False),
    (MET, "equals", ["3"], 3),
    (UNMET, "equals", ["1"], True),
    (UNKNOWN, "equals", ["26"], None),
    (UNKNOWN, "equals", ["26"], ["26"]),
    (UNKNOWN, "equals", ["26"], {"a": "26"}),
    (MET, "one_of", ["a", "b"], "b"),
    (UNMET, "one_of", ["a", "b"], "c"),
    (UNKNOWN, "one_of", ["a", "b"], None),
    (MET, "begins_with", ["26", "48"], "4812"),
    (UNMET, "begins_with", ["26", "48"], "2"),
    (UNKNOWN, "begins_with", ["26"], 26),
    (MET, "at_least", ["3"], 3),
    (UNMET, "at_least", ["3"], 2),
    (MET, "at_least", ["-3"], -3),
    (UNKNOWN, "at_least", ["3"], "4"),
    (UNKNOWN, "at_least", ["1"], True),
    (MET, "at_most", ["3"], 3),
    (UNMET, "at_most", ["3"], 4),
    (UNKNOWN, "at_most", ["3"], None),
    (MET, "before", ["2007-07-21"], "2007-07-20"),
    (UNMET, "before", ["2007-07-21"], "2007-07-21"),
    (UNKNOWN, "before", ["2007-07-21"], "20070720"),
    (UNKNOWN, "before", ["2007-07-21"], "2007-02-29"),
    (UNKNOWN, "before", ["2007-07-21"], "2007-7-20"),
    (UNKNOWN, "before", ["2007-07-21"], 2007),
    (MET, "after", ["2024-02-28"], "2024-02-29"),
    (UNMET, "after", ["2024-02-29"], "2024-02-29"),
    (UNKNOWN, "after", ["2024-02-28"], "1900-02-29"),
    (MET, "after", ["1999-01-01"], "2000-02-29"),
    (UNKNOWN, "after", ["0001-01-01"], "0000-01-01"),
    (MET, "identifies", [], "somebody"),
    (MET, "identifies", [], ["one", "another"]),
    (UNKNOWN, "identifies", [], ""),
    (UNKNOWN, "identifies", [], []),
    (UNKNOWN, "identifies", [], ["one", ""]),
    (UNKNOWN, "identifies", [], ["one", 2]),
    (UNKNOWN, "identifies", [], 7),
    (UNKNOWN, "identifies", [], None),
]


def required(test: str, values: list[str], claim: str = "claim", credential: str = "resident") -> Requirement:
    return Requirement(credential, claim, test, tuple(values))  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_how_a_claim_is_judged(case):
    judgement, test, values, value = case
    assert judge(required(test, values), value) == judgement


def test_the_browser_judges_the_same(needs: Needs):
    script = f"""
        import {{ judge, overall }} from {json.dumps(str(MODULE))};
        const cases = {json.dumps([[test, values, value] for _, test, values, value in CASES])};
        const found = cases.map(([test, values, value]) => judge({{ test, values }}, value));
        const asked = [{{ credential: "resident", claim: "a", test: "equals", values: ["1"] }},
                       {{ credential: "household", claim: "b", test: "equals", values: ["1"] }}];
        found.push(overall(asked, {{ resident: {{ a: "1" }} }}), overall(asked, {{ resident: {{ a: "2" }} }}),
                   overall(asked, {{ resident: {{ a: "1" }}, household: {{ b: "1" }} }}));
        process.stdout.write(JSON.stringify(found));
    """
    command = [str(needs("node")), "--input-type=module", "-e", script]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert found == [*(judgement for judgement, *_ in CASES), UNKNOWN, UNMET, MET]


@pytest.mark.parametrize(
    ("judgement", "shown"),
    [
        (MET, {"resident": {"province": "26"}, "household": {"size": 3}}),
        (UNKNOWN, {"resident": {"province": "26"}}),
        (UNKNOWN, {"resident": {"province": "26"}, "household": {"size": "3"}}),
        (UNMET, {"resident": {"province": "11"}}),
        (UNMET, {"resident": {"province": "11"}, "household": {"size": 3}}),
        (UNKNOWN, {}),
    ],
    ids=str,
)
def test_what_is_not_met_decides_whatever_is_unknown_beside_it(judgement, shown):
    asked = [required("equals", ["26"], "province"), required("at_least", ["2"], "size", "household")]
    found = findings(asked, shown)
    assert [one.requirement for one in found] == asked
    assert overall(found) == judgement


def test_requirements_go_to_browsers_as_data():
    asked = required("one_of", ["a", "b"], "amount_class", "amount_class")
    assert as_data([asked]) == [
        {"credential": "amount_class", "claim": "amount_class", "test": "one_of", "values": ["a", "b"]}
    ]
    assert overall([Finding(asked, "met")]) == "met"
    assert identities(["a", "b"]) == ("a", "b")
