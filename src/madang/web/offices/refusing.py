"""Why something would be refused, for officers: in words where there are some, else as the rule says it."""

from madang.kernel.errors import Rejected
from madang.web.site.refusals import words_of
from madang.web.site.visit import Visit


def say_refusal(visit: Visit, refusal: Rejected, programme: str = "") -> str:
    """The words of the programme's clause or of ours; else what the rule says, which is English."""
    own = words_of(visit, refusal.code, programme, refusal.reason)
    if own != words_of(visit, refusal.code):  # a clause of the programme itself
        return own
    for area in (visit.area.name, "console"):
        known = f"{area}.refusals.{refusal.code}"
        if known in visit.site.look.words:
            return visit.say(known)
    english = visit.wanted.language == "en"
    return refusal.message if english else visit.say("console.rule_says", message=refusal.message)
