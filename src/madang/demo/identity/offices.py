"""The offices of the demonstration: their keys, and what the server needs to open them.

All of it lies in one folder beside the demonstration's node, is made anew with it, and is worth nothing elsewhere.
"""

import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from madang.client.keystore import Keystore
from madang.demo import actors
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.eligibility.keys import OFFICER
from madang.identity.institution import Description, Terms, make_institution
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Access, Vault
from madang.web.issuer.people import People, to_entry

POLICE = "police-licence-office"
WELFARE = "welfare"
BACK = "/wallet/credentials/back"
"""Where the wallet's pages have a browser sent back to that signed in at an office."""
ENROLLING = 2
"""Keys made together: their encryption is slow on purpose, and takes a core each."""


class Office(msgspec.Struct, frozen=True):
    """An office: its party on the ledger, what people call it, and the types that it issues."""

    party: str
    name: Words
    issues: tuple[str, ...]


OFFICES: Mapping[str, Office] = {
    "licence": Office(POLICE, Words("면허 사무소 (시연)", "Licence office (demonstration)"), ("driving_licence",)),
    "district": Office(actors.DESK, Words("구청 (시연)", "District office (demonstration)"), ("resident",)),
    WELFARE: Office(
        actors.WELFARE, Words("복지기관 (시연)", "Welfare authority (demonstration)"), ("amount_class", "age")
    ),
    "ministry": Office(
        actors.MINISTRY, Words("행정안전부 (시연)", "Ministry of the interior (demonstration)"), ("employee_id",)
    ),
}
"""By their names in URLs."""
Register = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Claims by reference and credential type."""


class Setting(msgspec.Struct, frozen=True):
    """Where a server finds the institutions, the passphrase of their keys, and the master key of their registers."""

    folder: Path
    passphrase: Path
    vault_key: Path

    def read_passphrase(self) -> str:
        """The passphrase."""
        return self.passphrase.read_text(encoding="ascii")


def make(folder: Path, origin: str, seed: str, now: int) -> Setting:
    """Make all offices in a new `folder`, served at `origin`, with certificates from the second `now` on.

    An officer's key of the welfare authority lies with it, so that the server says how many tokens were signed.
    """
    folder.mkdir(mode=0o700)
    made = Setting(folder / "institutions", folder / "passphrase", folder / "vault.key")
    with os.fdopen(os.open(made.passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    FileMasterKey.create(made.vault_key)
    passphrase = made.read_passphrase()

    def make_one(name: str) -> None:
        one = OFFICES[name]
        issues = {kind: Terms("any", (f"{origin}{BACK}",)) for kind in one.issues}
        make_institution(made.folder, name, Description(one.party, one.name, origin, issues), passphrase, now)

    with ThreadPoolExecutor(ENROLLING) as pool:
        list(pool.map(make_one, OFFICES))
    officer = actors.officers(actors.WELFARE, seed)[-1]
    Keystore(made.folder / WELFARE).store(OFFICER, officer, passphrase)
    return made


def enrol(setting: Setting, address: str, registers: Mapping[str, Register], now: int) -> None:
    """Put people into the offices' registers, in the vault of the database at this address.

    An office keeps only what is of a type that it issues.
    """
    database = open_database(address)
    try:
        vault = Vault(database, FileMasterKey.open(setting.vault_key), lambda: now)
        for office, register in registers.items():
            one = OFFICES[office]
            people = People(office, one.party, vault, type_of)
            access = Access(one.party, "issuance")
            for reference, known in register.items():
                for kind in one.issues:
                    people.keep(reference, kind, to_entry(type_of(kind), dict(known[kind])), access)
    finally:
        database.close()
