"""The genesis document: what every node of a ledger starts from, byte for byte.

It names the chain and its web site, fixes the first block time and when snapshots are due, and lists the first
acts: who is who, and what the rules start with. It is the first entry of the log.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.kernel.codec import read_json
from madang.kernel.envelope import RelyingParty
from madang.kernel.fields import ChainId, Time
from madang.kernel.machine import Chain, Machine
from madang.kernel.module import Module
from madang.kernel.transaction import Act

MAX_GENESIS_BYTES = 16 * 1024 * 1024


class Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The document as it is written. `acts` are run in order, unsigned, in block 0."""

    chain: ChainId
    time: Time
    site: str
    origins: Annotated[list[str], Meta(min_length=1, max_length=16)]
    snapshot_interval: Annotated[int, Meta(ge=0)] = 10_000
    snapshot_delay: Annotated[int, Meta(ge=1)] = 1_000
    rule_version: Annotated[int, Meta(ge=1, le=2**31)] = 1
    acts: msgspec.Raw = msgspec.Raw(b"[]")


_decoder = msgspec.json.Decoder(Genesis)


def read_genesis(data: bytes, modules: Sequence[Module]) -> tuple[Machine, int, list[Act]]:
    """The machine, the first block time and the first acts of a genesis document. Raises `Malformed`."""
    genesis = read_json(_decoder, data, "the genesis document")
    site = RelyingParty(genesis.site, tuple(genesis.origins))
    chain = Chain(genesis.chain, site, genesis.snapshot_interval, genesis.snapshot_delay, genesis.rule_version)
    machine = Machine(modules, chain)
    return machine, genesis.time, machine.read_acts(bytes(genesis.acts), genesis.rule_version, most=MAX_GENESIS_BYTES)


def write_genesis(
    chain: str, time: int, site: str, origins: Sequence[str], acts: Sequence[Act], snapshot_interval: int = 10_000
) -> bytes:
    """A genesis document of these acts, as bytes to keep: every node must start from the same ones."""
    return msgspec.json.encode(
        Genesis(
            chain=chain,
            time=time,
            site=site,
            origins=list(origins),
            snapshot_interval=snapshot_interval,
            acts=msgspec.Raw(msgspec.json.encode(list(acts))),
        )
    )
