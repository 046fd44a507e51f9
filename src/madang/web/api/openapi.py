"""The OpenAPI 3.1 document, made from the declarations: acts, results, queries. Nothing in it is said twice.

Patterns are written here as ECMA-262 has them, where `$` is the very end; in Python that is `\\Z`. The decoder is
stricter than the document in four ways only, none of which JSON Schema can say: a JSON member may appear once,
numbers are written without point and exponent, text is at most what fits the body, and depth is bounded.
"""

import re
from collections.abc import Sequence
from typing import Any, Union

import msgspec

from madang.kernel.machine import Machine, Result
from madang.kernel.transaction import Payload, type_name
from madang.web.api import problems
from madang.web.api.events import BlockEvent
from madang.web.api.infos import ChainInfo, Health, ProblemInfo
from madang.web.api.limits import MAX_TOGETHER, Limits
from madang.web.api.problems import Problem
from madang.web.api.readers import ReadRequest
from madang.web.api.reads import Read
from madang.web.api.status import LedgerStatus

REFERENCE = "#/components/schemas/{name}"
Json = dict[str, Any]

_SUBMITTED = {
    400: "Malformed: nothing was recorded.",
    408: "The body arrived too slowly.",
    409: "The id was used for another payload.",
    413: "Too large.",
    415: "The media type is not read here.",
    422: "Rejected: ordered and refused by a rule. `height` and `index` say where.",
    429: "Too many requests; see Retry-After.",
    500: "A defect: ordered, its writes dropped, its act paused.",
    503: "Busy or stopping; see Retry-After. Ask by id whether it was ordered.",
}


def describe(machine: Machine, reads: Sequence[Read], limits: Limits) -> Json:
    """The document of a node that runs this machine."""
    acts: Any = Union[machine.acts]  # noqa: UP007  built from the declarations
    fixed = [Payload[acts], Result, Problem, BlockEvent, Health, ChainInfo, LedgerStatus, ProblemInfo, ReadRequest]
    schemas, components = msgspec.json.schema_components(
        [*fixed, *(read.parameters for read in reads), *(read.answer for read in reads)], ref_template=REFERENCE
    )
    schemas, components = _portable([list(schemas), components])
    payload = schemas[0]["$ref"].rpartition("/")[2]
    components["Payload"] = {**components.pop(payload), "title": "Payload"}
    for act in machine.acts:
        name = next(key for key, value in components.items() if _tag(value) == type_name(act))
        components[name]["description"] = (act.__doc__ or "").strip()
    parameters = schemas[len(fixed) : len(fixed) + len(reads)]
    answers = schemas[len(fixed) + len(reads) :]
    asked = [components.pop(one["$ref"].rpartition("/")[2]) for one in parameters]
    paths = _paths(limits)
    for read, parameter, answer in zip(reads, asked, answers, strict=True):
        paths[read.path] = {"get": _query(read, parameter, answer)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Madang: {machine.chain.name}",
            "version": str(machine.chain.rule_version),
            "description": "Submit signed transactions, read what became of them, and check the log.",
        },
        "paths": paths,
        "components": {"schemas": dict(sorted(components.items())), "securitySchemes": _SECURITY},
    }


_SECURITY: Json = {
    "read": {
        "type": "http",
        "scheme": "Madang",
        "description": (
            "A compact JWS (ES256) by a registered key over ReadRequest: this ledger's name, GET, the request target "
            "with its query string, and a time at most 300 seconds ahead."
        ),
    }
}


def _portable(value: Any) -> Any:
    """Patterns as ECMA-262 has them."""
    if isinstance(value, dict):
        return {
            key: re.sub(r"\\Z\Z", "$", one) if key == "pattern" and isinstance(one, str) else _portable(one)
            for key, one in value.items()
        }
    return [_portable(one) for one in value] if isinstance(value, (list, tuple)) else value


def _tag(schema: Json) -> str | None:
    kind = schema.get("properties", {}).get("type", {})
    found = kind.get("const") or (kind.get("enum") or [None])[0]
    return found if isinstance(found, str) else None


def _reference(name: str) -> Json:
    return {"$ref": REFERENCE.format(name=name)}


def _answer(description: str, schema: Json, media: str = "application/json") -> Json:
    return {"description": description, "content": {media: {"schema": schema}}}


def _problem(description: str) -> Json:
    return _answer(description, _reference("Problem"), problems.MEDIA_TYPE.decode())


def _binary(description: str, media: str = "application/octet-stream") -> Json:
    return {"description": description, "content": {media: {}}}


def _parameter(name: str, where: str, schema: Json, *, required: bool = True) -> Json:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _query(read: Read, parameters: Json, answer: Json) -> Json:
    required = parameters.get("required", [])
    operation: Json = {
        "operationId": f"{read.module}.{read.name}",
        "summary": (read.query.__doc__ or read.name).strip().splitlines()[0],
        "tags": [read.module],
        "parameters": [
            _parameter(name, "query", schema, required=name in required)
            for name, schema in parameters.get("properties", {}).items()
        ],
        "responses": {
            "200": _answer("The answer. `Madang-Height` is a height up to which everything was seen.", answer),
            "400": _problem("The parameters do not fit."),
            "503": _problem("Busy, too slow, or stopped."),
        },
    }
    if read.signed:
        operation["security"] = [{"read": []}]
        operation["responses"]["401"] = _problem("Not signed, or by a key that does not work here.")
    return operation


def _envelopes() -> Json:
    content = {
        "contentMediaType": "application/json",
        "contentEncoding": "base64url",
        "contentSchema": _reference("Payload"),
    }
    part = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}
    compact = {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
        "description": "A compact JWS (RFC 7515), alg ES256, kid the key's RFC 7638 thumbprint.",
        "contentMediaType": "application/jose",
        "contentSchema": _reference("Payload"),
    }
    signature = {
        "type": "object",
        "properties": {"protected": part, "signature": part},
        "required": ["protected", "signature"],
        "additionalProperties": False,
    }
    names = ["kid", "authenticatorData", "clientDataJSON", "signature"]
    assertion = {
        "type": "object",
        "properties": dict.fromkeys(names, part),
        "required": names,
        "additionalProperties": False,
    }
    general = {
        "type": "object",
        "description": "General JSON: JWS signatures, passkey assertions whose challenge is SHA-256(payload), or both.",
        "properties": {
            "payload": {"type": "string", **content},
            "signatures": {"type": "array", "items": signature, "maxItems": 16},
            "assertions": {"type": "array", "items": assertion, "maxItems": 16},
        },
        "required": ["payload"],
        "additionalProperties": False,
    }
    return {"compact": compact, "general": general}


def _submit(limits: Limits) -> Json:
    envelopes = _envelopes()
    together = {
        "type": "object",
        "properties": {
            "transactions": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_TOGETHER,
                "items": {"anyOf": [envelopes["compact"], envelopes["general"]]},
            }
        },
        "required": ["transactions"],
        "additionalProperties": False,
    }
    each = {"type": "array", "items": {"anyOf": [_reference("Result"), _reference("Problem")]}}
    accepted = {"anyOf": [_reference("Result"), each]}
    return {
        "operationId": "submit",
        "summary": "Submit one transaction, or up to 1,000 together; answered when durable.",
        "description": (
            f"One: at most {limits.single_bytes} bytes, the status tells how it ended. Together: at most "
            f"{limits.batch_bytes} bytes, status 200 and a result or a problem for each, in order. Sending the same "
            "payload again is safe: it is ordered once, and the first outcome is repeated."
        ),
        "requestBody": {
            "required": True,
            "content": {
                "application/jose": {"schema": envelopes["compact"]},
                "application/jose+json": {"schema": envelopes["general"]},
                "application/json": {"schema": together},
            },
        },
        "responses": {
            "200": _answer("Accepted and durable (one), or how each ended (together).", accepted),
            **{str(status): _problem(text) for status, text in _SUBMITTED.items()},
        },
    }


def _paths(limits: Limits) -> Json:
    return {"/transactions": {"post": _submit(limits)}, **_of_transactions(), **_of_the_log(), **_of_the_node()}


def _of_transactions() -> Json:
    identifier = _parameter("identifier", "path", {"type": "string", "pattern": "^[0-9a-f]{32}$"})
    unknown = {"404": _problem("Nothing was ordered under this id.")}
    own = "Whoever knows the id may ask: it is 128 random bits that the signer chose."
    outcome = _get("transaction", f"How a transaction ended. {own}", "Its outcome.", "Result", [identifier], unknown)
    receipt = {
        "operationId": "receipt",
        "summary": f"The receipt of a transaction, to check off line. {own}",
        "parameters": [identifier],
        "responses": {"200": _binary("The receipt. It holds the signed bytes: keep it private."), **unknown},
    }
    return {
        "/transactions/{identifier}": {"get": outcome},
        "/transactions/{identifier}/receipt": {"get": receipt},
    }


def _of_the_log() -> Json:
    checkpoint = {
        "operationId": "checkpoint",
        "summary": "The log's signed checkpoint (C2SP tlog-checkpoint).",
        "responses": {"200": _binary("A signed note.", "text/plain")},
    }
    tile = {
        "operationId": "tile",
        "summary": "A tile or entry bundle of the log (C2SP tlog-tiles).",
        "parameters": [_parameter("path", "path", {"type": "string"})],
        "responses": {"200": _binary("The file."), "404": _problem("There is no such tile.")},
    }
    parts = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4}
    proof = {
        "operationId": "proof",
        "summary": "The proof that a public record was written, to check off line: `madang trust check`.",
        "parameters": [
            _parameter("table", "path", {"type": "string"}),
            _parameter("part", "query", parts),
        ],
        "responses": {
            "200": _binary("The proof."),
            "400": _problem("The parts do not fit the table."),
            "404": _problem("There is no such record, or no proof of it here."),
        },
    }
    stream = {
        "type": "string",
        "contentMediaType": "text/event-stream",
        "contentSchema": _reference("BlockEvent"),
    }
    events = {
        "operationId": "events",
        "summary": "Each block as it becomes durable, as server-sent events whose data is a BlockEvent.",
        "parameters": [_parameter("Last-Event-ID", "header", {"type": "integer", "minimum": 0}, required=False)],
        "responses": {
            "200": _answer("The stream.", stream, "text/event-stream"),
            "400": _problem("The block is too far back, or ahead."),
            "503": _problem("Too many follow already."),
        },
    }
    return {
        "/checkpoint": {"get": checkpoint},
        "/tile/{path}": {"get": tile},
        "/proofs/{table}": {"get": proof},
        "/events": {"get": events},
    }


def _of_the_node() -> Json:
    stopped = {"503": _answer("It has stopped.", _reference("Health"))}
    failed = {"503": _problem("It has stopped.")}
    code = _parameter("code", "path", {"type": "string"})
    document = {
        "operationId": "openapi",
        "summary": "This document.",
        "responses": {"200": _answer("OpenAPI 3.1.", {"type": "object"})},
    }
    problem = _get(
        "problem",
        "What a problem's code means.",
        "The code.",
        "ProblemInfo",
        [code],
        {"404": _problem("There is no such code.")},
    )
    return {
        "/chain": {"get": _get("chain", "Which ledger this is, and the key of its log.", "The ledger.", "ChainInfo")},
        "/status": {
            "get": _get(
                "status", "How far the ledger is, and who validates.", "It is so far.", "LedgerStatus", (), failed
            )
        },
        "/health": {"get": _get("health", "Whether this node takes transactions.", "It does.", "Health", (), stopped)},
        "/problems/{code}": {"get": problem},
        "/openapi.json": {"get": document},
    }


def _get(
    name: str,
    summary: str,
    answered: str,
    schema: str,
    parameters: Sequence[Json] = (),
    more: Json | None = None,
) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": list(parameters),
        "responses": {"200": _answer(answered, _reference(schema)), **(more or {})},
    }
