"""From a presentation to what it proves, whatever its format. Nothing is passed over:

1. form, the issuer's chain and signature, what is disclosed, the holder's signature for this very request, validity
   (`sdjwt.*`, `mdoc.*`, `certificate.*`);
2. the type is one of the catalogue and the one asked for (`credential.unknown_type`, `presentation.type`), its claims
   are of the kinds that the type has (`credential.claim`), and it lives no longer than the type does
   (`presentation.lifetime`);
3. the ledger names the chain's anchor for this type at the second of signing, and has not found a cheat since
   (`trust.*`);
4. the status stands in a list that the issuer signed, and is good (`status.*`); none has one only if it is short-lived
   (`presentation.status_missing`).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from madang.identity import certificates, jose, mdoc
from madang.identity.catalogue import CredentialType, by_vct, type_of
from madang.identity.catalogue.encoding import from_json
from madang.identity.certificates import Followed
from madang.identity.mdoc.claims import to_claims
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.sdjwt import verifying
from madang.identity.trust import Trust
from madang.identity.verified import Format, StatusReference, Verified
from madang.identity.verifier.request import Question
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError

SKEW_SECONDS = 60
Follow = Callable[[tuple[bytes, ...]], Followed]


class Statuses(Protocol):
    """Reads status lists."""

    def check(self, reference: StatusReference, anchor: str, now: int) -> None:
        """Refuse what is not valid by a list signed below the same anchor. Raises `MadangError` (`status.*`)."""


class Grounds(msgspec.Struct, frozen=True):
    """On what a credential is believed: the roots (DER) that are known, what the ledger says, and status lists.

    A root says nothing by being known: the ledger names its digest, or it counts for nobody.
    """

    roots: Sequence[bytes]
    trust: Trust
    statuses: Statuses

    def check(self, form: Format, text: str, expected: str, question: Question, client: str, now: int) -> Verified:
        """What a presentation proves in answer to a request of `client` (its `client_id`).

        `expected` is the type that was asked for. Raises `MadangError` with the codes that stand atop this file, in
        that order.
        """

        def follow(chain: tuple[bytes, ...]) -> Followed:
            return certificates.follow(chain, self.roots, "credential", now)

        read = _of_sd_jwt if form == "dc+sd-jwt" else _of_mdoc
        of = type_of(expected)
        shown, anchor, signed = read(text, of, follow, question, client, now)
        if shown.valid_until - shown.valid_from > of.lives + SKEW_SECONDS:
            raise MadangError("presentation.lifetime", "The credential claims to live longer than its type does.")
        issuer = self.trust.issuer_of(anchor, of.id, signed)
        if shown.status is not None:
            self.statuses.check(shown.status, anchor, now)
        elif not of.short_lived:
            raise MadangError("presentation.status_missing", "The credential has no status, as one of its type has.")
        return msgspec.structs.replace(shown, issuer=issuer)


def _of_sd_jwt(
    text: str, expected: CredentialType, follow: Follow, question: Question, client: str, now: int
) -> tuple[Verified, str, int]:
    """What is shown, below which anchor, and the second of the issuer's signature."""
    issued = verifying.verify(text, follow, client, question.nonce, now)
    of = by_vct(issued.type)
    if of is not expected:
        raise MadangError("presentation.type", "The credential is of another type than was asked for.")
    claims = from_json(of, issued.claims)
    times = (issued.valid_from, issued.valid_until)
    shown = Verified("dc+sd-jwt", of.id, "", claims, issued.holder, issued.status, *times)
    return shown, issued.issuer.anchor, issued.signed


def _of_mdoc(
    text: str, expected: CredentialType, follow: Follow, question: Question, client: str, now: int
) -> tuple[Verified, str, int]:
    """The same of an mdoc."""
    response = from_base64url(text, "The presentation")
    thumbprint = from_base64url(jose.thumbprint(question.encrypt_to), "the thumbprint")
    transcript = openid4vp(client, question.nonce, question.answer_to, thumbprint)
    document = mdoc.verify_presentation(response, expected.doctype, transcript, follow, now)
    claims = to_claims(expected, document.elements)
    times = (document.validity.since, document.validity.until)
    shown = Verified("mso_mdoc", expected.id, "", claims, document.holder, document.status, *times)
    return shown, document.issuer.anchor, document.validity.signed
