"""What an operator is told of a validator, case by case; whole nodes are asked in tests/operations."""

from typing import Any

import msgspec
import pytest

from madang.web.api.consensus import ConsensusInfo, clock_ahead
from madang.web.api.status import LedgerStatus, NodeStatus, ValidatorInfo, consensus_troubles, none_decides_alone

NOW = 1_800_000_000
WELL = ConsensusInfo(100, "AB", False, 3, 101, "key", 10, 0.1)
OWN = ValidatorInfo("bank-a", "key", 10, "active", 0)
OTHER = ValidatorInfo("bank-b", "other", 10, "active", 0)


def troubles(time: int = NOW - 5, own: ValidatorInfo | None = OWN, others: int = 3, **changed: Any) -> list[str]:
    consensus = msgspec.structs.replace(WELL, **changed)
    validators = [OTHER] * others + ([own] if own else [])
    ledger = LedgerStatus("chain", 90, time, 200, "00", 1, None, validators)
    status = NodeStatus(ledger, consensus, "bank-a", 0, 200, [], [], 2**40, 2**41, [])
    return [one.code for one in consensus_troubles(status, own, NOW)]


CASES: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    ([], {"peers_height": 103}),
    ([], {"clock_ahead": None}),
    ([], {"clock_ahead": -1.9}),
    ([], {"peers": 0, "peers_height": 0, "others": 0}),
    ([], {"time": NOW + 2}),
    (["consensus.no_peers"], {"peers": 0, "peers_height": 0}),
    (["consensus.no_peers"], {"peers": 0, "peers_height": 0, "own": None, "others": 1}),
    (["consensus.syncing"], {"catching_up": True, "peers_height": 500}),
    (["consensus.behind"], {"peers_height": 104}),
    (["validator.jailed"], {"own": msgspec.structs.replace(OWN, standing="jailed", power=0)}),
    (["clock.wrong"], {"clock_ahead": 2.5}),
    (["clock.wrong"], {"clock_ahead": -2.5}),
    (["clock.wrong"], {"time": NOW + 60}),
    (["clock.wrong"], {"time": NOW + 60, "clock_ahead": None}),
    (["consensus.behind", "clock.wrong"], {"peers_height": 104, "clock_ahead": 60.0}),
]


@pytest.mark.parametrize(("expected", "changed"), CASES)
def test_what_is_wrong_is_told(expected: list[str], changed: dict[str, Any]) -> None:
    assert troubles(**changed) == expected


def vote(address: str, timestamp: str, flag: int = 2) -> dict[str, Any]:
    return {"block_id_flag": flag, "validator_address": address, "timestamp": timestamp}


def ahead(*votes: dict[str, Any]) -> float | None:
    return clock_ahead({"signed_header": {"commit": {"signatures": list(votes)}}}, "A")


def test_a_clock_is_measured_against_the_middle_of_the_others() -> None:
    others = [vote("B", "2026-11-22T07:00:01Z"), vote("C", "2026-11-22T07:00:02.5Z"), vote("D", "2026-11-22T06:00:00Z")]
    assert ahead(vote("A", "2026-11-22T07:00:04.123456789Z"), *others) == 3.123
    assert ahead(vote("A", "2026-11-22T07:00:00.5Z"), *others) == -0.5
    assert ahead(vote("A", "0001-01-01T00:00:00Z", flag=1), *others) is None
    assert ahead(vote("A", "2026-11-22T07:00:00Z"), vote("B", "0001-01-01T00:00:00Z", flag=1)) is None


@pytest.mark.parametrize(
    ("powers", "together"),
    [
        ([], False),
        ([0], False),
        ([10], False),
        ([10, 0], False),
        ([10, 4], False),
        ([10, 5], True),
        ([10, 10], True),
        ([10, 10, 10, 10], True),
        ([90, 10, 10, 10], False),
    ],
)
def test_a_ledger_is_for_production_money_where_no_machine_decides_alone(powers: list[int], together: bool) -> None:
    assert none_decides_alone(powers) == together
