"""What is alike in appeals and applications: handing one in, adding a file to it, signing an act or hearing why not."""

import re
from collections.abc import Callable, Sequence

import msgspec
from litestar import Response

from madang.kernel.transaction import Act, type_name
from madang.services.appeals.transactions import Lodge
from madang.services.applications.transactions import Apply
from madang.web.site.uploads import Sent, read_upload
from madang.web.site.visit import Visit
from madang.web.wallet import evidence
from madang.web.wallet.mandates import whom
from madang.web.wallet.signing import sign_page, why_not

DIGEST = re.compile(r"^[0-9a-f]{64}\Z")
ANY_DIGEST = "0" * 64
"""Stands for whatever comes: nothing is kept for a matter that takes no more."""
Facts = Sequence[tuple[str, str]]


class Matter(msgspec.Struct, frozen=True):
    """An appeal or application: who signs, which office keeps its evidence, where one goes on who does not sign, and
    the page that says what is wrong.
    """

    party: str
    office: str
    path: str
    say: Callable[[str], Response[str]]


def sign(visit: Visit, matter: Matter, act: Act, facts: Facts) -> Response[str]:
    """The page that signs an act, or why it would be refused. Its words stand under its type."""
    why = why_not(visit, [act], [matter.party])
    if why:
        return matter.say(why)
    return sign_page(visit, [act], [matter.party], f"wallet.{type_name(act)}", facts, matter.path)


async def hand_in(visit: Visit, matter: Matter, act: Lodge | Apply, sent: Sent, facts: Facts) -> Response[str]:
    """A new matter to sign, with the file that the form brought, if any."""
    for_party = act.for_party or ""
    why = why_not(visit, [act], [act.by]) or evidence.what_is_wrong(visit, sent, matter.office, for_party)
    if why:
        return matter.say(why)
    shown = list(facts)
    if sent.file:
        digest = await evidence.keep(visit, act.by, matter.office, type_name(act), sent.file)
        act = msgspec.structs.replace(act, evidence=[digest])
        shown.append(evidence.told(visit, sent.file))
    return sign(visit, matter, act, [*shown, *whom(visit, for_party)])


async def add_file(visit: Visit, matter: Matter, adding: Callable[[str], Act], fact: tuple[str, str]) -> Response[str]:
    """A file of evidence to sign; `adding` makes the act that names its digest."""
    sent = await read_upload(visit, evidence.FIELD)
    wrong = evidence.what_is_wrong(visit, sent, matter.office) if sent.file else visit.say("wallet.evidence.no_file")
    wrong = why_not(visit, [adding(ANY_DIGEST)], [matter.party]) or wrong
    if wrong:
        return matter.say(wrong)
    about = type_name(adding(ANY_DIGEST))
    digest = await evidence.keep(visit, matter.party, matter.office, about, sent.file)
    return sign(visit, matter, adding(digest), [fact, evidence.told(visit, sent.file)])
