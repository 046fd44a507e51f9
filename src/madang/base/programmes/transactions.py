"""What may be asked of programmes."""

from typing import Annotated, ClassVar

from msgspec import Meta

from madang.kernel.fields import Digest, Name, PartyId
from madang.kernel.transaction import Act

Document = Annotated[str, Meta(min_length=2, max_length=256 * 1024, description="Canonical JSON of a document.")]


class Draft(Act, frozen=True, kw_only=True, tag="programmes.draft"):
    """Store the documents of a programme, or replace them while it is a draft.

    `by` is the sponsor; `bank` the treasury bank that will hold the escrow; `kind` and `document` are canonical
    documents, as `madang programme compile` prints them.
    """

    programme: Name
    bank: PartyId
    kind: Document
    document: Document


class Approve(Act, frozen=True, kw_only=True, tag="programmes.approve"):
    """The sponsor's officers approve exactly what they read: the documents with these digests, and the treasury bank.

    Digests are SHA-256 of the canonical kind and document.
    """

    quorum: ClassVar[bool] = True

    programme: Name
    bank: PartyId
    kind: Digest
    document: Digest


class Publish(Act, frozen=True, kw_only=True, tag="programmes.publish"):
    """The operator publishes an approved programme: its documents are final, its escrow account is opened."""

    quorum: ClassVar[bool] = True

    programme: Name


class Open(Act, frozen=True, kw_only=True, tag="programmes.open"):
    """The sponsor opens a published programme: from now on its rules run."""

    programme: Name


class Close(Act, frozen=True, kw_only=True, tag="programmes.close"):
    """The sponsor closes an open programme in which nothing is left: every account of its contract is zero."""

    quorum: ClassVar[bool] = True

    programme: Name
