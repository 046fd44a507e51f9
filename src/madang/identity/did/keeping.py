"""The identifiers of an institution of this server, in a folder: its own, and those of what it answers for.

Below `institutions`/NAME/dids, `self` is the institution's own, `things/ID`, `data/ID` and `contracts/ID` the others:

    did.jsonl       the history, as it is published at /identity/NAME/did.jsonl, /identity/NAME/things/ID/did.jsonl ...
    anchors/N       the proof that the digest of version N stands on the ledger (`anchoring`)
    certificates.json   what was certified of it, for everybody
    keys/HASH.pem   the key that signs the next change, encrypted; named by the hash that the newest version commits to

A change makes the next key durable, then replaces the history in one step, then throws the spent key away: whatever a
crash leaves, the key that the history commits to is there. Who loses `keys` can change nothing any more; a server needs
them never, so keep them elsewhere between changes.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.client.keystore import LEAST_PASSPHRASE
from madang.client.pkcs8 import encrypted_pem
from madang.identity import jose
from madang.identity.did.webvh.history import History, read_history
from madang.identity.did.webvh.names import LOG_FILE, place
from madang.identity.did.webvh.writing import append, begin, commitment
from madang.identity.institution import PATH, Description
from madang.kernel.errors import MadangError

Sort = Literal["self", "things", "data", "contracts"]
SORTS: tuple[Sort, ...] = ("self", "things", "data", "contracts")
FOLDER, KEYS, ANCHORS, CERTIFICATES = "dids", "keys", "anchors", "certificates.json"
LEDGER_SERVICE = "LedgerAnchors"
"""The service that says which party of the ledger anchors the history."""
MAX_LISTED = 10_000
_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,46}[a-z0-9])?\Z")
_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]
Object = dict[str, Any]


class Subject(msgspec.Struct, frozen=True):
    """What an identifier is of: an institution itself (`self`, no id), or one of what it answers for."""

    sort: Sort = "self"
    id: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands behind the institution's own address."""
        return () if self.sort == "self" else (self.sort, self.id)


def check(subject: Subject) -> None:
    """Refuse a subject that can't be part of an address. Raises `MadangError` (`did.subject`)."""
    if (
        subject.sort not in SORTS
        or (subject.sort == "self") != (subject.id == "")
        or (subject.id and not _ID.match(subject.id))
    ):
        raise MadangError(
            "did.subject", "A thing, data set or contract is named by a-z, 0-9, '.', '_', '-'; at most 48."
        )


def create(
    own: Path, description: Description, subject: Subject, jwk: Mapping[str, str], passphrase: str, now: int
) -> History:
    """Make an identifier for a subject of the institution in the folder `own`. `jwk` is the subject's own public key.

    What an institution answers for is controlled by the institution, whose own identifier must be there.

    Raises `MadangError`: `did.subject`, `did.exists`, `did.controller`, `did.name` (this origin can have none),
    `jose.key`, `keys.passphrase_short`, `did.store`.
    """
    check(subject)
    folder = folder_of(own, subject)
    if (folder / LOG_FILE).exists():
        raise MadangError("did.exists", "There is such an identifier already. `madang did rotate` changes it.")
    jose.public_key(dict(jwk), "The key")
    name = str(_place(own.name, description.origin, subject))
    controller = name
    if subject.sort != "self":
        institution = read(own, Subject(), now)
        if institution is None or institution.deactivated:
            raise MadangError("did.controller", "The institution has no identifier yet. Make its own first.")
        controller = institution.did
    ledger = {"party": description.party, "uri": description.origin}
    document: Object = {
        "@context": _CONTEXT,
        "id": name,
        "controller": controller,
        **_keys(name, 1, jwk),
        "service": [{"id": f"{name}#ledger", "type": LEDGER_SERVICE, "serviceEndpoint": ledger}],
    }
    key, following = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    did, line = begin(document, key, following.public_key(), now)
    history = read_history(did, line, now)
    _keep(folder, following, passphrase)
    _write(folder / LOG_FILE, line)
    return history


def change(
    own: Path,
    subject: Subject,
    passphrase: str,
    now: int,
    to: Callable[[Object, int], Object],
    *,
    end: bool = False,
) -> History:
    """Add a version: `to` makes the new document of the one before and the number of the new version.

    The key that signs changes is replaced each time. With `end` it is the last version, for good.

    Raises `MadangError`: `did.subject`, `did.unknown`, `did.key_missing`, `keys.passphrase`, what `append` raises,
    `did.store`.
    """
    history = read(own, subject, now)
    if history is None:
        raise MadangError("did.unknown", "There is no such identifier here. `madang did create` makes it.")
    folder = folder_of(own, subject)
    key = _open(folder, history, passphrase) if not history.deactivated else Ed25519PrivateKey.generate()
    following = None if end else Ed25519PrivateKey.generate()
    document = to(dict(history.newest.document), history.newest.number + 1)
    line = append(history, document, key, following.public_key() if following else None, now)
    log = (folder / LOG_FILE).read_bytes() + line
    changed = read_history(history.did, log, now)
    if following is not None:
        _keep(folder, following, passphrase)
    _write(folder / LOG_FILE, log)
    _key_file(folder, commitment(key.public_key())).unlink(missing_ok=True)
    return changed


def with_key(jwk: Mapping[str, str]) -> Callable[[Object, int], Object]:
    """A change that puts another own key in place of the present one. Raises `MadangError` (`jose.key`)."""
    jose.public_key(dict(jwk), "The key")
    return lambda document, number: {**document, **_keys(document["id"], number, jwk)}


def with_service(kind: str, uri: str) -> Callable[[Object, int], Object]:
    """A change that sets the service of this type, or takes it away where `uri` is empty. Which party anchors stays.

    Raises `MadangError` (`did.service`).
    """
    wrong = not re.fullmatch(r"[A-Za-z]{1,64}", kind) or kind == LEDGER_SERVICE
    if wrong or (uri and (len(uri) > 1_024 or not uri.isascii() or urlsplit(uri).scheme != "https")):
        raise MadangError("did.service", "A service is a type of letters and an https address. This one can't be set.")

    def to(document: Object, number: int) -> Object:
        others = [one for one in document.get("service", []) if one.get("type") != kind]
        own = {"id": f"{document['id']}#service-{number}", "type": kind, "serviceEndpoint": uri}
        return {**document, "service": [*others, own] if uri else others}

    return to


def with_controller(did: str) -> Callable[[Object, int], Object]:
    """A change that names another controller in the document. Who holds the key of the next change stays as it is."""
    if not re.fullmatch(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,500}", did):
        raise MadangError("did.controller", "A controller is named by an identifier, did:...")
    return lambda document, _number: {**document, "controller": did}


def read(own: Path, subject: Subject, now: int) -> History | None:
    """The history of a subject's identifier, verified; None where it has none.

    Raises `MadangError`: `did.subject`, `did.store`, what `read_history` raises.
    """
    log = published(own, subject)
    if log is None:
        return None
    try:
        entry = msgspec.json.decode(log.split(b"\n", 1)[0], type=dict[str, Any])
        did = str(entry["state"]["id"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise MadangError("did.entry", "The history in the folder is damaged. Restore it from a backup.") from None
    return read_history(did, log, now)


def published(own: Path, subject: Subject) -> bytes | None:
    """The file of a history as anybody may have it; None where there is none. Raises `MadangError` (`did.subject`)."""
    check(subject)
    try:
        return (folder_of(own, subject) / LOG_FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unwritable(own, error) from None


def subjects(own: Path) -> list[Subject]:
    """What has an identifier, the institution first; up to 10,000."""
    found = [Subject()] if (folder_of(own, Subject()) / LOG_FILE).exists() else []
    for sort in SORTS[1:]:
        names = sorted(one.parent.name for one in (own / FOLDER / sort).glob(f"*/{LOG_FILE}"))
        found += [Subject(sort, name) for name in names[:MAX_LISTED]]
    return found[:MAX_LISTED]


def folder_of(own: Path, subject: Subject) -> Path:
    """Where a subject's files are, whose name was checked."""
    return own / FOLDER / "self" if subject.sort == "self" else own / FOLDER / subject.sort / subject.id


def keep_proof(own: Path, subject: Subject, version: int, proof: bytes) -> None:
    """Keep the proof of a version's anchor beside its history. Raises `MadangError`: `did.subject`, `did.store`."""
    check(subject)
    _write(folder_of(own, subject) / ANCHORS / str(version), proof)


def proof_of(own: Path, subject: Subject, version: int) -> bytes | None:
    """The proof of a version's anchor, where one is kept. Raises `MadangError` (`did.subject`)."""
    check(subject)
    try:
        return (folder_of(own, subject) / ANCHORS / str(version)).read_bytes()
    except OSError:
        return None


def keep_certificate(own: Path, subject: Subject, text: str, most: int) -> None:
    """Put a certificate beside a subject's history, the newest last; the oldest of more than `most` goes.

    Raises `MadangError`: `did.subject`, `did.store`.
    """
    kept = certificates_of(own, subject)
    known = msgspec.json.decode(kept, type=list[str]) if kept is not None else []
    _write(folder_of(own, subject) / CERTIFICATES, msgspec.json.encode([*known, text][-most:]))


def certificates_of(own: Path, subject: Subject) -> bytes | None:
    """The file of certificates about a subject, where there are any. Raises `MadangError` (`did.subject`)."""
    check(subject)
    try:
        return (folder_of(own, subject) / CERTIFICATES).read_bytes()
    except OSError:
        return None


def party_of(history: History) -> str:
    """The party of the ledger that anchors a history, as its first version says; '' where it names none."""
    services = history.versions[0].document.get("service")
    for one in services if isinstance(services, list) else []:
        endpoint = one.get("serviceEndpoint") if isinstance(one, dict) and one.get("type") == LEDGER_SERVICE else None
        if isinstance(endpoint, dict) and isinstance(endpoint.get("party"), str):
            return str(endpoint["party"])
    return ""


def _place(identifier: str, origin: str, subject: Subject) -> object:
    parts = urlsplit(origin)
    return place(parts.hostname or "", parts.port or 0, (PATH.strip("/"), identifier, *subject.parts))


def _keys(name: str, number: int, jwk: Mapping[str, str]) -> Object:
    method = f"{name}#key-{number}"
    public = {member: jwk[member] for member in ("kty", "crv", "x", "y")}
    return {
        "verificationMethod": [{"id": method, "type": "JsonWebKey", "controller": name, "publicKeyJwk": public}],
        "authentication": [method],
        "assertionMethod": [method],
    }


def _keep(folder: Path, key: Ed25519PrivateKey, passphrase: str) -> None:
    if len(passphrase) < LEAST_PASSPHRASE:
        raise MadangError("keys.passphrase_short", f"A passphrase has at least {LEAST_PASSPHRASE} characters.")
    _write(_key_file(folder, commitment(key.public_key())), encrypted_pem(key, passphrase.encode()))


def _open(folder: Path, history: History, passphrase: str) -> Ed25519PrivateKey:
    """The key that the newest version commits to."""
    for hashed in history.newest.parameters.next_key_hashes:
        try:
            pem = _key_file(folder, hashed).read_bytes()
        except FileNotFoundError:
            continue
        try:
            key = serialization.load_pem_private_key(pem, passphrase.encode() or b"\0")
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise MadangError("keys.passphrase", "This passphrase does not open the key of the next change.") from None
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise MadangError("did.key_missing", f"The key of the next change is not in {folder / KEYS}. Bring it back.")


def _key_file(folder: Path, hashed: str) -> Path:
    return folder / KEYS / f"{hashed}.pem"


def _write(path: Path, content: bytes) -> None:
    """In one step, durable: a reader gets the old or the new, whole. Only its owner reads a key."""
    private = path.suffix == ".pem"
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o755)
        with os.fdopen(
            os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> MadangError:
    return MadangError("did.store", f"{path} can't be read or written: {error.strerror}. Check its permissions.")
