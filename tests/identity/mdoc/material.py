"""An issuer, a phone and a licence, all made up, and a presentation whose parts a test can spoil one by one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.certificates import Followed, follow, make_leaf, make_root
from madang.identity.mdoc import Validity, issue, present
from madang.identity.mdoc.cbor import Encoded, decode, encode
from madang.identity.mdoc.cose import sign1
from madang.identity.mdoc.transcript import device_authentication, openid4vp
from madang.identity.signer import Signer, signer, signing
from madang.identity.verified import StatusReference

DAY = 86_400
NOW = 1_790_000_000
DOC_TYPE, NAMESPACE = "org.iso.18013.5.1.mDL", "org.iso.18013.5.1"
VALIDITY = Validity(NOW - DAY, NOW - DAY, NOW + 30 * DAY)
STATUS = StatusReference("https://status.example/lists/7", 412)
TRANSCRIPT = openid4vp("x509_hash:abc", "a-nonce-of-the-request", "https://verifier.example/answer", b"\x07" * 32)
ELEMENTS: dict[str, Any] = {
    "family_name": "홍",
    "birth_date": datetime.date(1999, 1, 31),
    "portrait": b"\xff\xd8\xff" + bytes(3000),
    "age_over_19": True,
    "driving_privileges": [{"vehicle_category_code": "B", "issue_date": datetime.date(2020, 2, 29)}],
}


@dataclass
class Issuer:
    """A root, and a signer below it."""

    root: bytes
    signer: Signer

    def trust(self, chain: tuple[bytes, ...]) -> Followed:
        """Follow a chain to this issuer's root, now."""
        return follow(chain, (self.root,), "credential", NOW)


def new_issuer(since: int = NOW - 10 * DAY) -> Issuer:
    """An issuer whose certificates are valid from `since`."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = make_root(root_key, "Issuer of tests", since)
    leaf = make_leaf(root_key, root, key.public_key(), "Licences of tests", "credential", since)
    return Issuer(root, signer(key, [leaf]))


@cache
def an_issuer() -> Issuer:
    """The issuer of the licence."""
    return new_issuer()


@cache
def phone() -> ec.EllipticCurvePrivateKey:
    """The key that the licence is bound to."""
    return ec.generate_private_key(ec.SECP256R1())


def issued(elements: dict[str, Any] | None = None, status: StatusReference | None = STATUS) -> bytes:
    """A licence as the phone got it."""
    holder = jose.jwk_of(phone().public_key())
    return issue(an_issuer().signer, DOC_TYPE, {NAMESPACE: elements or ELEMENTS}, holder, VALIDITY, status)


@cache
def a_licence() -> bytes:
    """A licence with all elements."""
    return issued()


def shown(*identifiers: str, transcript: bytes = TRANSCRIPT) -> bytes:
    """A presentation of these elements of the licence."""
    return present(a_licence(), DOC_TYPE, {NAMESPACE: identifiers}, transcript, signing(phone()))


@dataclass
class Parts:
    """What a presentation is put together from. `build` digests and signs anew, so that only the spoilt part is bad."""

    response: dict[str, Any] = field(default_factory=lambda: {"version": "1.0", "status": 0})
    copies: int = 1
    doc_type: str = DOC_TYPE
    issuer_more: dict[str, Any] = field(default_factory=dict)
    unprotected: dict[int, Any] = field(default_factory=lambda: {33: an_issuer().signer.chain[0]})
    issuer_signer: Signer = field(default_factory=lambda: an_issuer().signer)
    issuer_auth: Any = None
    mso: dict[str, Any] = field(default_factory=dict)
    wrap: bool = True
    items: list[dict[str, Any]] = field(default_factory=list)
    items_after: list[dict[str, Any]] = field(default_factory=list)
    namespaces: Any = None
    device_namespaces: Encoded = field(default_factory=lambda: Encoded(encode({})))
    device_auth: Any = None
    device_detached: bool = True
    device_key: ec.EllipticCurvePrivateKey = field(default_factory=phone)
    transcript: bytes = TRANSCRIPT

    def __post_init__(self) -> None:
        issuer_signed = decode(issued({"age_over_19": True, "family_name": "홍"}), "a licence")
        self.mso = decode(decode(issuer_signed["issuerAuth"][2], "mso").content, "mso")
        self.items = [decode(item.content, "item") for item in issuer_signed["nameSpaces"][NAMESPACE]]

    def build(self) -> bytes:
        """The DeviceResponse."""
        items = [Encoded(encode(item)) for item in self.items]
        digests = self.mso.get("valueDigests", {}).get(NAMESPACE)
        if isinstance(digests, dict):
            digests.update({item["digestID"]: one.digest() for item, one in zip(self.items, items, strict=True)})
        items += [Encoded(encode(item)) for item in self.items_after]
        payload = Encoded(encode(self.mso)).tagged() if self.wrap else encode(self.mso)
        auth = self.issuer_auth or sign1(payload, self.issuer_signer.sign, self.unprotected)
        namespaces = {NAMESPACE: items} if self.namespaces is None else self.namespaces
        signed = device_authentication(self.transcript, self.doc_type, self.device_namespaces)
        device = sign1(signed, signing(self.device_key), {}, detached=self.device_detached)
        document = {
            "docType": self.doc_type,
            "issuerSigned": {"nameSpaces": namespaces, "issuerAuth": auth, **self.issuer_more},
            "deviceSigned": {
                "nameSpaces": self.device_namespaces,
                "deviceAuth": self.device_auth or {"deviceSignature": device},
            },
        }
        return encode({"documents": [document] * self.copies, **self.response})
