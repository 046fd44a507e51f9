"""The forms of the desk's tasks, and the way from a form to what is signed."""

import re

import msgspec
from litestar import Response, get, post

from madang.base.programmes import queries as programmes
from madang.kernel.errors import MadangError
from madang.services.appeals import queries as appeals
from madang.web.api.problems import Refused
from madang.web.desk.finding import Unfound, described, find
from madang.web.desk.kinds import BY_NAME, PARTY, Asked, Field, Task
from madang.web.desk.pad import named
from madang.web.offices.offering import offer
from madang.web.offices.office import office
from madang.web.site.forms import Invalid
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit

NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")
"""What is printed on a card."""


class Shown(msgspec.Struct, frozen=True):
    """A field as the form shows it: what was typed, what may be chosen (value and words), whether it does not fit.

    `said` says what is wrong where that is known.
    """

    field: Field
    value: str
    choices: list[tuple[str, str]]
    wrong: bool
    said: str = ""


@get("/tasks/{name:str}")
async def ask(visit: Visit, name: str) -> Response[str]:
    """The form of a task."""
    office(visit)
    return _form(visit, _task(name), {}, None)


@post("/tasks/{name:str}", status_code=200)
async def answer(visit: Visit, name: str) -> Response[str]:
    """What would be signed, in words; or the form again, with what does not fit."""
    one, task = office(visit), _task(name)
    fields = await read_form(visit)
    for field in task.fields:
        if field.sort == "many":
            fields[field.name] = " ".join(each for each in field.choices if fields.pop(f"{field.name}.{each}", ""))
        if field.required and field.name not in fields:
            return _form(visit, task, fields, None)  # another page leads here, and knows the other fields
        if field.required and not fields[field.name]:
            return _form(visit, task, fields, field.name)
    try:
        if PARTY in task.fields:
            fields["party"] = find(visit.state, fields["party"])
        acts = task.make(Asked({**fields, **await _card_named(visit, fields)}, one.officer, one.name, visit.now))
    except Unfound as error:
        return _form(visit, task, fields, error.field, visit.say(error.said))
    except Invalid as error:
        return _form(visit, task, fields, error.field)
    note = described(visit, fields["party"]) if PARTY in task.fields else ""
    return offer(visit, acts, f"/desk/tasks/{task.name}", note, together=task.together)


ROUTES = (ask, answer)


async def _card_named(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    """The card by its name on the ledger, where its number was read from it. Raises `Invalid`."""
    number = fields.get("card", "")
    if visit.site.pads is None or not NUMBER.fullmatch(number):
        return {}
    try:
        return {"card": await named(visit, number)}
    except MadangError:
        raise Invalid("card") from None


def _task(name: str) -> Task:
    task = BY_NAME.get(name)
    if task is None:
        raise Refused(404, "http.not_found", "A desk has no such task.")
    return task


def _form(visit: Visit, task: Task, fields: dict[str, str], wrong: str | None, said: str = "") -> Response[str]:
    names = [field.name for field in task.fields]
    shown = [
        Shown(field, fields.get(field.name, ""), _choices(visit, task, field), field.name == wrong, said)
        for field in task.fields
    ]
    return visit.page(
        "desk/task.html",
        422 if wrong is not None else 200,
        task=task,
        shown=shown,
        unclear=wrong is not None and wrong not in names,
    )


def _choices(visit: Visit, task: Task, field: Field) -> list[tuple[str, str]]:
    if field.sort == "programme":
        views = programmes.all_programmes(visit.state)
        return [(one.name, title(visit.state, one.name, visit.wanted.language)) for one in views]
    if field.sort == "office":
        terms = [appeals.terms(visit.state, one.name) for one in programmes.all_programmes(visit.state)]
        return [(one, one) for one in sorted({each for found in terms if found for each in found.offices})]
    return [(one, visit.say(f"desk.choices.{field.name}.{one.replace('.', '_')}")) for one in field.choices]
