"""A town in which the ministry issues credentials and asks for them, at the same server as the wallet."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of
from madang.identity.institution import (
    FILE,
    Description,
    Institution,
    Terms,
    act_to_attest,
    make_institution,
    make_provider,
    open_institution,
)
from madang.identity.issuer.offers import Offer, invite, make_offer
from madang.identity.issuer.office import Office
from madang.identity.keystorage import Storage
from madang.identity.trust import Trust
from madang.kernel.transaction import Act
from madang.records import issuing as records
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web.issuer.people import People, to_entry
from tests.browser.conftest import Served

NAME = "office"
PASSPHRASE = "a passphrase for tests"
PLACEHOLDER = "http://localhost:1"
ELSEWHERE = "https://ask.example.kr"
DAY = 86_400


class Issuing:
    """An institution, the ministry's unless another is named, its served node, and its register of people.

    `issues` are the types that it issues to any wallet, `attested` those to wallets that are vouched for, by how their
    keys are kept at least; then it vouches for the wallet of these pages itself, as the ledger says. `asks` has by type
    the claims that it may ask for. `more` is given its folder, and says what happens in the town besides. Its `origin`
    is that of the served node, if nothing stands in front of that.
    """

    def __init__(
        self,
        folder: Path,
        issues: Sequence[str],
        asks: Mapping[str, Sequence[str]],
        more: Callable[[Path], Sequence[Act]] = lambda _own: (),
        party: str = "ministry",
        attested: Mapping[str, Storage] = {},
        origin: str = "",
    ) -> None:
        now = int(time.time()) - 3_600
        self.identity = folder / "identity"
        terms = {kind: Terms("any") for kind in issues}
        terms |= {kind: Terms("attested", storage=least) for kind, least in attested.items()}
        description = Description(party, Words("행정안전부", "Ministry"), PLACEHOLDER, terms)
        self.party = party
        make_institution(self.identity, NAME, description, PASSPHRASE, now)
        passphrase, vault_key = folder / "passphrase", folder / "vault.key"
        passphrase.write_text(PASSPHRASE)
        passphrase.chmod(0o600)
        self._master = FileMasterKey.create(vault_key)
        opened = self.institution()
        options = ["--identity", str(self.identity), "--identity-passphrase", str(passphrase)]
        options += ["--vault-key", str(vault_key)]
        named: list[Act] = []
        if attested:
            make_provider(self.identity, NAME, PASSPHRASE, now)
            named = [act_to_attest(self.identity, NAME, "operator")]
        acts = [
            *_types({*terms, *asks}),
            *named,
            *_issuers(opened, now),
            *_verifiers(opened, asks, now),
            *more(self.identity / NAME),
        ]
        self.served = Served(folder / "node", acts, options)
        # The port is known only now, and the address of an institution names it.
        back = f"{self.served.url}/wallet/credentials/back"
        there = msgspec.structs.replace(
            description,
            origin=origin or self.served.url,
            issues={kind: msgspec.structs.replace(one, redirects=(back,)) for kind, one in terms.items()},
        )
        (self.identity / NAME / FILE).write_bytes(msgspec.json.encode(there))
        self._address = f"sqlite:///{self.served.folder / 'records.db'}"

    def institution(self) -> Institution:
        """Its keys, opened."""
        return open_institution(self.identity, NAME, PASSPHRASE)

    def enrol(self, reference: str, people: Mapping[str, Any]) -> str:
        """A person with what is known of them by type; gives the person's handle."""
        with self._office() as office:
            handle = ""
            for kind, claims in people.items():
                said = claims if claims == "waiting" else to_entry(type_of(kind), claims)
                handle = office.register.keep(reference, kind, said, Access("officer", "issuance"))
            return handle

    def offer(self, person: str, *configurations: str) -> Offer:
        """An offer as an officer makes it at the desk."""
        with self._office() as office:
            return make_offer(office, person, configurations, int(time.time()))

    def invite(self, *configurations: str) -> str:
        """A link by which a wallet begins on its own, for whoever signs in then."""
        with self._office() as office:
            return invite(office, configurations)

    @contextmanager
    def _office(self) -> Iterator[Any]:
        database = open_database(self._address)
        try:
            people = People(NAME, self.party, Vault(database, self._master), type_of)
            unsigned: Any = None  # the server has the status lists open, and alone signs
            yield Office(self.institution(), records.Issuing(database), people, unsigned, _no_ledger)
        finally:
            database.close()


def _no_ledger() -> Trust:
    raise AssertionError("a desk asks no ledger")


def _types(kinds: set[str]) -> list[Act]:
    return [
        DefineType(by="operator", credential=kind, governor="ministry", description="dd" * 32) for kind in sorted(kinds)
    ]


def _issuers(opened: Institution, now: int) -> list[Act]:
    return [
        NameIssuer(
            by="ministry",
            credential=kind,
            issuer=opened.party,
            anchors=[opened.anchor],
            since=now,
            until=now + 300 * DAY,
        )
        for kind in opened.description.issues
    ]


def _verifiers(opened: Institution, asks: Mapping[str, Sequence[str]], now: int) -> list[Act]:
    return [
        NameVerifier(
            by="ministry",
            credential=kind,
            verifier=opened.party,
            purpose="staff/sign-in",
            claims=list(claims),
            certificates=[digest_of(opened.requests.certificate)],
            origins=[ELSEWHERE],
            since=now,
            until=now + 300 * DAY,
        )
        for kind, claims in asks.items()
    ]
