"""An issuer, a phone and a credential, all made up, and a presentation whose parts a test can spoil one by one."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from madang.identity import jose
from madang.identity.certificates import Followed, follow
from madang.identity.signer import signing
from tests.identity.institutions import NOW, Certified, certified, new_key

AUDIENCE, NONCE = "x509_hash:abc", "a-nonce-of-the-request"
STATUS = {"status_list": {"idx": 412, "uri": "https://status.example/lists/7"}}
HOLDER = new_key()
ABOUT = {
    "given_name": "길동",
    "family_name": "홍",
    "address": {"region": "26", "district": "26350", "street": "센텀로"},
    "nationalities": ["KR", "US"],
    "age_over": {"19": True, "65": False},
}
DISCLOSABLE = (
    ("given_name",),
    ("family_name",),
    ("address",),
    ("address", "region"),
    ("address", "street"),
    ("nationalities", 0),
    ("nationalities", 1),
    ("age_over", "19"),
    ("age_over", "65"),
)


@cache
def an_office() -> Certified:
    """The issuer of the credential."""
    return certified("Resident office", now=NOW - 86_400)


def trust(chain: tuple[bytes, ...]) -> Followed:
    """Follows a chain to the office's root, now."""
    return follow(chain, (an_office().root,), "credential", NOW)


def claims(**others: Any) -> dict[str, Any]:
    """What the credential says."""
    needed = {
        "vct": "https://madang.example/resident",
        "cnf": {"jwk": jose.jwk_of(HOLDER.public_key())},
        "iat": NOW - 3600,
        "exp": NOW + 86_400,
        "status": STATUS,
    }
    return {**needed, **ABOUT, **others}


def base64url(data: bytes) -> str:
    """Base64url without padding, by another function than ours."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def disclosure(*parts: Any) -> str:
    """A disclosure of these parts, as another library would write it."""
    return base64url(json.dumps(parts).encode())


def digest(text: str) -> str:
    """Its digest."""
    return base64url(hashlib.sha256(text.encode()).digest())


GIVEN, FAMILY = disclosure("salt-1", "given_name", "길동"), disclosure("salt-2", "family_name", "홍")
REGION = disclosure("salt-4", "region", "26")
ADDRESS = disclosure("salt-3", "address", {"_sd": [digest(REGION)], "country": "KR"})
KOREA = disclosure("salt-5", "KR")


@dataclass
class Parts:
    """A presentation that is taken apart; `text` puts it together, signed anew."""

    header: dict[str, Any] = field(default_factory=lambda: {"typ": "dc+sd-jwt", "alg": "ES256"})
    payload: dict[str, Any] = field(default_factory=dict)
    disclosures: list[str] = field(default_factory=lambda: [GIVEN, ADDRESS, REGION, KOREA])
    issuer_key: Any = field(default_factory=lambda: an_office().key)
    binding_header: dict[str, Any] = field(default_factory=lambda: {"typ": "kb+jwt", "alg": "ES256"})
    binding: dict[str, Any] = field(
        default_factory=lambda: {"iat": NOW - 5, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": None}
    )
    binding_key: Any = HOLDER
    no_binding: bool = False
    before: str = ""

    def __post_init__(self) -> None:
        self.header = {**self.header, "x5c": jose.x5c(an_office().signer.chain)}
        needed = {name: value for name, value in claims().items() if name not in ABOUT}
        self.payload = {
            **needed,
            "_sd": [digest(GIVEN), digest(FAMILY), digest(ADDRESS)],
            "_sd_alg": "sha-256",
            "nationalities": [{"...": digest(KOREA)}, "US"],
        }

    def text(self) -> str:
        """The presentation."""
        jwt = compact(self.header, self.payload, self.issuer_key)
        shown = "".join(f"{one}~" for one in (jwt, *self.disclosures))
        if self.no_binding:
            return self.before + shown
        binding = {**self.binding}
        if "sd_hash" in binding and binding["sd_hash"] is None:
            binding["sd_hash"] = digest(shown)
        return self.before + shown + compact(self.binding_header, binding, self.binding_key)


def compact(header: dict[str, Any], payload: Any, key: Any) -> str:
    """A compact JWS, whatever its header says; its payload may be bytes."""
    said = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{base64url(json.dumps(header).encode())}.{base64url(said)}"
    return f"{signed}.{base64url(signing(key)(signed.encode()))}"
