"""Why something would be refused, for officers: in their language where there are words, and as the rule says it."""

from madang.kernel.errors import Rejected
from madang.web.site.refusals import words_of
from madang.web.site.visit import Visit


def say_refusal(visit: Visit, refusal: Rejected, programme: str = "") -> str:
    """The words of the programme's clause or of ours; else what the rule says, which is English."""
    own = words_of(visit, refusal.code, programme, refusal.reason)
    known = any(f"{area}.refusals.{refusal.code}" in visit.site.look.words for area in (visit.area.name, "site"))
    if known or own != words_of(visit, refusal.code):
        return own
    if visit.wanted.language == "en":
        return refusal.message
    return visit.say("console.rule_says", message=refusal.message)
