"""Shops: their first keys, taken in one by one or from a file, and the applications that the operator decides.

A bank, a sponsor or the operator registers a shop by the public key that its device shows; a bank opens its account in
the same transaction, into which payouts land. The shop then applies by itself, and the operator approves or declines.
"""

import asyncio
import re
from itertools import islice

import msgspec
from litestar import Response, get, post

from madang.base.merchants.state import MERCHANTS
from madang.base.merchants.transactions import Approve, Decline
from madang.base.money.transactions import OpenAccounts
from madang.base.parties.transactions import MAX_BATCH, NewKey, NewMerchant, RegisterMerchants
from madang.kernel.codec import from_base64url
from madang.kernel.errors import Malformed
from madang.kernel.signature import load_key, thumbprint
from madang.kernel.transaction import Act
from madang.records import reading
from madang.records.tradenames import category, district, division
from madang.web.api.problems import Refused
from madang.web.console.sheets import MOST_FILE_BYTES, Sheet, read_sheet, sent_file
from madang.web.offices.offering import offer
from madang.web.offices.office import Office, office
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

PAGE = "/console/merchants"
COLUMNS = ("public_key", "name")
REGISTRARS = ("bank", "sponsor", "operator")
MOST_LOOKED_AT = 500_000
MOST_SHOWN = 200
_NAME = re.compile(r"[A-Za-z0-9_-]{2,43}\Z")


class Applicant(msgspec.Struct, frozen=True):
    """A shop that waits for the operator: its name on the ledger, what it is called, and its facts in words."""

    merchant: str
    name: str
    place: str
    trade: str
    sales: str


@get("/merchants")
async def show(visit: Visit) -> Response[str]:
    """Registering shops; for the operator also the applications that wait."""
    return await _page(visit)


async def _page(
    visit: Visit, error: str = "", typed: str = "", name: str = "", sheet: Sheet | None = None
) -> Response[str]:
    one = office(visit)
    waiting = await asyncio.to_thread(applicants, visit) if one.has("operator") else []
    return visit.page(
        "console/merchants.html",
        422 if error or sheet else 200,
        office=one,
        may_register=one.has(*REGISTRARS),
        waiting=waiting[:MOST_SHOWN],
        count=len(waiting),
        columns=COLUMNS,
        sheet=sheet,
        error=error,
        typed=typed,
        name=name,
    )


@post("/merchants", status_code=200)
async def register(visit: Visit) -> Response[str]:
    """Register one shop by the key that its device shows."""
    one = _registrar(visit)
    form = await read_form(visit)
    key, name = "".join(form.get("key", "").split()), form.get("name", "")
    if not is_key(key) or (name and not _NAME.match(name)):
        wrong = "console.merchants.bad_name" if is_key(key) else "console.merchants.bad_key"
        return await _page(visit, visit.say(wrong), key[:100], name[:60])
    return offer(visit, registering(one, [(key, name)]), PAGE)


@post("/merchants/file", status_code=200, request_max_body_size=MOST_FILE_BYTES + 4_096)
async def register_file(visit: Visit) -> Response[str]:
    """Register up to a thousand shops from a file."""
    one = _registrar(visit)
    sheet = await asyncio.to_thread(read_sheet, await sent_file(visit), COLUMNS, _fits, MAX_BATCH)
    if sheet.problems:
        return await _page(visit, sheet=sheet)
    return offer(visit, registering(one, [(key, name) for key, name in sheet.rows]), PAGE)


@post("/merchants/decide", status_code=200)
async def decide(visit: Visit) -> Response[str]:
    """Approve the shops that were marked, or decline one."""
    one = office(visit)
    form = await read_form(visit)
    marked = [name.removeprefix("shop.") for name in form if name.startswith("shop.")]
    try:
        act: Act = (
            msgspec.convert({"by": one.name, "merchant": form["decline"]}, Decline)
            if "decline" in form
            else msgspec.convert({"by": one.name, "merchants": marked}, Approve)
        )
    except msgspec.ValidationError:
        return await _page(visit, visit.say("console.merchants.none_marked"))
    return offer(visit, [act], PAGE)


ROUTES = (show, register, register_file, decide)


def applicants(visit: Visit) -> list[Applicant]:
    """The shops that wait for a decision, by name on the ledger."""
    found = [
        (name, record)
        for (name,), record in islice(visit.state.scan(MERCHANTS), MOST_LOOKED_AT)
        if record.standing == "applied"
    ]
    called: dict[str, str] = {}
    if visit.site.records is not None:
        with visit.site.records.reading() as connection:
            called = reading.shop_names(connection, [name for name, _ in found[:MOST_SHOWN]])
    language = visit.wanted.language
    return [
        Applicant(
            name,
            called.get(name, ""),
            f"{district(one.region[:5])} {one.region}",
            f"{getattr(category(one.category), language) or one.category} · "
            f"{getattr(division(one.industry), language)} {one.industry}",
            visit.say(f"console.merchants.classes.{one.sales_class}"),
        )
        for name, one in found
    ]


def registering(one: Office, shops: list[tuple[str, str]]) -> list[Act]:
    """The acts that register shops of these public keys and names ('': named by the key); a bank opens accounts too."""
    new = [NewMerchant(key=NewKey(public_key=key, sort="jws"), party=name or None) for key, name in shops]
    acts: list[Act] = [RegisterMerchants(by=one.name, merchants=new)]
    if one.has("bank"):
        acts.append(OpenAccounts(by=one.name, owners=[name or party_of(key) for key, name in shops]))
    return acts


def party_of(key: str) -> str:
    """The name of a party that is named by its key."""
    return thumbprint(from_base64url(key, "the key"))


def is_key(text: str) -> bool:
    """Whether this is a public key: a point of P-256."""
    try:
        load_key(from_base64url(text, "the key"))
    except Malformed:
        return False
    return True


def _fits(column: str, cell: str) -> bool:
    return is_key(cell) if column == "public_key" else not cell or _NAME.match(cell) is not None


def _registrar(visit: Visit) -> Office:
    one = office(visit)
    if not one.has(*REGISTRARS):
        raise Refused(403, "console.not_yours", "Banks, sponsors and the operator register shops.")
    return one
