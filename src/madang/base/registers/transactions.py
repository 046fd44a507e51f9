"""Acts that publish and withdraw codes."""

from typing import Annotated, ClassVar

from msgspec import Meta

from madang.kernel.fields import Name, Time
from madang.kernel.transaction import Act

MAX_CODES = 5_000

Code = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Za-z._-]{1,64}\Z",
        description="A code as its register writes it, such as a district, a merchant's name or an item's number.",
    ),
]
Codes = Annotated[list[Code], Meta(min_length=1, max_length=MAX_CODES)]
Version = Annotated[int, Meta(ge=1, le=2**32, description="Versions count from 1; several acts may make up one.")]


class Publish(Act, frozen=True, kw_only=True, tag="registers.publish"):
    """The quorum of the operator or a sponsor publishes codes that count from `since` up to, not including, `until`
    (none: no end).

    A code that is there already gets these times. Only who published the first version of a register publishes more of
    it. A sponsor's register begins with the sponsor's name and a hyphen.
    """

    quorum: ClassVar[bool] = True

    register: Name
    version: Version
    codes: Codes
    since: Time
    until: Time | None = None


class WithdrawCodes(Act, frozen=True, kw_only=True, tag="registers.withdraw_codes"):
    """The quorum of a register's owner ends codes at a time that has not passed."""

    quorum: ClassVar[bool] = True

    register: Name
    version: Version
    codes: Codes
    until: Time
