"""A world with mandates, and a small service through which delegates act: `errands.run` uses one, nothing else."""

from collections.abc import Mapping
from functools import cache

from madang.base import mandates
from madang.base.mandates.ledger import use
from madang.base.mandates.transactions import Ground, MandatedAct, Register, Scope
from madang.kernel.fields import Name, PartyId, WonOrZero
from madang.kernel.module import Call, Module, Rule
from madang.kernel.transaction import Act
from tests.support.cast import BASE, BORA, quorum, standard_world
from tests.support.world import START, World

DAY = 86_400
EVIDENCE = "ab" * 32
PROGRAMME = "coupon"


class Run(Act, frozen=True, kw_only=True, tag="errands.run"):
    """A delegate makes an act for a principal, as a service would let it."""

    principal: PartyId
    act: MandatedAct
    programme: Name
    amount: WonOrZero = 0


def run(call: Call, act: Run) -> None:
    """What a service does first."""
    use(call, act.principal, act.by, act.act, act.programme, act.amount)


RULES: Mapping[type[Act], Rule] = {Run: run}
ERRANDS = Module("errands", RULES, (), (), {})


def scope(*acts: MandatedAct, **changes: object) -> Scope:
    """A month of payments of at most 10,000 won, 25,000 in all, or of the acts named."""
    members: dict[str, object] = {"acts": list(acts) or ["vouchers.pay"], "until": START + 30 * DAY}
    if not acts or "vouchers.pay" in acts:
        members |= {"per_use": 10_000, "total": 25_000}
    return Scope(**(members | changes))  # type: ignore[arg-type]


def registering(principal: str, delegate: str, made: Scope, ground: Ground = "written", by: str = "desk") -> Register:
    """What a desk registers."""
    return Register(by=by, principal=principal, delegate=delegate, ground=ground, evidence=EVIDENCE, scope=made)


def errand(principal: str, amount: int = 0, by: str = BORA.party, act: MandatedAct = "vouchers.pay") -> Run:
    """Bora runs an errand."""
    return Run(by=by, principal=principal, act=act, programme=PROGRAMME, amount=amount)


@cache
def _made() -> World:
    return standard_world((*BASE, mandates.MODULE, ERRANDS))


def mandates_world() -> World:
    """A fresh world without mandates."""
    return _made().fork()


DESK = quorum("desk")
