"""The page on which an act of the wallet is signed that needs no page of its own: heading, facts, warning, button."""

from collections.abc import Sequence

from litestar import Response

from madang.kernel.transaction import Act
from madang.web.site.drafts import draft
from madang.web.site.refusals import words_of
from madang.web.site.visit import Visit

DONE = "/wallet/done/{id}"


def why_not(visit: Visit, acts: Sequence[Act], signers: Sequence[str]) -> str:
    """Why the ledger would refuse these acts now, in words; '' where it would not."""
    refusal = visit.preview(acts, *signers)
    if refusal is None:
        return ""
    programme = str(getattr(acts[0], "programme", None) or "")
    return words_of(visit, refusal.code, programme, refusal.reason)


def sign_page(
    visit: Visit,
    acts: Sequence[Act],
    signers: Sequence[str],
    about: str,
    facts: Sequence[tuple[str, str]],
    cancel: str,
    then: str = DONE,
) -> Response[str]:
    """What is to be signed. `about` is the key of its words: `title`, `text` and `sign` below it."""
    signed = draft(visit.chain.name, visit.now, acts, list(dict.fromkeys(signers)), then)
    return visit.page("wallet/sign.html", draft=signed, about=about, facts=facts, cancel=cancel)
