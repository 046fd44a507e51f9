"""Sheets of people, as officers upload them."""

import base64
import csv
import io
from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType
from madang.web.issuer.sheets import REFERENCE, columns_of


def sheet_of(of: CredentialType, people: Mapping[str, Mapping[str, Any]]) -> str:
    """What is known of people, by reference, as CSV."""
    columns = [one for one in columns_of(of) if one == REFERENCE or any(one in claims for claims in people.values())]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for reference, claims in people.items():
        cells = {REFERENCE: reference, **{name: _cell(value) for name, value in claims.items()}}
        writer.writerow([cells.get(name, "") for name in columns])
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return msgspec.json.encode(value).decode() if isinstance(value, list) else str(value)
