"""The real documents as data, so that a test can plant a mistake in a copy that never gets out of date."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from madang import contract
from madang.contract import Kind, Programme
from madang.prover.proving import prove
from madang.prover.results import Proof

DOCUMENTS = Path(contract.__file__).parent / "documents"

Document = dict[str, Any]


@cache
def _read(name: str) -> Document:
    # Every value is a text, as the language reads them.
    document: Document = yaml.load((DOCUMENTS / name).read_text(encoding="utf-8"), yaml.BaseLoader)
    return document


def voucher() -> Document:
    """A copy of the kind of vouchers, to edit."""
    return copy.deepcopy(_read("voucher.yaml"))


def document(name: str) -> Document:
    """A copy of a shipped document, to edit."""
    return copy.deepcopy(_read(name))


def coupon() -> Document:
    """A copy of the consumption coupon, to edit."""
    return document("consumption-coupon-2025.yaml")


def read(kind: Document, programme: Document) -> tuple[Kind, Programme]:
    """Edited documents, checked."""
    read_kind = contract.read_kind(yaml.dump(kind, allow_unicode=True, sort_keys=False))
    return read_kind, contract.read_programme(yaml.dump(programme, allow_unicode=True, sort_keys=False), read_kind)


def text(kind: str, programme: str) -> tuple[Kind, Programme]:
    """Documents from their texts."""
    read_kind = contract.read_kind(kind)
    return read_kind, contract.read_programme(programme, read_kind)


@cache
def proved_coupon() -> Proof:
    """The proof of the real documents."""
    return prove(*read(voucher(), coupon()))
