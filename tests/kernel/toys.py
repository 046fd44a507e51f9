"""A module made for tests of the machine: acts that write, refuse, fail, and stop the node."""

from typing import ClassVar

from madang.kernel.errors import StoreFailure
from madang.kernel.module import Call, Module, refuser
from madang.kernel.state import Record, Table
from madang.kernel.transaction import Act


class Note(Record, frozen=True):
    """A text."""

    text: str


NOTES = Table("toy.note", Note, str)


class Write(Act, frozen=True, kw_only=True, tag="toy.write"):
    """Write a note."""

    name: str
    text: str = ""


class WriteByQuorum(Act, frozen=True, kw_only=True, tag="toy.write_by_quorum"):
    """Write a note by quorum."""

    quorum: ClassVar[bool] = True

    name: str


class Refuse(Act, frozen=True, kw_only=True, tag="toy.refuse"):
    """Write a note, then refuse."""

    name: str


class Fail(Act, frozen=True, kw_only=True, tag="toy.fail"):
    """Write a note, then fail as nobody foresaw."""

    name: str


class Stop(Act, frozen=True, kw_only=True, tag="toy.stop"):
    """Write a note, then fail as only a machine does: `how` names the failure."""

    how: str


class Handles(Act, frozen=True, kw_only=True, tag="toy.handles"):
    """Write notes under two new handles."""


refuse = refuser("toy", {"no": "No. Ask for something else."})


def _write(call: Call, act: Write) -> None:
    call.state.put(NOTES, Note(act.text or f"{call.height} {call.time}"), act.name)


def _write_by_quorum(call: Call, act: WriteByQuorum) -> None:
    call.state.put(NOTES, Note(" ".join(sorted(call.signed_by))), act.name)


def _refuse(call: Call, act: Refuse) -> None:
    call.state.put(NOTES, Note("refused"), act.name)
    raise refuse("no", reason="x" * 100)


def _fail(call: Call, act: Fail) -> None:
    call.state.put(NOTES, Note("failed"), act.name)
    raise ZeroDivisionError(f"at {id(act)}")


def _stop(call: Call, act: Stop) -> None:
    call.state.put(NOTES, Note("stopped"), "stopped")
    if act.how == "memory":
        raise MemoryError
    if act.how == "recursion":
        raise RecursionError
    raise StoreFailure("store.gone", "The disk is gone.")


def _handles(call: Call, act: Handles) -> None:
    call.state.put(NOTES, Note("first"), call.handle())
    call.state.put(NOTES, Note("second"), call.handle())


MODULE = Module(
    "toy",
    {
        Write: _write,
        WriteByQuorum: _write_by_quorum,
        Refuse: _refuse,
        Fail: _fail,
        Stop: _stop,
        Handles: _handles,
    },
    (NOTES,),
    (),
    {"no": "No. Ask for something else."},
)
