"""Who sells for the shop: tills that it adds and stops, and agents that it appoints and dismisses. The owner signs."""

import msgspec
from litestar import Response, get, post

from madang.base.merchants.queries import agents
from madang.base.merchants.transactions import AppointAgent, DismissAgent
from madang.base.parties.queries import has_role, party, tills
from madang.base.parties.transactions import AddTill, NewKey, Reinstate, Suspend
from madang.kernel.codec import from_base64url
from madang.kernel.errors import Malformed
from madang.kernel.signature import load_key, thumbprint
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.shop.seller import Seller, owner
from madang.web.site.drafts import draft
from madang.web.site.forms import Invalid, built
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

TILLS, AGENTS = "/shop/tills", "/shop/agents"


class Till(msgspec.Struct, frozen=True):
    """A till: its name on the ledger, the short form that its own screen shows too, and whether it works."""

    party: str
    is_active: bool

    @property
    def short(self) -> str:
        """Eight letters of its name."""
        return self.party[:8]


@get("/tills")
async def list_tills(visit: Visit) -> Response[str]:
    """The shop's tills."""
    return _tills(visit, owner(visit))


def _tills(visit: Visit, who: Seller, status: int = 200, typed: str = "", error: str = "") -> Response[str]:
    found = [Till(name, has_role(visit.state, name, "till")) for name in tills(visit.state, who.merchant)]
    return visit.page("shop/tills.html", status, who=who, tills=found, typed=typed, error=error)


@post("/tills", status_code=200)
async def add_till(visit: Visit) -> Response[str]:
    """A till to add, by the key that its device shows."""
    who = owner(visit)
    typed = (await read_form(visit)).get("key", "")[:200]
    try:
        key = built(NewKey, public_key="".join(typed.split()), sort="jws")
        point = from_base64url(key.public_key, "the key")
        load_key(point)
    except (Invalid, Malformed):
        return _tills(visit, who, 422, typed, visit.say("shop.tills.bad_key"))
    facts = [(visit.say("shop.tills.till"), Till(thumbprint(point), True).short)]
    return _sign(visit, who, AddTill(by=who.party, key=key), "add_till", facts, TILLS)


@post("/tills/{till:str}/stop", status_code=200)
async def stop_till(visit: Visit, till: str) -> Response[str]:
    """A till that shall sign no more."""
    who, found = _till(visit, till)
    facts = [(visit.say("shop.tills.till"), found.short)]
    return _sign(visit, who, Suspend(by=who.party, party=found.party), "stop_till", facts, TILLS)


@post("/tills/{till:str}/start", status_code=200)
async def start_till(visit: Visit, till: str) -> Response[str]:
    """A till that shall sign again."""
    who, found = _till(visit, till)
    facts = [(visit.say("shop.tills.till"), found.short)]
    return _sign(visit, who, Reinstate(by=who.party, party=found.party), "start_till", facts, TILLS)


def _till(visit: Visit, name: str) -> tuple[Seller, Till]:
    who = owner(visit)
    if name not in tills(visit.state, who.merchant):
        raise Refused(404, "shop.till", "The shop has no such till. Look at the list of tills.")
    return who, Till(name, has_role(visit.state, name, "till"))


@get("/agents")
async def list_agents(visit: Visit) -> Response[str]:
    """The agents that sell in the shop's name."""
    return _agents(visit, owner(visit))


def _agents(visit: Visit, who: Seller, status: int = 200, typed: str = "", error: str = "") -> Response[str]:
    found = agents(visit.state, who.merchant)
    return visit.page("shop/agents.html", status, who=who, agents=found, typed=typed, error=error)


@post("/agents", status_code=200)
async def appoint(visit: Visit) -> Response[str]:
    """An agent to appoint."""
    who = owner(visit)
    typed = (await read_form(visit)).get("agent", "")[:64]
    found = party(visit.state, typed)
    if found is None or "agent" not in found.roles:
        return _agents(visit, who, 422, typed, visit.say("shop.agents.unknown"))
    act = AppointAgent(by=who.party, agent=typed)
    return _sign(visit, who, act, "appoint", [(visit.say("shop.agents.agent"), typed)], AGENTS)


@post("/agents/{agent:str}/dismiss", status_code=200)
async def dismiss(visit: Visit, agent: str) -> Response[str]:
    """An agent to dismiss."""
    who = owner(visit)
    if agent not in agents(visit.state, who.merchant):
        raise Refused(404, "shop.agent", "No such agent sells for the shop. Look at the list of agents.")
    act = DismissAgent(by=who.party, agent=agent)
    return _sign(visit, who, act, "dismiss", [(visit.say("shop.agents.agent"), agent)], AGENTS)


def _sign(visit: Visit, who: Seller, act: Act, what: str, facts: list[tuple[str, str]], back: str) -> Response[str]:
    """What the owner is to sign, in words; or why it can't be done."""
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        return visit.page("shop/refused.html", 422, words=words_of(visit, refusal.code), back=back)
    signed = draft(visit.chain.name, visit.now, [act], [who.party], back)
    return visit.page("shop/staff_sign.html", who=who, draft=signed, what=what, facts=facts, back=back)


ROUTES = (list_tills, add_till, stop_till, start_till, list_agents, appoint, dismiss)
