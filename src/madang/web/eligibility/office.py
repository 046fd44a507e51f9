"""The eligibility authorities at this server."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

import msgspec

from madang.client.wallet import Wallet
from madang.identity.eligibility.authority import Authority
from madang.identity.eligibility.keys import open_keys
from madang.identity.institution import Institution
from madang.records.database import Database
from madang.records.tokens import TokenRegister
from madang.web.ownledger import officer_in


class Office(msgspec.Struct, frozen=True):
    """An authority: its institution, its register, and the key that publishes counts, if it is kept here."""

    institution: Institution
    authority: Authority
    register: TokenRegister
    officer: Wallet | None


def open_offices(
    institutions: Mapping[str, Institution], folder: Path, passphrase: str, database: Database
) -> dict[str, Office]:
    """The offices of all institutions in `folder`, by their names in URLs.

    One that opened no offer on the ledger has nothing to do. Raises what `Keystore.open` raises of officers' keys.
    """
    register = TokenRegister(database)
    return {
        name: Office(
            one,
            Authority(register, _digest_key(one), open_keys(folder / name, passphrase)),
            register,
            officer_in(folder / name, passphrase),
        )
        for name, one in institutions.items()
    }


def _digest_key(institution: Institution) -> bytes:
    return hmac.digest(institution.secret, b"madang eligibility: digests of subjects", hashlib.sha256)
