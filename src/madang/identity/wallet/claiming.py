"""Claiming by a token: find the offer that fits, show or prove what it asks for, have a token signed blindly.

Which offer fits is found here: all are fetched, and compared with what is held. The offer and its key come from the
ledger, where everybody reads the same (`identity.eligibility.holding`).
"""

import time
from collections.abc import Mapping, Sequence

import msgspec

from madang.base.eligibility.queries import OfferView
from madang.base.eligibility.state import Offer, Requirement, Tally
from madang.client import Client
from madang.identity.eligibility import requirements
from madang.identity.eligibility.holding import Asked, ask, token_of
from madang.identity.eligibility.requirements import Judgement
from madang.identity.wallet import answering, web
from madang.identity.wallet.answering import Request
from madang.identity.wallet.keeping import Credential, Token
from madang.identity.wallet.known import Known
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

OFFERS = "/wallet/for-me/offers"
TRIES = 3
MAX_WAIT = 15
"""How often an answer is sent again to an office that is busy, and how long it can have us wait before (seconds)."""


class Begun(msgspec.Struct, frozen=True):
    """A request of an authority that waits for an answer."""

    handle: str
    secret: str
    client_id: str
    request_uri: str


class _Place(msgspec.Struct, frozen=True):
    programme: str
    offer: str
    address: str


class _Places(msgspec.Struct, frozen=True):
    offers: list[_Place]


def offers(client: Client, programme: str) -> list[OfferView]:
    """The offers of a programme, as the ledger has them. Raises what `Client.query` raises, `client.answer`."""
    given = client.query("eligibility", "offers", {"programme": programme, "limit": 500})
    try:
        return [_view(one) for one in given]
    except (TypeError, KeyError, AttributeError):
        raise MadangError("client.answer", "The node's offers can't be read. Is it of this version?") from None


def address_of(client: Client, view: OfferView) -> str:
    """Where the authority signs tokens of an offer, as the node says. Raises `MadangError` (`wallet.elsewhere`)."""
    try:
        found = msgspec.json.decode(client.get(OFFERS), type=_Places).offers
    except msgspec.MsgspecError:
        found = []
    for one in found:
        if (one.programme, one.offer) == (view.programme, view.name) and one.address:
            return one.address
    raise MadangError(
        "wallet.elsewhere", f"{view.offer.authority} signs no tokens at this server. Ask it where, and use that server."
    )


def judge(view: OfferView, held: Sequence[Credential]) -> Judgement:
    """Whether what is held fulfils an offer: nobody is asked."""
    shown = {one.type: one.claims for one in reversed(held)}
    return requirements.overall(requirements.findings(view.offer.requirements, shown))


def new_token(view: OfferView, holder: str) -> Token:
    """A token that is still to be signed. Keep it before it is handed in: without it the signature is worth nothing."""
    made = ask(view, holder)
    inverse = made.inverse.to_bytes(len(made.blinded), "big")
    return Token(view.programme, view.name, holder, made.prepared, made.blinded, inverse)


def begin(address: str, view: OfferView) -> Begun:
    """Have the authority ask for what its offer requires.

    Raises `MadangError`: `wallet.unreachable`, `wallet.answer`, `eligibility.*`.
    """
    answer = _told(web.send_json(f"{address}/begin", {"programme": view.programme, "offer": view.name}))
    try:
        return msgspec.convert(answer, Begun)
    except msgspec.ValidationError:
        raise _no_answer() from None


def fetch(begun: Begun, view: OfferView, known: Known) -> Request:
    """The authority's request, signed by the one that opened the offer, and asking for no more than it may.

    Raises `MadangError`: `wallet.unreachable`, `request.*`, `trust.*`, `wallet.authority` (somebody else asks).
    """
    answer = web.ask("GET", begun.request_uri)
    if answer.status != 200:
        raise MadangError("request.gone", "There is no such request any more. Begin again.")
    request = answering.read_request(answer.body.decode("ascii", "replace"), begun.client_id, known, known.now)
    if any(one.verifier != view.offer.authority for one in request.permissions):
        raise MadangError("wallet.authority", f"Somebody else than {view.offer.authority} asks. Nothing was shown.")
    return request


def send(request: Request, response: str) -> str:
    """Hand in an encrypted answer; the code that comes back. Where the office is busy, the same is sent again.

    Raises `MadangError`: `wallet.unreachable`, `wallet.busy`, `presentation.refused`.
    """
    answer = web.send_form(request.answer_to, {"response": response})
    for _ in range(TRIES):
        if answer.status != 503:
            break
        given = answer.headers.get("retry-after", "")
        time.sleep(min(int(given) if given.isascii() and given.isdigit() else 1, MAX_WAIT))
        answer = web.send_form(request.answer_to, {"response": response})
    if answer.status == 503:
        raise MadangError("wallet.busy", "The office checks as many proofs as it can. Try again in some minutes.")
    if answer.status != 200:
        raise MadangError("presentation.refused", "The office did not accept what was shown. It does not say why.")
    query = str(answer.json().get("redirect_uri", "")).partition("?")[2]
    return dict(part.partition("=")[::2] for part in query.split("&")).get("response_code", "")


def sign(address: str, view: OfferView, begun: Begun, code: str, token: Token) -> None:
    """Have a token signed; it bears the signature then, once that holds with the key on the ledger.

    Raises `MadangError`: `wallet.unreachable`, `eligibility.*`, `presentation.refused`, `blind.*`.
    """
    content = {"programme": view.programme, "offer": view.name, "handle": begun.handle, "secret": begun.secret}
    content |= {"response_code": code, "blinded": to_base64url(token.blinded)}
    signature = _told(web.send_json(f"{address}/sign", content)).get("signature")
    if not isinstance(signature, str):
        raise _no_answer()
    asked = Asked(token.holder, token.prepared, token.blinded, int.from_bytes(token.inverse, "big"))
    token.token, token.signature = token_of(view, asked, from_base64url(signature, "the signature"))


_SAID: Mapping[str, str] = {
    "eligibility.already": "A token was signed for this person or household before. There is one each.",
    "eligibility.desk": "This can't be determined here: a desk decides. Bring your papers.",
    "eligibility.unmet": "What was shown does not fulfil the offer. Who disagrees appeals.",
    "eligibility.closed": "This offer has ended. Ask the office what to do.",
    "presentation.refused": "The office did not accept what was shown. It does not say why.",
}


def _told(answer: web.Answer) -> dict[str, object]:
    found = answer.json()
    if answer.status == 200:
        return found
    code = found.get("error")
    if isinstance(code, str) and code.startswith(("eligibility.", "blind.", "presentation.")) and len(code) < 64:
        raise MadangError(code, _SAID.get(code, "The office refuses. Begin again, or ask it."))
    raise _no_answer()


def _no_answer() -> MadangError:
    return MadangError("wallet.answer", "What answers is no office of an eligibility authority. Check the address.")


def _view(one: dict[str, object]) -> OfferView:
    given = dict(one["offer"])  # type: ignore[call-overload]  # what is none raises, as it should
    given["requirements"] = tuple(
        Requirement(**{**each, "values": tuple(each["values"])}) for each in given["requirements"]
    )
    named = {name: str(one[name]) for name in ("programme", "name", "purpose", "subject")}
    return OfferView(**named, offer=Offer(**given), tally=Tally(**one["tally"]))  # type: ignore[arg-type]
