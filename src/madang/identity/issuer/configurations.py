"""Credential configurations: a type in a format, as wallets ask for it (OpenID4VCI 1.0, section 12.2.4)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType, type_of
from madang.identity.institution import Description, Terms
from madang.identity.keystorage import at_least
from madang.identity.verified import Format

SUFFIXES: dict[Format, str] = {"dc+sd-jwt": "sd_jwt", "mso_mdoc": "mdoc"}


class Configuration(msgspec.Struct, frozen=True):
    """A type in a format, and the terms under which it is issued. `id` is its scope too (HAIP 1.0, section 4.3)."""

    id: str
    of: CredentialType
    format: Format
    terms: Terms

    @property
    def identifier(self) -> str:
        """The one dataset that a person has of it: its credential identifier (OpenID4VCI 1.0, section 6.2)."""
        return f"{self.id}.1"


def configurations(description: Description) -> Mapping[str, Configuration]:
    """What an institution issues, by id."""
    found = {}
    for kind, terms in description.issues.items():
        of = type_of(kind)
        for form in of.formats:
            one = Configuration(f"{kind}_{SUFFIXES[form]}", of, form, terms)
            found[one.id] = one
    return found


def metadata_of(one: Configuration) -> dict[str, Any]:
    """What wallets read of a configuration (OpenID4VCI 1.0, sections 12.2.4, A.2.2, A.3.2)."""
    proof: dict[str, Any] = {"proof_signing_alg_values_supported": ["ES256"]}
    attested = {**proof, "key_attestations_required": {"key_storage": at_least(one.terms.storage)}}
    types = {"jwt": attested if one.terms.wallets == "attested" else proof, "attestation": attested}
    common = {
        "format": one.format,
        "scope": one.id,
        "proof_types_supported": types,
        "credential_metadata": {"display": display(one.of.name.ko, one.of.name.en), "claims": _claims(one)},
    }
    if one.format == "mso_mdoc":
        # COSE's number of ES256 (RFC 9053, section 2.1).
        own = {
            "doctype": one.of.doctype,
            "cryptographic_binding_methods_supported": ["cose_key"],
            "credential_signing_alg_values_supported": [-7],
        }
    else:
        own = {
            "vct": one.of.vct,
            "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": ["ES256"],
        }
    return {**common, **own}


def display(korean: str, english: str) -> list[dict[str, str]]:
    """A name in both languages."""
    return [{"name": korean, "locale": "ko"}, {"name": english, "locale": "en"}]


def _claims(one: Configuration) -> list[dict[str, Any]]:
    return [
        {
            "path": [one.of.namespace, one.of.element_of(name)] if one.format == "mso_mdoc" else [name],
            "mandatory": claim.mandatory,
            "display": display(claim.words.ko, claim.words.en),
        }
        for name, claim in one.of.claims.items()
    ]


def type_metadata(of: CredentialType) -> dict[str, Any]:
    """The type's own document (SD-JWT VC, section 4): names of the type and its claims, and what can be withheld."""
    return {
        "vct": of.vct,
        "name": of.name.en,
        "display": [{"locale": locale, "name": name} for locale, name in (("ko", of.name.ko), ("en", of.name.en))],
        "claims": [
            {
                "path": [name],
                "mandatory": claim.mandatory,
                "sd": "never" if claim.open else "always",
                "display": [
                    {"locale": locale, "label": label}
                    for locale, label in (("ko", claim.words.ko), ("en", claim.words.en))
                ],
            }
            for name, claim in of.claims.items()
        ],
    }
