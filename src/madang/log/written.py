"""Proofs that a record was written: what anyone may keep of a public record, to be checked without our servers.

Form, version 1: the five bytes `MDWP\\x01`, then one msgpack array of six in the shortest encoding: key of the record
(bytes), leaf (bytes), index of the leaf in the tree (integer), what the transaction wrote (bytes), inclusion proof
(hashes of 32 bytes, concatenated), cosigned checkpoint (a note). What was written is a msgpack array of pairs (key,
record or nil) in key order, whose digest the leaf holds; all of the transaction, since the digest is of all of it.

A proof says that the ledger's rules accepted the transaction and that it left the record so at its height. It does not
say that nothing was written later: it is as old as its checkpoint, which each witness dated when it cosigned.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from madang.log.checkpoint import Checkpoint, Cosigner, Policy
from madang.log.errors import WrittenError
from madang.log.leaf import TRANSACTION_LEAF_BYTES, Kind, TransactionLeaf, decode_leaf
from madang.log.proof import MAX_PROOF_HASHES, verify_inclusion
from madang.log.tree import HASH_BYTES, MAX_SIZE, leaf_hash

MAGIC = b"MDWP"
VERSION = 1
MAX_KEY_BYTES = 1024
MAX_WRITES_BYTES = 256 * 1024
MAX_CHECKPOINT_BYTES = 16 * 1024
MAX_WRITTEN_BYTES = MAX_WRITES_BYTES + MAX_CHECKPOINT_BYTES + 8 * 1024

_PREFIX = MAGIC + bytes([VERSION])


class Written(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The parts of a proof; nothing is verified. `proof` is the hashes of the inclusion proof one after another."""

    key: bytes
    leaf: bytes
    index: int
    writes: bytes
    proof: bytes
    checkpoint: bytes

    def encode(self) -> bytes:
        """The one encoding of this proof. Raises WrittenError `log.written.bounds`."""
        _check_bounds(self)
        return _PREFIX + msgspec.msgpack.encode(self)


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof that holds: the record under `key` as it was written, where, and who cosigned the checkpoint it is in.

    `record` is None where it was removed. `writes` are all that the transaction wrote, in key order.
    """

    key: bytes
    record: bytes | None
    height: int
    index: int
    writes: tuple[tuple[bytes, bytes | None], ...]
    checkpoint: Checkpoint
    cosigners: tuple[Cosigner, ...]


_decoder = msgspec.msgpack.Decoder(Written)
_writes = msgspec.msgpack.Decoder(tuple[tuple[bytes, bytes | None], ...])


def make_written(key: bytes, leaf: bytes, index: int, writes: bytes, proof: list[bytes], checkpoint: bytes) -> bytes:
    """Encode a proof. Raises WrittenError `log.written.bounds`.

    Does not check that the parts belong together: `check_written` does.
    """
    return Written(key, leaf, index, writes, b"".join(proof), checkpoint).encode()


def decode_written(data: bytes) -> Written:
    """Read a proof strictly. Verifies nothing.

    Raises WrittenError: `log.written.size`, `log.written.magic`, `log.written.version`, `log.written.malformed`,
    `log.written.bounds`.
    """
    if len(data) > MAX_WRITTEN_BYTES:
        raise WrittenError(
            "log.written.size", f"The file is longer than {MAX_WRITTEN_BYTES} bytes", now="It is no such proof."
        )
    if data[: len(MAGIC)] != MAGIC or len(data) < len(_PREFIX):
        raise WrittenError(
            "log.written.magic", "The file is no proof of a record", now="Choose the one you were given."
        )
    if data[len(MAGIC)] != VERSION:
        raise WrittenError(
            "log.written.version", f"The proof is of version {data[len(MAGIC)]}", now="Update this program."
        )
    try:
        written = _decoder.decode(data[len(_PREFIX) :])
    except msgspec.MsgspecError as error:
        raise _malformed() from error
    if written.encode() != data:
        raise _malformed()
    return written


def check_written(data: bytes, policy: Policy) -> Proven:
    """Verify a proof off line against a policy, `checkpoint.require(log_key, witnesses, threshold)`.

    Verified in this order: form, the leaf is of an accepted transaction, its digest is that of the writes, the key is
    among them, signatures of log and witnesses, the leaf is in the tree of the checkpoint.
    Raises WrittenError as `decode_written`, and `log.written.leaf`, `log.written.digest`, `log.written.key`; LeafError,
    NoteError, SignatureError, CheckpointError, ProofError.
    """
    written = decode_written(data)
    leaf = decode_leaf(written.leaf)
    if not isinstance(leaf, TransactionLeaf) or leaf.kind is not Kind.ACCEPTED:
        raise WrittenError(
            "log.written.leaf", "The leaf is of no transaction that was accepted", now="Do not trust the proof."
        )
    if sha256(written.writes).digest() != leaf.writes_hash:
        raise WrittenError(
            "log.written.digest",
            "What the proof says was written is not what the leaf names",
            where=f"height {leaf.height}, index {leaf.index}",
            now="Do not trust the proof; ask the log for a new one.",
        )
    try:
        writes = _writes.decode(written.writes)
    except msgspec.MsgspecError as error:
        raise _malformed() from error
    records = dict(writes)
    if written.key not in records:
        raise WrittenError(
            "log.written.key", "The transaction did not write the record", now="Ask for the proof of the record."
        )
    opened = policy.open(written.checkpoint)
    proof = [written.proof[at : at + HASH_BYTES] for at in range(0, len(written.proof), HASH_BYTES)]
    verify_inclusion(leaf_hash(written.leaf), written.index, opened.checkpoint.size, proof, opened.checkpoint.root)
    return Proven(
        written.key,
        records[written.key],
        leaf.height,
        written.index,
        writes,
        opened.checkpoint,
        opened.cosigners,
    )


def _check_bounds(written: Written) -> None:
    if (
        not 0 < len(written.key) <= MAX_KEY_BYTES
        or len(written.leaf) != TRANSACTION_LEAF_BYTES
        or not 0 <= written.index < MAX_SIZE
        or len(written.writes) > MAX_WRITES_BYTES
        or len(written.proof) % HASH_BYTES
        or len(written.proof) > MAX_PROOF_HASHES * HASH_BYTES
        or len(written.checkpoint) > MAX_CHECKPOINT_BYTES
    ):
        raise WrittenError(
            "log.written.bounds",
            "A part of the proof is too long or of the wrong length",
            now=f"Have the record written by a transaction of its own: up to {MAX_WRITES_BYTES} bytes are proven.",
        )


def _malformed() -> WrittenError:
    return WrittenError(
        "log.written.malformed", "The proof is damaged", now="Use another copy, or ask the log for a new one."
    )
