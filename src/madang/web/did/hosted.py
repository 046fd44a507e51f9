"""The identifiers that are published at this server, found by their addresses."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from madang.identity.did import keeping
from madang.identity.did.certificates import MAX_CERTIFICATES, Statuses
from madang.identity.did.keeping import SORTS, Subject
from madang.identity.did.webvh.history import History
from madang.identity.did.webvh.names import read_name
from madang.identity.institution import PATH, Description, describe, identifiers
from madang.kernel.errors import MadangError


class Hosted(msgspec.Struct, frozen=True):
    """The institutions in `folder`, by their names in URLs; roots (DER) and status lists to judge certificates by."""

    folder: Path
    institutions: Mapping[str, Description]
    roots: Sequence[bytes]
    statuses: Statuses

    def file(self, name: str, subject: Subject) -> bytes | None:
        """The history of a subject as it is published, or None. Raises `MadangError`: `did.subject`, `did.store`."""
        return keeping.published(self.folder / name, subject) if name in self.institutions else None

    def proof(self, name: str, subject: Subject, version: int) -> bytes | None:
        """The proof of a version's anchor, or None. Raises `MadangError` (`did.subject`)."""
        return keeping.proof_of(self.folder / name, subject, version) if name in self.institutions else None

    def certificates(self, name: str, subject: Subject) -> bytes | None:
        """The file of certificates about a subject, or None. Raises `MadangError` (`did.subject`)."""
        return keeping.certificates_of(self.folder / name, subject) if name in self.institutions else None

    def keep_certificate(self, name: str, subject: Subject, text: str) -> None:
        """Publish a certificate about a subject. Raises `MadangError` (`did.store`)."""
        keeping.keep_certificate(self.folder / name, subject, text, MAX_CERTIFICATES)

    def find(self, did: str) -> tuple[str, Subject] | None:
        """Whose identifier this is and what it is of; None where it is not published here.

        Raises `MadangError` (`did.name`).
        """
        name = read_name(did)
        first, *rest = name.path or ("",)
        if first != PATH.strip("/") or not rest or rest[0] not in self.institutions:
            return None
        port = f":{name.port}" if name.port else ""
        if self.institutions[rest[0]].origin.partition("://")[2] != f"{name.host}{port}":
            return None
        if len(rest) == 1:
            return rest[0], Subject()
        if len(rest) != 3 or rest[1] not in SORTS[1:]:
            return None
        return rest[0], Subject(next(one for one in SORTS if one == rest[1]), rest[2])

    def history(self, did: str, now: int) -> History | None:
        """An identifier's history, verified; None where it is not published here.

        Raises `MadangError`: `did.name`, what `read_history` raises.
        """
        found = self.find(did)
        return keeping.read(self.folder / found[0], found[1], now) if found is not None else None

    def listed(self, now: int) -> list[str]:
        """The identifiers of the institutions here, for whoever knows none yet."""
        found = []
        for name in self.institutions:
            try:
                history = keeping.read(self.folder / name, Subject(), now)
            except MadangError:
                continue  # a damaged one is told where it is asked for
            if history is not None:
                found.append(history.did)
        return found


def hosted(folder: Path, roots: Sequence[bytes], statuses: Statuses) -> Hosted:
    """The identifiers of all institutions in a folder. Raises `MadangError`: `institution.folder`, `.invalid`."""
    return Hosted(folder, {name: describe(folder, name) for name in identifiers(folder)}, roots, statuses)
