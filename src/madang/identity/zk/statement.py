"""What is proven, and the messages between a caller and the process that proves or verifies it."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

SYSTEM = "longfellow-libzk-v1"
CIRCUIT = "8d079211715200ff06c5109639245502bfe94aa869908d31176aae4016182121"
"""The circuit's identifier: version 7, one element (circuits/SOURCE.md)."""
SYSTEM_ID = CIRCUIT
"""How a request names this system with this circuit, and a proof says that it is of it."""
SYSTEM_TYPE: Mapping[str, str | int] = MappingProxyType(
    {
        "id": SYSTEM_ID,
        "system": SYSTEM,
        "circuit_hash": CIRCUIT,
        "version": 7,
        "num_attributes": 1,
        "block_enc_hash": 4151,
        "block_enc_sig": 4096,
    }
)
"""The parameters of Longfellow that a request states (`zk_system_type`), as its authors name them."""
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
