"""The shop's entry as a merchant: applying, how that stands, and what the operator knows of the shop."""

import asyncio
from functools import cache

import msgspec
from litestar import Response, get, post

from madang.base.merchants.transactions import Apply, Facts
from madang.base.registers.queries import holds
from madang.data import Region, regions
from madang.records.tradenames import CATEGORIES, category, division
from madang.web.shop.seller import Seller, named_seller, owner
from madang.web.site.drafts import draft
from madang.web.site.forms import Invalid, built
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

REGISTER = "legal-dong"
MOST_FOUND = 30
SHORTEST = 2
SALES = ("up_to_300m", "up_to_500m", "up_to_1b", "up_to_3b", "over_3b")


class Place(msgspec.Struct, frozen=True):
    """A legal dong: its code, and its name from the province down."""

    code: str
    name: str


@get("/entry")
async def entry(visit: Visit, find: str = "") -> Response[str]:
    """How the shop stands; for the owner of one that is not listed, the form to apply."""
    return await _entry(visit, await named_seller(visit), find.strip()[:40])


async def _entry(visit: Visit, who: Seller, find: str, status: int = 200, wrong: str = "") -> Response[str]:
    listed = who.listed
    place = await asyncio.to_thread(name_of, listed.region) if listed else ""
    found = await asyncio.to_thread(places, find) if find and not listed else []
    held = [one for one in found if holds(visit.state, REGISTER, one.code, visit.now)]
    language = visit.wanted.language
    trade = (
        (getattr(category(listed.category), language), getattr(division(listed.industry), language)) if listed else ()
    )
    return visit.page(
        "shop/entry.html",
        status,
        who=who,
        find=find,
        place=place,
        trade=trade,
        places=held[:MOST_FOUND],
        too_many=len(held) > MOST_FOUND,
        categories=sorted(
            ((code, getattr(words, language)) for code, words in CATEGORIES.items()), key=lambda one: one[1]
        ),
        sales=[(one, visit.say(f"shop.entry.classes.{one}")) for one in SALES],
        wrong=wrong,
    )


@post("/entry", status_code=200)
async def apply(visit: Visit) -> Response[str]:
    """The application, for the owner to sign."""
    who = owner(visit)
    form = await read_form(visit)
    find = form.get("find", "")[:40]
    try:
        facts = built(Facts, **{name: form.get(name, "") for name in Facts.__struct_fields__})
    except Invalid as invalid:
        wrong = invalid.field if invalid.field in Facts.__struct_fields__ else "region"
        return await _entry(visit, who, find, 422, wrong)
    act = Apply(by=who.party, facts=facts)
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        return visit.page("shop/refused.html", 422, words=words_of(visit, refusal.code), back="/shop/entry")
    place = await asyncio.to_thread(name_of, facts.region)
    signed = draft(visit.chain.name, visit.now, [act], [who.party], "/shop/entry")
    trade = getattr(category(facts.category), visit.wanted.language) or facts.category
    return visit.page("shop/apply_sign.html", who=who, draft=signed, facts=facts, place=place, trade=trade)


def places(text: str) -> list[Place]:
    """Legal dong whose name has all words of a text, those still in force; none for a text of one letter."""
    words = text.split()
    if len(text) < SHORTEST:
        return []
    return [Place(one.code, one.name) for one in _in_force() if all(word in one.name for word in words)]


def name_of(code: str) -> str:
    """What a legal dong is called, or its code where the list has it not."""
    return _names().get(code, code)


@cache
def _in_force() -> tuple[Region, ...]:
    return tuple(one for one in regions() if one.abolished is None and one.level in ("town", "village"))


@cache
def _names() -> dict[str, str]:
    return {one.code: one.name for one in regions()}


ROUTES = (entry, apply)
