"""Receipts: what a person keeps to show, off line and without our servers, that a transaction was ordered and with what
outcome.

Form, version 1: the five bytes `MDRC\\x01`, then one msgpack array of five in the shortest encoding: leaf (bytes),
index of the leaf in the tree (integer), signed bytes of the transaction, inclusion proof (hashes of 32 bytes,
concatenated), cosigned checkpoint (a note). There is exactly one encoding of a receipt. A receipt proves what happened
at a height, not today's balance; a rejected transaction has a receipt as well, so look at the leaf's kind. It holds the
signed bytes, so it is as private as they are.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from madang.log.checkpoint import Checkpoint, Cosigner, Policy
from madang.log.errors import ReceiptError
from madang.log.leaf import TRANSACTION_LEAF_BYTES, TransactionLeaf, decode_leaf
from madang.log.proof import MAX_PROOF_HASHES, verify_inclusion
from madang.log.tree import HASH_BYTES, MAX_SIZE, leaf_hash

MAGIC = b"MDRC"
VERSION = 1
MAX_SIGNED_BYTES = 1024 * 1024
MAX_CHECKPOINT_BYTES = 16 * 1024
MAX_RECEIPT_BYTES = MAX_SIGNED_BYTES + MAX_CHECKPOINT_BYTES + 4 * 1024

_PREFIX = MAGIC + bytes([VERSION])


class Receipt(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The parts of a receipt; nothing is verified. `proof` is the hashes of the inclusion proof one after another."""

    leaf: bytes
    index: int
    signed: bytes
    proof: bytes
    checkpoint: bytes

    def encode(self) -> bytes:
        """The one encoding of this receipt. Raises ReceiptError `log.receipt.bounds`."""
        _check_bounds(self)
        return _PREFIX + msgspec.msgpack.encode(self)


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt that holds: the leaf, its index, the signed bytes, the checkpoint it is in, and who cosigned that."""

    leaf: TransactionLeaf
    index: int
    signed: bytes
    checkpoint: Checkpoint
    cosigners: tuple[Cosigner, ...]


_decoder = msgspec.msgpack.Decoder(Receipt)


def make_receipt(leaf: bytes, index: int, signed: bytes, proof: list[bytes], checkpoint: bytes) -> bytes:
    """Encode a receipt from a leaf, its index in the tree, the signed bytes, its inclusion proof in the checkpoint's
    tree, and the note.

    Raises ReceiptError `log.receipt.bounds`. Does not check that the parts belong together: `check` does.
    """
    return Receipt(leaf, index, signed, b"".join(proof), checkpoint).encode()


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt strictly, at most 1,044 KiB. Verifies nothing.

    Raises ReceiptError: `log.receipt.size`, `log.receipt.magic`, `log.receipt.version`, `log.receipt.malformed`,
    `log.receipt.bounds`.
    """
    if len(data) > MAX_RECEIPT_BYTES:
        raise ReceiptError(
            "log.receipt.size", f"The file is longer than {MAX_RECEIPT_BYTES} bytes", now="It is no receipt."
        )
    if data[: len(MAGIC)] != MAGIC or len(data) < len(_PREFIX):
        raise ReceiptError("log.receipt.magic", "The file is not a receipt", now="Choose the file that you were given.")
    if data[len(MAGIC)] != VERSION:
        raise ReceiptError(
            "log.receipt.version", f"The receipt is of version {data[len(MAGIC)]}", now="Update this program."
        )
    try:
        receipt = _decoder.decode(data[len(_PREFIX) :])
    except msgspec.MsgspecError as error:
        raise _malformed() from error
    if receipt.encode() != data:
        raise _malformed()
    return receipt


def check(data: bytes, policy: Policy) -> Checked:
    """Verify a receipt off line against a policy, `checkpoint.require(log_key, witnesses, threshold)`.

    Verified in this order: form, the leaf is of a transaction, its hash is that of the signed bytes, signatures of log
    and witnesses, the leaf is in the tree of the checkpoint. The signature inside the signed bytes is the kernel's to
    verify.
    Raises ReceiptError as `decode_receipt`, and `log.receipt.leaf`, `log.receipt.signed`; LeafError, NoteError,
    SignatureError, CheckpointError, ProofError.
    """
    receipt = decode_receipt(data)
    leaf = decode_leaf(receipt.leaf)
    if not isinstance(leaf, TransactionLeaf):
        raise ReceiptError("log.receipt.leaf", "The leaf is not of a transaction", now="Ask the log for a new receipt.")
    if sha256(receipt.signed).digest() != leaf.signed_hash:
        raise ReceiptError(
            "log.receipt.signed",
            "The signed bytes are not those that the leaf names",
            where=f"height {leaf.height}, index {leaf.index}",
            now="Do not trust the receipt; ask the log for a new one.",
        )
    opened = policy.open(receipt.checkpoint)
    proof = [receipt.proof[at : at + HASH_BYTES] for at in range(0, len(receipt.proof), HASH_BYTES)]
    verify_inclusion(leaf_hash(receipt.leaf), receipt.index, opened.checkpoint.size, proof, opened.checkpoint.root)
    return Checked(leaf, receipt.index, receipt.signed, opened.checkpoint, opened.cosigners)


def _check_bounds(receipt: Receipt) -> None:
    if (
        len(receipt.leaf) != TRANSACTION_LEAF_BYTES
        or not 0 <= receipt.index < MAX_SIZE
        or len(receipt.signed) > MAX_SIGNED_BYTES
        or len(receipt.proof) % HASH_BYTES
        or len(receipt.proof) > MAX_PROOF_HASHES * HASH_BYTES
        or len(receipt.checkpoint) > MAX_CHECKPOINT_BYTES
    ):
        raise ReceiptError(
            "log.receipt.bounds",
            "A part of the receipt is too long or of the wrong length",
            now=f"Ask for a new one: a leaf of {TRANSACTION_LEAF_BYTES} bytes, up to {MAX_SIGNED_BYTES} signed bytes.",
        )


def _malformed() -> ReceiptError:
    return ReceiptError(
        "log.receipt.malformed", "The receipt is damaged", now="Use another copy, or ask the log for a new one."
    )
