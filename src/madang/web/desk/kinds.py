"""What a desk can do for people, declared: the fields of each form, and the acts that it makes."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from madang.base.cards.transactions import Bind, Block, NewPin, ResetTries
from madang.base.mandates.transactions import Ground as MandateGround
from madang.base.mandates.transactions import MandatedAct, Register, Revoke, Scope
from madang.base.parties.transactions import (
    CompleteRecovery,
    KeySort,
    NewKey,
    Recover,
    RegisterPeople,
    Reinstate,
    RevokeKey,
    Suspend,
    VetoRecovery,
)
from madang.kernel.transaction import Act
from madang.services.appeals import transactions as appeals
from madang.services.applications import transactions as applications
from madang.services.vouchers.transactions import Freeze, Move, Unfreeze
from madang.web.site.forms import Invalid, built, chosen, digits, words_in

DAY = 86_400


class Asked(msgspec.Struct, frozen=True):
    """What a form said, who asks and when: the officer, the desk, now (seconds)."""

    fields: dict[str, str]
    officer: str
    desk: str
    now: int

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


class Field(msgspec.Struct, frozen=True):
    """A field of a form. `sort` is how it is asked for; `choices` are those of a choice, or where they come from."""

    name: str
    sort: Literal["text", "lines", "won", "number", "choice", "many", "programme", "office"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = True


class Task(msgspec.Struct, frozen=True):
    """Something that a desk does: its fields, the acts it makes, and whether two officers sign what is no quorum's."""

    name: str
    group: str
    fields: tuple[Field, ...]
    make: Callable[[Asked], Sequence[Act]]
    together: bool = False


def _choices(kind: object) -> tuple[str, ...]:
    return tuple(kind.__args__)  # type: ignore[attr-defined]


PARTY, KEY, SORT = Field("party"), Field("public_key"), Field("sort", "choice", _choices(KeySort))
CARD, PROGRAMME, VOUCHER = Field("card"), Field("programme", "programme"), Field("voucher")
EVIDENCE = Field("evidence", "lines", required=False)


def _key(asked: Asked) -> NewKey:
    return built(NewKey, public_key=asked["public_key"], sort=asked["sort"])


def _register(asked: Asked) -> list[Act]:
    return [RegisterPeople(by=asked.desk, keys=[_key(asked)])]


def _recover(asked: Asked) -> list[Act]:
    return [built(Recover, by=asked.desk, party=asked["party"], key=_key(asked))]


def _of_party(kind: type[Act]) -> Callable[[Asked], list[Act]]:
    return lambda asked: [built(kind, by=asked.desk, party=asked["party"])]


def _revoke_key(asked: Asked) -> list[Act]:
    return [built(RevokeKey, by=asked.desk, party=asked["party"], key=asked["key"])]


def _bind(asked: Asked) -> list[Act]:
    limits = {name: digits(asked[name]) for name in ("per_payment", "per_day")}
    return [built(Bind, by=asked.desk, card=asked["card"], **limits, **chosen(asked.fields, "holder"))]


def _of_card(kind: type[Act]) -> Callable[[Asked], list[Act]]:
    return lambda asked: [built(kind, by=asked.desk, card=asked["card"])]


def _mandate(asked: Asked) -> list[Act]:
    days = digits(asked["days"])
    if not (days.isdecimal() and 0 < len(days) < 5):
        raise Invalid("days")
    amounts = {name: digits(asked[name]) or "0" for name in ("per_use", "total")}
    until = asked.now + int(days) * DAY
    scope = built(Scope, acts=words_in(asked["acts"]), until=until, **amounts, **chosen(asked.fields, "programme"))
    named = chosen(asked.fields, "principal", "delegate", "ground", "evidence")
    return [built(Register, by=asked.desk, scope=scope, **named)]


def _end_mandate(asked: Asked) -> list[Act]:
    return [built(Revoke, by=asked.desk, **chosen(asked.fields, "principal", "delegate", "programme"))]


def _apply(asked: Asked) -> list[Act]:
    named = chosen(asked.fields, "programme", "instalment", "ground", "earlier", "for_party", "holder")
    lists = {name: words_in(asked[name]) for name in ("subjects", "evidence")}
    return [built(applications.Apply, by=asked.officer, **named, **lists)]


def _appeal(asked: Asked) -> list[Act]:
    named = chosen(asked.fields, "programme", "matter", "ground", "office", "for_party")
    return [built(appeals.Lodge, by=asked.officer, evidence=words_in(asked["evidence"]), **named)]


def _take(asked: Asked) -> list[Act]:
    return [built(appeals.Take, by=asked.officer, appeal=asked["appeal"])]


def _decide(asked: Asked) -> list[Act]:
    named = chosen(asked.fields, "appeal", "outcome", "reason", "follows")
    return [built(appeals.Decide, by=asked.officer, **named)]


def _of_vouchers(kind: type[Act]) -> Callable[[Asked], list[Act]]:
    return lambda asked: [
        built(kind, by=asked.desk, programme=asked["programme"], vouchers=words_in(asked["vouchers"]))
    ]


def _move(asked: Asked) -> list[Act]:
    return [built(Move, by=asked.desk, **chosen(asked.fields, "programme", "voucher", "region"))]


VOUCHERS = Field("vouchers", "lines")
APPEAL = Field("appeal")
TASKS = (
    Task("register", "keys", (KEY, SORT), _register),
    Task("freeze", "lost", (PARTY,), _of_party(Suspend)),
    Task("recover", "lost", (PARTY, KEY, SORT), _recover),
    Task("complete", "lost", (PARTY,), _of_party(CompleteRecovery)),
    Task("reinstate", "lost", (PARTY,), _of_party(Reinstate)),
    Task("veto", "lost", (PARTY,), _of_party(VetoRecovery)),
    Task("revoke_key", "lost", (PARTY, Field("key")), _revoke_key),
    Task(
        "card",
        "cards",
        (CARD, Field("holder", required=False), Field("per_payment", "won"), Field("per_day", "won")),
        _bind,
        together=True,
    ),
    Task("block", "cards", (CARD,), _of_card(Block)),
    Task("tries", "cards", (CARD,), _of_card(ResetTries)),
    Task("pin", "cards", (CARD,), _of_card(NewPin), together=True),
    Task(
        "mandate",
        "mandates",
        (
            Field("principal"),
            Field("delegate"),
            Field("ground", "choice", _choices(MandateGround)),
            Field("acts", "many", _choices(MandatedAct)),
            Field("programme", "programme", required=False),
            Field("per_use", "won", required=False),
            Field("total", "won", required=False),
            Field("days", "number"),
            Field("evidence"),
        ),
        _mandate,
    ),
    Task(
        "end_mandate",
        "mandates",
        (Field("principal"), Field("delegate"), Field("programme", "programme", required=False)),
        _end_mandate,
    ),
    Task(
        "apply",
        "applications",
        (
            PROGRAMME,
            Field("for_party"),
            Field("subjects", "lines"),
            Field("ground", "choice", _choices(applications.Ground)),
            Field("earlier", required=False),
            Field("holder", required=False),
            EVIDENCE,
        ),
        _apply,
    ),
    Task(
        "appeal",
        "appeals",
        (
            PROGRAMME,
            Field("for_party"),
            Field("matter", "choice", _choices(appeals.Matter)),
            Field("ground", "choice", _choices(appeals.Ground)),
            Field("office", "office"),
            EVIDENCE,
        ),
        _appeal,
    ),
    Task("take", "appeals", (APPEAL,), _take),
    Task(
        "decide",
        "appeals",
        (
            APPEAL,
            Field("outcome", "choice", _choices(appeals.Outcome)),
            Field("reason"),
            Field("follows", required=False),
        ),
        _decide,
    ),
    Task("freeze_vouchers", "vouchers", (PROGRAMME, VOUCHERS), _of_vouchers(Freeze)),
    Task("unfreeze_vouchers", "vouchers", (PROGRAMME, VOUCHERS), _of_vouchers(Unfreeze)),
    Task("move", "vouchers", (PROGRAMME, VOUCHER, Field("region")), _move),
)
BY_NAME = {task.name: task for task in TASKS}
GROUPS = tuple(dict.fromkeys(task.group for task in TASKS))
