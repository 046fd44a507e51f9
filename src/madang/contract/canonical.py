"""Canonical bytes of a document and their digest: compact JSON in UTF-8, object keys sorted, positions left out."""

import hashlib
from typing import Any, TypeVar

import msgspec

from madang.contract.errors import ContractError, Problem
from madang.contract.limits import CANONICAL_DEPTH, DOCUMENT_BYTES
from madang.contract.syntax import Kind, Node, Programme

Document = TypeVar("Document", Kind, Programme)


def canonical(document: Kind | Programme) -> bytes:
    """The bytes that the ledger stores and that `digest` hashes. Two texts that mean the same may differ, these not."""
    return msgspec.json.encode(without_positions(document), order="sorted")


def digest(document: Kind | Programme) -> bytes:
    """SHA-256 of the canonical bytes: 32 bytes."""
    return hashlib.sha256(canonical(document)).digest()


def without_positions(value: Any) -> Any:
    """The same tree, with every position 0."""
    if isinstance(value, tuple):
        return tuple([without_positions(item) for item in value])
    if isinstance(value, Node):
        fields = {name: without_positions(getattr(value, name)) for name in value.__struct_fields__}
        fields["position"] = 0
        return type(value)(**fields)
    return value


def decode(data: bytes, document: type[Document]) -> Document:
    """Decode canonical bytes by shape; meaning is the checker's. Raises `ContractError` for anything else."""
    if len(data) > DOCUMENT_BYTES:
        raise refuse("too-large", f"The document has {len(data)} bytes.", f"at most {DOCUMENT_BYTES} bytes")
    if depth(data) > CANONICAL_DEPTH:
        raise refuse("too-deep", "The brackets are nested too deeply.", f"at most {CANONICAL_DEPTH} levels")
    try:
        decoded = msgspec.json.decode(data, type=document)
        encoded = canonical(decoded)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise refuse(
            "not-a-document", f"These bytes are not a {document.__name__.lower()}: {error}.", "canonical bytes"
        ) from None
    if encoded != data:
        raise refuse("not-canonical", "These bytes are not in canonical form.", "the bytes that canonical() gives")
    return decoded


def depth(data: bytes) -> int:
    """The deepest nesting of brackets, found without recursion so that no input can exhaust the stack."""
    deepest = level = 0
    in_string = escaped = False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest


def refuse(code: str, message: str, instead: str) -> ContractError:
    """A single problem that has no place in a text."""
    return ContractError([Problem(code, 0, 0, message, instead)])
