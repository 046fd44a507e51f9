"""Acts that pause and resume act types."""

from typing import Annotated, ClassVar

from msgspec import Meta

from madang.kernel.transaction import Act

ActType = Annotated[
    str, Meta(pattern=r"^[a-z_]{1,31}\.[a-z_]{1,31}\Z", description="An act's name on the wire, such as money.pay.")
]


class Pause(Act, frozen=True, kw_only=True, tag="operations.pause"):
    """The operator's quorum pauses an act type: it is refused until it is resumed."""

    quorum: ClassVar[bool] = True

    act_type: ActType


class Resume(Act, frozen=True, kw_only=True, tag="operations.resume"):
    """The operator's quorum lets a paused act type run again."""

    quorum: ClassVar[bool] = True

    act_type: ActType
