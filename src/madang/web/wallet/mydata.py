"""What the office's vault keeps of me (내 정보): what, why, until when, who looked; all of it in one file; and its end.

A wallet has a key for each programme, and the vault knows each as somebody of its own: they are not joined there, and
stand side by side here for whoever signed in with them.
"""

import asyncio
from collections.abc import Iterator

import msgspec
from litestar import Response, get, post

from madang.base.parties import queries as parties
from madang.kernel.errors import MadangError
from madang.records.purposes import PURPOSES
from madang.records.vault import Access, Kept, Logged, Vault
from madang.web.api.problems import Refused
from madang.web.site.downloads import as_download, handed_out
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit
from madang.web.wallet.evidence import keeper_of, size
from madang.web.wallet.handedin import Remains, remains_of
from madang.web.wallet.takeout import write_takeout

MOST_LOGGED = 100
"""Lines of the access log on the page, the newest; the file has them all."""
HANDLE_LETTERS = 22
PROOF_FORM = "madang.erasure.1"


class Item(msgspec.Struct, frozen=True):
    """Something that is kept: `at_once`, that it goes when its person asks; `unsent`, that it was never handed in."""

    kept: Kept
    size: str
    at_once: bool
    unsent: bool


class Looked(msgspec.Struct, frozen=True):
    """A line of the access log: `who` is an institution or an officer's name, '' for oneself."""

    at: int
    who: str
    what: str
    why: str


class Mine(msgspec.Struct, frozen=True):
    """What is kept under one of my keys, by the vault's handle of me, and who looked."""

    party: str
    person: str
    items: list[Item]
    looked: list[Looked]
    more: int


class Ended(msgspec.Struct, frozen=True):
    """What an erasure came to: how many things went, and how many stay until when (seconds)."""

    person: str
    gone: int
    stays: int
    until: int


@get("/data")
async def data(visit: Visit) -> Response[str]:
    """All of it."""
    return await asyncio.to_thread(_page, visit)


@get("/data/consents")
async def consents(visit: Visit) -> Response[str]:
    """The receipts of what I agreed to."""
    return await asyncio.to_thread(_consents, visit)


@get("/data/items/{item:str}")
async def item(visit: Visit, item: str) -> Response[bytes]:
    """One thing that is kept, for saving. Raises `Refused` (404)."""
    return await asyncio.to_thread(_item, visit, item)


@post("/data/items/{item:str}/drop")
async def drop(visit: Visit, item: str) -> Response[str]:
    """Let go of a file that was never handed in. Raises `Refused` (404)."""
    await asyncio.to_thread(_drop, visit, item)
    return visit.redirect("/wallet/data")


@get("/data/export")
async def export(visit: Visit) -> Response[bytes]:
    """Everything in one file."""
    return await asyncio.to_thread(_export, visit)


@post("/data/erase", status_code=200)
async def erase(visit: Visit) -> Response[str]:
    """What would go and what would stay; and, once that was agreed to, erasing it."""
    sure = (await read_form(visit)).get("sure") == "yes"
    return await asyncio.to_thread(_erase if sure else _ask, visit)


@get("/data/proof/{person:str}")
async def proof(visit: Visit, person: str) -> Response[str]:
    """What the vault says of somebody whose keys it destroyed. Raises `Refused` (404)."""
    return await asyncio.to_thread(_proof, visit, person)


@get("/data/proof/{person:str}/file")
async def proof_file(visit: Visit, person: str) -> Response[bytes]:
    """The same as a file. Raises `Refused` (404)."""
    return await asyncio.to_thread(_proof_file, visit, person)


ROUTES = (data, consents, item, drop, export, erase, proof, proof_file)


# --------------------------------------------------------------------------------------------------- what is kept


def _page(visit: Visit) -> Response[str]:
    _ = visit.parties
    keeper = visit.site.keeper
    mine = [] if keeper is None else [_mine(visit, keeper.vault, *one) for one in _people(visit, keeper.vault)]
    return visit.page("wallet/data.html", mine=mine, offices=keeper.offices if keeper else (), several=len(mine) > 1)


def _people(visit: Visit, vault: Vault) -> Iterator[tuple[str, str]]:
    """My keys' parties that the vault knows, and its handle of each; one that it knows by two of them, once."""
    seen = set()
    for party in visit.parties:
        person = vault.person_of(party)
        if person is not None and person not in seen:
            seen.add(person)
            yield party, person


def _mine(visit: Visit, vault: Vault, party: str, person: str) -> Mine:
    unsent = _unsent(visit, vault, party, person)
    logged = vault.accesses(person)
    items = [
        Item(one, size(one.size), not one.keep_until or one.keep_until <= visit.now, one.item in unsent)
        for one in _items(vault, person)
    ]
    looked = [_looked(visit, one) for one in reversed(logged[-MOST_LOGGED:])]
    return Mine(party, person, items, looked, max(len(logged) - MOST_LOGGED, 0))


def _unsent(visit: Visit, vault: Vault, party: str, person: str) -> set[str]:
    """Evidence that this party gave here and that no appeal or application of its own names."""
    given = {one.item for one in vault.accesses(person) if one.what == "put" and one.officer == party}
    named = vault.find(person, [one.digest for one in remains_of(visit.state, party)])
    handed_in = {one.item for one in named.values()}
    return {one.item for one in vault.items(person, "evidence") if one.item in given} - handed_in


def _looked(visit: Visit, line: Logged) -> Looked:
    if line.officer in visit.parties:
        return Looked(line.at, "", line.what, line.why)
    return Looked(line.at, parties.institution_of(visit.state, line.officer) or line.officer, line.what, line.why)


def _consents(visit: Visit) -> Response[str]:
    vault = keeper_of(visit).vault
    found = [one for party, person in _people(visit, vault) for one in vault.receipts(person, _as(party))]
    return visit.page("wallet/consents.html", receipts=sorted(found, key=lambda one: one.given_at, reverse=True))


def _item(visit: Visit, item: str) -> Response[bytes]:
    vault = keeper_of(visit).vault
    party, person = _owner(visit, vault, item)
    return as_download(vault.read(person, item, _as(party)), "evidence")


def _drop(visit: Visit, item: str) -> None:
    vault = keeper_of(visit).vault
    party, person = _owner(visit, vault, item)
    if item not in _unsent(visit, vault, party, person):
        raise _none()
    vault.drop(person, [item], _as(party))


def _owner(visit: Visit, vault: Vault, item: str) -> tuple[str, str]:
    for party, person in _people(visit, vault):
        if any(one.item == item for one in vault.items(person)):
            return party, person
    raise _none()


def _export(visit: Visit) -> Response[bytes]:
    keeper = keeper_of(visit)
    people = []
    for party, person in _people(visit, keeper.vault):
        content = keeper.vault.export(person, _as(party))
        people.append((person, content, keeper.vault.accesses(person), remains_of(visit.state, party)))
    taken = write_takeout(visit.chain.name, visit.now, keeper.offices, people)
    return handed_out(taken, "application/zip", "madang-my-data.zip")


# ---------------------------------------------------------------------------------------------------------- its end


def _ask(visit: Visit) -> Response[str]:
    vault = keeper_of(visit).vault
    mine = [_mine(visit, vault, *one) for one in _people(visit, vault)]
    items = [one for each in mine for one in each.items]
    goes = [one for one in items if one.at_once or one.unsent]
    stays = [one for one in items if one not in goes]
    until = max((one.kept.keep_until for one in stays), default=0)
    grounds = sorted({one.kept.purpose for one in stays}, key=list(PURPOSES).index)
    return visit.page("wallet/erase.html", goes=len(goes), stays=len(stays), until=until, grounds=grounds)


def _erase(visit: Visit) -> Response[str]:
    vault = keeper_of(visit).vault
    ended = [_end(visit, vault, *one) for one in list(_people(visit, vault))]
    return visit.page("wallet/erased.html", ended=ended)


def _end(visit: Visit, vault: Vault, party: str, person: str) -> Ended:
    before = len(_items(vault, person))
    unsent = _unsent(visit, vault, party, person)
    if unsent:
        vault.drop(person, sorted(unsent), _as(party))
    erased = vault.erase(person, _as(party))
    stays = len(_items(vault, person)) if erased.kept else 0
    return Ended(person, before - stays, stays, erased.kept_until)


def _items(vault: Vault, person: str) -> list[Kept]:
    """What is kept, less the receipts that go and stay with it."""
    return [one for one in vault.items(person) if one.purpose != "consent"]


def _proof(visit: Visit, person: str) -> Response[str]:
    return visit.page("wallet/proof.html", proof=_proven(visit, person))


class Proof(msgspec.Struct, frozen=True):
    """That somebody's keys are destroyed, as the vault's own rows say, and what of them remains on the ledger.

    Times are seconds. `remaining` are digests under the destroyed key: nobody can find what they were made of, or make
    them again to compare.
    """

    form: str
    chain: str
    kept_by: tuple[str, ...]
    person: str
    asked_at: int
    erased_at: int
    keys_destroyed: bool
    items_left: int
    parties_left: int
    height: int
    remaining: list[Remains]


def _proven(visit: Visit, person: str) -> Proof:
    keeper = keeper_of(visit)
    parties_in = visit.parties
    try:
        found = keeper.vault.erasure(person) if len(person) == HANDLE_LETTERS and person.isascii() else None
    except MadangError:
        found = None
    if found is None or not found.keys_destroyed:
        raise _none()
    remaining = [one for party in parties_in for one in remains_of(visit.state, party)]
    return Proof(
        form=PROOF_FORM,
        chain=visit.chain.name,
        kept_by=keeper.offices,
        person=person,
        asked_at=found.asked_at,
        erased_at=found.erased_at,
        keys_destroyed=found.keys_destroyed,
        items_left=found.items,
        parties_left=found.parties,
        height=visit.node.ledger.durable.height,
        remaining=remaining,
    )


def _proof_file(visit: Visit, person: str) -> Response[bytes]:
    content = msgspec.json.format(msgspec.json.encode(_proven(visit, person)), indent=2)
    return handed_out(content, "application/json", "madang-erasure.json")


def _as(party: str) -> Access:
    return Access(party, "person_asked")


def _none() -> Refused:
    return Refused(404, "wallet.no_item", "There is no such thing of yours in the vault. Open the page again.")
