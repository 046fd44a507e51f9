"""Identity for the demonstration's guests, once its day is played."""

from pathlib import Path

from madang.demo import stage
from madang.demo.guests.inviting import Invited
from madang.demo.identity import residents
from madang.demo.identity.offices import WELFARE, Register, Setting, enrol, make
from madang.demo.identity.trust import name_offices
from madang.demo.town import Town

OTHERS = 3
"""Citizens whom the registers know and nobody can be: for whoever tries an office's pages."""
A_DAY = 86_400


def settle(town: Town, invited: Invited, folder: Path, origin: str, address: str) -> Setting:
    """Make the offices in a new `folder`, have the ledger name them, and put the guests into their registers, in the
    database at this address. Gives what a server needs of it.
    """
    since = stage.MORNING - A_DAY
    setting = make(folder, origin, town.seed, since)
    home = invited.citizens[0].region[:2]
    name_offices(town, setting, home)
    enrol(setting, address, _registers(town, invited), town.clock())
    return setting


def _registers(town: Town, invited: Invited) -> dict[str, Register]:
    guests = {one.number for one in invited.citizens}
    others = [one for one in town.people if one.number not in guests][:OTHERS]
    citizens = {residents.reference(one): residents.citizen(one) for one in (*invited.citizens, *others)}
    employees = {
        residents.employee_reference(number): residents.employee(officer, number)
        for number, officer in enumerate(invited.employees, 1)
    }
    return {"licence": citizens, "district": citizens, WELFARE: citizens, "ministry": employees}
