"""The demonstration's pages: be one of its people. Keys that follow from a seed are given to whoever asks.

Nothing but `madang demo` serves this, on this machine's own address: the ledger it opens is a stage.

Officers' pages ask for passkeys, which stay in the authenticator that made them: a guest can't be given one. So here,
and nowhere else, plain keys sign there too (`OPEN_TO_PLAIN_KEYS`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get

from madang.demo.guests import credentials
from madang.demo.guests.applying import KEEPERS
from madang.demo.guests.guest import Guest
from madang.demo.identity.offices import Setting
from madang.demo.town import LaterClock
from madang.kernel.state import State
from madang.records import reading
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.web import institutions, people
from madang.web.api.application import Additions
from madang.web.site.areas import Area
from madang.web.site.visit import Visit

OPEN_TO_PLAIN_KEYS = tuple(msgspec.structs.replace(area, passkeys=False) for area in people.AREAS)
"""The areas as guests of the demonstration find them. No option of `madang serve` leads here."""


def additions(
    address: str, guests: Sequence[Guest], names: dict[str, str], setting: Setting, evening: int
) -> Additions:
    """The pages of every area, with the way to be one of these guests, and the offices that issue and ask.

    `names` are shops' names by party; the vault goes by a clock that goes on from the second `evening`.
    """
    _keep_names(address, names)
    vault = people.VaultSetting(FileMasterKey.open(setting.vault_key), KEEPERS, LaterClock(evening))
    site = people.additions(address, (*OPEN_TO_PLAIN_KEYS, _area(guests)), vault=vault)
    offices = institutions.additions(setting.folder, setting.read_passphrase(), address, setting.vault_key)
    return Additions([*site.routes, *offices.routes], [*site.lifespans, *offices.lifespans])


def _keep_names(address: str, names: dict[str, str]) -> None:
    database = open_database(address)
    with database.writing() as connection:
        reading.name_shops(connection, names)
    database.close()


def _nobody(_state: State, _party: str) -> bool:
    return False


def _area(guests: Sequence[Guest]) -> Area:
    @get("/")
    async def door(visit: Visit) -> Response[Any]:
        """Everybody whom the visitor may be."""
        return visit.page("demo/door.html", guests=guests)

    return Area("demo", Path(__file__).parent, _nobody, (door, *credentials.routes(guests)))
