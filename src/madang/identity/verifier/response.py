"""What a wallet sends back: opened, and taken apart into one presentation for each query (OpenID4VP 1.0, section 8)."""

import hmac
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.verified import Presented
from madang.identity.verifier.asking import Ask, queried
from madang.identity.verifier.request import Question
from madang.kernel.errors import MadangError

WHAT = "The response"
MAX_PROVEN_BYTES = 768 * 1024
"""An encrypted response with a proof: one of 361 kB, twice in base64, and other presentations beside it."""


def open_response(form: Mapping[str, str], question: Question, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The `vp_token` of a response that was encrypted for this request's key (`direct_post.jwt`).

    Raises `MadangError`: `presentation.declined` (the wallet says no), `response.form` (not encrypted, or no object),
    `response.state`, and what `jose.decrypt` raises.
    """
    if "error" in form:
        _check_state(form.get("state"), question)
        raise MadangError("presentation.declined", "The wallet or its holder declined.")
    if set(form) != {"response"}:
        raise MadangError("response.form", "A response is encrypted, and is all that is sent.")
    opened = jose.read_object(jose.decrypt(form["response"], key, WHAT, most_bytes(question)), WHAT, "response.form")
    _check_state(opened.get("state"), question)
    if "error" in opened:
        raise MadangError("presentation.declined", "The wallet or its holder declined.")
    token = opened.get("vp_token")
    if not isinstance(token, dict):
        raise MadangError("response.form", "The response has no vp_token that is an object (OpenID4VP 1.0, 8.1).")
    return token


def most_bytes(question: Question) -> int:
    """How long an encrypted response to this request may be: long only where a proof was asked for."""
    return MAX_PROVEN_BYTES if any(ask.provable for ask in question.asks) else jose.MAX_BYTES


def presentations(token: Mapping[str, Any], question: Question) -> list[tuple[Ask, Presented, str]]:
    """The presentation for each ask, in the order of the asks; of those that are optional only what is there.

    Raises `MadangError`: `response.query` (of no query that was sent), `response.presentations` (none, several, twice
    in two formats), `response.missing` (an ask without answer).
    """
    known = queried(question.asks)
    if not token.keys() <= known.keys():
        raise MadangError("response.query", "The response answers a query that was not sent.")
    found: dict[str, tuple[Ask, Presented, str]] = {}
    for name, given in token.items():
        ask, form = known[name]
        if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], str) or ask.type in found:
            raise MadangError("response.presentations", f"{ask.type} is not answered by exactly one presentation.")
        found[ask.type] = (ask, form, given[0])
    missing = [ask.type for ask in question.asks if ask.type not in found and not ask.optional]
    if missing:
        raise MadangError("response.missing", f"The response has no presentation for {', '.join(missing)}.")
    return [found[ask.type] for ask in question.asks if ask.type in found]


def _check_state(given: object, question: Question) -> None:
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), question.state.encode()):
        raise MadangError("response.state", "The response is not for this request: its state is another.")
