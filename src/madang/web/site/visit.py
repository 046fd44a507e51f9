"""One request for a page: who asks, how they want to see it, and what the ledger is at that moment."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.datastructures import State as AppState

from madang.base.parties.queries import institution_of
from madang.base.trust.queries import is_to_ask
from madang.engine.node import Node
from madang.identity.verifier.asking import Ask
from madang.kernel.authority import KEYS
from madang.kernel.errors import Rejected
from madang.kernel.machine import Chain
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.site import names
from madang.web.site.areas import Area
from madang.web.site.evidence import Keeper
from madang.web.site.look import COOKIE, Look, Preferences, preferences
from madang.web.site.pads import Pads
from madang.web.site.sessions import IDLE_SECONDS, Session, Sessions

Req = Request[Any, Any, AppState]
EMPLOYEE = Ask("employee_id", ("party", "officer"))
"""What an officer shows beside a passkey: of which institution, and which officer of the ledger they are."""
HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    # With no referrer at all browsers name no origin when a form is sent, and we ask for one.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


class NotSignedIn(Exception):  # noqa: N818  an answer, named as the answer
    """The page is for somebody who has signed in; the browser is shown how."""

    def __init__(self, visit: "Visit") -> None:
        super().__init__()
        self.visit = visit


class NotIdentified(Exception):  # noqa: N818  an answer, named as the answer
    """An officer has yet to show an employee credential of `institution`'s, as it is named at this server."""

    def __init__(self, visit: "Visit", institution: str) -> None:
        super().__init__()
        self.visit = visit
        self.institution = institution


class Site(msgspec.Struct, frozen=True):
    """What all requests share. `records` is the database of lists and notices, `pads` the card service of whoever
    serves, `keeper` its vault for evidence; None where the server has none.
    """

    areas: tuple[Area, ...]
    look: Look
    sessions: Sessions
    records: Any = None
    pads: Pads | None = None
    keeper: Keeper | None = None


class Visit:
    """One request in an area. `session` is None for whoever has not signed in there."""

    def __init__(self, site: Site, area: Area, request: Req) -> None:
        self.site = site
        self.area = area
        self.request = request
        self.wanted: Preferences = preferences(
            request.cookies.get(COOKIE, ""), request.headers.get("accept-language", "")
        )

    @property
    def node(self) -> Node:
        """The node that serves."""
        node: Node = self.request.app.state.node
        return node

    @property
    def chain(self) -> Chain:
        """Which ledger this is."""
        return self.node.ledger.machine.chain

    @cached_property
    def state(self) -> State:
        """The ledger as it is durable now; the same for all of this request."""
        return self.node.state()

    @property
    def now(self) -> int:
        """The time by which the ledger judges (seconds): its clock, never behind its last block."""
        return max(self.node.clock(), self.node.ledger.durable.time)

    @cached_property
    def session(self) -> Session | None:
        """Who is signed in, less those whose key works no more."""
        token = self.request.cookies.get(cookie_name(self.area), "")
        found = self.site.sessions.find(self.area.name, token) if token else None
        if found is None:
            return None
        found.keys = {party: kid for party, kid in found.keys.items() if self._works(party, kid, self.state)}
        if not found.keys:
            self.site.sessions.end(token)
            return None
        return found

    def stays(self, party: str) -> bool:
        """Whether this party is still signed in now, long after the request began. That somebody asks is no use."""
        token = self.request.cookies.get(cookie_name(self.area), "")
        found = self.site.sessions.find(self.area.name, token, used=False)
        return (
            found is not None
            and party in found.keys
            and self._works(party, found.keys[party], self.node.state())
            and self._is_identified(found)
        )

    def _is_identified(self, session: Session) -> bool:
        try:
            return self.unidentified(session) is None
        except Refused:
            return False

    def _works(self, party: str, kid: str, state: State) -> bool:
        key = state.get(KEYS, kid)
        works = key is not None and key.standing == "active" and key.party == party
        return works and self.area.admits(state, party)

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties that are signed in. Raises `NotSignedIn`, `NotIdentified`."""
        if self.session is None:
            raise NotSignedIn(self)
        left = self.unidentified(self.session)
        if left is not None:
            raise NotIdentified(self, left[1])
        return self.session.parties

    def unidentified(self, session: Session) -> tuple[str, str] | None:
        """An officer of a session who has yet to show an employee credential, and to which institution here.

        None where nobody has to. One asks where the ledger names it to ask for employee credentials: its governor
        decides. Each officer shows an own one, whoever else signed in with them. Raises `Refused` (403,
        `sign_in.unasked`): the institution is to ask, and can't at this server or at this time.
        """
        verifiers = self.request.app.state.get("verifiers")
        for officer in session.parties if self.area.passkeys else ():
            institution = institution_of(self.state, officer)
            if officer in session.identified or not is_to_ask(self.state, EMPLOYEE.type, institution, EMPLOYEE.claims):
                continue
            asking = None if verifiers is None else verifiers.asking(institution, EMPLOYEE, self.now)
            if asking is None:
                raise Refused(
                    403,
                    "sign_in.unasked",
                    "Officers of this institution show an employee credential, and it can't be asked for here now. "
                    "Whoever runs this server checks certificate and dates of its verifier on the ledger.",
                )
            return officer, asking
        return None

    @property
    def party(self) -> str:
        """The party that is signed in, where an area has one at a time. Raises `NotSignedIn`, `NotIdentified`."""
        return self.parties[0]

    def say(self, key: str, **values: object) -> str:
        """A phrase in the language of this visit."""
        return self.site.look.words.say(self.wanted.language, key, **values)

    def called(self, party: str) -> str:
        """What an institution is called in the language of this visit, or its short name where nobody said."""
        return names.called(self.request.app.state, party, self.wanted.language)

    def named(self, party: str) -> str:
        """The same with the short name behind it, by which the ledger knows it."""
        name = self.called(party)
        return name if name == party else f"{name} ({party})"

    def page(self, template: str, status: int = 200, headers: Mapping[str, str] = {}, **values: Any) -> Response[str]:
        """A page, or a part of one, from a template `area/name.html`."""
        text = self.site.look.render(
            template,
            self.wanted,
            visit=self,
            area=self.area,
            areas=self.site.areas,
            called=self.called,
            named=self.named,
            all_named=lambda parties: ", ".join(map(self.named, parties)),
            all_called=lambda parties: list(map(self.called, parties)),
            idle_seconds=IDLE_SECONDS if self.session is not None else 0,
            **values,
        )
        return Response(text, media_type=HTML, status_code=status, headers={**PAGE_HEADERS, **headers})

    def preview(self, acts: Sequence[Act], *signers: str) -> Rejected | None:
        """The refusal that these acts would meet if these parties signed them now, or None (`Block.preview`)."""
        ledger = self.node.ledger
        tip = ledger.durable
        block = ledger.machine.open(ledger.reader(), tip.height + 1, self.now)
        return block.preview(acts, frozenset(signers))

    def redirect(self, path: str, cookies: list[Cookie] | None = None) -> Response[str]:
        """Send the browser on to a path of ours (303)."""
        return Response("", status_code=303, headers={**PAGE_HEADERS, "location": path}, cookies=cookies)


def cookie_name(area: Area) -> str:
    """The cookie of an area's session."""
    return f"__Host-madang-{area.name}"


def make_cookie(name: str, value: str, seconds: int | None = None) -> Cookie:
    """A cookie that only this host gets, over TLS (or from this machine), from its own pages, and no script reads."""
    return Cookie(name, path="/", value=value, secure=True, httponly=True, samesite="strict", max_age=seconds)
