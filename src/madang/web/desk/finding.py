"""Finding somebody by the beginning of the wallet number: who lost a phone has eight letters of it on a slip."""

import re

from madang.base.parties import queries as parties
from madang.engine.entries import block_key, read_tip
from madang.kernel.authority import Party
from madang.kernel.state import State
from madang.web.site import formats
from madang.web.site.forms import Invalid
from madang.web.site.visit import Visit

FEWEST = 8
"""Letters that name a person: 48 bits, by which nobody goes through who is registered."""
MOST_READ = 16
"""Parties that one look-up reads at most."""
NUMBER = re.compile(r"[A-Za-z0-9_-]{1,43}")


class Unfound(Invalid):
    """Nobody, or more than one, is meant by what was typed; `said` is the key of the words that say what to do."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(field)
        self.said = said


def find(state: State, typed: str) -> str:
    """The name of the party that is meant: written in full, or the one person whose number begins so.

    Spaces don't count, since slips write the letters in groups; capital and small letters do. Raises `Unfound`.
    """
    start = "".join(typed.split())
    if not NUMBER.fullmatch(start):
        raise Unfound("party", "desk.find.letters")
    if parties.party(state, start) is not None:
        return start
    if len(start) < FEWEST:
        raise Unfound("party", "desk.find.short")
    found = parties.parties_from(state, start, MOST_READ)
    people = [name for name, one in found if "person" in one.roles]
    if len(people) > 1 or len(found) == MOST_READ:
        raise Unfound("party", "desk.find.several")
    if not people:
        raise Unfound("party", "desk.find.nobody")
    return people[0]


def described(visit: Visit, name: str) -> str:
    """Who was found, for an officer to compare before signing: number, standing, and who registered the party when."""
    found = parties.party(visit.state, name)
    if found is None:
        return ""
    since = _keys_since(visit, found)
    return visit.say(
        "desk.find.found_with_key" if since else "desk.find.found",
        number=name,
        standing=visit.say(f"desk.standing.{found.standing}"),
        by=visit.called(found.appointed_by),
        since=formats.moment(since, visit.wanted.language) if since else "",
    )


def _keys_since(visit: Visit, found: Party) -> int:
    """When the oldest of the party's present keys was registered (seconds); 0 where there is none."""
    heights = [key.since for kid in found.keys if (key := parties.key(visit.state, kid)) is not None]
    # A key works from the block after the one that registered it.
    tip = visit.node.ledger.store.view().log_get(block_key(min(heights) - 1)) if heights else None
    return read_tip(tip).time if tip else 0
