"""What an offer asks a wallet for: exactly the claims that its requirements name, as the verifier puts questions."""

from collections.abc import Sequence

from madang.base.eligibility.state import Requirement
from madang.identity.catalogue import Claim, type_of
from madang.identity.verifier.asking import Ask, Value
from madang.identity.zk.provable import is_provable
from madang.kernel.errors import MadangError


def asks(requirements: Sequence[Requirement]) -> tuple[Ask, ...]:
    """One ask a type of credential, for `verifier.asking.dcql` and the verifier.

    A claim that must have one of some values is asked for with them, so that a wallet that has others shows nothing
    (OpenID4VP 1.0, section 6.4.1). What may be shown by somebody unnamed may also be proven, where it can be: the
    credential itself is asked for beside it. Raises `MadangError`: `credential.unknown_type`, `eligibility.claim` (the
    catalogue has no such claim, or none that has such a value).
    """
    grouped: dict[str, list[Requirement]] = {}
    for one in requirements:
        grouped.setdefault(one.credential, []).append(one)
    return tuple(_ask(identifier, asked) for identifier, asked in grouped.items())


def _ask(identifier: str, asked: Sequence[Requirement]) -> Ask:
    declared = type_of(identifier).claims
    values: dict[str, tuple[Value, ...]] = {}
    for one in asked:
        claim = declared.get(one.claim)
        if claim is None:
            raise _no_such(one)
        if one.test in ("equals", "one_of"):
            allowed = tuple(_value(one, claim, text) for text in one.values)
            values[one.claim] = tuple(value for value in values.get(one.claim, allowed) if value in allowed)
    claims = tuple(dict.fromkeys(one.claim for one in asked))
    return Ask(identifier, claims, values, provable=asked[0].unnamed and is_provable(type_of(identifier), claims[0]))


def _value(requirement: Requirement, claim: Claim, text: str) -> Value:
    """A value as the claim has it: yes or no, a whole number, or text."""
    if claim.kind == "flag" and text in ("true", "false"):
        return text == "true"
    if claim.kind == "whole" and text.removeprefix("-").isdigit():
        return int(text)
    if claim.kind in ("text", "code", "date"):
        return text
    raise _no_such(requirement)


def _no_such(requirement: Requirement) -> MadangError:
    named = f"{requirement.credential} {requirement.claim}"
    return MadangError("eligibility.claim", f"The catalogue has no claim {named} that could be tested so.")
