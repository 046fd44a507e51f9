"""What pins a version of the language: documents, their digests, and what runs of their actions gave.

`versions/N` holds a kind, a programme and `vectors.json`. A version that was released is never written again:
`python -m tests.contract.vectors N` writes the file of a new one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from madang import contract
from madang.contract import Contract, Kind, Programme, RunError, WrittenList, WrittenLists
from tests.contract.sampling import Sampler

VERSIONS = Path(__file__).parent / "versions"
DOCUMENTS = {1: ("voucher", "consumption-coupon-2025"), 2: ("household", "agri-food-2026")}
ALIKE = 3
"""How many runs with one outcome are kept."""
TRIES = 4_000


def documents(version: int) -> tuple[Kind, Programme]:
    """The kind and programme that pin a version."""
    kind_name, programme_name = DOCUMENTS[version]
    kind = contract.read_kind((VERSIONS / str(version) / f"{kind_name}.yaml").read_text(encoding="utf-8"))
    text = (VERSIONS / str(version) / f"{programme_name}.yaml").read_text(encoding="utf-8")
    return kind, contract.read_programme(text, kind)


def lists_of(written: dict[str, Any]) -> WrittenLists:
    """Published lists as vectors write them: version and codes by name."""
    return WrittenLists({name: WrittenList(version, frozenset(codes)) for name, (version, codes) in written.items()})


def written(run: Any, records: Any, given: Any, at: Any, lists: WrittenLists) -> Any:
    """What a run gives, as plain JSON."""
    try:
        after, postings = run(records, given, at, lists)
    except RunError as error:
        return [type(error).__name__, *[part for part in error.__reduce__()[1][1:] if isinstance(part, str)]]
    return ["done", [msgspec.to_builtins(record) for record in after], [list(posting) for posting in postings]]


def records_of(ready: Contract, action: str, arrays: list[Any]) -> tuple[Any, ...]:
    """Records and facts of an action from their arrays; null stands for a new record."""
    types = {**ready.records, **ready.facts}
    pairs = zip(ready.actions[action].on, arrays, strict=True)
    return tuple(None if array is None else types[subject.type](*array) for subject, array in pairs)


def vectors(version: int) -> dict[str, Any]:
    """Digests, and runs that were sampled so that every outcome found is among them."""
    kind, programme = documents(version)
    ready = contract.compile(kind, programme)
    sampler = Sampler(kind, ready, seed=version)
    runs = []
    for action in ready.actions:
        seen: dict[str, int] = {}
        for _ in range(TRIES):
            records, given, at = sampler.inputs(action)
            lists = sampler.lists()
            if not isinstance(lists, WrittenLists):
                continue
            result = written(ready.actions[action].run, records, given, at, lists)
            outcome = "done" if result[0] == "done" else " ".join(result)
            seen[outcome] = seen.get(outcome, 0) + 1
            if seen[outcome] <= ALIKE:
                arrays = [None if record is None else msgspec.to_builtins(record) for record in records]
                published = {name: [one.version, sorted(one.codes)] for name, one in lists.by_name.items()}
                runs.append([action, arrays, list(given), at, published, result])
    return {
        "documents": dict(zip(DOCUMENTS[version], (digest_of(kind), digest_of(programme)), strict=True)),
        "runs": runs,
    }


def digest_of(document: Kind | Programme) -> dict[str, Any]:
    """What pins a document: the SHA-256 of its canonical bytes, and how many they are."""
    return {"sha256": contract.digest(document).hex(), "bytes": len(contract.canonical(document))}


def main(version: int) -> None:
    """Write the vectors of a version, a run a line."""
    found = vectors(version)
    lines = ",\n".join(json.dumps(run, ensure_ascii=True) for run in found["runs"])
    text = f'{{"documents": {json.dumps(found["documents"])},\n"runs": [\n{lines}\n]}}\n'
    (VERSIONS / str(version) / "vectors.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]))
