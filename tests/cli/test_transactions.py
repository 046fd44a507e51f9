"""How a transaction's end is told to people."""

from madang.cli.transactions import outcome_text
from madang.client import Problem
from madang.kernel.machine import Result


def test_a_refusal_says_why_and_which_clause() -> None:
    said = outcome_text(Result("0" * 32, "rejected", 3, 0, "programmes.clause", "spend.one_meal", "Too much."))
    assert said == f"rejected at height 3, index 0\nToo much. [programmes.clause, spend.one_meal]\nid {'0' * 32}"


def test_what_was_accepted_and_what_was_never_ordered() -> None:
    assert outcome_text(Result("0" * 32, "accepted", 3, 0)) == f"accepted at height 3, index 0\nid {'0' * 32}"
    again = Result("0" * 32, "accepted", 3, 0, repeated=True)
    assert outcome_text(again).startswith("accepted at height 3, index 0 (sent before; this is its first outcome)\n")
    assert outcome_text(Problem(400, "key.unknown", "Register it.")) == "not ordered\nRegister it. [key.unknown]"
