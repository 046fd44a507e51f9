"""Files are written whole, hold what the register holds, and are found under what credentials name."""

import hashlib
import json
import os

import pytest

from madang.identity.status import bitstring, cwt, token
from madang.identity.status.packing import bit_at, status_at
from madang.identity.status.publishing import LIFE, TTL, publish
from madang.identity.status.register import Status
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.status.scene import ANCHOR, BASE, ISSUER, LATER, OFFICE, followed, register


def test_files_hold_what_the_register_holds(tmp_path):
    with register(tmp_path / "own") as lists:
        good, revoked, suspended = lists.allocate(3, LATER, NOW)
        lists.change(revoked, Status.REVOKED, NOW)
        lists.change(suspended, Status.SUSPENDED, NOW)
        published = publish(lists, OFFICE.signer, ISSUER, tmp_path / "web", NOW)
    kinds = (".jwt", ".cwt", ".revocation.jwt", ".suspension.jwt")
    names = [f"{number}{kind}" for number in (1, 2) for kind in kinds]
    assert [one.name for one in published] == names
    assert [one.uri for one in published] == [f"{BASE}/{name[: name.rindex('.')]}" for name in names]
    assert sorted(one.name for one in (tmp_path / "web").iterdir()) == sorted([*names, "lists.json"])
    files = {one.name: (tmp_path / "web" / one.name).read_bytes() for one in published}
    texts = {one.uri: files[one.name].decode() for one in published if one.name.endswith(".jwt")}
    for one in published:
        assert hashlib.sha256(files[one.name]).hexdigest() == one.digest
    found = token.read(texts[good.uri], good.uri, followed, NOW)
    assert (found.anchor, found.expires_at - NOW, found.ttl) == (ANCHOR, LIFE, TTL)
    assert cwt.read(files["1.cwt"], good.uri, followed, NOW) == found
    assert [status_at(found.packed, found.bits, one.index) for one in (good, revoked, suspended)] == [0, 1, 2]
    for purpose, set_for in (("revocation", revoked), ("suspension", suspended)):
        uri = f"{good.uri}.{purpose}"
        listed = bitstring.read(texts[uri], uri, followed, NOW)
        assert listed.purposes == (purpose,)
        assert [one for one in (good, revoked, suspended) if bit_at(listed.packed, one.index)] == [set_for]
    addresses = json.loads((tmp_path / "web" / "lists.json").read_text())
    assert addresses == {"status_lists": [f"{BASE}/1", f"{BASE}/2"]}


def test_a_file_is_the_old_or_the_new_one_and_never_half_of_it(tmp_path, monkeypatch):
    web = tmp_path / "web"
    with register(tmp_path / "own") as lists:
        (place,) = lists.allocate(1, LATER, NOW)
        publish(lists, OFFICE.signer, ISSUER, web, NOW)
        before = {one.name: one.read_bytes() for one in web.iterdir()}
        lists.change(place, Status.REVOKED, NOW)

        def broken(_descriptor: int) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(MadangError) as refused:
            publish(lists, OFFICE.signer, ISSUER, web, NOW + 1)
        monkeypatch.undo()
        assert refused.value.code == "status.store"
        assert {one.name: one.read_bytes() for one in web.iterdir() if not one.name.startswith(".")} == before
        publish(lists, OFFICE.signer, ISSUER, web, NOW + 1)
        assert not [one for one in web.iterdir() if one.name.startswith(".")]
    assert (web / "1.jwt").read_bytes() != before["1.jwt"]


def test_nobody_learns_from_a_file_how_many_credentials_there_are(tmp_path):
    sizes = []
    for count in (1, 1_000):
        with register(tmp_path / f"own-{count}") as lists:
            lists.allocate(count, LATER, NOW)
            publish(lists, OFFICE.signer, ISSUER, tmp_path / f"web-{count}", NOW)
        text = (tmp_path / f"web-{count}" / "1.jwt").read_text()
        sizes.append(token.read(text, f"{BASE}/1", followed, NOW).packed)
    assert sizes[0] == sizes[1]
