"""What was done, for every act that has no page of its own: said in words, with the way on."""

from litestar import Response, get

from madang.web.api.problems import Refused
from madang.web.site import outcomes
from madang.web.site.visit import Visit

WAYS = {
    "parties.enrol_key": "/wallet/devices",
    "parties.revoke_key": "/wallet/devices",
    "parties.veto_recovery": "/wallet/devices",
    "mandates.grant": "/wallet/mandates",
    "mandates.revoke": "/wallet/mandates",
    "appeals.lodge": "/wallet/appeals",
    "appeals.supplement": "/wallet/appeals",
    "appeals.withdraw": "/wallet/appeals",
    "applications.apply": "/wallet/applications",
    "applications.change": "/wallet/applications",
    "applications.withdraw": "/wallet/applications",
    "vouchers.buy": "/wallet",
    "vouchers.cancel": "/wallet",
    "vouchers.cash_out": "/wallet",
}
"""By type of act: where one goes from there. The words are under `done` with `_` in place of the dot."""


@get("/done/{identifier:str}")
async def done(visit: Visit, identifier: str) -> Response[str]:
    """That it was done. Raises `Refused` (404)."""
    found = outcomes.outcome(visit, identifier)
    kind = str(found.acts[0].__struct_config__.tag)
    if kind not in WAYS or found.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "There is no such transaction of yours.")
    return visit.page("wallet/done.html", kind=kind.replace(".", "_"), way=WAYS[kind], time=found.time)


ROUTES = (done,)
