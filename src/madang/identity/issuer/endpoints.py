"""All endpoints of an issuer by name: what takes a request and gives a reply, refusals included."""

from collections.abc import Callable, Mapping

from madang.identity.issuer import authorizing, credentials, notifying, tokens
from madang.identity.issuer.metadata import read_issuer_metadata, server_metadata
from madang.identity.issuer.office import Office
from madang.identity.issuer.wire import Refusal, Reply, Request, Unavailable, as_json
from madang.kernel.errors import MadangError

Endpoint = Callable[[Office, Request], Reply]

POSTED: Mapping[str, Endpoint] = {
    "par": authorizing.push,
    "token": tokens.exchange,
    "nonce": lambda office, request: credentials.nonce(office, request.now),
    "credential": credentials.deliver,
    "deferred": credentials.deliver_later,
    "notification": notifying.take_notice,
}
"""What wallets send to, by the last part of the path."""
READ: Mapping[str, Endpoint] = {
    "issuer": read_issuer_metadata,
    "server": lambda office, _request: as_json(server_metadata(office)),
}
"""The metadata."""


def answer(office: Office, endpoint: Endpoint, request: Request) -> Reply:
    """The reply of an endpoint. A refusal is one as well: constant for the wallet, its code for the journal.

    What fails here and not for what was sent (the database is away, a disk is full) is 503 and can be tried again.
    """
    try:
        return endpoint(office, request)
    except Refusal as refusal:
        return refusal.reply()
    except MadangError as error:
        return Unavailable(error).reply()
