"""A history counts if all of it holds; whatever is altered, left out, put in or out of order is refused by its code."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.identity.did import base58
from madang.identity.did.multikey import multikey
from madang.identity.did.webvh.history import MAX_BYTES, MAX_ENTRIES, read_history, read_time
from madang.kernel.errors import MadangError
from tests.identity.did.histories import HOST, LATER, Forge, new_key, ours, witness_of, witnessed

KEY = new_key()
OTHER = base58.multihash(b"another")


def refused(did: str, log: bytes, witness: bytes | None = None, now: int = LATER) -> str:
    with pytest.raises(MadangError) as caught:
        read_history(did, log, now, witness)
    return caught.value.code


def test_what_we_write_is_read_with_all_its_versions():
    did, log = ours(4)
    history = read_history(did, log, LATER)
    assert [one.number for one in history.versions] == [1, 2, 3, 4]
    assert history.newest.document["id"] == did and not history.deactivated
    assert len({one.digest for one in history.versions}) == 4


def test_a_prefix_is_a_history_of_its_own_with_the_same_digests():
    did, log = ours(3)
    whole = read_history(did, log, LATER)
    part = read_history(did, b"".join(log.splitlines(keepends=True)[:2]), LATER)
    assert part.versions == whole.versions[:2]


def test_a_last_line_need_not_be_ended():
    did, log = ours(2)
    assert read_history(did, log[:-1], LATER) == read_history(did, log, LATER)


REFUSED = [
    ("no entry", lambda: (ours()[0], b""), "did.entry"),
    ("no JSON", lambda: (ours()[0], b"{"), "did.entry"),
    ("an empty line", lambda: _cut(lambda lines: [lines[0], b"\n", *lines[1:]]), "did.entry"),
    ("a member more", lambda: _change(0, lambda one: one.update(more=1)), "did.entry"),
    ("a member less", lambda: _change(1, lambda one: one.pop("state")), "did.entry"),
    ("no proof", lambda: _change(1, lambda one: one.update(proof=[])), "did.entry"),
    ("nine proofs", lambda: _change(1, lambda one: one.update(proof=one["proof"] * 9)), "did.entry"),
    ("a member twice", lambda: _twice(), "did.entry"),
    ("nested deep", lambda: (ours()[0], b'{"a":' * 5_000 + b"1" + b"}" * 5_000), "did.entry"),
    ("a fraction", lambda: _change(1, lambda one: one["state"].update(n=1.5)), "did.number"),
    ("first without method", lambda: _forged(lambda one: one.first({"method": "did:webvh:99.0"})), "did.parameters"),
    ("first line left out", lambda: _cut(lambda lines: lines[1:]), "did.version"),
    ("first altered", lambda: _change(0, lambda one: one["state"].update(more=1)), "did.scid"),
    ("two first versions", lambda: _cut(lambda lines: [lines[0], lines[0]]), "did.version"),
    ("one left out", lambda: _cut(lambda lines: [lines[0], lines[2]]), "did.version"),
    ("out of order", lambda: _cut(lambda lines: [lines[0], lines[2], lines[1]]), "did.version"),
    ("counted wrong", lambda: _forged(lambda one: one.first().then(number=3)), "did.version"),
    ("altered", lambda: _change(1, lambda one: one["state"].update(more=1)), "did.hash"),
    ("no later", lambda: _forged(lambda one: one.first().then(versionTime="2026-09-21T00:00:00Z")), "did.time"),
    ("without a zone", lambda: _forged(lambda one: one.first(versionTime="2026-09-21T00:00:00")), "did.time"),
    ("of a zone", lambda: _forged(lambda one: one.first(versionTime="2026-09-21T00:00:00+09:00")), "did.time"),
    ("of no day", lambda: _forged(lambda one: one.first(versionTime="2026-02-30T00:00:00Z")), "did.time"),
    ("of the future", lambda: _forged(lambda one: one.first(versionTime="2036-09-21T00:00:00Z")), "did.time"),
    (
        "for another purpose",
        lambda: _forged(lambda one: one.first().signed(proofPurpose="authentication")),
        "did.proof",
    ),
    ("of another suite", lambda: _forged(lambda one: one.first().signed(cryptosuite="ecdsa-jcs-2019")), "did.proof"),
    ("of another time", lambda: _forged(lambda one: one.first().signed(created="2026-09-22T00:00:00Z")), "did.proof"),
    ("no signature", lambda: _forged(lambda one: one.first().signed(proofValue="z0")), "did.proof"),
    ("by another key", lambda: _forged(lambda one: _signed_by(one.first(), new_key())), "did.key"),
    ("by two names", lambda: _forged(lambda one: one.first().signed(verificationMethod=_two())), "did.key"),
    ("of no document", lambda: _forged(lambda one: one.first().then(state={})), "did.document"),
    (
        "of another",
        lambda: _forged(lambda one: one.first().then(state={"id": f"did:webvh:{OTHER}:a.kr"})),
        "did.document",
    ),
    ("moved", lambda: _moved({}, told=True), "did.document"),
    ("moved in silence", lambda: _moved({"portable": True}, told=False), "did.document"),
    ("goes on", lambda: _forged(lambda one: one.first({"deactivated": True}).then()), "did.ended"),
    ("of another identifier", lambda: (f"did:webvh:{OTHER}:{HOST}:identity:office", ours()[1]), "did.mismatch"),
    ("of another place", lambda: _elsewhere(), "did.mismatch"),
]


@pytest.mark.parametrize(("make", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_is_wrong_is_refused(make, code):
    assert refused(*make()) == code


PARAMETERS = [
    {"more": 1},
    {"updateKeys": "z"},
    {"updateKeys": ["z6MkNoKey"]},
    {"updateKeys": [multikey(KEY.public_key())] * 17},
    {"nextKeyHashes": [1]},
    {"portable": None},
    {"portable": 1},
    {"deactivated": "true"},
    {"ttl": -1},
    {"ttl": True},
    {"ttl": 2**31 + 1},
    {"watchers": {}},
    {"witness": []},
    {"witness": {"threshold": 1, "witnesses": []}},
    {"witness": {"threshold": 0, "witnesses": [{"id": witness_of(KEY)}]}},
    {"witness": {"threshold": 2, "witnesses": [{"id": witness_of(KEY)}]}},
    {"witness": {"threshold": True, "witnesses": [{"id": witness_of(KEY)}]}},
    {"witness": {"threshold": 2, "witnesses": [{"id": witness_of(KEY)}] * 2}},
    {"witness": {"threshold": 1, "witnesses": [{"id": "did:web:example.com"}]}},
    {"witness": {"threshold": 1, "witnesses": [{"id": witness_of(KEY), "weight": 1}]}},
]


@pytest.mark.parametrize("wrong", PARAMETERS)
def test_parameters_that_cannot_be_followed_are_refused(wrong):
    assert refused(*_forged(lambda one: one.first(wrong))) == "did.parameters"


@pytest.mark.parametrize("wrong", [{"scid": OTHER}, {"portable": True}, {"method": "did:webvh:0.5"}])
def test_some_parameters_are_for_the_first_entry_alone(wrong):
    assert refused(*_forged(lambda one: one.first().then(wrong))) == "did.parameters"


def test_null_means_the_default_as_early_writers_had_it():
    did, log = _forged(lambda one: one.first().then({"nextKeyHashes": None, "witness": None, "ttl": None}))
    assert read_history(did, log, LATER).newest.parameters.ttl == 3_600


def test_a_key_that_was_not_committed_to_signs_nothing():
    forge = Forge()
    committed = base58.multihash(multikey(new_key().public_key()).encode())
    own = multikey(forge.key.public_key())
    forge.first({"nextKeyHashes": [committed]})
    assert refused(forge.did, forge.then({"updateKeys": [own], "nextKeyHashes": []}).log) == "did.parameters"


@pytest.mark.parametrize("given", [{}, {"nextKeyHashes": []}])
def test_keys_are_named_anew_as_long_as_they_were_committed_to(given):
    forge = Forge()
    own = multikey(forge.key.public_key())
    forge.first({"nextKeyHashes": [base58.multihash(own.encode())]}).then(given)
    assert refused(forge.did, forge.log) == "did.parameters"


def test_a_replaced_key_signs_no_more():
    forge = Forge().first()
    forge.then({"updateKeys": [multikey(new_key().public_key())]}).then()
    assert refused(forge.did, forge.log) == "did.key"


def test_it_may_move_if_its_first_entry_allows_it():
    did, log = _moved({"portable": True}, told=True)
    newest = json.loads(log.splitlines()[-1])["state"]["id"]
    assert read_history(newest, log, LATER).newest.document["id"] == newest != did


def test_bounds():
    did, log = ours(1)
    assert refused(did, b" " * (MAX_BYTES + 1)) == "did.size"
    assert refused(did, b"\n" * (MAX_ENTRIES + 1)) == "did.size"
    assert refused(did, log + b"x" * 70_000) == "did.size"


class TestWitnesses:
    def history(self, threshold: int = 2) -> tuple[Forge, list]:
        keys = [new_key() for _ in range(3)]
        listed = [{"id": witness_of(key)} for key in keys]
        return Forge().first({"witness": {"threshold": threshold, "witnesses": listed}}).then(), keys

    def test_enough_of_them_signed_the_newest_version(self):
        forge, keys = self.history()
        file = witnessed([(forge.entries[1]["versionId"], keys[:2])])
        assert len(read_history(forge.did, forge.log, LATER, file).versions) == 2

    @pytest.mark.parametrize(
        "file",
        [
            lambda forge, keys: None,
            lambda forge, keys: b"[]",
            lambda forge, keys: b"{}",
            lambda forge, keys: b"x" * 2_000_000,
            lambda forge, keys: b"[1]",
            lambda forge, keys: witnessed([(forge.entries[1]["versionId"], keys[:1])]),
            lambda forge, keys: witnessed([(forge.entries[1]["versionId"], [keys[0]] * 3)]),
            lambda forge, keys: witnessed([(forge.entries[0]["versionId"], keys)]),
            lambda forge, keys: witnessed([(f"3-{OTHER}", keys)]),
            lambda forge, keys: witnessed([(forge.entries[1]["versionId"], [new_key(), new_key()])]),
            lambda forge, keys: witnessed([(forge.entries[1]["versionId"], keys)]).replace(b"assertion", b"another"),
        ],
    )
    def test_else_it_is_refused(self, file):
        forge, keys = self.history()
        assert refused(forge.did, forge.log, file(forge, keys)) == "did.witness"

    def test_those_named_before_witness_the_entry_that_replaces_them(self):
        forge, keys = self.history(threshold=3)
        heir = new_key()
        forge.then({"witness": {"threshold": 1, "witnesses": [{"id": witness_of(heir)}]}})
        replaced = forge.entries[2]["versionId"]
        assert refused(forge.did, forge.log, witnessed([(replaced, [heir])])) == "did.witness"
        assert read_history(forge.did, forge.log, LATER, witnessed([(replaced, keys)]))


@given(st.data())
def test_no_byte_of_a_history_can_be_changed(data):
    at = data.draw(st.integers(0, len(LOG) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != LOG[at]))
    changed = LOG[:at] + bytes([byte]) + LOG[at + 1 :]
    try:
        history = read_history(DID, changed, LATER)
    except MadangError:
        return
    # Space between members is no part of what they say.
    assert [json.loads(line) for line in changed.splitlines()] == [json.loads(line) for line in LOG.splitlines()]
    assert history.newest.document == json.loads(LOG.splitlines()[-1])["state"]


def test_times_are_read_to_the_nanosecond():
    assert read_time("2026-09-21T00:00:00.000000001Z") - read_time("2026-09-21T00:00:00+00:00") == 1


def _cut(change):
    did, log = ours(3)
    return did, b"".join(change(log.splitlines(keepends=True)))


def _change(place, change):
    did, log = ours(3)
    entries = [json.loads(line) for line in log.splitlines()]
    change(entries[place])
    return did, b"".join(json.dumps(one).encode() + b"\n" for one in entries)


def _twice():
    did, log = ours(1)
    return did, log.replace(b'"state":', b'"state":{"id":"x"},"state":')


def _forged(make):
    forge = make(Forge())
    return forge.did, forge.log


def _signed_by(forge, key):
    forge.key = key
    return forge.signed()


def _two():
    one, other = (multikey(new_key().public_key()) for _ in range(2))
    return f"did:key:{one}#{other}"


def _moved(parameters, *, told):
    forge = Forge().first(parameters)
    there = forge.did.replace(HOST, "new.example.kr")
    state = {"id": there, **({"alsoKnownAs": [forge.did]} if told else {})}
    return forge.did, forge.then(state=state).log


def _elsewhere():
    did, log = ours(1)
    return did.replace(HOST, "evil.example.kr"), log


DID, LOG = ours(2)
