"""The register of persons of an institution, over the vault: one item a person, encrypted for that person.

Each institution has people of its own: the same person at two institutions is two handles, and nothing here joins them.
A person is found by the institution's own reference, and by connecting information (CI), under keyed digests.

Whoever reads an item stands in the access log: the officer, or the institution itself where a wallet asks.
"""

import base64
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from madang.identity.catalogue.types import Claim, CredentialType
from madang.identity.institution import SIGN_IN
from madang.identity.verified import Claims
from madang.kernel.errors import MadangError
from madang.records.vault import Access, Vault

Entry = dict[str, dict[str, Any] | Literal["waiting"]]
"""What is known of a person: by type, claims in JSON (images in base64), or that an officer has still to see to it."""
CONNECTING = SIGN_IN[2]
_encode, _decode = msgspec.json.encode, msgspec.json.Decoder(Entry).decode


class People:
    """The register of one institution. Safe for several threads."""

    def __init__(self, institution: str, party: str, vault: Vault, types: Callable[[str], CredentialType]) -> None:
        self._institution = institution
        self._party = party
        self._vault = vault
        self._types = types
        self._turn = threading.Lock()

    def known(self, subject: str, kind: str) -> Claims | Literal["waiting"] | None:
        """What is known of a person for a type; None for a person who was erased, too."""
        found = self.entry(subject, Access(self._party, "issuance")).get(kind)
        return found if found is None or found == "waiting" else from_entry(self._types(kind), found)

    def entry(self, subject: str, access: Access) -> Entry:
        """All that is known of a person; nothing for whom the vault does not know, or knows no more."""
        try:
            items = self._vault.items(subject, "register")
            return _decode(self._vault.read(subject, items[0].item, access)) if items else {}
        except MadangError as error:
            if error.code in ("vault.unknown", "vault.erased"):
                return {}
            raise

    def find(self, reference: str) -> str | None:
        """The person under a reference of the institution, or None."""
        return self._vault.person_of(self._alias("reference", reference))

    def find_connected(self, information: str) -> str | None:
        """The person with this connecting information, or None. Not who had it by mistake, until it was corrected."""
        subject = self._vault.person_of(self._alias("ci", information))
        if subject is None:
            return None
        said = _connecting(self.entry(subject, Access(self._party, "issuance")))
        return subject if not said or information in said else None

    def keep(self, reference: str, kind: str, said: dict[str, Any] | Literal["waiting"], access: Access) -> str:
        """Keep what is known of a person for a type, in place of what was known before. Gives the person's handle.

        Connecting information that is corrected by it is nobody's any more, and free for whose it is. A further
        reference is joined to whom it connects only for a type of which nothing is known of them: what is known is
        changed under the reference that it was said under.

        Raises `MadangError`: `people.connected` (the connecting information is somebody else's), what `Vault.put`
        raises.
        """
        with self._turn:
            subject, connected, alias = self._place(reference, kind, said, access)
            if subject is None:
                subject = connected or self._vault.enrol(access)
                self._vault.link(subject, self._alias("reference", reference), access)
            if alias and connected is None:
                self._vault.link(subject, alias, access)
            before = self.entry(subject, access)
            after: Entry = {**before, kind: said}
            self._write(subject, after, access)
            corrected = _connecting(before) - _connecting(after) if _connecting(after) else set()
            for old in sorted(corrected):
                self._disconnect(subject, old, access)
            return subject

    def check(self, reference: str, kind: str, said: dict[str, Any], access: Access) -> None:
        """Refuse beforehand what `keep` would refuse. Raises `MadangError` (`people.connected`)."""
        with self._turn:
            self._place(reference, kind, said, access)

    def disconnect(self, reference: str, information: str, access: Access) -> str | None:
        """Undo connecting information that was written for a person by mistake, so that it is free for whose it is.

        What says it of the person waits from then on, until a sheet says it anew. Gives the person's handle; None where
        nobody has this reference, or has this information under it.
        """
        with self._turn:
            subject = self.find(reference)
            if subject is None or self._vault.person_of(self._alias("ci", information)) != subject:
                return None
            entry = self.entry(subject, access)
            # What is left out of it first: should this be cut short, then it can be asked for again.
            self._write(
                subject,
                {
                    kind: "waiting" if known == "waiting" or known.get(CONNECTING) == information else known
                    for kind, known in entry.items()
                },
                access,
            )
            self._disconnect(subject, information, access)
            return subject

    def _place(
        self, reference: str, kind: str, said: dict[str, Any] | Literal["waiting"], access: Access
    ) -> tuple[str | None, str | None, str]:
        """Who has this reference, who this connecting information, and what that is kept as ('' where none is said)."""
        information = said.get(CONNECTING) if isinstance(said, dict) else None
        subject = self.find(reference)
        if not isinstance(information, str):
            return subject, None, ""
        connected = self._owner(information, access)
        is_other = connected not in (None, subject)
        if is_other and (subject is not None or kind in self.entry(str(connected), access)):
            raise MadangError(
                "people.connected", "The connecting information is that of another reference. Correct one of both."
            )
        return subject, connected, self._alias("ci", information)

    def _owner(self, information: str, access: Access) -> str | None:
        """Whose connecting information this is. Who had it by mistake, and was corrected, lets go of it here."""
        subject = self._vault.person_of(self._alias("ci", information))
        said = _connecting(self.entry(subject, access)) if subject is not None else set()
        if subject is None or not said or information in said:
            return subject
        self._disconnect(subject, information, access)
        return None

    def _disconnect(self, subject: str, information: str, access: Access) -> None:
        alias = self._alias("ci", information)
        if self._vault.person_of(alias) == subject:
            self._vault.unlink(subject, alias, access)

    def _write(self, subject: str, entry: Entry, access: Access) -> None:
        items = self._vault.items(subject, "register")
        if items:
            self._vault.replace(subject, items[0].item, _encode(entry), access)
        else:
            self._vault.put(subject, "register", _encode(entry), access)

    def _alias(self, sort: str, value: str) -> str:
        return f"register:{self._institution}:{sort}:{value}"


def _connecting(entry: Entry) -> set[str]:
    """All connecting information that is said of a person."""
    return {claims[CONNECTING] for claims in entry.values() if claims != "waiting" and CONNECTING in claims}


def to_entry(of: CredentialType, claims: Claims) -> dict[str, Any]:
    """Claims as the register keeps them."""
    return {
        name: base64.b64encode(value).decode() if of.known[name].kind == "image" else value
        for name, value in claims.items()
    }


def from_entry(of: CredentialType, said: Mapping[str, Any]) -> Claims:
    """Claims as the catalogue has them; what the type does not know any more is left out."""
    return {
        name: base64.b64decode(value) if of.known[name].kind == "image" else value
        for name, value in said.items()
        if name in of.known
    }


def read_claim(claim: Claim, text: str) -> Any:
    """A claim from a cell of a sheet. What does not fit stays text, of which the type's check then tells."""
    match claim.kind:
        case "whole":
            return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else text
        case "flag":
            return {"true": True, "false": False}.get(text.lower(), text)
        case "image":
            try:
                return base64.b64decode(text, validate=True)
            except ValueError:
                return text
        case "list":
            if not claim.items:
                return [one.strip() for one in text.split(";")]
            try:
                return msgspec.json.decode(text)
            except msgspec.MsgspecError:
                return text
        case _:
            return text
