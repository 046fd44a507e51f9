"""Signed notes and their Ed25519 keys, in the form of C2SP signed-note v1.0.0.

A note is a text that ends in a newline, a blank line, and one signature line a key: `— <name> <base64(key id ||
signature)>`. Nothing in the text counts before a signature of a key one trusts has been verified.

Only Ed25519 is supported: type 1 (a note's own signature) and type 4 (a witness's cosignature, see `checkpoint`).
Public keys of small order, and encodings of points that are not canonical, are refused: libraries disagree about them.
"""

import base64
import re
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from madang.log.errors import NoteError, SignatureError

NOTE_SIGNATURE = 1
"""Signature type of a log's own key. C2SP signed-note, 'Signature types'."""
COSIGNATURE = 4
"""Signature type of a witness's timestamped cosignature. C2SP tlog-cosignature."""

MAX_NOTE_BYTES = 128 * 1024
MAX_SIGNATURES = 64
MAX_NAME_BYTES = 255

_PREFIX = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_HEX_ID = re.compile(r"[0-9a-f]{8}\Z")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
# Characters with the Unicode property White_Space, written out because the tables of Python change with its version.
_SPACES = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_FIELD_PRIME = 2**255 - 19
# y coordinates of the eight points whose order divides 8: 1 (identity), -1 (order 2), 0 (order 4) and two of order 8.
_ORDER_8_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y})


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named public key: what a relying party keeps. `algorithm` is NOTE_SIGNATURE or COSIGNATURE."""

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.algorithm not in (NOTE_SIGNATURE, COSIGNATURE):
            raise NoteError(
                "log.key.algorithm",
                f"Keys of type {self.algorithm} are not supported",
                where=self.name,
                now="Use an Ed25519 key of type 1 (log) or 4 (witness).",
            )
        if len(self.public) != _KEY_BYTES:
            raise NoteError(
                "log.key.length", "An Ed25519 public key has 32 bytes", where=self.name, now="Ask for the key again."
            )
        y = int.from_bytes(self.public, "little") & (2**255 - 1)
        if y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
            raise NoteError(
                "log.key.weak",
                "The public key is of small order or not in canonical form",
                where=self.name,
                now="Do not use it: anyone could sign for it. Ask its owner for a new key.",
            )

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `<name>+<hex key id>+<base64(type || public key)>` strictly. C2SP signed-note, 'Verifier keys'.

        Raises NoteError: `log.key.malformed`, `log.key.name`, `log.key.id`, `log.key.algorithm`, `log.key.length`,
        `log.key.weak`.
        """
        name, algorithm, public, key_id = _parse_key(text, "verifier key")
        key = cls(name, algorithm, public)
        if key.key_id != key_id:
            raise _wrong_id(name)
        return key

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name || newline || type || public key). C2SP signed-note, 'Signatures'."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """The text form that `parse` reads."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public)}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Verify a bare Ed25519 signature (RFC 8032) of 64 bytes. Raises SignatureError `log.signature.wrong`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise SignatureError(
                "log.signature.wrong",
                f"The signature of {self.name} is wrong",
                now="Do not trust the note; fetch it again, and tell the owner of the key if it stays wrong.",
            ) from error


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A named private key. Its text form is secret; `repr` does not show the seed."""

    name: str
    algorithm: int
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _KEY_BYTES:
            raise NoteError(
                "log.key.length", "An Ed25519 seed has 32 bytes", where=self.name, now="Restore the key from backup."
            )
        self.verifier()

    @classmethod
    def generate(cls, name: str, algorithm: int = NOTE_SIGNATURE) -> "SignerKey":
        """Make a key from the operating system's randomness. Raises NoteError `log.key.name`, `log.key.algorithm`."""
        return cls(name, algorithm, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "SignerKey":
        """Read `PRIVATE+KEY+<name>+<hex key id>+<base64(type || seed)>`, the encoding of Go's sumdb/note. Raises as
        VerifierKey.parse.
        """
        if not text.startswith(_PRIVATE):
            raise _malformed_key("signer key")
        name, algorithm, seed, key_id = _parse_key(text[len(_PRIVATE) :], "signer key")
        key = cls(name, algorithm, seed)
        if key.verifier().key_id != key_id:
            raise _wrong_id(name)
        return key

    def encode(self) -> str:
        """The secret text form that `parse` reads. Keep it where only the signer can read it."""
        secret = encode_base64(bytes([self.algorithm]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.verifier().key_id.hex()}+{secret}"

    def verifier(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.algorithm, public)

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032): 64 bytes, the same for the same message."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `data` is what follows the key id; its form depends on the key's type."""

    name: str
    key_id: bytes
    data: bytes

    def encode(self) -> str:
        """The line with its newline."""
        return f"{_PREFIX}{self.name} {encode_base64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note: nothing in it is verified yet. `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The bytes of the note, UTF-8. Raises NoteError as `parse_note` does, so that what is written can be read."""
        data = _utf8(self.text + "\n" + "".join(signature.encode() for signature in self.signatures))
        if parse_note(data) != self:
            raise _malformed_note("its text or its names do not survive being written")
        return data

    def by(self, key: VerifierKey) -> list[Signature]:
        """The signatures that claim to be of `key`: same name and same key id."""
        return [item for item in self.signatures if item.name == key.name and item.key_id == key.key_id]


def parse_note(data: bytes) -> Note:
    """Read a note strictly. C2SP signed-note, 'Format'. Raises NoteError `log.note.size`, `log.note.malformed`,
    `log.key.name`.

    Up to 64 signatures and 128 KiB are read.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError("log.note.size", f"The note is longer than {MAX_NOTE_BYTES} bytes", now="Do not process it.")
    try:
        content = data.decode()
    except UnicodeDecodeError as error:
        raise _malformed_note("it is not UTF-8") from error
    if any(character < " " and character != "\n" for character in content):
        raise _malformed_note("it has a control character")
    text, separator, lines = content.rpartition("\n\n")
    if not separator or not lines:
        raise _malformed_note("no blank line stands between its text and its signatures")
    return Note(text + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, at least one and at most 64, each ending in a newline. Raises as `parse_note`."""
    if not lines.endswith("\n"):
        raise _malformed_note("its last line does not end")
    rows = lines[:-1].split("\n")
    if len(rows) > MAX_SIGNATURES:
        raise NoteError(
            "log.note.size", f"The note has more than {MAX_SIGNATURES} signatures", now="Do not process it."
        )
    return tuple(_parse_signature(row) for row in rows)


def sign_note(text: str, *keys: SignerKey) -> bytes:
    """Sign a text with keys of type NOTE_SIGNATURE and give the note.

    Raises NoteError `log.note.malformed` for a text that is empty, does not end in a newline or has control characters;
    `log.key.algorithm` for a key of another type.
    """
    if not text.endswith("\n"):
        raise _malformed_note("its text does not end in a newline")
    signatures = []
    for key in keys:
        verifier = require_type(key.verifier(), NOTE_SIGNATURE)
        signatures.append(Signature(key.name, verifier.key_id, key.sign(_utf8(text))))
    return Note(text, tuple(signatures)).encode()


def verify_note(note: Note, key: VerifierKey) -> None:
    """Check that `key`, of type NOTE_SIGNATURE, signed the text; every signature that claims to be of that key must be
    right.

    Signatures of other keys are ignored. Raises SignatureError: `log.signature.missing`, `log.signature.wrong`.
    """
    require_type(key, NOTE_SIGNATURE)
    claimed = note.by(key)
    if not claimed:
        raise SignatureError(
            "log.signature.missing",
            f"The note has no signature of {key.name} with key id {key.key_id.hex()}",
            now="Check that you have the right key and the right note.",
        )
    for signature in claimed:
        key.verify(note.text.encode(), signature.data)


def check_name(name: str) -> None:
    """Check a key name: not empty, no Unicode space, no plus, no control character, at most 255 bytes. Raises NoteError
    `log.key.name`.
    """
    bad = not name or len(_utf8(name)) > MAX_NAME_BYTES
    if bad or any(character in _SPACES or character < " " or character == "+" for character in name):
        raise NoteError(
            "log.key.name",
            "A key name must not be empty, long, or contain spaces, plus signs or control characters",
            where=repr(name[:80]),
            now="Use a name such as `ledger.example.kr`.",
        )


def require_type(key: VerifierKey, algorithm: int) -> VerifierKey:
    """Give the key back if it is of that type. Raises NoteError `log.key.algorithm`."""
    if key.algorithm != algorithm:
        raise NoteError(
            "log.key.algorithm",
            f"The key is of type {key.algorithm} where type {algorithm} is needed",
            where=key.name,
            now="Use a key of type 1 for a log and of type 4 for a witness.",
        )
    return key


def _parse_signature(row: str) -> Signature:
    if not row.startswith(_PREFIX):
        raise _malformed_note("a signature line does not begin with a dash and a space")
    name, separator, encoded = row[len(_PREFIX) :].partition(" ")
    if not separator:
        raise _malformed_note("a signature line has no signature")
    check_name(name)
    data = decode_base64(encoded)
    if data is None or len(data) < 5:
        raise _malformed_note("a signature is not canonical base64 of at least five bytes")
    return Signature(name, data[:4], data[4:])


def _parse_key(text: str, what: str) -> tuple[str, int, bytes, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or not _HEX_ID.match(parts[1]):
        raise _malformed_key(what)
    data = decode_base64(parts[2])
    if not data:
        raise _malformed_key(what)
    check_name(parts[0])
    return parts[0], data[0], data[1:], bytes.fromhex(parts[1])


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding. RFC 4648 section 4."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes | None:
    """Decode standard base64 (RFC 4648 section 4) in its one canonical form; None if it is anything else."""
    if not _BASE64.match(text):
        return None
    data = base64.b64decode(text)
    return data if encode_base64(data) == text else None


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _malformed_note("it has characters that UTF-8 cannot hold") from error


def _malformed_note(why: str) -> NoteError:
    return NoteError("log.note.malformed", f"This is not a signed note: {why}", now="Fetch it again from the log.")


def _malformed_key(what: str) -> NoteError:
    return NoteError(
        "log.key.malformed", f"This is not a {what}", now="It looks like `name+hex id+base64`; copy it whole."
    )


def _wrong_id(name: str) -> NoteError:
    return NoteError(
        "log.key.id", "The key id does not belong to the key", where=name, now="Copy the key again, whole."
    )
