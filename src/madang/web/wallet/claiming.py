"""Claiming: the code of a letter becomes a voucher of whoever is signed in.

These pages see the code, and sign with it who claims; the ledger and those who order it never do.
"""

from litestar import Response, get, post

from madang.base.programmes.queries import all_programmes
from madang.client.letters import claim_by_code, digest_of_code
from madang.kernel.errors import Rejected
from madang.services.vouchers.state import CODES, KINDS
from madang.services.vouchers.transactions import Claim, ClaimByToken
from madang.web.api.problems import Refused
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.holdings import holdings, waiting_voucher
from madang.web.wallet.mandates import mandate_for, principals_for
from madang.web.wallet.places import place_name

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
LENGTH = 26
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})


@get("/claim")
async def ask(visit: Visit) -> Response[str]:
    """Type or scan the code of a letter."""
    _ = visit.parties
    return _page(visit, 200, "", "")


@post("/claim", status_code=200)
async def propose(visit: Visit) -> Response[str]:
    """What waits for this code, to be signed for; or why it can't be claimed."""
    _ = visit.parties
    form = await read_form(visit)
    typed = form.get("code", "")[:120]
    code = read_code(typed)
    if code is None:
        return _again(visit, typed, visit.say("wallet.claim.bad_code"))
    programme = next((one for one in _open_programmes(visit) if _waits(visit, one, code)), None)
    if programme is None:
        return _again(visit, typed, words_of(visit, "vouchers.unknown_code"))
    refusal: Rejected | None = None
    for party, holder in _claimants(visit, form.get("for", ""), programme):
        act = claim_by_code(party, programme, code, holder)
        refusal = visit.preview([act], party)
        if refusal is None:
            signed = draft(visit.chain.name, visit.now, [act], [party], "/wallet/claims/{id}")
            voucher = waiting_voucher(visit.state, programme, _waits(visit, programme, code))
            return visit.page(
                "wallet/claim_sign.html",
                draft=signed,
                title=title(visit.state, programme, visit.wanted.language),
                voucher=voucher,
                place="" if voucher is None else place_name(voucher.region, visit.wanted.language),
            )
    if refusal is None:
        return _again(visit, typed, words_of(visit, "mandates.none"))
    return _again(visit, typed, words_of(visit, refusal.code, programme, refusal.reason))


@get("/claims/{identifier:str}")
async def claimed(visit: Visit, identifier: str) -> Response[str]:
    """That a voucher was claimed, and what it is."""
    found = outcomes.outcome(visit, identifier)
    act = next((one for one in found.acts if isinstance(one, (Claim, ClaimByToken))), None)
    if act is None or found.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This claimed nothing.")
    mine = [
        one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.programme == act.programme
    ]
    return visit.page("wallet/claimed.html", mine=mine, title=title(visit.state, act.programme, visit.wanted.language))


ROUTES = (ask, propose, claimed)


def read_code(text: str) -> str | None:
    """A letter's code as people type it: in groups, small letters, digits for letters that look alike. Or None."""
    letters = "".join(text.split()).replace("-", "").replace("·", "").upper().translate(_MISREAD)
    return letters if len(letters) == LENGTH and set(letters) <= LETTERS else None


def _again(visit: Visit, typed: str, error: str) -> Response[str]:
    return _page(visit, 422, typed, error)


def _page(visit: Visit, status: int, typed: str, error: str) -> Response[str]:
    principals = list(dict.fromkeys(one.principal for one in principals_for(visit, "vouchers.claim")))
    return visit.page("wallet/claim.html", status, error=error, typed=typed, principals=principals)


def _open_programmes(visit: Visit) -> list[str]:
    return [one.name for one in all_programmes(visit.state) if one.status == "open" and one.kind in KINDS]


def _waits(visit: Visit, programme: str, code: str) -> str:
    """The number of the voucher that waits for a code, '' where none does."""
    found = visit.state.get(CODES, programme, digest_of_code(programme, code))
    return found.voucher if found is not None else ""


def _claimants(visit: Visit, principal: str, programme: str) -> list[tuple[str, str | None]]:
    """Who may sign, and for whom: a delegate for a principal; else those who hold nothing yet first.

    Under a key of its own a voucher tells nothing of others.
    """
    if principal:
        mandate = mandate_for(visit, principal, "vouchers.claim", programme)
        return [(mandate.delegate, principal)] if mandate is not None else []
    found = holdings(visit.state, visit.parties, visit.wanted.language)
    parties = sorted(visit.parties, key=lambda party: sum(one.party == party for one in found))
    return [(party, None) for party in parties]
