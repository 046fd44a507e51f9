"""What may be asked of programmes."""

from typing import Annotated, ClassVar

from msgspec import Meta, field

from madang.kernel.fields import Digest, Name, PartyId
from madang.kernel.transaction import Act, Part

MAX_AUTHORITIES = 16
Authorities = Annotated[list[PartyId], Meta(max_length=MAX_AUTHORITIES)]

MAX_EXPIRED = 100
Count = Annotated[int, Meta(ge=0, le=10_000, description="A number of properties.")]
Prover = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9 .,-]{0,63}\Z", description="A prover and a solver, each with its version.")
]
Document = Annotated[str, Meta(min_length=2, max_length=256 * 1024, description="Canonical JSON of a document.")]


class Proof(Part, frozen=True, kw_only=True):
    """What the ledger keeps of a proof's receipt (docs/proofs.md): its digest, and a summary.

    Digests are SHA-256 of the canonical receipt, kind and programme, in hexadecimal; `widens` is that of the programme
    which this one is shown to widen. Of `properties` so many are `proved`. No validator runs a solver: whoever signs
    vouches for the receipt, and anyone can make it again.
    """

    receipt: Digest
    kind: Digest
    document: Digest
    widens: Digest | None = None
    prover: Prover
    properties: Count
    proved: Count


class Draft(Act, frozen=True, kw_only=True, tag="programmes.draft"):
    """Store the documents of a programme, or replace them while it is a draft.

    `by` is the sponsor; `bank` the treasury bank that will hold the escrow; `kind` and `document` are canonical
    documents, as `madang programme compile` prints them.
    """

    programme: Name
    bank: PartyId
    kind: Document
    document: Document


class ExpireDrafts(Act, frozen=True, kw_only=True, tag="programmes.expire_drafts"):
    """Anybody removes programmes that were drafted or approved and then left alone for 180 days; their names are free.

    Nothing is lost that ever ran: a sponsor who still wants one drafts it again.
    """

    programmes: Annotated[list[Name], Meta(min_length=1, max_length=MAX_EXPIRED)]


class Approve(Act, frozen=True, kw_only=True, tag="programmes.approve"):
    """The sponsor's officers approve exactly what they read: the documents with these digests, and the treasury bank.

    Digests are SHA-256 of the canonical kind and document. `authorities` are the eligibility authorities that act for
    the programme from then on, beside the sponsor; where none is named the sponsor acts alone.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    bank: PartyId
    kind: Digest
    document: Digest
    authorities: Authorities = field(default_factory=list)


class NameAuthorities(Act, frozen=True, kw_only=True, tag="programmes.name_authorities"):
    """The sponsor's officers name the eligibility authorities that act for an approved, published or open programme.

    They take the place of those named before: whoever is left out does nothing in it any more, from this act on. What
    they did stands.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    authorities: Authorities


class Publish(Act, frozen=True, kw_only=True, tag="programmes.publish"):
    """The operator publishes an approved programme: its documents are final, its escrow account is opened.

    `proof` is what `madang prove -o` writes: the proof of exactly these documents, with nothing left to show.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    proof: Proof


class Open(Act, frozen=True, kw_only=True, tag="programmes.open"):
    """The sponsor opens a published programme: from now on its rules run."""

    programme: Name


class Succeed(Act, frozen=True, kw_only=True, tag="programmes.succeed"):
    """The sponsor's officers propose a document to take the place of an open programme's, or another one instead.

    `document` is a canonical programme of the same kind and name. It changes nothing until the operator amends.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    document: Document


class Amend(Act, frozen=True, kw_only=True, tag="programmes.amend"):
    """The operator lets the proposed document take the place of the one in force, for granted vouchers too.

    `proof` is the proof of exactly that document, with nothing left to show, and that it only widens the one in force:
    what that one allowed it allows, with the same effect on money. It rules whatever is ordered after this.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    proof: Proof


class Close(Act, frozen=True, kw_only=True, tag="programmes.close"):
    """The sponsor closes an open programme in which nothing is left: every account of its contract is zero."""

    quorum: ClassVar[bool] = True

    programme: Name
