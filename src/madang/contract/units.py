"""The units of numbers: what may be added, multiplied and compared."""

from __future__ import annotations

from typing import Final

from madang.contract.valuetypes import Number, Type, Unit, Unknown

UNIT_ADVICE: Final = {
    "*": "won * int",
    "%": "won % won, int % int",
    "/": "won / int, won / won",
    "+": "won + won, date + int",
    "-": "won - won, date - date, date - int",
}
"""What each operator joins, for messages."""


def joint(left: Unit, right: Unit) -> Unit:
    """The unit of one of two values that fit each other."""
    return right if left == "literal" else left


def unit_of(operator: str, left: Unit, right: Unit) -> Unit | None:
    """The unit of a result, None if the units can't be joined."""
    dated = ("date", "time", "month")
    if operator == "+":
        if left in dated:
            return left if right in ("int", "literal") else None
        if right in dated:
            return right if left in ("int", "literal") else None
        return joint(left, right) if left == right or "literal" in (left, right) else None
    if operator == "-":
        if left in dated:
            return "int" if right == left else left if right in ("int", "literal") else None
        if right in dated:
            return None
        return joint(left, right) if left == right or "literal" in (left, right) else None
    if left in dated or right in dated:
        return None
    if operator == "*":
        if "won" in (left, right):
            return None if left == right else "won"
        return joint(left, right) if left == right or "literal" in (left, right) else None
    if operator == "/":
        if right == "won":
            return "int" if left == "won" else None
        return left if left == "won" else joint(left, right)
    return joint(left, right) if left == right or "literal" in (left, right) else None


def fits(value: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where another is wanted; ranges are another matter."""
    if isinstance(value, Unknown) or isinstance(wanted, Unknown):
        return True
    if isinstance(value, Number) and isinstance(wanted, Number):
        if value.unit == wanted.unit:
            return True
        return (value.unit == "literal" and wanted.unit in ("won", "int")) or (
            wanted.unit == "literal" and value.unit in ("won", "int")
        )
    return value == wanted


def conversion(left: Type, right: Type) -> str:
    """What to write when two types are not compared."""
    if isinstance(left, Number) and isinstance(right, Number):
        units = (left.unit, right.unit)
        if "date" in units and "time" in units:
            return "day(time) on one side"
        if "month" in units and ("date" in units or "time" in units):
            return "month(time) on one side"
        return "two numbers of one unit"
    return "two values of one type"
