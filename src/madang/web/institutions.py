"""Institutions at this server that issue credentials, ask for them, or sign tokens (docs/identity.md)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from madang.identity import certificates
from madang.identity.certificates import Followed
from madang.identity.fetching import HERE, fetch
from madang.identity.institution import ROOTS, Institution, open_institutions
from madang.identity.status.checking import Statuses
from madang.kernel.errors import MadangError
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.web import provider
from madang.web.api.application import Additions
from madang.web.did import routes as did
from madang.web.eligibility import serving as eligibility
from madang.web.issuer import serving as issuer
from madang.web.issuer.issuers import STATUS
from madang.web.verifier import serving as verifier

MAX_ROOTS = 1_000


def additions(folder: Path, passphrase: str, address: str, master_key: Path) -> Additions:
    """All institutions in `folder`: what they issue, what they ask, whom they give tokens, and identifiers.

    `address` is that of the database of records, `master_key` the file of the vault's master key. Raises `MadangError`:
    what `open_institutions`, `open_database` and `FileMasterKey.open` raise, `institution.root`,
    `institution.providers`.
    """
    institutions = open_institutions(folder, passphrase)
    roots = [*(one.root for one in institutions.values()), *_other_roots(folder / ROOTS)]
    statuses = Statuses(_follow(roots), lists_of(institutions, folder))
    asking = verifier.additions(institutions, roots, statuses)
    parts = (
        asking,
        issuer.additions(institutions, folder, passphrase, open_database(address), FileMasterKey.open(master_key)),
        eligibility.additions(institutions, folder, passphrase, open_database(address)),
        did.additions(folder, roots, statuses),
        provider.additions(institutions, folder, passphrase),
    )
    return Additions(
        [route for part in parts for route in part.routes], [one for part in parts for one in part.lifespans]
    )


def _follow(roots: Sequence[bytes]) -> Callable[[tuple[bytes, ...], int], Followed]:
    def follow(chain: tuple[bytes, ...], now: int) -> Followed:
        return certificates.follow(chain, roots, "credential", now)

    return follow


def lists_of(institutions: Mapping[str, Institution], folder: Path) -> Callable[[str, str], bytes]:
    """Gets status lists: those of this server from its own folder, which a proxy in front might keep it from asking.

    A server that is itself found at no other place than this machine, for trying things out, asks others there too.
    What is given raises `MadangError`: `status.unavailable`, and what `fetch` raises.
    """
    here = bool(institutions) and all(
        urlsplit(one.description.origin).hostname in HERE for one in institutions.values()
    )
    get_other = partial(fetch, reach="here" if here else "public")
    places = {f"{one.url}/{STATUS}/": folder / name / STATUS / "published" for name, one in institutions.items()}

    def get(uri: str, accept: str) -> bytes:
        before, slash, number = uri.rpartition("/")
        place = places.get(before + slash)
        if place is None:
            return get_other(uri, accept)
        try:
            if not number.replace(".", "").isalnum() or number.startswith("."):
                raise FileNotFoundError
            return (place / f"{number}.jwt").read_bytes()
        except OSError:
            raise MadangError("status.unavailable", "There is no such status list at this server.") from None

    return get


def _other_roots(folder: Path) -> list[bytes]:
    """Roots of other servers' issuers. A root counts where the ledger names its digest. Raises `institution.root`."""
    files = sorted(folder.glob("*.crt"))
    if len(files) > MAX_ROOTS:
        raise MadangError("institution.root", f"{folder} holds more than {MAX_ROOTS} certificates. Take some away.")
    found = []
    for file in files:
        try:
            found.append(x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER))
        except (OSError, ValueError):
            raise MadangError("institution.root", f"{file} holds no certificate in PEM. Take it away.") from None
    return found
