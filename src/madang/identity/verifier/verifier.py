"""A verifier: it begins a request, hands it to one wallet, takes one answer, and tells whoever began what was proven.

    begin ──> the wallet fetches the request, once ──> it sends an answer, once ──> whoever began takes it, once

On the same device the holder comes back with a code that only their browser gets: somebody who sends the request on to
another person never sees the answer (OpenID4VP 1.0, section 14.2). Across devices nothing can show who looks at the QR
code; pages say so, and what matters there is asked for on the same device.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Literal
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.certificates import digest_of
from madang.identity.signer import Signer
from madang.identity.verified import Verified
from madang.identity.verifier.asking import Ask, check_answer, check_asks
from madang.identity.verifier.checking import Grounds
from madang.identity.verifier.pending import SECONDS, Pending, Requests, digest, matches, new_secret
from madang.identity.verifier.request import Question, client_id, sign_request
from madang.identity.verifier.response import most_bytes, open_response, presentations
from madang.identity.zk.places import BUSY, Places
from madang.kernel.errors import MadangError

MAX_WALLET_NONCE = 256
SCHEME = "haip-vp://"
"""What opens a wallet of a phone (HAIP 1.0, section 5.1)."""


Standing = Literal["waiting", "refused", "shown"]


class Begun(msgspec.Struct, frozen=True):
    """A request that was begun: how the wallet gets it, and the secret that its answer is taken with."""

    handle: str
    secret: str
    client: str
    request_uri: str

    @property
    def query(self) -> str:
        """What a wallet is opened with: its own address, a question mark, and this."""
        return urlencode({"client_id": self.client, "request_uri": self.request_uri})

    @property
    def link(self) -> str:
        """The link that opens a wallet on a phone, also as QR code."""
        return f"{SCHEME}?{self.query}"


class Answer(msgspec.Struct, frozen=True):
    """How far a request is, with what was shown, or the code of the refusal for the operator's journal."""

    standing: Standing
    shown: tuple[Verified, ...] = ()
    refused: str = ""


class Verifier:
    """One institution's verifier, at `address` (https, no slash at its end) of its server."""

    def __init__(
        self, signer: Signer, address: str, grounds: Callable[[], Grounds], places: Places | None = None
    ) -> None:
        """`grounds` gives what the ledger says at the moment. `places` bounds how many proofs are checked at a time;
        without them no proof is asked for, and none is believed.
        """
        self._signer = signer
        self._address = address
        self._grounds = grounds
        self._places = places
        self._requests = Requests()
        self._fingerprint = digest_of(signer.certificate)
        self.client = client_id(signer.certificate)

    def begin(self, asks: Sequence[Ask], now: int, return_to: str = "") -> Begun:
        """Ask for these credentials. `return_to` is where a holder on this device goes on.

        Where proofs can't be checked here, the credentials that could be proven are asked for themselves.

        Raises `MadangError`: what `check_asks` raises; `trust.*` where the ledger does not let this verifier ask so;
        `request.crowded`.
        """
        check_asks(asks)
        self._check_permissions(asks, now)
        if self._places is None:
            asks = [msgspec.structs.replace(ask, provable=False) for ask in asks]
        key = ec.generate_private_key(ec.SECP256R1())
        jwk = jose.jwk_of(key.public_key())
        handle, secret = secrets.token_urlsafe(24), new_secret()
        question = Question(
            tuple(asks),
            nonce=secrets.token_urlsafe(24),
            state=secrets.token_urlsafe(24),
            answer_to=f"{self._address}/response/{handle}",
            encrypt_to={**jwk, "kid": jose.thumbprint(jwk)},
            issued_at=now,
            expires_at=now + SECONDS,
        )
        code = secrets.token_urlsafe(24)
        self._requests.add(Pending(handle, digest(secret), question, key, bool(return_to), code, return_to))
        return Begun(handle, secret, self.client, f"{self._address}/request/{handle}")

    def may_ask(self, asks: Sequence[Ask], now: int) -> bool:
        """Whether the ledger lets this verifier ask for these claims now."""
        try:
            self._check_permissions(asks, now)
        except MadangError:
            return False
        return True

    def fetch(self, handle: str, now: int, wallet_nonce: str = "") -> str:
        """The signed request, for the first who fetches it.

        Raises `MadangError`: `request.unknown`, `request.fetched` (a second time), `request.wallet_nonce`.
        """
        if len(wallet_nonce) > MAX_WALLET_NONCE or not wallet_nonce.isascii():
            raise MadangError("request.wallet_nonce", "The wallet's nonce is too long, or no ASCII.")
        pending = self._requests.fetch(handle, now)
        return sign_request(pending.question, self._signer, wallet_nonce)

    def receive(self, handle: str, form: Mapping[str, str], now: int) -> str:
        """Take a wallet's answer. Gives where its holder goes on, on this device, or nothing.

        The first answer is the only one, whatever becomes of it. It may take some seconds: status lists are fetched,
        and proofs checked. Raises `MadangError`: `request.unknown`, `request.answered`, `zk.busy` (it was not looked
        at, and may be sent again), and why the answer is refused.
        """
        pending = self._requests.answer(handle, now)
        try:
            pending.shown = self._check(pending, form, now)
        except MadangError as error:
            if error.code == BUSY:
                self._requests.reopen(pending)
            else:
                pending.refused = error.code
            raise
        if not pending.same_device:
            return ""
        joint = "&" if "?" in pending.return_to else "?"
        return pending.return_to + joint + urlencode({"handle": handle, "response_code": pending.code})

    def most_bytes(self, handle: str, now: int) -> int:
        """How long the encrypted answer to a request may be. Raises `MadangError` (`request.unknown`)."""
        return most_bytes(self._requests.find(handle, now).question)

    def asked(self, handle: str, secret: str, now: int) -> tuple[Ask, ...]:
        """What is asked for, for whoever began it. Raises `MadangError` (`request.unknown`)."""
        return self._own(handle, secret, now).question.asks

    def standing(self, handle: str, secret: str, now: int) -> Standing:
        """How far it is, for whoever began it. Raises `MadangError` (`request.unknown`)."""
        pending = self._own(handle, secret, now)
        return "refused" if pending.refused else "shown" if pending.shown else "waiting"

    def take(self, handle: str, secret: str, now: int, response_code: str = "") -> Answer:
        """How far it is, for whoever began it; what was shown is given once, and then forgotten.

        Raises `MadangError`: `request.unknown` (or begun by somebody else), `request.code` (a holder on this device
        must come back with it).
        """
        pending = self._own(handle, secret, now)
        if not pending.shown and not pending.refused:
            return Answer("waiting")
        if pending.shown and pending.same_device and not matches(digest(pending.code), response_code):
            raise MadangError("request.code", "The answer did not come back to the browser that asked. Begin again.")
        self._requests.remove(pending)
        return Answer("refused", refused=pending.refused) if pending.refused else Answer("shown", pending.shown)

    def _check_permissions(self, asks: Sequence[Ask], now: int) -> None:
        verifier = self._grounds().trust.verifier_of(self._fingerprint, now)
        for ask in asks:
            verifier.may_ask(ask.type, ask.claims)

    def _own(self, handle: str, secret: str, now: int) -> Pending:
        pending = self._requests.find(handle, now)
        if not matches(pending.owner, secret):
            raise MadangError("request.unknown", "There is no such request, or its time has passed. Begin again.")
        return pending

    def _check(self, pending: Pending, form: Mapping[str, str], now: int) -> tuple[Verified, ...]:
        grounds = self._grounds()
        question = pending.question
        given = presentations(open_response(form, question, pending.key), question)
        is_proven = any(form_of == "mso_mdoc_zk" for _, form_of, _ in given)
        found = []
        with self._places.place() if self._places is not None and is_proven else nullcontext():
            for ask, form_of, text in given:
                shown = grounds.check(form_of, text, ask.type, question, self.client, now)
                check_answer(ask, shown)
                found.append(shown)
        return tuple(found)
