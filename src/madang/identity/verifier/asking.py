"""What a verifier asks for, and the query that says so to wallets (DCQL: OpenID4VP 1.0, section 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType, type_of
from madang.identity.verified import Format, Verified
from madang.kernel.errors import MadangError

MAX_ASKS = 8
_SHORT: Mapping[Format, str] = {"dc+sd-jwt": "sd", "mso_mdoc": "mdoc"}
Value = str | int | bool


class Ask(msgspec.Struct, frozen=True):
    """One credential of a type of the catalogue, and which of its claims are to be shown: no others are asked for.

    `values` says for a claim which values will do. `optional`: the holder may leave it out.
    """

    type: str
    claims: tuple[str, ...]
    values: Mapping[str, tuple[Value, ...]] = {}
    optional: bool = False


def check_asks(asks: Sequence[Ask]) -> None:
    """Refuse what no wallet could answer. Raises `MadangError`: `ask.invalid`, `credential.unknown_type`."""
    types = [ask.type for ask in asks]
    if not 1 <= len(asks) <= MAX_ASKS or len(types) != len(set(types)) or all(ask.optional for ask in asks):
        raise MadangError(
            "ask.invalid", f"A request asks for one to {MAX_ASKS} types, each once, and not all optional."
        )
    for ask in asks:
        known = type_of(ask.type).claims
        if not ask.claims or len(set(ask.claims)) != len(ask.claims) or not known.keys() >= set(ask.claims):
            raise MadangError("ask.invalid", f"{ask.type}: name each claim once, and only claims that the type has.")
        if not set(ask.values) <= set(ask.claims) or not all(ask.values.values()):
            raise MadangError("ask.invalid", f"{ask.type}: values are for claims that are asked for, one at least.")


def dcql(asks: Sequence[Ask]) -> dict[str, Any]:
    """The query: a credential in either of its type's formats answers an ask. Raises what `check_asks` raises."""
    check_asks(asks)
    queries = [_query(ask, type_of(ask.type), form) for ask in asks for form in type_of(ask.type).formats]
    sets = [
        {
            "options": [[query_id(ask.type, form)] for form in type_of(ask.type).formats],
            **({"required": False} if ask.optional else {}),
        }
        for ask in asks
    ]
    return {"credentials": queries, "credential_sets": sets}


def query_id(identifier: str, form: Format) -> str:
    """The id of the query for a type in a format."""
    return f"{identifier}-{_SHORT[form]}"


def queried(asks: Sequence[Ask]) -> dict[str, tuple[Ask, Format]]:
    """The asks by the ids of their queries."""
    return {query_id(ask.type, form): (ask, form) for ask in asks for form in type_of(ask.type).formats}


def check_answer(ask: Ask, shown: Verified) -> None:
    """That a verified credential answers an ask: it shows what was asked, with a value that will do.

    What a holder shows beyond that is not ours to keep, and must not be there: only claims that the type always shows.
    Raises `MadangError`: `presentation.missing_claim`, `presentation.value`, `presentation.unasked_claim`.
    """
    missing = [name for name in ask.claims if name not in shown.claims]
    if missing:
        raise MadangError("presentation.missing_claim", f"{ask.type}: {', '.join(missing)} was not shown.")
    for name, allowed in ask.values.items():
        # True is 1 to Python, and to nobody else.
        if not any(type(one) is type(shown.claims[name]) and one == shown.claims[name] for one in allowed):
            raise MadangError("presentation.value", f"{ask.type}: {name} has none of the values that were asked for.")
    declared = type_of(ask.type).claims
    if any(name not in ask.claims and not declared[name].open for name in shown.claims):
        raise MadangError("presentation.unasked_claim", f"{ask.type}: more was shown than was asked for.")


def _query(ask: Ask, of: CredentialType, form: Format) -> dict[str, Any]:
    sd_jwt = form == "dc+sd-jwt"
    meta = {"vct_values": [of.vct]} if sd_jwt else {"doctype_value": of.doctype}
    return {
        "id": query_id(ask.type, form),
        "format": form,
        "meta": meta,
        "claims": [
            {
                "path": [name] if sd_jwt else [of.namespace, of.element_of(name)],
                **({"values": list(ask.values[name])} if name in ask.values else {}),
            }
            for name in ask.claims
        ],
    }
