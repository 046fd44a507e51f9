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

Of a proof in the place of a credential (`mso_mdoc_zk`): `identity.zk.verifying` says what is looked at (`zk.*`), and of
the ledger what point 3 says. Its type has no status.
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
from madang.identity.verified import Presented, StatusReference, Verified
from madang.identity.verifier.request import Question
from madang.identity.zk import verifying as proofs
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

    def check(self, form: Presented, text: str, expected: str, question: Question, client: str, now: int) -> Verified:
        """What a presentation proves in answer to a request of `client` (its `client_id`).

        `expected` is the type that was asked for. Raises `MadangError` with the codes that stand atop this file, in
        that order.
        """

        def follow(chain: tuple[bytes, ...]) -> Followed:
            return certificates.follow(chain, self.roots, "credential", now)

        if form == "mso_mdoc_zk":
            return self._check_proof(text, expected, follow, question, client, now)
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

    def _check_proof(
        self, text: str, expected: str, follow: Follow, question: Question, client: str, now: int
    ) -> Verified:
        """What is proven of a credential that stays hidden: it has no status, living for a day at most."""
        of = type_of(expected)
        (claim, (value, *_)) = next(iter(next(one for one in question.asks if one.type == expected).values.items()))
        response = from_base64url(text, "The presentation")
        proven = proofs.verify(
            response, of, of.element_of(claim), value is True, _transcript(question, client), follow, now
        )
        # When it was signed, no proof says: within its type's life. So the issuer must be named now, and a task that
        # has ended, or is void from some second on, ends all that is proven at once.
        issuer = self.trust.issuer_of(proven.issuer.anchor, of.id, now)
        return Verified("mso_mdoc_zk", of.id, issuer, {claim: value}, {}, None, proven.at, proven.at + 1)


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
    document = mdoc.verify_presentation(response, expected.doctype, _transcript(question, client), follow, now)
    claims = to_claims(expected, document.elements)
    times = (document.validity.since, document.validity.until)
    shown = Verified("mso_mdoc", expected.id, "", claims, document.holder, document.status, *times)
    return shown, document.issuer.anchor, document.validity.signed


def _transcript(question: Question, client: str) -> bytes:
    thumbprint = from_base64url(jose.thumbprint(question.encrypt_to), "the thumbprint")
    return openid4vp(client, question.nonce, question.answer_to, thumbprint)
