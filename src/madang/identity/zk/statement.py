"""What is proven, and the messages between a caller and the process that proves or verifies it."""

import msgspec

SYSTEM = "longfellow-libzk-v1"
CIRCUIT = "8d079211715200ff06c5109639245502bfe94aa869908d31176aae4016182121"
"""The circuit's identifier: version 7, one element (circuits/SOURCE.md)."""
MAX_PROOF_BYTES = 1024 * 1024


class Statement(msgspec.Struct, frozen=True):
    """An mdoc of this type, signed by the key of this point (x and y, 64 bytes), says this at this time (seconds)."""

    doc_type: str
    namespace: str
    element: str
    value: bool
    issuer: bytes
    transcript: bytes
    at: int


class Prove(msgspec.Struct, frozen=True, tag=True):
    """Prove it from a DeviceResponse that shows the element alone."""

    statement: Statement
    response: bytes


class Verify(msgspec.Struct, frozen=True, tag=True):
    """Verify a proof of it."""

    statement: Statement
    proof: bytes


class Done(msgspec.Struct, frozen=True, tag=True):
    """It is proven; the proof, or nothing after verifying one."""

    proof: bytes


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It is not proven; the library's name for why."""

    why: str
