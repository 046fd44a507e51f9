"""The verifier's side: whether a document proves what was asked for.

In this order, each refusal with its own code: the type and element can be proven (`zk.element`, `zk.namespace`,
`zk.status`); size and form (`cbor.*`, `zk.form`); the proof system and circuit (`zk.system`); the type (`mdoc.doctype`)
and the element that were asked for (`zk.other`); the time (`zk.time`); the issuer's chain (`mdoc.chain`, the caller's
codes); the proof (`zk.proof`).
"""

import datetime
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType
from madang.identity.certificates import Followed
from madang.identity.mdoc.cbor import Encoded, decode
from madang.identity.mdoc.reading import MAX_CHAIN, member
from madang.identity.mdoc.verifying import Trust
from madang.identity.zk.provable import check_provable
from madang.identity.zk.proving import point_of
from madang.identity.zk.running import run
from madang.identity.zk.statement import MAX_PROOF_BYTES, SYSTEM_ID, Refused, Statement, Verify
from madang.kernel.errors import MadangError

MAX_DOCUMENT_BYTES = MAX_PROOF_BYTES + 16 * 1024
MAX_DRIFT = 300
"""How far the holder's clock may be from ours, in seconds, either way."""
SECONDS = 20
"""How long one may be checked: it takes a second, on a machine that is busy a few."""


class Proven(msgspec.Struct, frozen=True):
    """What was proven, all that is known of it: who signed, and for which time (seconds)."""

    issuer: Followed
    at: int


def verify(
    response: bytes, of: CredentialType, element: str, value: bool, transcript: bytes, trust: Trust, now: int
) -> Proven:
    """Whether a DeviceResponse proves, in answer to the request of this transcript, that `element` is `value`.

    `trust` follows the chain of the issuer's key, as for `verify_presentation`. `now` in seconds. The arithmetic is
    done in a process of its own; callers bound how many at a time.

    Raises `MadangError` with the codes that stand atop this file, `zk.stopped`, `zk.unavailable`.
    """
    check_provable(of, element)
    given = _read_response(response)
    proof = member(given, "proof", bytes, "zk.form", "The proof")
    encoded = member(given, "documentData", Encoded, "zk.form", "The proof")
    said = decode(encoded.content, "What is proven")
    at = _check(said, of, element, value, now)
    issuer = trust(_chain(said))
    statement = Statement(of.doctype, of.namespace, element, value, point_of(issuer.key), transcript, at)
    if isinstance(run(Verify(statement, proof), SECONDS), Refused):
        raise MadangError("zk.proof", "The proof does not hold for what was asked for.")
    return Proven(issuer, at)


def _read_response(response: bytes) -> Any:
    """The one document of a response."""
    given = decode(response, "The proof", MAX_DOCUMENT_BYTES)
    version = member(given, "version", str, "zk.form", "The proof")
    status = member(given, "status", int, "zk.form", "The proof")
    documents = member(given, "zkDocuments", list, "zk.form", "The proof")
    if (version, status, len(documents)) != ("1.0", 0, 1) or "documents" in given:
        raise MadangError("zk.form", "The answer is no response of version 1.0 with one proof and nothing beside it.")
    return documents[0]


def _check(said: Any, of: CredentialType, element: str, value: bool, now: int) -> int:
    """That it speaks of what was asked for; and for which time it does."""
    what = "What is proven"
    if member(said, "zkSystemId", str, "zk.form", what) != SYSTEM_ID:
        raise MadangError("zk.system", "It is proven by another system or circuit than the one that is known here.")
    if member(said, "docType", str, "zk.form", what) != of.doctype:
        raise MadangError("mdoc.doctype", "The document is of another type than was asked for.")
    elements = member(said, "issuerSigned", dict, "zk.form", what)
    # True is 1 to Python, and to nobody else; what the holder's key says by itself, no issuer has signed.
    is_asked = elements == {of.namespace: [{"elementIdentifier": element, "elementValue": value}]}
    if (
        not is_asked
        or type(elements[of.namespace][0]["elementValue"]) is not bool
        or said.get("deviceSigned", {}) != {}
    ):
        raise MadangError("zk.other", "Something else is said to be proven than was asked for.")
    at = int(member(said, "timestamp", datetime.datetime, "zk.form", what).timestamp())
    if abs(at - now) > MAX_DRIFT:
        raise MadangError("zk.time", f"It is proven for a time more than {MAX_DRIFT} seconds from now.")
    return at


def _chain(said: Any) -> tuple[bytes, ...]:
    given = said.get("msoX5chain")
    chain = given if type(given) is list else [given]
    if not 1 <= len(chain) <= MAX_CHAIN or not all(type(one) is bytes for one in chain):
        raise MadangError("mdoc.chain", "What is proven does not bring the certificates of the issuer's key.")
    return tuple(chain)
