"""What `madang serve` offers to whoever may read the node's folder: certificates about things, data sets and contracts.

The serving process alone has an institution's keys and status lists open, so it signs. Who may ask is told by the
secret of its run, as for backups (`cli.serving`).
"""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State

from madang.cli.serving import check_secret
from madang.cli.serving import read as serving_of
from madang.client import Client
from madang.identity.did import keeping
from madang.identity.did.certificates import certify
from madang.identity.did.keeping import Subject
from madang.kernel.errors import MadangError
from madang.web.api.problems import Refused

PATH = "/node/certificates"


class CertificateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which institution of the server certifies what of which subject of its own, as which type of the catalogue."""

    institution: str
    subject: Subject
    type: str
    claims: dict[str, Any]


class Certificates(Controller):
    """The route. Without the secret of this run it is not there."""

    path = PATH

    @post()
    async def certify(self, request: Request[Any, Any, State]) -> Response[bytes]:
        """Sign a certificate and publish it beside its subject's history."""
        node = request.app.state.node
        check_secret(node.folder, request.headers.get("authorization", ""))
        try:
            asked = msgspec.json.decode(await request.body(), type=CertificateRequest)
        except msgspec.MsgspecError:
            raise Refused(400, "http.request", "Send institution, subject, type and claims as JSON.") from None

        def make() -> str:
            identifiers, now = request.app.state.identifiers, node.clock()
            office = request.app.state.issuers.of(asked.institution)
            history = None
            if office is not None:
                history = keeping.read(identifiers.folder / asked.institution, asked.subject, now)
            if history is None:
                raise MadangError("did.unknown", "There is no such identifier here. `madang did create` makes it.")
            text = certify(office, history, asked.type, asked.claims, now)
            identifiers.keep_certificate(asked.institution, asked.subject, text)
            return text

        try:
            text = await asyncio.to_thread(make)
        except MadangError as error:
            raise Refused(400, error.code, error.message) from None
        return Response(msgspec.json.encode({"credential": text}), media_type="application/json")


def ask(folder: Path, asked: CertificateRequest) -> str:
    """Have the running node of this folder certify.

    Raises `MadangError`: `backup.not_served`, what `certify` raises.
    """
    serving = serving_of(folder)
    with Client(serving.url) as client:
        answer = client.post(PATH, msgspec.json.encode(asked), {"authorization": f"Bearer {serving.token}"})
    return str(msgspec.json.decode(answer)["credential"])
