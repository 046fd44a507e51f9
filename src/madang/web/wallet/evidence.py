"""Evidence that a person gives with an application or an appeal: checked by content, kept in the vault, named on the
ledger by its keyed digest alone.

Only who signed in gives it, for matters of their own, and only for institutions whose vault this server keeps.
"""

import asyncio

from madang.kernel.errors import MadangError
from madang.records.consents import Consent
from madang.records.purposes import PURPOSES
from madang.web.api.problems import Refused
from madang.web.site.evidence import Keeper
from madang.web.site.filesorts import sort_of
from madang.web.site.formats import day
from madang.web.site.uploads import MOST_FILE_BYTES, Sent
from madang.web.site.visit import Visit

FIELD = "evidence"
DAY = 86_400


def keeps_for(visit: Visit, office: str) -> bool:
    """Whether evidence for this institution is taken here."""
    keeper = visit.site.keeper
    return keeper is not None and keeper.keeps_for(office)


def agreement(visit: Visit) -> str:
    """The words that somebody agrees to who gives evidence today."""
    until = visit.now + PURPOSES["evidence"].keep_days * DAY
    return visit.say("wallet.evidence.agreement", until=day(until, visit.wanted.language))


def what_is_wrong(visit: Visit, sent: Sent, office: str, for_party: str = "") -> str:
    """Why the file of a form is not taken, in words; '' where it is, or where there is none."""
    if not sent.file:
        return ""
    if for_party:
        return visit.say("wallet.evidence.own_only")
    if not keeps_for(visit, office):
        return visit.say("wallet.evidence.elsewhere", office=visit.called(office))
    if len(sent.file) > MOST_FILE_BYTES:
        return visit.say("wallet.evidence.too_large")
    if sort_of(sent.file) is None:
        return visit.say("wallet.evidence.bad_sort")
    return "" if sent.fields.get("agree") == "yes" else visit.say("wallet.evidence.not_agreed")


async def keep(visit: Visit, party: str, office: str, about: str, content: bytes) -> str:
    """Keep what was found in order, with what was agreed to; the digest for the act. `about` is that act's type.

    Raises `Refused` (422, `vault.full`): this person's part of the vault is full.
    """
    consent = Consent(office, about, visit.wanted.language, agreement(visit))
    try:
        return await asyncio.to_thread(keeper_of(visit).take, party, content, consent)
    except MadangError as error:
        if error.code != "vault.full":
            raise
        raise Refused(422, "vault.full", "No more is taken of one person. Bring the papers to a desk.") from None


def keeper_of(visit: Visit) -> Keeper:
    """The vault that this server keeps, for who has signed in. Raises `NotSignedIn`, `Refused` (404: it keeps none)."""
    _ = visit.parties
    if visit.site.keeper is None:
        raise Refused(404, "wallet.no_vault", "This server keeps no vault. Ask at the office or a desk.")
    return visit.site.keeper


def told(visit: Visit, content: bytes) -> tuple[str, str]:
    """A file as a fact to be shown before signing: its sort and size."""
    shown = f"{(sort_of(content) or '').upper()}, {size(len(content))}"
    return visit.say("wallet.evidence.file"), shown


def size(count: int) -> str:
    """Bytes as people read them: `840 KB`, `2.1 MB`."""
    return f"{-(-count // 1_000):,} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
