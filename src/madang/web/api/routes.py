"""The read routes: HTTP around `desk`. A literal path wins over the pattern that serves the modules' queries."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.datastructures import State as AppState

from madang.web.api.asgi import encode
from madang.web.api.desk import Desk
from madang.web.api.limits import MAX_TARGET_BYTES
from madang.web.api.problems import Refused

JSON = "application/json"
TEXT = "text/plain"
BINARY = "application/octet-stream"
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
BRIEFLY = {"cache-control": "public, max-age=1"}
HEIGHT = "madang-height"
"""The header that says up to which height an answer has seen everything. It may have seen later blocks too."""
TIME = "madang-time"
"""The header that says of an answer with public totals at what time (seconds) the block of that height was made."""

Req = Request[Any, Any, AppState]


def _desk(request: Req) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _json(value: object, headers: dict[str, str] | None = None, status: int = 200) -> Response[bytes]:
    return Response(encode(value), media_type=JSON, headers=headers, status_code=status)


@get("/health")
async def health(request: Req) -> Response[bytes]:
    """200 while the node takes transactions, else 503."""
    found = _desk(request).health()
    return _json(found, status=200 if found.status == "ok" else 503)


@get("/chain")
async def chain(request: Req) -> Response[bytes]:
    """Which ledger this is."""
    return _json(_desk(request).chain())


@get("/status")
async def status(request: Req) -> Response[bytes]:
    """How far the ledger is, and who validates."""
    return _json(_desk(request).status(), BRIEFLY)


@get("/openapi.json")
async def document(request: Req) -> Response[bytes]:
    """The description of this interface."""
    return Response(_desk(request).document, media_type=JSON, headers={"cache-control": "public, max-age=300"})


@get("/problems/{code:str}")
async def problem(request: Req, code: str) -> Response[bytes]:
    """What a problem's code means."""
    return _json(_desk(request).problem(code), {"cache-control": "public, max-age=300"})


@get("/transactions/{identifier:str}")
async def transaction(request: Req, identifier: str) -> Response[bytes]:
    """How a transaction ended."""
    return _json(_desk(request).transaction(identifier))


@get("/transactions/{identifier:str}/receipt")
async def receipt(request: Req, identifier: str) -> Response[bytes]:
    """A transaction's receipt."""
    data = await _desk(request).receipt(identifier)
    headers = {"content-disposition": f'attachment; filename="{identifier[:8]}.receipt"'}
    return Response(data, media_type=BINARY, headers=headers)


@get("/proofs/{table:str}")
async def proof(request: Req, table: str) -> Response[bytes]:
    """The proof of a public record's last write."""
    data = await _desk(request).proof(table, _asked(request))
    headers = {"content-disposition": f'attachment; filename="{table}.proof"', **BRIEFLY}
    return Response(data, media_type=BINARY, headers=headers)


@get("/checkpoint")
async def checkpoint(request: Req) -> Response[bytes]:
    """The log's signed checkpoint."""
    return Response(_desk(request).checkpoint(), media_type=TEXT, headers=BRIEFLY)


@get("/tile/{path:path}")
async def tile(request: Req, path: str) -> Response[bytes]:
    """A tile or entry bundle of the log."""
    data, full = _desk(request).log_file(_target(request).removeprefix("/"))
    return Response(data, media_type=BINARY, headers=FOR_EVER if full else BRIEFLY)


@get("/{module:str}/{name:str}")
async def query(request: Req, module: str, name: str) -> Response[bytes]:
    """A module's query."""
    asked = _asked(request)
    authorization = request.headers.get("authorization", "")
    found = await _desk(request).query(module, name, asked, _target(request), authorization)
    headers = {HEIGHT: str(found.height)} | ({} if found.time is None else {TIME: str(found.time)})
    return Response(found.data, media_type=JSON, headers=headers)


ROUTES = (health, chain, status, document, problem, transaction, receipt, proof, checkpoint, tile, query)


def _target(request: Req) -> str:
    """The request target as it was sent."""
    path = request.scope["raw_path"].decode("latin-1")
    asked = request.scope["query_string"].decode("latin-1")
    return f"{path}?{asked}" if asked else path


def _asked(request: Req) -> list[tuple[str, str]]:
    text = request.scope["query_string"].decode("latin-1")
    try:
        return parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=32,
        )
    except ValueError:
        raise Refused(
            400, "query.parameters", f"The query string can't be read. Send name=value pairs, {MAX_TARGET_BYTES} bytes."
        ) from None
