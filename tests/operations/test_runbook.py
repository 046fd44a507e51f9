"""The runbook is followed, command by command, on four real validators: what it says is seen, what it mends is well."""

import json

import pytest

from tests.operations.runbook import FOUNDING, sections

NODES = ("central-bank", "bank-a", "bank-b", "ministry")
FAULTS = [title for title in sections() if title != FOUNDING]


def test_the_page_has_commands_for_the_faults_that_are_tried():
    assert FAULTS == [
        "A process ended",
        "The node hangs",
        "The disk is full",
        "The store is damaged",
        "The node is cut off",
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen_mended_and_over_as_the_page_says(shell, fault):
    shell.follow(sections()[fault])
    shell.run('until madang node status bank-a > now && grep -q "peers  *3" now; do sleep 0.2; done')
    found = [json.loads(shell.run(f"madang node status {name} --json")) for name in NODES]
    assert [one["troubles"] for one in found] == [[]] * len(NODES)
    assert len({one["ledger"]["root"] for one in found}) == 1
