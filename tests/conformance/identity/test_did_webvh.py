"""The library did-webvh resolves what we write, and what it makes we resolve; both refuse the same alterations."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from did_webvh.askar import AskarSigningKey
from did_webvh.core.state import DocumentState
from did_webvh.resolver import resolve_did

from madang.identity.did.webvh.history import read_history
from madang.identity.did.webvh.resolving import Wanted, resolve
from madang.kernel.errors import MadangError
from tests.identity.did.histories import HOST, LATER, ours

pytestmark = pytest.mark.conformance


def asked(folder: Path, did: str, log: bytes, **wanted: Any) -> Any:
    """What the library answers."""
    file = folder / "did.jsonl"
    file.write_bytes(log)
    return asyncio.run(resolve_did(did, local_history=file, add_implicit=False, **wanted))


def test_it_resolves_each_version_of_what_we_write(tmp_path: Path) -> None:
    did, log = ours(4)
    history = read_history(did, log, LATER)
    for number in range(1, 5):
        own = resolve(history, Wanted(number=number))
        found = asked(tmp_path, did, log, version_id=own.metadata["versionId"])
        assert found.resolution_metadata is None
        assert found.document["id"] == did
        assert [one["type"] for one in found.document.get("service", [])] == [
            one["type"] for one in own.document.get("service", [])
        ]
        assert found.document_metadata["versionId"] == own.metadata["versionId"]


def test_it_sees_that_ours_has_ended(tmp_path: Path) -> None:
    did, log = ours(3, end=True)
    assert asked(tmp_path, did, log).document_metadata["deactivated"] is True


@pytest.mark.parametrize("change", ["cut", "order", "alter", "proof"])
def test_both_refuse_what_was_altered(tmp_path: Path, change: str) -> None:
    did, log = ours(3)
    lines = log.splitlines(keepends=True)
    altered = {
        "cut": lines[1:],
        "order": [lines[0], lines[2], lines[1]],
        "alter": [lines[0], lines[1].replace(HOST.encode() + b"/2", HOST.encode() + b"/9"), lines[2]],
        "proof": [lines[0], lines[1].replace(b'"proofValue":"z', b'"proofValue":"z2'), lines[2]],
    }[change]
    assert altered != lines
    with pytest.raises(MadangError):
        read_history(did, b"".join(altered), LATER)
    assert asked(tmp_path, did, b"".join(altered)).resolution_metadata is not None


def test_we_resolve_what_it_makes() -> None:
    key = AskarSigningKey.generate("ed25519")
    key.kid = f"did:key:{key.multikey}#{key.multikey}"
    made = DocumentState.initial(
        {"updateKeys": [key.multikey], "method": "did:webvh:1.0"},
        {"@context": ["https://www.w3.org/ns/did/v1"], "id": "did:webvh:{SCID}:" + HOST},
    )
    made.sign(key)
    second = made.create_next({**made.document_copy(), "alsoKnownAs": ["https://office.example.kr"]})
    second.sign(key)
    log = "".join(json.dumps(one.history_line()) + "\n" for one in (made, second)).encode()
    history = read_history(made.document_id, log, LATER + 10**9)
    assert history.newest.document["alsoKnownAs"] == ["https://office.example.kr"]
