"""What this interface says about itself: the small answers that are no records."""

import msgspec


class Health(msgspec.Struct, frozen=True):
    """Whether this node takes transactions, up to which height they are durable, and whether the log is published."""

    status: str
    height: int
    publishing: bool


class ChainInfo(msgspec.Struct, frozen=True):
    """Which ledger this is: what to sign for, and with which key its log is signed."""

    chain: str
    height: int
    time: int
    log_key: str
    relying_party: str
    origins: tuple[str, ...]
    rule_version: int


class ProblemInfo(msgspec.Struct, frozen=True):
    """What a problem's `type` leads to. `text` is the sentence with its blanks unfilled."""

    code: str
    text: str
