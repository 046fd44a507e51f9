"""The public log: an RFC 6962 Merkle tree in the C2SP form, and everything that can be checked about it without
trusting us.

For: the engine (appends leaves, stores completed tiles and the right edge with each block), the publisher, witnesses,
and anyone who holds a receipt.

    leaf        layouts of the records whose hashes are the leaves
    tree        append-only tree with only its right edge in memory        RFC 6962 section 2.1
    proof       inclusion and consistency                                  RFC 6962 section 2.1, RFC 9162 section 2.1
    note        signed notes and keys                                      C2SP signed-note
    checkpoint  checkpoints, cosignatures, whom to require                 C2SP tlog-checkpoint, tlog-cosignature
    tiles       paths, entry bundles, reading a directory                  C2SP tlog-tiles
    directory   publishing into a directory, and recomputing it
    witness     whether a witness cosigns                                  C2SP tlog-witness
    evidence    whether two checkpoints convict the log
    receipt     what a person keeps
    written     what anyone may keep of a public record

Limits: a log of at most 2^63 - 1 leaves of at most 65,535 bytes; Ed25519 only. Does no network and keeps no clock; only
`directory` and `tiles` touch files. Trusts: SHA-256, Ed25519, and whoever is named in a policy. It knows nothing of
transactions but their hashes.
"""

from madang.log.checkpoint import (
    Checkpoint,
    Cosigner,
    Opened,
    Policy,
    attach,
    cosign,
    open_checkpoint,
    require,
    sign_checkpoint,
    verify_cosignature,
)
from madang.log.directory import Audit, Published, check_files, publish
from madang.log.errors import LogError
from madang.log.evidence import Evidence, Finding, Verdict, judge
from madang.log.leaf import BlockLeaf, Kind, Leaf, TransactionLeaf, decode_leaf
from madang.log.note import COSIGNATURE, NOTE_SIGNATURE, SignerKey, VerifierKey, parse_note, sign_note, verify_note
from madang.log.proof import consistency_proof, inclusion_proof, tree_root, verify_consistency, verify_inclusion
from madang.log.receipt import Checked, Receipt, check, decode_receipt, make_receipt
from madang.log.tiles import TilePath, decode_bundle, directory_reader, encode_bundle, parse_tile_path
from madang.log.tree import EMPTY_ROOT, CompletedTile, PartialTile, Tree, edge_root, leaf_hash, node_hash
from madang.log.written import Proven, Written, check_written, decode_written, make_written

__all__ = [
    "COSIGNATURE",
    "EMPTY_ROOT",
    "NOTE_SIGNATURE",
    "Audit",
    "BlockLeaf",
    "Checked",
    "Checkpoint",
    "CompletedTile",
    "Cosigner",
    "Evidence",
    "Finding",
    "Kind",
    "Leaf",
    "LogError",
    "Opened",
    "PartialTile",
    "Policy",
    "Proven",
    "Published",
    "Receipt",
    "SignerKey",
    "TilePath",
    "TransactionLeaf",
    "Tree",
    "Verdict",
    "VerifierKey",
    "Written",
    "attach",
    "check",
    "check_files",
    "check_written",
    "consistency_proof",
    "cosign",
    "decode_bundle",
    "decode_leaf",
    "decode_receipt",
    "decode_written",
    "directory_reader",
    "edge_root",
    "encode_bundle",
    "inclusion_proof",
    "judge",
    "leaf_hash",
    "make_receipt",
    "make_written",
    "node_hash",
    "open_checkpoint",
    "parse_note",
    "parse_tile_path",
    "publish",
    "require",
    "sign_checkpoint",
    "sign_note",
    "tree_root",
    "verify_consistency",
    "verify_cosignature",
    "verify_inclusion",
    "verify_note",
]
