"""Trials find the rows that rules refuse, are made once for a file and height, and end by their bounds."""

import threading

import pytest

from madang.kernel.errors import Rejected
from madang.services.vouchers.transactions import GrantRow
from madang.web.console import trials as module
from madang.web.console.trials import FRESH_SECONDS, Trial, Trials, try_rows


def part(*lines):
    return [(line, GrantRow(reference=f"r-{line}", amount=1_000, region="26")) for line in lines]


def clause(bad, asked):
    """A rule that refuses some rows without naming one."""

    def refuse(rows):
        asked.append(len(rows))
        wrong = any(row.reference in bad for row in rows)
        return Rejected("programmes.clause", "no", "amount") if wrong else None

    return refuse


def naming(bad):
    """A rule that names the first row that it refuses."""

    def refuse(rows):
        found = next((row.reference for row in rows if row.reference in bad), None)
        return Rejected("vouchers.duplicate", "there already", found) if found else None

    return refuse


def tried(refuse, *parts, goes_on=lambda: True):
    trial = Trial(1, sum(len(one) for one in parts))
    try_rows(trial, parts, refuse, goes_on)
    return trial


@pytest.mark.parametrize("bad", [set(), {"r-2"}, {"r-2", "r-9"}, {f"r-{line}" for line in range(2, 12)}])
@pytest.mark.parametrize("names", [False, True])
def test_every_row_that_is_refused_is_found_by_its_line(bad, names):
    refuse = naming(bad) if names else clause(bad, [])
    trial = tried(refuse, part(*range(2, 7)), part(*range(7, 12)))
    assert [one.line for one in trial.faults] == sorted(int(one[2:]) for one in bad)
    assert (trial.tried, trial.complete) == (10, True)


def test_what_is_no_rows_fault_is_the_whole_files():
    trial = tried(lambda rows: Rejected("programmes.not_open", "not open"), part(2, 3))
    assert [(one.line, one.refusal.code) for one in trial.faults] == [(0, "programmes.not_open")]


def test_a_trial_that_was_cut_short_says_so(monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(module, "MOST_TRIES", 2)
    trial = tried(clause({"r-2", "r-3", "r-4", "r-5"}, asked), part(2, 3, 4, 5))
    assert (len(asked), trial.complete) == (2, False)
    assert not tried(clause(set(), []), part(2), goes_on=lambda: False).complete


def test_more_than_a_hundred_faults_are_not_looked_for():
    lines = range(2, 302)
    trial = tried(naming({f"r-{line}" for line in lines}), part(*lines))
    assert (len(trial.faults), trial.complete) == (module.MOST_FAULTS, False)


def test_a_file_is_tried_once_at_a_height_and_again_when_that_is_old():
    now, runs = [1.0], []
    trials = Trials(lambda: now[0])

    def refuse(rows):
        runs.append(len(rows))

    def start(height):
        trial = trials.start("file", height, [part(2)], refuse)
        trials._thread.submit(int).result(10)
        return trial

    first = start(5)
    assert first.is_done
    assert start(5) is first
    assert start(6) is first, "a moment later it still counts"
    now[0] += FRESH_SECONDS + 1
    assert start(5) is first
    second = start(6)
    assert second is not first
    assert len(runs) == 2
    assert trials.find("file") is second
    trials.close()


def test_whoever_asks_while_it_runs_gets_the_same_and_a_server_that_ends_waits_for_none():
    begun, goes_on = threading.Event(), threading.Event()

    def refuse(rows):
        begun.set()
        assert goes_on.wait(10)

    trials = Trials()
    running = trials.start("file", 1, [part(2), part(3)], refuse)
    waiting = trials.start("other", 1, [part(2)], refuse)
    assert begun.wait(10)
    assert trials.start("file", 2, [part(2)], refuse) is running
    trials.close()
    goes_on.set()
    trials._thread.shutdown()
    assert running.is_done and not running.complete
    assert not waiting.is_done


def test_a_defect_of_a_rule_ends_the_trial():
    def refuse(rows):
        raise KeyError("a defect")

    trials = Trials()
    trial = trials.start("file", 1, [part(2)], refuse)
    trials._thread.shutdown()
    assert trial.is_done and not trial.complete
