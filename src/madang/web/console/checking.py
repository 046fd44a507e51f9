"""A document that somebody writes: what is wrong with it, where, and what it means once it is right."""

import msgspec

from madang.contract import ContractError, Kind, Problem, Programme, canonical, digest, read_kind, read_programme
from madang.contract.limits import DOCUMENT_CHARACTERS
from madang.web.console.presets import preset_text

MOST_BYTES = 4 * DOCUMENT_CHARACTERS
"""A document in UTF-8: more is refused before it is read."""


class Checked(msgspec.Struct, frozen=True):
    """A document that was read: the programme and its kind, or problems. Exactly one of them is there."""

    kind: Kind
    programme: Programme | None
    problems: list[Problem]

    @property
    def digests(self) -> tuple[str, str]:
        """Of kind and programme. Raises `ValueError` for a document with problems."""
        if self.programme is None:
            raise ValueError("a document with problems has no digest")
        return digest(self.kind).hex(), digest(self.programme).hex()

    @property
    def texts(self) -> tuple[str, str]:
        """Kind and programme in canonical form. Raises `ValueError` for a document with problems."""
        if self.programme is None:
            raise ValueError("a document with problems has no canonical form")
        return canonical(self.kind).decode(), canonical(self.programme).decode()


def check(text: str) -> Checked:
    """Read a programme of vouchers."""
    kind = read_kind(preset_text("voucher"), "voucher.yaml")
    try:
        return Checked(kind, read_programme(text, kind, "programme"), [])
    except ContractError as error:
        return Checked(kind, None, error.problems)
