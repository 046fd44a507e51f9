"""RFC 9901: the disclosures whose digests it states (sections 4.2.1 to 4.2.3), written as it writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madang.identity.sdjwt.disclosures import digest_of, read_all
from tests.identity.sdjwt.material import base64url

pytestmark = pytest.mark.conformance

STATED = (
    (["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"], "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"),
    (["lklxF5jMYlGTPUovMNIvCA", "FR"], "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"),
)


@pytest.mark.parametrize(("parts", "digest"), STATED, ids=["a claim", "an element"])
def test_a_disclosure_is_hashed_as_the_rfc_states(parts: list[Any], digest: str) -> None:
    text = base64url(json.dumps(parts, ensure_ascii=False).encode())
    assert digest_of(text) == digest
    read = read_all([text])[digest]
    assert (read.name, read.value) == (parts[1] if len(parts) == 3 else None, parts[-1])
