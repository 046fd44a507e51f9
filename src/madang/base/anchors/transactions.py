"""The act that publishes a digest."""

from typing import Annotated

from msgspec import Meta

from madang.kernel.fields import Digest, Name
from madang.kernel.transaction import Act

Version = Annotated[int, Meta(ge=1, le=2**40, description="Versions of a series count from 1, one by one.")]
Uri = Annotated[
    str,
    Meta(
        pattern=r"^https://[A-Za-z0-9][A-Za-z0-9._~:/?=&%-]{2,115}\Z",
        description="Where the file can be had; an https address of at most 124 characters.",
    ),
]


class Publish(Act, frozen=True, kw_only=True, tag="anchors.publish"):
    """An institution publishes the SHA-256 digest of the newest file of a series of its own, and where it can be had.

    The first version makes the series. One officer suffices: for programs that publish by themselves.
    """

    series: Name
    version: Version
    digest: Digest
    uri: Uri | None = None
