"""Acts that admit, weigh and remove validators, report one that voted twice, and schedule another rule version."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from madang.kernel.fields import Digest, PartyId
from madang.kernel.transaction import Act, Part

MAX_POWER = 1_000_000
MAX_HEIGHT = 2**53 - 1

ConsensusKey = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z", description="An Ed25519 public key, 32 bytes, in base64url.")
]
Power = Annotated[int, Meta(ge=10, le=MAX_POWER, description="Voting power. Leave room below: weights move by thirds.")]
Height = Annotated[int, Meta(ge=1, le=MAX_HEIGHT, description="A height of the ledger.")]
RuleVersion = Annotated[
    int, Meta(ge=1, le=2**32, description="The version of the ledger's rules; they count up by one.")
]


class BlockId(Part, frozen=True, kw_only=True):
    """CometBFT's id of a block: the hash of its header, and into how many parts of which root it was cut."""

    hash: Digest
    parts: Annotated[int, Meta(ge=1, le=2**32 - 1, description="How many parts the block was cut into.")]
    parts_hash: Digest


class SignedVote(Part, frozen=True, kw_only=True):
    """What differs between two votes: the block (left out in a vote for none), the time, and the signature."""

    seconds: Annotated[
        int, Meta(ge=-62_135_596_800, le=253_402_300_799, description="Seconds since 1970; years 1 to 9999.")
    ]
    nanoseconds: Annotated[int, Meta(ge=0, le=999_999_999, description="Nanoseconds behind the second.")]
    signature: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z", description="The Ed25519 signature, 64 bytes, in base64url.")
    ]
    block: BlockId | None = None


class Admit(Act, frozen=True, kw_only=True, tag="validators.admit"):
    """The operator's quorum lets an institution validate, with a consensus key never used before."""

    quorum: ClassVar[bool] = True

    institution: PartyId
    consensus_key: ConsensusKey
    power: Power


class ChangePower(Act, frozen=True, kw_only=True, tag="validators.change_power"):
    """The operator's quorum gives a validator another voting power."""

    quorum: ClassVar[bool] = True

    institution: PartyId
    power: Power


class Remove(Act, frozen=True, kw_only=True, tag="validators.remove"):
    """The operator's quorum takes an institution out of consensus; its key is never used again."""

    quorum: ClassVar[bool] = True

    institution: PartyId


class Readmit(Act, frozen=True, kw_only=True, tag="validators.readmit"):
    """The operator's quorum lets an institution that was jailed validate again, with a new consensus key."""

    quorum: ClassVar[bool] = True

    institution: PartyId
    consensus_key: ConsensusKey
    power: Power


class RotateConsensusKey(Act, frozen=True, kw_only=True, tag="validators.rotate_key"):
    """A validator's own quorum replaces its consensus key; its power stays.

    It answers a week longer for what the old key signed.
    """

    quorum: ClassVar[bool] = True

    consensus_key: ConsensusKey


class ReportEquivocation(Act, frozen=True, kw_only=True, tag="validators.report_equivocation"):
    """Anybody who is registered hands in two votes that a validator signed where it may sign one.

    Both are of one CometBFT height, round and type, for different blocks (or one for none). Jails the validator.
    """

    consensus_key: ConsensusKey
    vote: Literal["prevote", "precommit"]
    height: Annotated[int, Meta(ge=1, le=MAX_HEIGHT, description="CometBFT's height of both votes.")]
    round: Annotated[int, Meta(ge=0, le=2**31 - 1, description="The round of both votes.")]
    first: SignedVote
    second: SignedVote


class ScheduleUpgrade(Act, frozen=True, kw_only=True, tag="validators.schedule_upgrade"):
    """The operator's quorum sets the height from which on the next rule version holds, at least 100 blocks ahead."""

    quorum: ClassVar[bool] = True

    version: RuleVersion
    height: Height


class WithdrawUpgrade(Act, frozen=True, kw_only=True, tag="validators.withdraw_upgrade"):
    """The operator's quorum takes back an upgrade whose height has not come."""

    quorum: ClassVar[bool] = True

    version: RuleVersion
