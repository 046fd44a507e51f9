"""Publishing the log as static files, and checking such a directory from the leaves up.

Who is trusted: nobody needs to trust the directory, since `check_files` and any C2SP reader recompute it. The publisher
trusts the store for new tiles but recomputes what it writes from the leaves. Losing the directory costs nothing but the
time to publish again.

The rules of writing, in order:
1. The new checkpoint has the size and root of the tree, and continues the checkpoint that is published.
2. A tile or bundle of a given path never changes: one that exists must already hold the same bytes.
3. Each file is written aside, flushed and renamed. All files and directories are on disk before the checkpoint is.
4. Partial files are deleted only after the checkpoint that needs the full ones is published.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from madang.log.checkpoint import Checkpoint, open_checkpoint
from madang.log.errors import PublishError, TileError
from madang.log.note import MAX_NOTE_BYTES, VerifierKey, parse_note
from madang.log.proof import tree_root
from madang.log.tiles import (
    CHECKPOINT,
    MAX_BUNDLE_BYTES,
    TilePath,
    directory_reader,
    encode_bundle,
    read_bounded,
    read_entries,
)
from madang.log.tree import (
    HASH_BYTES,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    ReadFullTile,
    ReadTile,
    Tree,
    leaf_hash,
    perfect_root,
    split_tile,
)

ReadEntries = Callable[[int, int], Sequence[bytes]]
"""(start, stop) -> the leaves of that half-open range."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a call of `publish` did: sizes before and after, and the paths written, in order."""

    old_size: int
    size: int
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """A directory that holds together: its verified checkpoint, and how many tiles and bundles were recomputed."""

    checkpoint: Checkpoint
    files: int


def publish(directory: Path, tree: Tree, read_tile: ReadFullTile, read_leaves: ReadEntries, note: bytes) -> Published:
    """Bring the static files of `directory` up to `note`, the signed checkpoint of exactly this tree. C2SP tlog-tiles.

    Writes only what is new since the checkpoint that is published there, and that checkpoint last; may be called again
    after any failure, and again at the same size with more cosignatures. Signatures are not verified here. One
    publisher at a time.
    Raises PublishError: `log.publish.checkpoint` (not of this tree), `log.publish.fork` (does not continue what is
    published), `log.publish.conflict` (a file holds other bytes), `log.publish.store` (stored leaves or tiles do
    not hash to the tree), `log.publish.disk`; NoteError, CheckpointError, TileError.
    """
    checkpoint = Checkpoint.parse(parse_note(note).text)
    if (checkpoint.size, checkpoint.root) != (tree.size, tree.root()):
        raise PublishError(
            "log.publish.checkpoint",
            f"The checkpoint of size {checkpoint.size} is not of this tree of size {tree.size}",
            where=str(directory),
            now="Sign the root of the tree that you publish.",
        )
    reader = tree.reader(read_tile)
    old_size = continued_size(directory, checkpoint, reader)
    files = _Files(directory)
    try:
        for path in _new_paths(old_size, tree.size):
            if path.level is None:
                files.write(path, _bundle(path, reader, read_leaves))
            else:
                files.write(path, _tile(path, reader, old_size))
        files.finish(note)
        _drop_partials(directory, old_size, tree.size)
    except OSError as error:
        raise PublishError(
            "log.publish.disk",
            f"A file cannot be written: {error.strerror}",
            where=str(error.filename or directory),
            now="Check space and permissions, then publish again; what is published stays valid.",
        ) from error
    return Published(old_size, tree.size, tuple(files.written))


def continued_size(directory: Path, new: Checkpoint, reader: ReadTile) -> int:
    """Size that is published in `directory`, after checking that `new`, the tree of `reader`, continues it; else 0.

    Raises PublishError `log.publish.fork`; NoteError, CheckpointError, TileError.
    """
    published = read_bounded(directory / CHECKPOINT, MAX_NOTE_BYTES)
    if published is None:
        return 0
    old = Checkpoint.parse(parse_note(published).text)
    if old.origin == new.origin and old.size <= new.size and tree_root(old.size, reader) == old.root:
        return old.size
    raise PublishError(
        "log.publish.fork",
        f"The checkpoint of size {new.size} does not continue the published one of size {old.size}",
        where=str(directory / CHECKPOINT),
        now="Stop: the store was set back or the directory is of another log. Publish nothing until it is clear which.",
    )


def check_files(directory: Path, log_key: VerifierKey, origin: str | None = None) -> Audit:
    """Recompute every hash of a published directory from its leaves and name the first divergence.

    Reads each file once, in the order of the leaves; memory stays small whatever the size. Witnesses are not looked at:
    open the checkpoint with a policy for that. `origin` is by default the key's name.
    Raises TileError: `log.tile.missing`, `log.tile.length`, `log.tile.hash` (a tile contradicts the leaves),
    `log.bundle.malformed`, `log.files.root` (all tiles agree, but the checkpoint is of another tree),
    `log.files.checkpoint` (none); NoteError, SignatureError, CheckpointError.
    """
    note = read_bounded(directory / CHECKPOINT, MAX_NOTE_BYTES)
    if note is None:
        raise TileError(
            "log.files.checkpoint", "There is no checkpoint", where=str(directory), now="Name the log's directory."
        )
    checkpoint = open_checkpoint(note, log_key, origin)
    reader = directory_reader(directory)
    tree = Tree()
    files = 0

    def compare(level: int, index: int, expected: bytes) -> None:
        path = TilePath(level, index, len(expected) // HASH_BYTES)
        found = reader(level, index, path.width)
        for at in range(path.width):
            part = slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)
            if found[part] != expected[part]:
                what = (
                    f"Leaf {index * TILE_WIDTH + at} does not hash to"
                    if level == 0
                    else "The tiles below do not hash to"
                )
                raise TileError(
                    "log.tile.hash",
                    f"{what} hash {at} of the tile",
                    where=f"{path}" + (f", {TilePath(None, index, path.width)}" if level == 0 else ""),
                    now="Trust neither; compare with another copy of the log and tell its witnesses.",
                )

    for start in range(0, checkpoint.size, TILE_WIDTH):
        index, width = start // TILE_WIDTH, min(TILE_WIDTH, checkpoint.size - start)
        hashes = [leaf_hash(entry) for entry in read_entries(directory, index, width)]
        compare(0, index, b"".join(hashes))
        files += 2
        for tile in tree.extend(hashes):
            if tile.level:
                compare(tile.level, tile.index, tile.data)
                files += 1
    for partial in tree.partial_tiles():
        if partial.level:
            compare(partial.level, partial.index, partial.data)
            files += 1
    if tree.root() != checkpoint.root:
        raise TileError(
            "log.files.root",
            f"The leaves do not hash to the root of the checkpoint of size {checkpoint.size}",
            where=str(directory / CHECKPOINT),
            now="Keep the directory and the checkpoint as evidence and tell the log's witnesses.",
        )
    return Audit(checkpoint, files)


class _Files:
    """Writes files that never change and remembers what must be flushed before the checkpoint."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._touched: set[Path] = set()
        self.written: list[str] = []

    def write(self, path: TilePath, data: bytes) -> None:
        target = self._root / str(path)
        found = read_bounded(target, MAX_BUNDLE_BYTES if path.level is None else TILE_BYTES)
        if found is not None and found != data:
            raise PublishError(
                "log.publish.conflict",
                "A published file holds other bytes than the tree",
                where=str(target),
                now="Nothing was overwritten. Run the check of the directory to find which is right.",
            )
        if found is None:
            self._replace(target, data)
            self.written.append(str(path))
        self._touch(target.parent)

    def finish(self, note: bytes) -> None:
        """Flush the directories, then replace the checkpoint."""
        for directory in sorted(self._touched, reverse=True):
            _sync(directory)
        if read_bounded(self._root / CHECKPOINT, MAX_NOTE_BYTES) != note:
            self._replace(self._root / CHECKPOINT, note)
            _sync(self._root)
            self.written.append(CHECKPOINT)

    def _replace(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.new")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)

    def _touch(self, directory: Path) -> None:
        while directory not in self._touched:
            self._touched.add(directory)
            if directory == self._root:
                break
            directory = directory.parent


def _new_paths(old_size: int, size: int) -> Iterator[TilePath]:
    """Bundles and tiles of the tree of `size` that the tree of `old_size` lacks: bundles first, then level by level."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        old, new = old_size >> (TILE_HEIGHT * level), size >> (TILE_HEIGHT * level)
        if old < new:
            for kind in (None, 0) if level == 0 else (level,):
                for index in range(old // TILE_WIDTH, new // TILE_WIDTH):
                    yield TilePath(kind, index)
                if new % TILE_WIDTH:
                    yield TilePath(kind, new // TILE_WIDTH, new % TILE_WIDTH)
        level += 1


def _bundle(path: TilePath, reader: ReadTile, read_leaves: ReadEntries) -> bytes:
    start = path.index * TILE_WIDTH
    leaves = read_leaves(start, start + path.width)
    hashes = b"".join([leaf_hash(leaf) for leaf in leaves])
    if hashes != reader(0, path.index, path.width)[: path.width * HASH_BYTES]:
        raise _damaged(f"The stored leaves from {start} do not hash to the tree", path)
    return encode_bundle(leaves)


def _tile(path: TilePath, reader: ReadTile, old_size: int) -> bytes:
    """Read a tile; above level 0, recompute from the tiles below whatever of it is newer than `old_size`."""
    level = path.level or 0
    data = reader(level, path.index, path.width)[: path.width * HASH_BYTES]
    if level:
        start = path.index * TILE_WIDTH
        for at in range(max(start, old_size >> (TILE_HEIGHT * level)), start + path.width):
            below = split_tile(reader(level - 1, at, TILE_WIDTH), level - 1, at, TILE_WIDTH)
            if perfect_root(below) != data[(at - start) * HASH_BYTES : (at - start + 1) * HASH_BYTES]:
                raise _damaged(f"The stored tile {at} of level {level - 1} does not hash to the tree", path)
    return data


def _damaged(what: str, path: TilePath) -> PublishError:
    return PublishError(
        "log.publish.store",
        what,
        where=str(path),
        now="The store is damaged: restore it from a snapshot or from another validator.",
    )


def _drop_partials(directory: Path, old_size: int, size: int) -> None:
    """Delete partial files of the tiles that were partial at `old_size` and are full at `size`."""
    level = 0
    while old_size >> (TILE_HEIGHT * level):
        index = old_size >> (TILE_HEIGHT * (level + 1))
        if index < size >> (TILE_HEIGHT * (level + 1)):
            for kind in (None, 0) if level == 0 else (level,):
                full = directory / str(TilePath(kind, index))
                partials = full.with_name(full.name + ".p")
                if partials.is_dir():
                    for partial in partials.iterdir():
                        partial.unlink()
                    partials.rmdir()
        level += 1


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
