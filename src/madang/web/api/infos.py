"""What this interface says about itself: the small answers that are no records."""

import msgspec


class WitnessHealth(msgspec.Struct, frozen=True):
    """A witness that this node asks: the size that it signed last, and why it failed last, empty while it is well."""

    name: str
    size: int
    problem: str


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether this node takes transactions, up to which height they are durable, and whether the log is published.

    `witnesses` is there where the node asks some.
    """

    status: str
    height: int
    publishing: bool
    witnesses: tuple[WitnessHealth, ...] = ()


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
