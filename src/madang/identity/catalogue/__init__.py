"""Credential types as data: what each says, in which formats, for how long, and in which words people read of it.

A file in `types/` a type, declared once: what an issuer may sign is checked against it, requests and consent screens
name claims by it, and the metadata of issuers (OpenID4VCI 1.0, section 12.2.4) and of types (SD-JWT VC, section 4) come
from it. Who may issue a type, and who may ask for which of its claims, is decided on the ledger (`base.trust`).
"""

from madang.identity.catalogue.reading import TYPES, by_doctype, by_vct, type_of
from madang.identity.catalogue.types import Claim, CredentialType

__all__ = ["TYPES", "Claim", "CredentialType", "by_doctype", "by_vct", "type_of"]
