"""Sending grants: what becomes of each row, whatever the ledger or the network says."""

import csv

import pytest

from madang.bulk import BATCH, Progress, Report, Unanswered, Waiting, send_grants, write_report
from madang.bulk.sending import MOST_ON_END, PATIENCE, WAITS, Refusal
from madang.kernel.errors import Malformed
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Grant
from tests.bulk.town import COUPON, ToyTarget, held, waiting
from tests.support.cast import officer
from tests.support.signing import wallet


def send(rows, target, **more):
    return send_grants(rows, COUPON, "ministry", target, sleep=lambda _seconds: None, **more)


def held_by_the_ledger(rows, target):
    return [one.reference for one in rows if target.granted(COUPON, [one.reference])]


def test_every_row_is_granted_once_and_a_second_run_grants_nothing():
    rows = [held(0), *[waiting(number) for number in range(1, 2_500)]]
    target = ToyTarget()
    seen: list[Progress] = []
    report = send(rows, target, progress=seen.append)
    assert report.is_complete
    assert (report.granted, report.skipped, report.refused, report.stopped) == (2_500, 0, 0, None)
    assert [one.done for one in seen] == [1_000, 2_000, 2_500]
    assert len(target.sent) == 3
    again = send(rows, target)
    assert (again.granted, again.skipped, len(target.sent)) == (0, 2_500, 3)
    target.world.check()


def test_a_run_that_was_cut_short_is_run_again_and_grants_what_is_missing():
    rows = [waiting(number) for number in range(3 * BATCH)]
    target = ToyTarget()
    submit = target.submit

    def crash_after_the_second(signed):
        result = submit(signed)
        if len(target.sent) == 2:
            raise KeyboardInterrupt
        return result

    target.submit = crash_after_the_second
    with pytest.raises(KeyboardInterrupt):
        send(rows, target)
    target.submit = submit
    report = send(rows, target)
    assert (report.granted, report.skipped, report.is_complete) == (BATCH, 2 * BATCH, True)
    assert len(target.sent) == 3


def test_rows_that_others_granted_are_passed_over():
    rows = [waiting(number) for number in range(10)]
    target = ToyTarget()
    target.world.accept(Grant(by="ministry", programme=COUPON, rows=rows[3:5]), by=officer("ministry"))
    report = send(rows, target)
    assert report.statuses == ["granted"] * 3 + ["skipped"] * 2 + ["granted"] * 5


def test_a_row_that_is_granted_between_question_and_answer_is_passed_over():
    rows = [waiting(number) for number in range(10)]
    target = ToyTarget()
    target.world.accept(Grant(by="ministry", programme=COUPON, rows=rows[3:5]), by=officer("ministry"))
    target.granted = lambda programme, references: set()
    assert send(rows, target).statuses == ["granted"] * 3 + ["skipped"] * 2 + ["granted"] * 5


def test_rows_that_the_ledger_names_are_reported_and_the_others_granted():
    rows = [waiting(number) for number in range(50)]
    for place in (0, 7, 8, 49):
        rows[place] = held(place, holder=wallet("nobody").party)
    rows[20] = waiting(20)
    target = ToyTarget()
    report = send(rows, target)
    assert [one.row for one in report.refusals] == [2, 9, 10, 51]
    assert {(one.code, one.reason == one.reference) for one in report.refusals} == {("vouchers.unknown_holder", True)}
    assert (report.granted, report.refused, report.stopped) == (46, 4, None)
    assert held_by_the_ledger(rows, target) == [one.reference for one in rows if one.holder is None]


def test_a_code_that_another_voucher_waits_for_is_reported():
    first, second = waiting(1), waiting(2)
    taken = type(first)(reference="other", amount=180_000, region="26", code=first.code)
    target = ToyTarget()
    send([first], target)
    report = send([second, taken], target)
    assert report.statuses == ["granted", "refused"]
    assert report.refusals[0].code == "vouchers.code_used"


@pytest.mark.parametrize("places", [[0], [99], [0, 1, 50, 99], list(range(0, 100, 3))])
def test_rows_that_a_clause_refuses_are_found_by_halving(places):
    rows = [waiting(number, 170_000 if number in places else 180_000) for number in range(100)]
    target = ToyTarget()
    report = send(rows, target)
    assert sorted(one.row - 2 for one in report.refusals) == places
    assert {(one.code, one.reason) for one in report.refusals} == {("programmes.clause", "grant.amount_class")}
    assert report.granted == 100 - len(places)
    assert [one.row for one in report.refusals] == sorted(one.row for one in report.refusals)


def test_an_amount_beyond_the_document_is_found_by_halving():
    target = ToyTarget()
    report = send([waiting(1), waiting(2, 100_000_001), waiting(3)], target)
    assert report.statuses == ["granted", "refused", "granted"]
    assert report.refusals[0].code == "programmes.out_of_range"


def test_sending_stops_where_all_rows_are_refused_for_one_reason():
    rows = [waiting(number, 170_000) for number in range(BATCH)]
    report = send(rows, ToyTarget())
    assert report.stopped is not None
    assert report.stopped.code == "bulk.all_refused"
    assert report.refused == MOST_ON_END
    assert report.count("not_sent") == BATCH - MOST_ON_END


@pytest.mark.parametrize(
    ("target", "programme", "code"),
    [
        (ToyTarget(signer="audit-board"), COUPON, "authority.not_signed"),
        (ToyTarget(), "another-programme", "programmes.unknown"),
    ],
)
def test_sending_stops_where_no_row_is_to_blame(target, programme, code):
    rows = [waiting(number) for number in range(BATCH + 1)]
    report = send_grants(rows, programme, "ministry", target, sleep=lambda _seconds: None)
    assert report.stopped is not None
    assert report.stopped.code == code
    assert report.count("not_sent") == len(rows)
    assert len(target.sent) == 1


def test_when_the_money_ends_sending_stops_and_goes_on_after_more_came():
    rows = [waiting(number) for number in range(3 * BATCH)]
    target = ToyTarget(budget=2 * BATCH * 180_000)
    report = send(rows, target)
    assert report.stopped is not None
    assert report.stopped.code == "programmes.budget"
    assert (report.granted, report.count("not_sent")) == (2 * BATCH, BATCH)


def test_the_same_bytes_are_sent_until_there_is_an_answer():
    target = ToyTarget()
    waited: list[float] = []
    submit, tries = target.submit, iter([True, True, False])

    def lose_answers(signed):
        result = submit(signed)
        if next(tries):
            raise Unanswered("client.unreachable", "No answer.")
        return result

    target.submit = lose_answers
    report = send_grants([waiting(1)], COUPON, "ministry", target, sleep=waited.append)
    assert report.statuses == ["granted"]
    assert len(target.sent) == 3
    assert len(set(target.sent)) == 1
    assert waited == list(WAITS[:2])


def test_when_nobody_answers_the_rows_are_unknown_and_a_later_run_finds_out():
    target = ToyTarget()
    submit = target.submit

    def never(signed):
        submit(signed)
        raise Unanswered("client.unreachable", "No answer.")

    target.submit = never
    rows = [waiting(number) for number in range(BATCH + 1)]
    report = send(rows, target)
    assert isinstance(report.stopped, Unanswered)
    assert (report.count("unknown"), report.count("not_sent")) == (BATCH, 1)
    target.submit = submit
    assert send(rows, target).statuses == ["skipped"] * BATCH + ["granted"]


def test_who_waits_is_told_why_and_for_how_long_and_that_it_ends():
    target = ToyTarget()
    error = Unanswered("client.unreachable", "No answer.")

    def nobody(programme, references):
        raise error

    target.granted = nobody
    told: list[Waiting] = []
    slept: list[float] = []
    report = send_grants([waiting(1)], COUPON, "ministry", target, waiting=told.append, sleep=slept.append)
    assert [one.seconds for one in told] == slept == list(WAITS)
    assert [one.tries_left for one in told] == list(range(len(WAITS), 0, -1))
    assert {one.error for one in told} == {error}
    assert (report.stopped, report.count("not_sent")) == (error, 1)
    assert sum(WAITS) <= PATIENCE


def test_tries_that_take_long_are_fewer():
    target = ToyTarget()
    now = [0.0]

    def slow(programme, references):
        now[0] += 25.0
        raise Unanswered("client.unreachable", "No answer.")

    def sleep(seconds):
        now[0] += seconds

    target.granted = slow
    told: list[Waiting] = []
    report = send_grants(
        [waiting(1)], COUPON, "ministry", target, waiting=told.append, sleep=sleep, clock=lambda: now[0]
    )
    assert isinstance(report.stopped, Unanswered)
    assert len(told) == 2
    assert now[0] <= PATIENCE + 25


@pytest.mark.parametrize("ordered", [True, False])
def test_bytes_that_expired_before_an_answer_are_signed_anew_if_they_were_not_ordered(ordered):
    target = ToyTarget()
    submit, tries = target.submit, []

    def expire_first(signed):
        tries.append(signed)
        if len(tries) == 1:
            if ordered:
                submit(signed)
            raise Unanswered("client.unreachable", "No answer.")
        if signed == tries[0]:
            raise Malformed("payload.expired", "not_after has passed.")
        return submit(signed)

    target.submit = expire_first
    report = send([waiting(1), waiting(2)], target)
    assert report.statuses == (["skipped"] * 2 if ordered else ["granted"] * 2)
    assert len(set(tries)) == (1 if ordered else 2)


def test_what_no_further_try_would_mend_stops_at_once():
    target = ToyTarget()

    def refuse(signed):
        raise Malformed("key.unknown", "No such key.")

    target.submit = refuse
    report = send([waiting(1)], target)
    assert (report.statuses, report.stopped.code) == (["not_sent"], "key.unknown")


def test_the_report_is_written_row_by_row_and_runs_no_formula(tmp_path):
    rows = [waiting(1), waiting(2), waiting(3)]
    report = Report(["granted", "refused", "not_sent"], [Refusal(3, "r0000002", "a.b", "@x", '=HYPERLINK("x")')])
    path = tmp_path / "report.csv"
    write_report(report, rows, path)
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "reference", "status", "code", "reason", "message"],
            ["2", "r0000001", "granted", "", "", ""],
            ["3", "r0000002", "refused", "a.b", "'@x", '\'=HYPERLINK("x")'],
            ["4", "r0000003", "not_sent", "", "", ""],
        ]
    with pytest.raises(FileExistsError):
        write_report(report, rows, path)


def test_who_may_ask_what_was_granted():
    target = ToyTarget()
    send([waiting(1)], target)
    state = target.world.state()
    asked = ("r0000001", "r0000002")
    for reader in ("ministry", officer("ministry").party, "welfare", officer("welfare").party):
        assert queries.granted_many(state, reader, COUPON, ",".join(asked)) == ["r0000001"]
        assert queries.granted(state, reader, COUPON, "r0000001")
    for reader in ("bank-a", officer("bank-a").party, "bakery", wallet("nobody").party):
        assert queries.granted_many(state, reader, COUPON, ",".join(asked)) == []
        assert queries.granted(state, reader, COUPON, "r0000001") is None
    assert queries.granted_many(state, "ministry", "no-such", "r0000001") == []
