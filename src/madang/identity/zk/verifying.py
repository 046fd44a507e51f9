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
from madang.identity.zk.statement import (
    CIRCUIT,
    MAX_PROOF_BYTES,
    SYSTEM,
    Refused,
    Statement,
    Verify,
)
from madang.kernel.errors import MadangError

MAX_DOCUMENT_BYTES = MAX_PROOF_BYTES + 16 * 1024
MAX_DRIFT = 300
"""How far the holder's clock may be from ours, in seconds, either way."""


class Proven(msgspec.Struct, frozen=True):
    """What was proven, all that is known of it: who signed, and for which time (seconds)."""

    issuer: Followed
    at: int


def verify(
    document: bytes, of: CredentialType, element: str, value: bool, transcript: bytes, trust: Trust, now: int
) -> Proven:
    """Whether the document proves, in answer to the request of this transcript, that `element` is `value`.

    `trust` follows the chain of the issuer's key, as for `verify_presentation`. `now` in seconds. The arithmetic is
    done in a process of its own; callers bound how many at a time.

    Raises `MadangError` with the codes that stand atop this file, `zk.stopped`, `zk.unavailable`.
    """
    check_provable(of, element)
    given = decode(document, "The proof", MAX_DOCUMENT_BYTES)
    proof = member(given, "proof", bytes, "zk.form", "The proof")
    encoded = member(given, "zkDocumentData", Encoded, "zk.form", "The proof")
    said = decode(encoded.content, "What is proven")
    at = _check(said, of, element, now)
    issuer = trust(_chain(said))
    statement = Statement(of.doctype, of.namespace, element, value, point_of(issuer.key), transcript, at)
    if isinstance(run(Verify(statement, proof)), Refused):
        raise MadangError("zk.proof", "The proof does not hold for what was asked for.")
    return Proven(issuer, at)


def _check(said: Any, of: CredentialType, element: str, now: int) -> int:
    """That it speaks of what was asked for; and for which time it does."""
    what = "What is proven"
    texts = {
        name: member(said, name, str, "zk.form", what)
        for name in ("zkSystem", "circuit", "docType", "namespace", "elementIdentifier")
    }
    if (texts["zkSystem"], texts["circuit"]) != (SYSTEM, CIRCUIT):
        raise MadangError("zk.system", "It is proven by another system or circuit than the one that is known here.")
    if texts["docType"] != of.doctype:
        raise MadangError("mdoc.doctype", "The document is of another type than was asked for.")
    if (texts["namespace"], texts["elementIdentifier"]) != (of.namespace, element):
        raise MadangError("zk.other", "Another data element is proven than was asked for.")
    at = int(member(said, "timestamp", datetime.datetime, "zk.form", what).timestamp())
    if abs(at - now) > MAX_DRIFT:
        raise MadangError("zk.time", f"It is proven for a time more than {MAX_DRIFT} seconds from now.")
    return at


def _chain(said: Any) -> tuple[bytes, ...]:
    chain = member(said, "msoX5chain", list, "mdoc.chain", "What is proven")
    if not 1 <= len(chain) <= MAX_CHAIN or not all(type(one) is bytes for one in chain):
        raise MadangError("mdoc.chain", "What is proven does not bring the certificates of the issuer's key.")
    return tuple(chain)
