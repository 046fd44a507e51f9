"""An institution as this server speaks for it: its keys, its certificates, its place on the web and on the ledger.

A folder an institution, named as it is in URLs:

    institution.json    party, name in both languages, origin, and what it issues under which conditions
    root.crt, root.pem  its own root; the key signs certificates and nothing else, and a server needs it never
    credential.crt, .pem   what signs credentials, metadata and status lists
    request.crt, .pem   what signs requests to wallets
    encryption.pem      what wallets encrypt to
    attestation.crt, .pem   what vouches for wallets of its own pages, if it does (`make_provider`)

Keys are kept as all keys are (`client.keystore`): encrypted with a passphrase, which a server reads from a file. Who
has that file and the folder signs as the institution, until the ledger withdraws its anchor;
so keep `root.pem` elsewhere.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Meta

from madang.base.trust.transactions import NameIssuer, NameVerifier, NameWalletProvider
from madang.client.keystore import Keystore
from madang.client.wallet import Wallet
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.certificates import Purpose, digest_of, make_leaf, make_root
from madang.identity.jose import jwk_of
from madang.identity.keystorage import Storage
from madang.identity.signer import Signer, signer
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId

FILE = "institution.json"
ROOTS = "roots"
"""The folder, beside the institutions, with root certificates (NAME.crt, PEM) of issuers at other servers."""
PATH = "/identity"
"""Under which all institutions of a server are found."""
MAX_INSTITUTIONS = 64
SIGN_IN = ("resident", "issuing/sign-in", "connecting_information")
"""By which type, for which purpose, and by which claim somebody says who they are before a credential is issued."""
KEYS = ("root", "credential", "request", "encryption")
ATTESTATION: Literal["attestation"] = "attestation"
"""The key of an institution that vouches for wallets."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\Z")

Wallets = Literal["attested", "any"]
"""Whether wallets must prove who made them, and how their keys are kept (HAIP 1.0, section 4.4)."""
Origin = Annotated[
    str,
    Meta(pattern=r"^(https://[a-z0-9][a-z0-9.-]{0,100}|http://(localhost|127\.0\.0\.1))(:[1-9][0-9]{0,4})?\Z"),
]
"""https, or http on this very machine."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under which conditions a type is issued: to which wallets, and from where they may have browsers sent back.

    A wallet that proved who made it names its own address; any other only one of `redirects`. `storage` is how well the
    keys of attested wallets are kept at least.
    """

    wallets: Wallets = "attested"
    redirects: tuple[str, ...] = ()
    storage: Storage = "moderate"


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is public about an institution, as its file says it. `issues` is by the catalogue's type."""

    party: PartyId
    name: Words
    origin: Origin
    issues: dict[str, Terms] = {}


class Institution(msgspec.Struct, frozen=True):
    """An institution whose keys are open.

    `credentials` signs what it issues, `requests` what it asks. `secret` (32 bytes) is for keyed digests and one-time
    values of this institution alone, the same after each start.
    """

    identifier: str
    description: Description
    root: bytes
    credentials: Signer
    requests: Signer
    decryption: ec.EllipticCurvePrivateKey
    secret: bytes

    @property
    def party(self) -> PartyId:
        """Its name on the ledger."""
        return self.description.party

    @property
    def url(self) -> str:
        """Its own part of the web: its identifier as an issuer (OpenID4VCI 1.0, section 12.2.1)."""
        return f"{self.description.origin}{PATH}/{self.identifier}"

    @property
    def anchor(self) -> str:
        """The digest of its root, as the ledger names it."""
        return digest_of(self.root)

    def __repr__(self) -> str:
        return f"Institution({self.identifier})"


def make_institution(folder: Path, identifier: str, description: Description, passphrase: str, now: int) -> None:
    """Make an institution's keys and certificates in `folder`/`identifier`, from `now` (seconds) on.

    Raises `MadangError`: `institution.name`, `institution.exists`, `institution.invalid`, and what `Keystore.store`
    raises.
    """
    if not _NAME.match(identifier) or identifier == ROOTS:
        raise MadangError(
            "institution.name", "An institution's name in URLs is of a-z, 0-9 and '-', at most 32. Choose another."
        )
    _check_types(identifier, description)
    own = folder / identifier
    if (own / FILE).exists():
        raise MadangError("institution.exists", f"{own} holds an institution already. Choose another name.")
    keys = {name: Wallet.generate() for name in KEYS}
    store = Keystore(own)
    for name, key in keys.items():
        store.store(name, key, passphrase)
    english = description.name.en
    host = description.origin.partition("://")[2].partition(":")[0]
    root = make_root(keys["root"].key, english, now)
    _write(own / "root.crt", root)
    leaves: tuple[Purpose, ...] = ("credential", "request")
    for name in leaves:
        _write_leaf(own, keys["root"].key, root, keys[name].key, english, host, now, name)
    (own / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n")


def renew(folder: Path, identifier: str, passphrase: str, now: int) -> None:
    """New certificates for the same keys below the same root, from `now` on: a leaf lives for 15 months at most.

    Raises what `open_institution` raises.
    """
    own = folder / identifier
    description, store = _describe(own), Keystore(own)
    root = _read_certificate(own / "root.crt")
    root_key = store.open("root", passphrase).key
    host = description.origin.partition("://")[2].partition(":")[0]
    purposes: list[Purpose] = ["credential", "request"]
    if (own / f"{ATTESTATION}.crt").exists():
        purposes.append(ATTESTATION)
    for name in purposes:
        key = store.open(name, passphrase).key
        _write_leaf(own, root_key, root, key, description.name.en, host, now, name)


def make_provider(folder: Path, identifier: str, passphrase: str, now: int) -> None:
    """Make the key with which an institution vouches for the wallet of its own pages, certified from `now` on.

    The root's key must be there. Raises what `open_institution` and `Keystore.store` raise.
    """
    own = folder / identifier
    description, store = _describe(own), Keystore(own)
    root_key, key = store.open("root", passphrase).key, Wallet.generate()
    store.store(ATTESTATION, key, passphrase)
    host = description.origin.partition("://")[2].partition(":")[0]
    root = _read_certificate(own / "root.crt")
    _write_leaf(own, root_key, root, key.key, description.name.en, host, now, ATTESTATION)


def open_attestation(folder: Path, identifier: str, passphrase: str) -> Signer | None:
    """What vouches for wallets in this institution's name; None where it vouches for none.

    Raises `MadangError`: `institution.invalid`, `signer.certificate`, and what `Keystore.open` raises.
    """
    own = folder / identifier
    if not (own / f"{ATTESTATION}.crt").exists():
        return None
    return signer(Keystore(own).open(ATTESTATION, passphrase).key, [_read_certificate(own / f"{ATTESTATION}.crt")])


def identifiers(folder: Path) -> list[str]:
    """The institutions in a folder, sorted. Raises `MadangError` (`institution.folder`)."""
    try:
        found = sorted(one.name for one in folder.iterdir() if (one / FILE).is_file())
    except OSError as error:
        raise MadangError(
            "institution.folder", f"{folder} can't be read: {error.strerror}. Name a folder of institutions."
        ) from None
    if len(found) > MAX_INSTITUTIONS:
        raise MadangError("institution.folder", f"{folder} holds more than {MAX_INSTITUTIONS} institutions.")
    return found


def describe(folder: Path, identifier: str) -> Description:
    """What is public about an institution. Raises `MadangError`: `institution.folder`, `institution.invalid`."""
    return _describe(folder / identifier)


def root_of(folder: Path, identifier: str) -> bytes:
    """An institution's root certificate (DER). Raises `MadangError` (`institution.invalid`)."""
    return _read_certificate(folder / identifier / "root.crt")


def credential_key_of(folder: Path, identifier: str) -> dict[str, str]:
    """The public JWK that an institution signs credentials with. Raises `MadangError` (`institution.invalid`)."""
    certificate = x509.load_der_x509_certificate(_read_certificate(folder / identifier / "credential.crt"))
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise MadangError("institution.invalid", f"{identifier} has no P-256 key for credentials. Restore it.")
    return jwk_of(key)


def open_institution(folder: Path, identifier: str, passphrase: str) -> Institution:
    """Open an institution's keys. The root's key need not be there.

    Raises `MadangError`: `institution.folder`, `institution.invalid`, `signer.certificate`, and what `Keystore.open`
    raises.
    """
    own = folder / identifier
    store = Keystore(own)
    signers = [
        signer(store.open(name, passphrase).key, [_read_certificate(own / f"{name}.crt")])
        for name in ("credential", "request")
    ]
    decryption = store.open("encryption", passphrase).key
    scalar = decryption.private_numbers().private_value.to_bytes(32, "big")
    secret = HKDF(hashes.SHA256(), 32, None, b"madang institution: secret").derive(scalar)
    return Institution(
        identifier, _describe(own), _read_certificate(own / "root.crt"), signers[0], signers[1], decryption, secret
    )


def open_institutions(folder: Path, passphrase: str) -> dict[str, Institution]:
    """All institutions in a folder by their names in URLs. Raises what `open_institution` raises."""
    return {name: open_institution(folder, name, passphrase) for name in identifiers(folder)}


def read_passphrase(file: Path) -> str:
    """The passphrase in a file that its owner alone may read. Raises `MadangError` (`institution.passphrase`)."""
    try:
        text = file.read_text(encoding="utf-8")
        private = file.stat().st_mode & 0o077 == 0
    except (OSError, UnicodeDecodeError):
        raise MadangError("institution.passphrase", f"{file} can't be read as text. Name the right file.") from None
    if not private:
        raise MadangError("institution.passphrase", f"Others may read {file}. Make it its owner's: chmod 600 {file}")
    return text.removesuffix("\n").removesuffix("\r")


def acts_to_name(description: Description, root: bytes, governors: dict[str, PartyId]) -> list[NameIssuer]:
    """The acts by which governors name this institution as issuer of its types, as long as its root lasts.

    `governors` says for each type who governs it on the ledger.
    """
    certificate = x509.load_der_x509_certificate(root)
    since = int(certificate.not_valid_before_utc.timestamp())
    until = min(int(certificate.not_valid_after_utc.timestamp()), since + 10 * 365 * 86_400)
    return [
        NameIssuer(
            by=governors[kind],
            credential=kind,
            issuer=description.party,
            anchors=[digest_of(root)],
            since=since,
            until=until,
            # The ledger takes https alone; what is served on this very machine is asked by its own pages.
            origins=[description.origin] if description.origin.startswith("https://") else [],
        )
        for kind in sorted(description.issues)
    ]


def act_to_ask(folder: Path, identifier: str, governor: PartyId) -> NameVerifier:
    """The act by which the governor of residence lets this institution ask who somebody is before it issues.

    Raises what `describe` raises.
    """
    description = describe(folder, identifier)
    der = _read_certificate(folder / identifier / "request.crt")
    certificate = x509.load_der_x509_certificate(der)
    return NameVerifier(
        by=governor,
        credential=SIGN_IN[0],
        verifier=description.party,
        purpose=SIGN_IN[1],
        claims=[SIGN_IN[2]],
        certificates=[digest_of(der)],
        origins=[description.origin],
        since=int(certificate.not_valid_before_utc.timestamp()),
        until=int(certificate.not_valid_after_utc.timestamp()),
    )


def attester_of(folder: Path, identifier: str) -> str:
    """The thumbprint of the key that vouches for wallets. Raises `MadangError` (`keys.unknown`): there is none."""
    return Keystore(folder / identifier).show(ATTESTATION).kid


def act_to_attest(folder: Path, identifier: str, operator: PartyId) -> NameWalletProvider:
    """The act by which the operator names this institution as provider of a wallet, for ten years at most.

    It names the key and not its certificate, which is renewed. Raises `MadangError`: what `describe` raises,
    `keys.unknown` (`make_provider` has made none).
    """
    description = describe(folder, identifier)
    attester = attester_of(folder, identifier)
    certificate = x509.load_der_x509_certificate(_read_certificate(folder / identifier / f"{ATTESTATION}.crt"))
    since = int(certificate.not_valid_before_utc.timestamp())
    until = since + 10 * 365 * 86_400
    return NameWalletProvider(by=operator, provider=description.party, attesters=[attester], since=since, until=until)


def _describe(own: Path) -> Description:
    try:
        found = msgspec.json.decode((own / FILE).read_bytes(), type=Description)
    except OSError as error:
        raise MadangError(
            "institution.folder", f"{own / FILE} can't be read: {error.strerror}. Make it with `madang identity init`."
        ) from None
    except msgspec.MsgspecError as error:
        raise MadangError("institution.invalid", f"{own / FILE} describes no institution: {error}.") from None
    _check_types(own.name, found)
    return found


def _check_types(identifier: str, description: Description) -> None:
    for kind in description.issues:
        try:
            type_of(kind)
        except MadangError:
            raise MadangError(
                "institution.invalid", f"{identifier} issues {kind}, which is no type of the catalogue."
            ) from None


def _write_leaf(
    own: Path,
    root_key: ec.EllipticCurvePrivateKey,
    root: bytes,
    key: ec.EllipticCurvePrivateKey,
    name: str,
    host: str,
    now: int,
    purpose: Purpose,
) -> None:
    leaf = make_leaf(root_key, root, key.public_key(), f"{name} {purpose}s", purpose, now, host)
    _write(own / f"{purpose}.crt", leaf)


def _write(path: Path, der: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    aside.replace(path)


def _read_certificate(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    except (OSError, ValueError):
        raise MadangError("institution.invalid", f"{path} holds no certificate in PEM. Restore it.") from None
