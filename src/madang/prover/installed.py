"""The prover where the solver is installed, and what to do where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.contract import Kind, Programme
    from madang.prover.results import Proof


def prove(kind: Kind, programme: Programme, *, widens: tuple[Kind, Programme] | None = None) -> Proof:
    """`proving.prove`. Raises `MadangError`: `prover.missing` without a solver, and what that raises."""
    try:
        from madang.prover import proving
    except ImportError:
        raise MadangError(
            "prover.missing", "The solver is not installed. Install it beside Madang: pip install 'madang[prover]'."
        ) from None
    return proving.prove(kind, programme, widens=widens)
