"""Prove every programme that is shipped, and write the receipts beside the documents.

    python -m tools.write_proofs            write src/madang/contract/documents/*.proof.json

A test compares the receipts with what this would write, so that no document is shipped without its proof.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from madang import contract
from madang.prover import installed, receipts

DOCUMENTS = Path(contract.__file__).parent / "documents"
KIND = "voucher.yaml"


def shipped() -> list[Path]:
    """The programmes that are shipped."""
    return [path for path in sorted(DOCUMENTS.glob("*.yaml")) if path.name != KIND]


def receipt_of(path: Path) -> Path:
    """Where the receipt of a shipped programme lies."""
    return path.with_suffix(".proof.json")


def made(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The receipt of a shipped programme, made now; and the properties that are not proved."""
    kind = contract.read_kind((DOCUMENTS / KIND).read_text(encoding="utf-8"), KIND)
    programme = contract.read_programme(path.read_text(encoding="utf-8"), kind, path.name)
    proof = installed.prove(kind, programme)
    missing = tuple(each.property for each in proof.results if each.status not in ("proved", "off"))
    return receipts.encode(receipts.receipt(proof)), missing


def _write() -> Iterator[str]:
    for path in shipped():
        data, missing = made(path)
        if missing:
            yield f"{path.name}: not proved: {', '.join(missing)}"
        else:
            receipt_of(path).write_bytes(data)


def main() -> int:
    """Write the receipts; 1 if a programme is not proved."""
    problems = list(_write())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
