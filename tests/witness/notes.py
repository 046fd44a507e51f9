"""Logs in memory and requests to a witness of them, for the tests of witnesses."""

from collections.abc import Sequence
from pathlib import Path

from madang.log.checkpoint import Checkpoint, sign_checkpoint
from madang.log.note import SignerKey
from madang.log.proof import consistency_proof
from madang.log.tree import leaf_hash
from madang.log.witness import encode_request
from madang.witness.folder import Folder
from tests.log.reference import LOG_KEY, MemoryLog

NAME = "witness.example/w1"
KEY = LOG_KEY.verifier()


class Fork(MemoryLog):
    """A log that has the first `common` leaves of every other one, and then its own."""

    def __init__(self, common: int, count: int) -> None:
        super().__init__(common)
        own = [b"fork %d" % number for number in range(common, count)]
        self.leaves += own
        for tile in self.tree.extend([leaf_hash(leaf) for leaf in own]):
            self.tiles[tile.level, tile.index] = tile.data


def witness_folder(path: Path) -> Folder:
    """A new witness that watches the log of `LOG_KEY`."""
    folder = Folder.create(path, NAME)
    folder.trust(KEY)
    return folder


def signed(log: MemoryLog, key: SignerKey = LOG_KEY) -> bytes:
    """The log's checkpoint, signed by `key` and named by it."""
    return sign_checkpoint(Checkpoint(key.name, log.tree.size, log.tree.root()), key)


def request(log: MemoryLog, old: int, proof: Sequence[bytes] | None = None) -> bytes:
    """A request to cosign the log's checkpoint, with the proof from `old` that it can make, or another one."""
    made = consistency_proof(old, log.tree.size, log.read) if proof is None else list(proof)
    return encode_request(old, made, signed(log))
