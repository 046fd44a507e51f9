"""Findings as rows of `fraud.raise_flags`: the numbers stay in the vault, a keyed digest of them goes on the ledger."""

import hashlib
import hmac

import msgspec

from madang.detection.detectors import Finding
from madang.services.fraud.transactions import FlagRow

LEAST_KEY = 32


def evidence(programme: str, finding: Finding) -> bytes:
    """The line of JSON that goes to the vault: the same bytes whenever the same thing is found."""
    made = {"programme": programme, **msgspec.structs.asdict(finding)}
    return msgspec.json.encode(made, order="deterministic")


def row(line: bytes, finding: Finding, key: bytes) -> FlagRow:
    """The row of a finding, with HMAC-SHA256 (RFC 2104) of its line of evidence under a key of 32 bytes or more.

    A digest without a key could be turned back by trying amounts. Raises ValueError for a shorter key.
    """
    if len(key) < LEAST_KEY:
        raise ValueError("the key is too short")
    digest = hmac.new(key, line, hashlib.sha256).hexdigest()
    return FlagRow(sort=finding.sort, subject=finding.subject, reason=finding.reason, evidence=digest)
