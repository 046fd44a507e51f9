"""Documents of the W3C's data model, all made up, each written from what is good by one change."""

from __future__ import annotations

import copy
from typing import Any

BASE = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
TERMS = "https://madang.example/terms#"
ISSUER = "did:web:office.example"
ABSENT = object()


def credential(**changes: Any) -> dict[str, Any]:
    """A certificate about a bridge, with these members in place of its own; `ABSENT` takes one away."""
    document = {
        "@context": [BASE, {"ThingCertificate": f"{TERMS}ThingCertificate", "serial": f"{TERMS}serial"}],
        "id": "urn:uuid:6f1c9e7a-2d0b-4c53-9d39-4a4d6c1b9a10",
        "type": ["VerifiableCredential", "ThingCertificate"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00+09:00",
        "validUntil": "2027-01-01T00:00:00+09:00",
        "credentialSubject": {"id": "did:web:things.example:bridge", "serial": "B-17"},
    }
    return changed(document, changes)


def presentation(**changes: Any) -> dict[str, Any]:
    """A presentation of that certificate, unsecured."""
    document = {
        "@context": [BASE],
        "type": ["VerifiablePresentation"],
        "holder": "did:web:things.example:bridge",
        "verifiableCredential": [credential()],
    }
    return changed(document, changes)


def changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with these members; `context` stands for what follows the base context."""
    result = copy.deepcopy(document)
    for name, value in changes.items():
        if name == "context":
            result["@context"] = [*result["@context"], *value]
        elif value is ABSENT:
            del result[name]
        else:
            result[name] = value
    return result
