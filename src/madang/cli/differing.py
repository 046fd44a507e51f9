"""Why a successor does not only widen, in Korean and English: the action, the clause, and a request in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from madang.contract import Kind, Programme
    from madang.presentation.examples import Said
    from madang.presentation.labels import Language
    from madang.prover.results import Counterexample

WIDTH: Final = 78
_INDENT, _HANGING = "  ", "  "
_WHY: Final = {
    "narrower": {
        "ko": "이전 사업에서 되던 일을 새 사업이 거절합니다.",
        "en": "The programme before allows this, and the new one refuses it.",
    },
    "wider": {
        "ko": "이전 사업이 거절하던 일을 새 사업이 허용하고, 이는 소지자를 위한 일이 아닙니다.",
        "en": "The programme before refuses this and the new one allows it, and it is not for the holder.",
    },
    "worse": {
        "ko": "둘 다 허용하지만 결과가 소지자에게 전만 못하거나, 같아야 할 결과가 다릅니다.",
        "en": "Both allow this, but the result is not as good for the holder, or not the same where it must be.",
    },
    "costlier": {
        "ko": "본인 돈을 전보다 많이 쓰는 결제를 허용합니다.",
        "en": "The new one lets a payment take more of the payer's own money than before.",
    },
    "unprotected": {
        "ko": "소지자를 지키던 조건({what})이 더는 지켜지지 않습니다.",
        "en": "A clause that protects the holder ({what}) holds no longer.",
    },
    "broken": {
        "ko": "이전 사업의 기록이 새 사업의 불변식({what})을 어깁니다.",
        "en": "What the programme before keeps breaks an invariant of the new one ({what}).",
    },
}
_WORDS: Final = {
    "ko": {
        "before": "이전 사업의 조건",
        "after": "새 사업의 조건",
        "example": "보기",
        "here": "이때",
        "told": "안내하는 말",
        "from": "이전",
        "to": "새",
        "none": "두 계약을 실제로 실행해 확인된 보기는 찾지 못했습니다.",
        "others": "소지자가 아닌 사람이 쓰는 경우까지 넓어졌다면, 누구를 위한 것인지 조건에 쓰십시오 (docs/proofs.md).",
    },
    "en": {
        "before": "clause of the programme before",
        "after": "clause of the new programme",
        "example": "example",
        "here": "here",
        "told": "people are told",
        "from": "before",
        "to": "after",
        "none": "No example was found that both contracts, when run, confirm.",
        "others": "If this is somebody else than the holder asking, say in a clause for whom it is (docs/proofs.md).",
    },
}


def told(found: Counterexample, kind: Kind, old: Programme, new: Programme) -> list[str]:
    """Lines about one difference, Korean first."""
    from madang.presentation.labels import LANGUAGES
    from madang.presentation.spacing import filled

    lines: list[str] = []
    for language in LANGUAGES:
        for line in _said(found, kind, old, new, language):
            first, *rest = filled(line, WIDTH - len(_INDENT))
            lines += [_INDENT + first, *[_INDENT + _HANGING + each for each in rest]]
    return lines


def _said(found: Counterexample, kind: Kind, old: Programme, new: Programme, language: Language) -> Iterator[str]:
    from madang.presentation.examples import action_label, example, values
    from madang.prover.sides import sides_of

    words = _WORDS[language]
    label = f"{action_label(kind, found.action, language)} ({found.action}): " if found.action else ""
    yield label + _WHY[found.fault][language].format(what=found.what)
    if found.difference is None:
        yield words["none"]
        return
    state = found.difference.state
    request = values(kind, new, found.action, _asked(state, kind, found.action), language)
    yield f"{words['example']}: {_listed(request)}"
    for which, programme, treated in (("before", old, found.difference.before), ("after", new, found.difference.after)):
        if treated.refused:
            clause = example(kind, programme, found.action, treated.refused, state, language)
            if clause is not None:
                yield f"{words[which]} {treated.refused}: {clause.condition}"
                if clause.refusal is not None:
                    yield f"{words['told']}: {clause.refusal}"
                yield f"{words['here']}: {_listed(clause.values)}"
    if found.fault == "wider" and found.action in sides_of(kind).by_holder:
        yield words["others"]
    results = [
        values(kind, new, found.action, _named(treated.results, kind), language)
        for treated in (found.difference.before, found.difference.after)
    ]
    for was, will in zip(*results, strict=True):
        yield f"{words['example']}: {was.label}: {words['from']} {was.value}, {words['to']} {will.value}"


def _asked(state: dict[str, int | bool | str], kind: Kind, action: str) -> dict[str, int | bool | str]:
    """The time and the amounts of a request."""
    given = next(each.given for each in kind.actions if each.name == action)
    amounts = [each.name for each in given if getattr(each.type, "unit", "") == "won"]
    return {name: state[name] for name in ("at", *amounts)}


def _named(results: dict[str, int | bool | str], kind: Kind) -> dict[str, int | bool | str]:
    """Results with a name for people: fields, and accounts."""
    accounts = {each.name for each in kind.accounts}
    return {name: results[name] for name in sorted(results) if "." in name or name in accounts}


def _listed(said: list[Said]) -> str:
    return ", ".join(f"{each.label} {each.value}" for each in said)
