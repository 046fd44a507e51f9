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
        entry = self.entry(subject, Access(self._party, "issuance"))
        said = {claims.get(CONNECTING) for claims in entry.values() if claims != "waiting"} - {None}
        return subject if not said or information in said else None

    def keep(self, reference: str, kind: str, said: dict[str, Any] | Literal["waiting"], access: Access) -> str:
        """Keep what is known of a person for a type, in place of what was known before. Gives the person's handle.

        Raises `MadangError`: `people.connected` (the connecting information is somebody else's), what `Vault.put`
        raises.
        """
        with self._turn:
            information = said.get(CONNECTING) if isinstance(said, dict) else None
            subject = self.find(reference)
            alias = self._alias("ci", information) if isinstance(information, str) else ""
            connected = self._vault.person_of(alias) if alias else None
            if subject is not None and connected not in (None, subject):
                raise MadangError(
                    "people.connected", "The connecting information is that of another reference. Correct one of both."
                )
            if subject is None:
                subject = connected or self._vault.enrol(access)
                self._vault.link(subject, self._alias("reference", reference), access)
            if alias and connected is None:
                self._vault.link(subject, alias, access)
            content = _encode({**self.entry(subject, access), kind: said})
            items = self._vault.items(subject, "register")
            if items:
                self._vault.replace(subject, items[0].item, content, access)
            else:
                self._vault.put(subject, "register", content, access)
            return subject

    def _alias(self, sort: str, value: str) -> str:
        return f"register:{self._institution}:{sort}:{value}"


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
