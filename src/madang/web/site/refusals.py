"""Why a transaction was refused, in words: those of the programme where it has some, else ours, else the API's."""

from contextlib import suppress

from litestar import Response, get

from madang.base.programmes import queries as programmes
from madang.kernel.errors import MadangError
from madang.web.api.desk import Desk
from madang.web.api.problems import Refused
from madang.web.site.visit import Visit


@get("/why/{code:str}")
async def why(visit: Visit, code: str, programme: str = "", reason: str = "") -> Response[str]:
    """A refusal as a part of a page, for the script that sent the transaction."""
    return visit.page("site/refusal.html", code=code[:100], words=words_of(visit, code, programme, reason))


ROUTES = (why,)


def words_of(visit: Visit, code: str, programme: str = "", reason: str = "") -> str:
    """What a refusal means for whoever reads this page, and what to do. Never empty."""
    if programme and reason:
        try:
            found = programmes.words(visit.state, programme, reason, visit.wanted.language)
        except MadangError:
            found = None
        if found:
            return found
    for key in (f"{visit.area.name}.refusals.{code}", f"site.refusals.{code}"):
        if key in visit.site.look.words:
            return visit.say(key)
    if visit.wanted.language == "en":
        with suppress(Refused):
            desk: Desk = visit.request.app.state.desk
            return desk.problem(code).text
    return visit.say("site.refusal.unknown")
