"""The check of a node's folder that `madang verify` and `madang backup` share."""

from pathlib import Path
from typing import Any

import msgspec

from madang.app import MODULES
from madang.audit.auditor import audit
from madang.audit.reexecute import reexecute
from madang.audit.stored import opened
from madang.cli.talk import counting


class Verified(msgspec.Struct, frozen=True):
    """What was found, for people and for programs, and whether all of it holds."""

    lines: list[str]
    value: dict[str, Any]
    holds: bool


def verified(folder: Path) -> Verified:
    """Run every block again, and add up what was written; nothing in the folder changes. Raises `StoreFailure`."""
    with opened(folder) as view:
        with counting("Blocks run again") as count:
            verdict = reexecute(view, MODULES, progress=count)
        with counting("Blocks audited") as count:
            report = audit(view, progress=count)
    found = verdict.divergence or report.divergence
    checked = f"{verdict.blocks} blocks, {verdict.transactions} transactions, {verdict.signatures} signatures"
    lines = [
        f"{checked}: {'all as it must be' if found is None else f'DIVERGES: {found}'}",
        f"root {verdict.root.hex()}",
    ]
    lines += [f"{'holds' if law.holds else 'BROKEN'}  {law.name} {law.where}".rstrip() for law in report.laws]
    laws = {law.name: law.holds for law in report.laws}
    value = {**msgspec.structs.asdict(verdict), "root": verdict.root.hex(), "divergence": found, "laws": laws}
    return Verified(lines, value, found is None and report.holds)
