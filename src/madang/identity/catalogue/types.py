"""A credential type, and the check of what is to be signed under it."""

import datetime
import re
from typing import Any, Literal

import msgspec

from madang.identity.verified import Claims, Format
from madang.kernel.errors import MadangError

MAX_TEXT, MAX_IMAGE_BYTES, MAX_ITEMS = 200, 64 * 1024, 32
DAY = 86_400
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"

Kind = Literal["text", "code", "date", "whole", "flag", "image", "list"]
"""Text; a code of a fixed pattern; a day (RFC 3339 full-date); a whole number; yes or no; JPEG or PNG bytes; a list of
codes, or of records of such."""
About = Literal["person", "organisation", "thing", "data", "contract"]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages of the pages."""

    ko: str
    en: str


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One claim. `mandatory`: each credential has it. `open`: it can't be withheld when the credential is shown.

    `element` is its name in an mdoc where that is another. `pattern` binds codes, `least` and `most` whole numbers and
    how long a text may be; `items` are the members of a list's records, none where it lists codes.
    """

    kind: Kind
    words: Words
    mandatory: bool = False
    open: bool = False
    element: str = ""
    pattern: str = ""
    least: int = 0
    most: int = MAX_TEXT
    items: dict[str, "Claim"] = {}

    def check(self, value: Any, path: str) -> None:
        """Refuse a value that is none of this claim. The message names the claim, never the value.

        Raises `MadangError` (`credential.claim`).
        """
        if not self._fits(value):
            raise MadangError("credential.claim", f"{path} is no {self.kind} as this type of credential has it.")
        if self.kind == "list" and self.items:
            for place, record in enumerate(value):
                check_claims(self.items, record, f"{path}[{place}].")

    def _fits(self, value: Any) -> bool:
        match self.kind:
            case "text":
                return isinstance(value, str) and 1 <= len(value) <= self.most and value.isprintable()
            case "code":
                return isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII) is not None
            case "date":
                return isinstance(value, str) and _is_day(value)
            case "whole":
                return type(value) is int and self.least <= value <= self.most
            case "flag":
                return isinstance(value, bool)
            case "image":
                return isinstance(value, bytes) and len(value) <= MAX_IMAGE_BYTES and value.startswith((_JPEG, _PNG))
            case "list":
                return isinstance(value, list) and len(value) <= MAX_ITEMS and all(map(self._is_item, value))

    def _is_item(self, value: Any) -> bool:
        if self.items:
            return isinstance(value, dict)
        return isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII) is not None


class CredentialType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of credential. `lives` is for how long one is valid (seconds), `batch` how many a wallet gets at once.

    `id` is the file's name and what the ledger calls it. `vct` names it in SD-JWT VC, `doctype` and `namespace` in an
    mdoc. `besides` is what an issuer must know to work claims out, and never signs. One that lives for a day at most
    has no status: it ends sooner than a list would be read again.
    """

    id: str
    name: Words
    about: About
    vct: str
    formats: list[Format]
    lives: int
    batch: int
    claims: dict[str, Claim]
    doctype: str = ""
    namespace: str = ""
    besides: dict[str, Claim] = {}

    @property
    def short_lived(self) -> bool:
        """Whether it lives for a day at most, and so has no status."""
        return self.lives <= DAY

    @property
    def known(self) -> dict[str, Claim]:
        """All that an issuer knows of somebody for this type."""
        return {**self.claims, **self.besides}

    def element_of(self, claim: str) -> str:
        """The data element of an mdoc that is this claim."""
        return self.claims[claim].element or claim

    def claim_of(self, element: str) -> str | None:
        """The claim that a data element of an mdoc is, or None."""
        for name, claim in self.claims.items():
            if (claim.element or name) == element:
                return name
        return None

    def check(self, claims: Claims) -> None:
        """Refuse claims that may not be signed under this type.

        Raises `MadangError`: `credential.unknown_claim`, `credential.missing_claim`, `credential.claim`.
        """
        check_claims(self.claims, claims, "")


def check_claims(declared: dict[str, Claim], claims: Claims, path: str) -> None:
    """Refuse claims that differ from what is declared; `path` stands before their names in messages."""
    if not claims.keys() <= declared.keys():
        raise MadangError(
            "credential.unknown_claim", f"{path or 'It'} has claims that this type of credential has not."
        )
    for name, claim in declared.items():
        if name in claims:
            claim.check(claims[name], f"{path}{name}")
        elif claim.mandatory:
            raise MadangError("credential.missing_claim", f"{path}{name} is missing, which each such credential has.")


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
