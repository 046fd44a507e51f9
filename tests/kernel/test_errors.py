"""Errors go from one process to another, and say the same there."""

import pickle

import pytest

from madang.kernel.errors import MadangError, Malformed, Rejected, StoreFailure


@pytest.mark.parametrize("kind", [MadangError, Malformed, Rejected, StoreFailure])
def test_an_error_is_the_same_behind_a_process(kind):
    error = kind("a.code", "What happened.")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.message, str(again)) == (kind, "a.code", "What happened.", str(error))


def test_so_is_the_reason_of_a_refusal():
    again = pickle.loads(pickle.dumps(Rejected("a.code", "No.", "clause")))
    assert (again.reason, str(again)) == ("clause", "a.code: No.")
