"""Whom visitors of the demonstration may be."""

from collections.abc import Iterator, Sequence

import msgspec

from madang.data.synthetic import Person
from madang.demo import actors
from madang.demo.actors import Actor
from madang.demo.guests.guest import Guest, guest
from madang.demo.identity import residents
from madang.demo.identity.offices import POLICE
from madang.demo.town import Town

OF_AGE = 20
BUSAN = "26"
"""Where guests live, if somebody does: offers of tokens are for residents of one province."""


class Invited(msgspec.Struct, frozen=True):
    """The guests, and those among them whom registers know: citizens, and officers of the ministry by number."""

    guests: tuple[Guest, ...]
    citizens: tuple[Person, ...]
    employees: tuple[Actor, ...]


def invite(town: Town) -> Invited:
    """Two citizens with something left, a shop near the first, and officers."""
    rich, plain = _citizens(town)
    place = next(iter(town.shops_near(rich)), 0)
    shop = Actor(f"{town.seed}/{town.tills[place]}", town.tills[place])
    found = [
        _citizen(town, "citizen_with_money", rich),
        _citizen(town, "citizen", plain, town.subject(plain.number)),
        guest("shop", "shop", shop, town.shops[place].name),
    ]
    offices = [
        ("desk", "desk", actors.DESK),
        ("console", "ministry", actors.MINISTRY),
        ("console", "operator", actors.OPERATOR),
        ("console", "welfare", actors.WELFARE),
        ("issuer", "licence", POLICE),
        ("issuer", "district", actors.DESK),
        ("explorer", "auditor", actors.AUDITOR),
    ]
    for area, who, office in offices:
        for place, one in enumerate(_signing(office, town), 1):
            known = residents.employee_reference(place) if office == actors.MINISTRY else ""
            found.append(msgspec.structs.replace(guest(area, who, one, f"{office} {place}", known), office=office))
    employees = tuple(_signing(actors.MINISTRY, town))
    return Invited(tuple(found), tuple({one.number: one for one in (rich, plain)}.values()), employees)


def _citizens(town: Town) -> tuple[Person, Person]:
    """One with own money and one without, rather of age, of Busan and without a second round than not."""
    left = [one for one in town.people if any(town.left.get(number, 0) > 0 for number in town.vouchers[one.number])]
    fitting = sorted(left, key=lambda one: _unfitness(town, one))
    rich = next(_with_money(fitting), town.people[0])
    return rich, next((one for one in fitting if one.number % 10), rich)


def _unfitness(town: Town, person: Person) -> tuple[bool, bool, bool, int]:
    """Least for who is of age, lives in Busan, and can still apply for the second round."""
    had_both = len(town.vouchers[person.number]) > 1
    return person.age < OF_AGE, not person.region.startswith(BUSAN), had_both, person.number


def _with_money(people: Sequence[Person]) -> Iterator[Person]:
    return (one for one in people if one.number % 10 == 0)


def _citizen(town: Town, who: str, person: Person, code: str = "") -> Guest:
    name = residents.name(person.number)
    return guest("wallet", who, town.wallets[person.number], name, residents.reference(person), code)


def _signing(office: str, town: Town) -> list[Actor]:
    """As many officers as must sign together, or one where each acts alone."""
    count = actors.THRESHOLD if office in (actors.MINISTRY, actors.OPERATOR) else 1
    return actors.officers(office, town.seed)[:count]
