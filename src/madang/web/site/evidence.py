"""Evidence in the vault of whoever serves these pages: people put in what is theirs, the officers who decide see it.

Which institutions' vault it is, the server is told (`madang serve --vault-key FILE --vault-of OFFICE`). For others
nothing is taken here: their evidence is brought to them or to a desk. What is put in passes through this server's
memory in the clear, and through nothing else; every look is in the access log, with the purpose, before it is shown.

Who may look is for the caller to have checked: that the party signed in, or that the officer decides on the matter.
"""

from collections.abc import Sequence

import msgspec

from madang.kernel.errors import MadangError
from madang.records.consents import Consent
from madang.records.purposes import Why
from madang.records.vault import Access, Kept, Vault


class Keeper(msgspec.Struct, frozen=True):
    """A vault, and the institutions that keep evidence in it."""

    vault: Vault
    offices: tuple[str, ...]

    def keeps_for(self, office: str) -> bool:
        """Whether evidence for this institution is kept here."""
        return office in self.offices

    def take(self, party: str, content: bytes, consent: Consent) -> str:
        """Keep what a party gives, with what it agreed to; the keyed digest that goes on the ledger.

        Raises `MadangError`: what `Vault.put` raises.
        """
        access = Access(party, "person_asked")
        return self.vault.put(self._person(party, access), "evidence", content, access, consent)[1]

    def _person(self, party: str, access: Access) -> str:
        known = self.vault.person_of(party)
        if known is not None:
            return known
        try:
            return self.vault.enrol(access, party)
        except MadangError as error:
            known = self.vault.person_of(party)  # a second tab was quicker
            if error.code != "vault.linked" or known is None:
                raise
            return known

    def pieces(self, party: str, digests: Sequence[str]) -> dict[str, Kept]:
        """Which of these digests name something that is kept here of a party, or of somebody by a handle."""
        person = self.vault.person_of(party)
        return {} if person is None else self.vault.find(person, digests)

    def read(self, party: str, digest: str, officer: str, why: Why) -> bytes:
        """The evidence that a digest names, for this officer and purpose. Raises what `Vault.read_named` raises."""
        person = self.vault.person_of(party)
        if person is None:
            raise MadangError("vault.unknown_item", "This evidence is not kept here. Ask at the desk that took it.")
        return self.vault.read_named(person, digest, Access(officer, why))

    def lapse(self) -> int:
        """Let go of whatever was kept for its time; how many items. Raises what `Vault.lapse` raises."""
        return self.vault.lapse(Access(self.offices[0], "retention"))
