"""The OpenAPI document says what the server does: judged by jsonschema, which knows nothing of our decoder."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.app import MODULES
from madang.kernel.codec import read_json
from madang.kernel.envelope import RelyingParty
from madang.kernel.errors import Malformed
from madang.kernel.machine import Chain, Machine
from madang.kernel.transaction import type_name
from madang.web.api import routes
from madang.web.api.codes import CODES
from madang.web.api.limits import Limits
from madang.web.api.openapi import describe
from madang.web.api.reads import reads_of
from tests.support.cast import ALICE
from tests.web.api import strategies
from tests.web.serving import Server
from tests.web.signing import pay, read_header, signed_payment

MACHINE = Machine(MODULES, Chain("test-chain", RelyingParty("x", ("https://x",)), 0, 1, 1))
READS = list(reads_of(MODULES).values())
DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(describe(MACHINE, READS, Limits())))
ACTS = list(MACHINE.acts)
OUTER = {
    "chain": st.just("test-chain"),
    "id": st.from_regex(r"^[0-9a-f]{32}\Z"),
    "not_after": st.integers(0, 2**40),
}


def as_python_reads_it(value: Any) -> Any:
    """The document for a judge in Python, whose `$` also matches before a newline; that of ECMA-262 does not."""
    if isinstance(value, dict):
        return {
            key: one[:-1] + r"\Z" if key == "pattern" and isinstance(one, str) else as_python_reads_it(one)
            for key, one in value.items()
        }
    return [as_python_reads_it(one) for one in value] if isinstance(value, list) else value


COMPONENTS = as_python_reads_it(DOCUMENT["components"])


def judge(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    whole = {**as_python_reads_it(schema), "components": COMPONENTS}
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(whole)


def component(name: str) -> jsonschema.Draft202012Validator:
    return judge({"$ref": f"#/components/schemas/{name}"})


PAYLOAD = component("Payload")
NAMES = {
    schema["properties"]["type"].get("const") or schema["properties"]["type"]["enum"][0]: name
    for name, schema in DOCUMENT["components"]["schemas"].items()
    if "type" in schema.get("properties", {}) and "by" in schema["properties"]
}


def payload_of(act: type) -> jsonschema.Draft202012Validator:
    """The payload's schema with one sort of act in it: a judge that tries 59 of them takes its time."""
    schema = copy.deepcopy(DOCUMENT["components"]["schemas"]["Payload"])
    schema["properties"]["acts"]["items"] = {"$ref": f"#/components/schemas/{NAMES[type_name(act)]}"}
    return judge(schema)


def decodes(payload: Any) -> bool:
    try:
        read_json(MACHINE.payload_decoder, json.dumps(payload).encode(), "the payload")
    except Malformed:
        return False
    return True


def only_the_decoder_minds(payload: Any) -> bool:
    """The one listed way in which a payload of ours may fit the schema and be refused: a number with a point."""
    if isinstance(payload, dict):
        return any(only_the_decoder_minds(one) for one in payload.values())
    return isinstance(payload, float) or (isinstance(payload, list) and any(map(only_the_decoder_minds, payload)))


@pytest.mark.parametrize("act", ACTS, ids=type_name)
def test_every_act_decodes_as_documented(act: type) -> None:
    judged = payload_of(act)
    payloads = st.fixed_dictionaries({**OUTER, "acts": st.lists(strategies.struct(act), min_size=1, max_size=2)})

    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(payloads)
    def valid(payload: Any) -> None:
        assert decodes(payload)
        assert judged.is_valid(payload), next(judged.iter_errors(payload))

    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategies.changed(payloads))
    def mutated(payload: Any) -> None:
        if only_the_decoder_minds(payload):
            assert not decodes(payload)
        else:
            assert decodes(payload) == judged.is_valid(payload), payload

    valid()
    mutated()


def test_every_act_is_described() -> None:
    assert set(NAMES) == {type_name(act) for act in ACTS}
    assert all(DOCUMENT["components"]["schemas"][name]["description"] for name in NAMES.values())
    items = DOCUMENT["components"]["schemas"]["Payload"]["properties"]["acts"]["items"]
    assert len(items["anyOf"]) == len(ACTS)


@settings(max_examples=10, deadline=None, database=None)
@given(st.fixed_dictionaries({**OUTER, "acts": st.just([pay()])}))
def test_the_whole_payload_decodes_as_documented(payload: Any) -> None:
    assert decodes(payload)
    assert PAYLOAD.is_valid(payload)
    assert not decodes(payload | {"acts": []})
    assert not PAYLOAD.is_valid(payload | {"acts": []})


def test_document_and_server_have_the_same_routes() -> None:
    served = {re.sub(r":\w+", "", path) for route in routes.ROUTES for path in route.paths}
    served -= {"/{module}/{name}"}
    served |= {read.path for read in READS} | {"/transactions", "/events"}
    assert set(DOCUMENT["paths"]) == served


def test_the_document_holds_together() -> None:
    text = json.dumps(DOCUMENT)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in DOCUMENT["components"]["schemas"], name
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in DOCUMENT["components"]["schemas"])
    assert r"\\Z" not in text
    operations = [one for path in DOCUMENT["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            assert all("description" in answer for answer in operation["responses"].values())
            inside = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


def test_signed_reads_say_so() -> None:
    for read in READS:
        operation = DOCUMENT["paths"][read.path]["get"]
        assert ("security" in operation) == read.signed
        assert ("401" in operation["responses"]) == read.signed


def test_answers_fit_the_document(server: Server) -> None:
    assert server.get("/openapi.json").json["paths"] == DOCUMENT["paths"]
    component("Result").validate(server.submit(signed_payment()).json)
    for bad in (b"x", signed_payment(2**50)):
        component("Problem").validate(server.submit(bad).json)
    component("ChainInfo").validate(server.get("/chain").json)
    component("Health").validate(server.get("/health").json)
    component("ProblemInfo").validate(server.get("/problems/money.balance").json)
    asked = {
        "/money/bank": "name=bank-a",
        "/money/banks": "",
        "/money/supply": "",
        "/money/policy": "",
        "/money/window": "",
        "/parties/institution": "name=bank-a",
        "/merchants/merchants": "",
        "/programmes/programmes": "",
        "/operations/pauses": "",
        "/money/show_account": f"name={ALICE.party}",
    }
    for path, parameters in asked.items():
        target = f"{path}?{parameters}" if parameters else path
        answer = server.get(target, authorization=read_header(ALICE, target))
        assert answer.status == 200, (path, answer.body)
        schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        judge(schema).validate(answer.json)


@pytest.mark.fresh
def test_every_code_that_the_edge_and_the_kernel_give_is_explained() -> None:
    source = Path("src/madang")
    files = [*(source / "kernel").glob("*.py"), *(source / "web" / "api").glob("*.py"), source / "engine/embedded.py"]
    pattern = re.compile(
        r'(?:Malformed|Rejected|MadangError|Refused|make|_refused)\(\s*(?:\d{3}, )?"([a-z_]+\.[a-z_]+)"'
    )
    given_codes = {code for file in files for code in pattern.findall(file.read_text())}
    assert len(given_codes) > 40
    assert given_codes <= set(CODES), given_codes - set(CODES)
