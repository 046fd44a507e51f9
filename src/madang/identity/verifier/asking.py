"""What a verifier asks for, and the query that says so to wallets (DCQL: OpenID4VP 1.0, section 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType, type_of
from madang.identity.verified import Presented, Verified
from madang.identity.zk.provable import check_provable
from madang.identity.zk.statement import SYSTEM_TYPE
from madang.kernel.errors import MadangError

MAX_ASKS = 8
_SHORT: Mapping[Presented, str] = {"dc+sd-jwt": "sd", "mso_mdoc": "mdoc", "mso_mdoc_zk": "zk"}
Value = str | int | bool


class Ask(msgspec.Struct, frozen=True):
    """One credential of a type of the catalogue, and which of its claims are to be shown: no others are asked for.

    `values` says for a claim which values will do. `optional`: the holder may leave it out. `provable`: an age may be
    proven instead, without showing the credential (docs/zero-knowledge.md); then nothing says whose it is.
    """

    type: str
    claims: tuple[str, ...]
    values: Mapping[str, tuple[Value, ...]] = {}
    optional: bool = False
    provable: bool = False

    @property
    def forms(self) -> tuple[Presented, ...]:
        """How it can be answered, what tells least first: a wallet takes the first that it can."""
        formats: tuple[Presented, ...] = tuple(type_of(self.type).formats)
        return ("mso_mdoc_zk", *formats) if self.provable else formats


def check_asks(asks: Sequence[Ask]) -> None:
    """Refuse what no wallet could answer. Raises `MadangError`: `ask.invalid`, `credential.unknown_type`, `zk.*`."""
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
        if ask.provable:
            _check_provable(ask)
    if sum(ask.provable for ask in asks) > 1:
        raise MadangError("ask.invalid", "One proof is asked for at a time.")


def _check_provable(ask: Ask) -> None:
    """That a proof could say all that is asked for: the circuit has room for one element, whose value is known."""
    of = type_of(ask.type)
    check_provable(of, of.element_of(ask.claims[0]))
    if len(ask.claims) > 1 or ask.values.get(ask.claims[0]) not in ((True,), (False,)):
        raise MadangError("ask.invalid", f"{ask.type}: one age that is true, or one that is false, can be proven.")


def dcql(asks: Sequence[Ask]) -> dict[str, Any]:
    """The query: a credential in either of its type's formats answers an ask, or a proof where one is asked for.

    Raises what `check_asks` raises.
    """
    check_asks(asks)
    queries = [_query(ask, type_of(ask.type), form) for ask in asks for form in ask.forms]
    sets = [
        {
            "options": [[query_id(ask.type, form)] for form in ask.forms],
            **({"required": False} if ask.optional else {}),
        }
        for ask in asks
    ]
    return {"credentials": queries, "credential_sets": sets}


def query_id(identifier: str, form: Presented) -> str:
    """The id of the query for a type in a format."""
    return f"{identifier}-{_SHORT[form]}"


def queried(asks: Sequence[Ask]) -> dict[str, tuple[Ask, Presented]]:
    """The asks by the ids of their queries."""
    return {query_id(ask.type, form): (ask, form) for ask in asks for form in ask.forms}


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


def _query(ask: Ask, of: CredentialType, form: Presented) -> dict[str, Any]:
    sd_jwt = form == "dc+sd-jwt"
    meta: dict[str, Any] = {"vct_values": [of.vct]} if sd_jwt else {"doctype_value": of.doctype}
    if form == "mso_mdoc_zk":
        meta["zk_system_type"] = [dict(SYSTEM_TYPE)]
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
