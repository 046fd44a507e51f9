"""Why something would be refused, for officers: in their language where there are words, and as the rule says it."""

from madang.kernel.errors import Rejected
from madang.web.site.refusals import words_of
from madang.web.site.visit import Visit


def say_refusal(visit: Visit, refusal: Rejected, programme: str = "") -> str:
    """The words of the programme's clause or of ours; else what the rule says, which is English."""
    own = words_of(visit, refusal.code, programme, refusal.reason)
    if own != words_of(visit, refusal.code):  # a clause of the programme itself
        return own
    if visit.wanted.language == "en":
        return refusal.message
    known = f"{visit.area.name}.refusals.{refusal.code}"
    return (
        visit.say(known) if known in visit.site.look.words else visit.say("console.rule_says", message=refusal.message)
    )
