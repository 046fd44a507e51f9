"""How errors of ours become answers: the status of each sort, and that nothing of the machine is told."""

import pytest

from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.machine import Result
from madang.log.errors import ReceiptError
from madang.web.api import problems

CASES: list[tuple[MadangError | ReceiptError, int, int]] = [
    (MadangError("engine.busy", "Too many wait."), 503, 1),
    (MadangError("engine.stopped", "Stopping."), 503, 1),
    (MadangError("engine.size", "Too many."), 413, 0),
    (MadangError("transaction.unknown", "Unknown."), 404, 0),
    (Malformed("payload.id_used", "Used."), 409, 0),
    (Malformed("envelope.size", "Large."), 413, 0),
    (Malformed("json.invalid", "Bad."), 400, 0),
    (StoreFailure("store.write", "/var/lib/secret can't be written"), 503, 5),
    (StoreFailure("log.unpublished", "Nothing yet."), 503, 1),
    (MadangError("log.uncosigned", "Not yet."), 503, 1),
    (MadangError("anything.new", "/var/lib/secret"), 503, 5),
    (ReceiptError("log.receipt.bounds", "Too long", where="/var/lib/secret", now="Ask."), 500, 0),
]


@pytest.mark.parametrize(("error", "status", "retry_after"), CASES, ids=[one[0].code for one in CASES])
def test_each_error_has_its_status(error: MadangError | ReceiptError, status: int, retry_after: int) -> None:
    problem, wait = problems.of_error(error)
    assert (problem.status, wait, problem.code) == (status, retry_after, error.code)
    assert problem.type == f"/problems/{error.code}"
    assert "/var/" not in problem.detail


def test_outcomes_that_were_ordered() -> None:
    rejected = Result("a" * 32, "rejected", 7, 2, "vouchers.clause", "region", "Not here.")
    problem = problems.of_result(rejected)
    assert (problem.status, problem.outcome, problem.height, problem.index) == (422, "rejected", 7, 2)
    assert (problem.code, problem.reason, problem.detail) == ("vouchers.clause", "region", "Not here.")
    defect = Result("a" * 32, "defect", 7, 2, "kernel.defect", "KeyError", "Nothing was changed.")
    assert problems.of_result(defect).status == 500
    repeated = Result("a" * 32, "rejected", 7, 2, "vouchers.clause", repeated=True)
    assert problems.of_result(repeated).detail
