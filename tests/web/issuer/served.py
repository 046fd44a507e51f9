"""A licence office that issues at a served node: its folder, its people, and what the ledger says of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of, make_root
from madang.identity.institution import (
    Description,
    Institution,
    Terms,
    act_to_ask,
    make_institution,
    open_institution,
    root_of,
)
from madang.identity.issuer.office import Office
from madang.identity.trust import Trust
from madang.kernel.transaction import Act
from madang.records.database import Database, open_database
from madang.records.issuing import Issuing
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web.issuer.people import People, to_entry
from tests.base.trust.scene import define, name_issuer, name_provider
from tests.identity.institutions import new_key
from tests.identity.issuer.scene import LICENCE, RESIDENT
from tests.web.serving import Server, make_node, with_pages

ORIGIN = "https://office.example.kr"
BACK = "https://wallet.example.kr/back"
PASSPHRASE = "a passphrase for tests"
REFERENCE = "P-1"


class Town:
    """A folder with a node, an institution `office`, one person, and a provider of wallets that the ledger names."""

    def __init__(
        self, folder: Path, origin: str = ORIGIN, more: tuple[Act, ...] = (), kinds: tuple[str, ...] = ()
    ) -> None:
        self.folder = folder
        now = int(time.time()) - 3_600
        issues = {"driving_licence": Terms(), "resident": Terms("any", (BACK,)), **dict.fromkeys(kinds, Terms())}
        description = Description("welfare", Words("면허 사무소", "Licence office"), origin, issues)
        self.identity = folder / "identity"
        make_institution(self.identity, "office", description, PASSPHRASE, now)
        self.passphrase, self.vault_key = folder / "passphrase", folder / "vault.key"
        self.passphrase.write_text(PASSPHRASE)
        self.passphrase.chmod(0o600)
        self.master = FileMasterKey.create(self.vault_key)
        self.provider_key = new_key()
        self.provider = make_root(self.provider_key, "Wallet provider", now)
        self.root = root_of(self.identity, "office")
        until = now + 300 * 86_400
        named = [
            act
            for kind in issues
            for act in (
                define(credential=kind),
                name_issuer(credential=kind, anchors=[digest_of(self.root)], since=now, until=until),
            )
        ]
        provider = name_provider(attesters=[digest_of(self.provider)], since=now, until=until)
        asks = act_to_ask(self.identity, "office", "ministry")
        if not origin.startswith("https"):
            asks = msgspec.structs.replace(asks, origins=[ORIGIN])  # the ledger takes https alone
        make_node(folder / "node", [*named, provider, asks, *more])
        self.address = f"sqlite:///{folder / 'node' / 'records.db'}"
        self.subject = self.enrol()

    def enrol(self) -> str:
        """The person of this town, in the office's register."""
        database = open_database(self.address)
        try:
            people = self.people(database)
            access = Access("officer", "issuance")
            people.keep(REFERENCE, "driving_licence", to_entry(type_of("driving_licence"), LICENCE), access)
            return people.keep(REFERENCE, "resident", to_entry(type_of("resident"), RESIDENT), access)
        finally:
            database.close()

    def people(self, database: Database) -> People:
        return People("office", "welfare", Vault(database, self.master), type_of)

    def institution(self) -> Institution:
        return open_institution(self.identity, "office", PASSPHRASE)

    @contextmanager
    def desk(self) -> Iterator[Office]:
        """The office as an officer at its desk works with it, beside the server: offers and codes, no signing."""
        database = open_database(self.address)

        def nothing() -> Trust:
            raise AssertionError("a desk asks no ledger")

        try:
            statuses = None  # the server has the lists open, and alone signs
            yield Office(self.institution(), Issuing(database), self.people(database), statuses, nothing)
        finally:
            database.close()

    @contextmanager
    def served(self, port: int = 0) -> Iterator[Server]:
        options = ["--identity", str(self.identity), "--identity-passphrase", str(self.passphrase)]
        with with_pages(self.folder / "node", *options, "--vault-key", str(self.vault_key), port=port) as server:
            yield server


def private_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """A key with its private part, for a wallet in another language."""
    from joserfc.jwk import ECKey

    return {name: str(value) for name, value in ECKey.import_key(key).as_dict(private=True).items()}
