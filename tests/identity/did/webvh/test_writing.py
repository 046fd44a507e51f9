"""Entries that we write, and the document of each version."""

import json

import pytest

from madang.identity.did.webvh.history import MAX_ENTRY_BYTES, read_history
from madang.identity.did.webvh.resolving import Wanted, fetch_history, resolve
from madang.identity.did.webvh.writing import append, begin
from madang.kernel.errors import MadangError
from tests.identity.did.histories import HOST, LATER, START, Forge, document, new_key, ours, witness_of, witnessed


def begun():
    key, following = new_key(), new_key()
    did, log = begin(document(), key, following.public_key(), START)
    return read_history(did, log, LATER), key, following


def refused(call, *given) -> str:
    with pytest.raises(MadangError) as caught:
        call(*given)
    return caught.value.code


def test_the_key_that_signed_last_signs_nothing_more():
    history, key, _ = begun()
    assert refused(append, history, document(), key, None, START + 1) == "did.committed"


def test_nothing_follows_an_end():
    did, log = ours(3, end=True)
    history = read_history(did, log, LATER)
    assert history.deactivated
    assert refused(append, history, {}, new_key(), None, LATER) == "did.ended"


def test_a_clock_that_went_back_writes_nothing():
    history, _, following = begun()
    assert refused(append, history, history.newest.document, following, None, START) == "did.time"


def test_an_entry_has_a_bound():
    big = {**document(), "more": "x" * MAX_ENTRY_BYTES}
    assert refused(begin, big, new_key(), new_key().public_key(), START) == "did.size"


def test_each_version_is_resolved_by_number_id_and_time():
    did, log = ours(3)
    history = read_history(did, log, LATER)
    for version in history.versions:
        for wanted in (Wanted(number=version.number), Wanted(id=version.id), Wanted(time=version.time)):
            found = resolve(history, wanted)
            assert found.document == version.document and found.metadata["versionId"] == version.id
    assert resolve(history).metadata["versionNumber"] == 3
    assert resolve(history).metadata["created"] == history.versions[0].time


@pytest.mark.parametrize("wanted", [Wanted(number=9), Wanted(id="1-x"), Wanted(time="2000-01-01T00:00:00Z")])
def test_what_it_never_was_is_not_found(wanted):
    did, log = ours(2)
    assert refused(resolve, read_history(did, log, LATER), wanted) == "did.not_found"


def test_an_ended_identifier_has_no_document_but_older_ones():
    did, log = ours(3, end=True)
    history = read_history(did, log, LATER)
    assert resolve(history).document is None and resolve(history).metadata["deactivated"] is True
    assert resolve(history, Wanted(number=1)).document["id"] == did


def test_a_history_is_fetched_from_where_its_name_says():
    did, log = ours(1)
    asked = []

    def get(uri, accept):
        asked.append((uri, accept))
        return log

    assert fetch_history(did, LATER, get).did == did
    assert asked == [(f"https://{HOST}/identity/office/did.jsonl", "text/jsonl")]


def test_what_witnesses_signed_is_fetched_where_it_must_be():
    witness = new_key()
    forge = Forge().first({"witness": {"threshold": 1, "witnesses": [{"id": witness_of(witness)}]}})
    files = {"did.jsonl": forge.log, "did-witness.json": witnessed([(forge.entries[0]["versionId"], [witness])])}
    assert fetch_history(forge.did, LATER, lambda uri, _: files[uri.rpartition("/")[2]]).newest.number == 1


def test_what_cannot_be_fetched_is_told():
    def get(_uri, _accept):
        raise MadangError("status.unavailable", "")

    assert refused(fetch_history, ours(1)[0], LATER, get) == "did.unavailable"


def test_a_line_is_canonical():
    for line in ours(2)[1].splitlines():
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode() == line
