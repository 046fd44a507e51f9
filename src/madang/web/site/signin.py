"""Signing in: the browser signs a read of `/{area}/sign-in?challenge=...` with each key that it has for the area.

It is the signed read of the API (`web.api.readers`) with a path that is good once, so a key proves itself here as it
does there; a passkey may sign it too. What comes back is a cookie.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from madang.base.parties.queries import institution, institution_of
from madang.base.trust.queries import vouches_for_staff
from madang.kernel.authority import KEYS, Key
from madang.kernel.state import State
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.api.readers import proven, signer_of
from madang.web.site import asking
from madang.web.site.sessions import MOST_SECONDS
from madang.web.site.stopped import stopped
from madang.web.site.visit import EMPLOYEE, PAGE_HEADERS, NotSignedIn, Visit, cookie_name, make_cookie

MOST_KEYS = 32
_Signed = Annotated[str, Meta(max_length=16 * 1024)]


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """The challenge, and the signed reads of all keys that sign in together."""

    challenge: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    signed: Annotated[list[_Signed], Meta(min_length=1, max_length=MOST_KEYS)]


@get("/challenge")
async def challenge(visit: Visit) -> Response[bytes]:
    """A challenge, and the path to sign with it. Whoever is signed in stays so: pages ask for one at 'go on'."""
    _ = visit.session
    made = visit.site.sessions.challenge(visit.area.name)
    content = {"challenge": made, "chain": visit.chain.name, "path": sign_in_path(visit, made), "now": visit.now}
    return Response(encode(content), media_type="application/json", headers=PAGE_HEADERS)


@post("/sign-in", status_code=200)
async def sign_in(visit: Visit) -> Response[bytes]:
    """Begin a session of every party whose key signed, in place of the one that the browser had.

    A key that is unknown, or not for this area, is passed over; so is an officer's plain key where the area takes none.
    Answers which key signs for which party, since who registered a key may have given its party a name of its own.

    Where no key signs in, and one that was stopped signed truly, the answer says so (401, `sign_in.suspended`).

    Raises `Refused`: 400 `sign_in.form`, 401 `sign_in.challenge`, `sign_in.passkey`, `sign_in.nobody`.
    """
    try:
        asked = msgspec.json.decode(await visit.request.body(), type=SignIn)
    except msgspec.MsgspecError:
        raise Refused(400, "sign_in.form", "This is no sign-in. Open the page again.") from None
    if not visit.site.sessions.is_open(visit.area.name, asked.challenge):
        raise _over()
    keys, ended = _keys(visit, asked)
    if ended is not None and not keys:
        return await stopped(visit, ended)
    if not keys:
        raise Refused(401, "sign_in.nobody", "No key of this browser may sign in here.")
    # Only who signed uses one up: nobody else fills the memory with them.
    if not visit.site.sessions.use(asked.challenge):
        raise _over()
    visit.site.sessions.end(visit.request.cookies.get(cookie_name(visit.area), ""))
    token = visit.site.sessions.begin(visit.area.name, keys)
    return Response(
        encode({"parties": {kid: party for party, kid in keys.items()}}),
        media_type="application/json",
        headers=PAGE_HEADERS,
        cookies=[make_cookie(cookie_name(visit.area), token, MOST_SECONDS)],
    )


@get("/identified")
async def identified(visit: Visit) -> Response[str]:
    """Take the employee credential that an officer showed, and go on.

    Raises `NotSignedIn`, and `Refused`: 403 `sign_in.employee` (it is of another officer, or of another institution),
    `sign_in.employee_issuer` (neither the institution issued it nor who it named), and what `asking.shown` raises.
    """
    session = visit.session
    if session is None:
        raise NotSignedIn(visit)
    left = visit.unidentified(session)
    if left is None:
        return visit.redirect(visit.area.home)
    officer, name = left
    found = asking.shown(visit, name, [EMPLOYEE])
    if found is not None:
        one = found[0]
        said = (one.type, one.claims.get("officer"), one.claims.get("party"))
        if said != (EMPLOYEE.type, officer, institution_of(visit.state, officer)):
            raise Refused(403, "sign_in.employee", "This credential is not yours at this institution. Show your own.")
        if not vouches_for_staff(visit.state, one.issuer, institution_of(visit.state, officer)):
            raise Refused(
                403,
                "sign_in.employee_issuer",
                "This institution takes credentials of its own, and of issuers that it named. Show one of those.",
            )
        session.identified.add(officer)
    return visit.redirect(visit.area.home)


@post("/sign-out")
async def sign_out(visit: Visit) -> Response[str]:
    """End the session."""
    visit.site.sessions.end(visit.request.cookies.get(cookie_name(visit.area), ""))
    return visit.redirect("/", [make_cookie(cookie_name(visit.area), "", 0)])


ROUTES: Sequence[ControllerRouterHandler] = (challenge, sign_in, identified, sign_out)


def _over() -> Refused:
    return Refused(401, "sign_in.challenge", "This took too long, or was used before. Open the page again.")


def sign_in_path(visit: Visit, made: str) -> str:
    """The path that is signed."""
    return f"{visit.area.home}/sign-in?challenge={made}"


def _keys(visit: Visit, asked: SignIn) -> tuple[dict[str, str], Key | None]:
    """The signing keys by party, of those that this area admits; and one that signed truly but was stopped, if any.

    Raises `Refused` (401, `sign_in.passkey`).
    """
    path = sign_in_path(visit, asked.challenge)
    height = visit.node.ledger.durable.height
    keys: dict[str, str] = {}
    ended: Key | None = None
    plain = False
    for signed in asked.signed:
        try:
            signer = signer_of(
                visit.state, visit.chain, height, path, signed, visit.chain.relying_party, lambda: visit.now
            )
        except Refused as refused:
            if refused.problem.code in ("authority.suspended", "authority.key_revoked"):
                ended = ended or _stopped_key(visit, path, signed)
            elif not refused.problem.code.startswith(("key.", "authority.")):
                raise
            continue  # not registered yet, or no more: the others may still sign in
        if not visit.area.admits(visit.state, signer.party):
            continue
        key = visit.state.get(KEYS, signer.kid)
        is_plain = key is None or key.sort != "passkey"
        if visit.area.passkeys and is_plain and _is_officer(visit.state, signer.party):
            plain = True
        else:
            keys[signer.party] = signer.kid
    if plain and not keys:
        raise Refused(
            401,
            "sign_in.passkey",
            "Only passkeys sign in here: computers are shared. Make one under “My key” and enrol it.",
        )
    return keys, ended


def _stopped_key(visit: Visit, path: str, signed: str) -> Key | None:
    """The key of this signature, a frozen one before a revoked one. Raises what `proven` raises."""
    found = [
        key for _, key in proven(visit.state, visit.chain, path, signed, visit.chain.relying_party, lambda: visit.now)
    ]
    stands = [key for key in found if key.standing != "active"]
    return min(stands, key=lambda key: key.standing == "revoked", default=None)


def _is_officer(state: State, party: str) -> bool:
    """Whether a party was added to an institution. Tills are their shop's, and no officers."""
    return institution(state, institution_of(state, party)) is not None
