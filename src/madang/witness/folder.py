"""What a witness keeps, and how durably.

witness.key             its secret key, readable by its owner only. Who has it can cosign anything in its name
lock                    held by the one process that cosigns
logs/<hash>/key         the public key of a log it watches; <hash> is SHA-256 of the origin, in hexadecimal
logs/<hash>/checkpoint  the last checkpoint of it that was cosigned, with both signatures. **Never set it back**
evidence/<name>/        what was refused and speaks against a log: `held`, `refused`, `proof` and the log's `key`

Losing `logs/`, or restoring an older copy, makes the witness forget what it signed: it could then cosign a second
history. A witness that lost it starts anew with another key. Losing `evidence/` costs the evidence, no more.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from madang.kernel.errors import MadangError, StoreFailure
from madang.log.checkpoint import open_checkpoint, verify_cosignature
from madang.log.errors import LogError
from madang.log.evidence import Evidence, Verdict, judge
from madang.log.note import (
    COSIGNATURE,
    MAX_NOTE_BYTES,
    NOTE_SIGNATURE,
    SignerKey,
    VerifierKey,
    decode_base64,
    encode_base64,
    parse_note,
    require_type,
)
from madang.log.tiles import read_bounded
from madang.log.witness import Seen

COSIGNED = "cosigned"
"""An empty file beside the checkpoint of a log that was cosigned once."""
MAX_KEY_BYTES = 1024
MAX_PROOF_BYTES = 64 * 64
KEPT_PROVEN = 64
"""Proven evidence that is kept of one log. One piece convicts it; only the log itself could fill a disk with it."""
KEPT_OPEN = 8
"""Unproven evidence likewise. Anybody can provoke it by sending a good checkpoint with a bad proof."""


@dataclass(frozen=True, slots=True)
class Held:
    """The last checkpoint that was cosigned, as a note, and the time of the cosignature (seconds since 1970)."""

    note: bytes
    seen: Seen
    timestamp: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of evidence on disk, and what it shows."""

    name: str
    verdict: Verdict


class Folder:
    """A witness's folder. Reading and trusting logs may go on beside a running witness; cosigning needs `lock`."""

    def __init__(self, path: Path) -> None:
        if not (path / "witness.key").is_file():
            raise MadangError("witness.missing", f"{path} holds no witness. Make one with `madang witness init`.")
        self.path = path
        self._lock: int | None = None

    @classmethod
    def create(cls, path: Path, name: str) -> "Folder":
        """Make a witness of that name, with a key of its own.

        Raises `MadangError` `witness.exists`; LogError `log.key.name` before anything is made.
        """
        if (path / "witness.key").exists():
            raise MadangError("witness.exists", f"{path} holds a witness already. Choose another folder.")
        secret = SignerKey.generate(name, COSIGNATURE).encode()
        path.mkdir(parents=True, exist_ok=True)
        for part in ("logs", "evidence"):
            (path / part).mkdir(exist_ok=True)
        write_durably(path / "witness.key", secret.encode() + b"\n", mode=0o600)
        return cls(path)

    def key(self) -> SignerKey:
        """The witness's secret key. Raises `MadangError` `witness.key`."""
        try:
            key = SignerKey.parse(_read_text(self.path / "witness.key"))
            require_type(key.verifier(), COSIGNATURE)
        except LogError as error:
            raise MadangError(
                "witness.key", f"{self.path / 'witness.key'} is no key of a witness: {error} Restore it from a copy."
            ) from None
        return key

    def lock(self) -> None:
        """Keep every other process from cosigning here, until `unlock`. Raises `MadangError` `witness.in_use`."""
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise MadangError(
                "witness.in_use", f"A witness is running on {self.path}. Two would sign behind each other's back."
            ) from None
        self._lock = handle

    def unlock(self) -> None:
        """Let another process cosign here."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # Logs.

    def trust(self, key: VerifierKey) -> None:
        """Watch the log of this key; its name is the log's origin. Trusting it again changes nothing.

        Raises `MadangError` `witness.origin` where another key is trusted for the origin; LogError
        `log.key.algorithm`.
        """
        require_type(key, NOTE_SIGNATURE)
        trusted = self.trusted(key.name)
        if trusted is None:
            place = self._place(key.name)
            place.mkdir(exist_ok=True)
            write_durably(place / "key", f"{key}\n".encode())
            _sync(place.parent)
        elif trusted != key:
            raise MadangError(
                "witness.origin",
                f"Another key is trusted for {key.name}: {trusted}. A log that changes its key is new.",
            )

    def logs(self) -> Iterator[VerifierKey]:
        """The keys of the logs that are watched, by the hash of their origins."""
        for place in sorted((self.path / "logs").iterdir()):
            if (place / "key").is_file():
                yield _read_key(place / "key")

    def trusted(self, origin: str) -> VerifierKey | None:
        """The key of a log, None if it is not watched. Raises `StoreFailure` `witness.damaged`."""
        file = self._place(origin) / "key"
        return _read_key(file) if file.is_file() else None

    def checkpoint(self, hashed: str) -> bytes | None:
        """The note that was cosigned last of the log whose origin has this SHA-256, in hexadecimal."""
        return _read(self.path / "logs" / hashed / "checkpoint", MAX_NOTE_BYTES)

    def held(self, key: VerifierKey, own: VerifierKey) -> Held | None:
        """What was cosigned last of a log, verified anew. Raises `StoreFailure` `witness.damaged`."""
        note = self.checkpoint(origin_hash(key.name))
        if note is None and not (self._place(key.name) / COSIGNED).exists():
            return None
        try:
            checkpoint = open_checkpoint(note or b"", key)
            timestamp = verify_cosignature(parse_note(note or b""), own)
        except LogError:
            timestamp = None
        else:
            if note is not None and timestamp is not None:
                return Held(note, Seen(checkpoint.size, checkpoint.root), timestamp)
        raise StoreFailure(
            "witness.damaged",
            f"{self._place(key.name) / 'checkpoint'} is not what this witness signed. Nothing of that log is cosigned "
            "any more: start a new witness, with a new key.",
        )

    def hold(self, origin: str, note: bytes) -> None:
        """Store the note that is about to be cosigned. On disk when this returns."""
        place = self._place(origin)
        write_durably(place / "checkpoint", note)
        if not (place / COSIGNED).exists():
            # From now on a missing checkpoint is one that was lost, not one that never was.
            write_durably(place / COSIGNED, b"")

    def _place(self, origin: str) -> Path:
        return self.path / "logs" / origin_hash(origin)

    # Evidence.

    def keep(self, evidence: Evidence, verdict: Verdict, key: VerifierKey) -> str | None:
        """Store evidence durably, once; its name, or None where as much is kept of this log as ever will be."""
        digest = sha256(verdict.held.text().encode() + verdict.refused.text().encode()).hexdigest()[:16]
        sort = f"{origin_hash(key.name)[:16]}-{verdict.finding}"
        target = self.path / "evidence" / f"{sort}-{verdict.refused.size}-{digest}"
        if target.exists():
            return target.name
        most = KEPT_PROVEN if verdict.proven else KEPT_OPEN
        if len(list(target.parent.glob(f"{sort}-*"))) >= most:
            return None
        aside = target.with_name(f".{secrets.token_hex(8)}.new")
        aside.mkdir()
        write_durably(aside / "held", evidence.held)
        write_durably(aside / "refused", evidence.refused)
        write_durably(aside / "key", f"{key}\n".encode())
        if evidence.proof:
            lines = "".join(f"{encode_base64(one)}\n" for one in evidence.proof)
            write_durably(aside / "proof", lines.encode())
        aside.rename(target)
        _sync(target.parent)
        return target.name

    def evidence(self) -> list[Kept]:
        """All evidence, judged anew. Raises LogError where a piece was changed since it was kept."""
        places = [one for one in sorted((self.path / "evidence").iterdir()) if not one.name.startswith(".")]
        return [Kept(one.name, judge(read_evidence(one), VerifierKey.parse(_read_text(one / "key")))) for one in places]

    def clear_up(self) -> None:
        """Remove what was being written when a process was killed."""
        for path in (self.path / "evidence").glob(".*.new"):
            shutil.rmtree(path, ignore_errors=True)


def read_evidence(place: Path) -> Evidence:
    """Read one piece of evidence from its folder. Raises `MadangError` `witness.evidence`."""
    held, refused = _read(place / "held", MAX_NOTE_BYTES), _read(place / "refused", MAX_NOTE_BYTES)
    lines = (_read(place / "proof", MAX_PROOF_BYTES) or b"").decode("latin-1").splitlines()
    proof = tuple(one for one in map(decode_base64, lines) if one is not None)
    if held is None or refused is None or len(proof) != len(lines):
        raise MadangError(
            "witness.evidence", f"{place} holds no evidence: two signed notes, `held` and `refused`. Name its folder."
        )
    return Evidence(held, refused, proof)


def origin_hash(origin: str) -> str:
    """SHA-256 of a log's origin in hexadecimal: the name of its place here, and in the monitoring interface."""
    return sha256(origin.encode()).hexdigest()


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file by these bytes, so that after any crash it holds either all old or all new ones."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_key(path: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(_read_text(path))
    except LogError as error:
        raise _damaged(path, error) from None


def _read_text(path: Path) -> str:
    return (_read(path, MAX_KEY_BYTES) or b"").decode("utf-8", "replace").strip()


def _read(path: Path, most: int) -> bytes | None:
    try:
        return read_bounded(path, most)
    except LogError as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: LogError) -> StoreFailure:
    return StoreFailure(
        "witness.damaged", f"{path} can't be used: {error.what}. Check the disk, or trust the log anew."
    )
