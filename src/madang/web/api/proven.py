"""Proofs of public records, made from a table, the parts of a key, and a node that has the block.

A proof holds all that one transaction wrote, since the leaf's digest is of all of it. So it is given only where all of
that may be seen: records of public tables, the transaction's replay mark (hashes), and that an approved proposal is
gone. Who writes trust and something private in one transaction gets no proof of either.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from madang.base.approvals.state import PROPOSALS
from madang.engine.entries import Writes
from madang.engine.node import Node
from madang.engine.written import find_written
from madang.kernel.machine import MARKS
from madang.kernel.module import Module
from madang.kernel.state import Table
from madang.log.written import MAX_KEY_BYTES
from madang.web.api.problems import Refused


def proven_tables(modules: Sequence[Module]) -> dict[str, Table[Any]]:
    """The tables whose records have proofs, by name."""
    return {table.name: table for module in modules for table in module.tables if table.proven}


def public_prefixes(modules: Sequence[Module]) -> tuple[bytes, ...]:
    """What the keys of public tables begin with."""
    return tuple(table.prefix for module in modules for table in module.tables if table.public)


def key_of(tables: Mapping[str, Table[Any]], name: str, parts: Sequence[tuple[str, str]]) -> bytes:
    """The key of a record. Raises `Refused`: 404 `proof.table`, 400 `proof.key`."""
    table = tables.get(name)
    if table is None:
        raise Refused(404, "proof.table", f"There are proofs of: {', '.join(sorted(tables))}.")
    values = [text for part, text in parts if part == "part"]
    wrong = len(values) != len(parts) or len(values) != len(table.parts)
    if wrong or any(letter < " " for text in values for letter in text):
        raise Refused(400, "proof.key", f"A key of {name} has {len(table.parts)} parts. Send each as part=, in order.")
    key = table.key(*values)
    if len(key) > MAX_KEY_BYTES:
        raise Refused(400, "proof.key", "The key is too long for any record.")
    return key


def make_proof(node: Node, table: Table[Any], key: bytes, public: tuple[bytes, ...]) -> bytes:
    """The proof of a record's last write. Raises `MadangError`, `LogError`, `Refused`: 404 `proof.unknown`, `.mixed`,
    `.missing`.
    """
    record = node.state().get_key(table, key)
    if record is None:
        raise Refused(404, "proof.unknown", "There is no such record. Check each part of its key.")
    found = find_written(node.ledger.store.view(), record.height, key)
    if found is None:
        raise Refused(404, "proof.missing", "This node began after the record was written. Ask another node.")
    position, entry, writes = found
    if not may_be_seen(writes, public):
        raise Refused(
            404,
            "proof.mixed",
            "It was written together with what is not public. Have it written again by a transaction of its own.",
        )
    return node.publisher.written(key, position, entry)


def may_be_seen(writes: Writes, public: tuple[bytes, ...]) -> bool:
    """Whether all of this may be shown to anyone."""
    return all(
        key.startswith((*public, MARKS.prefix)) or (key.startswith(PROPOSALS.prefix) and value is None)
        for key, value in writes
    )
