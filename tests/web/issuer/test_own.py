"""A person's own page: what was issued to them, and revoking it, over HTTP."""

import re

import pytest

from madang.identity.issuer.store import Issued, place_of
from tests.support.signing import ORIGIN as SITE
from tests.web.issuer.served import Town
from tests.web.issuer.test_pages import FORM, HTML, text_of
from tests.web.serving import Server

PATH, NOW = "/issuer/own/office", 1_900_000_000


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def server(town):
    with town.served() as running:
        yield running


def issued(subject: str, delivery: str) -> Issued:
    return Issued(f"{delivery}-0", "office", subject, "resident", "dc+sd-jwt", "k", delivery, "", 0, NOW, NOW + 99)


def revoke(server: Server, **fields: str):
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    return server.ask("POST", PATH, body, content_type=FORM, origin=SITE, **HTML)


def test_a_person_is_asked_who_they_are_before_anything_is_told(server, town):
    assert "면허 사무소" in text_of(server.get("/issuer/own", **HTML))
    who = server.get(PATH, **HTML)
    assert who.status == 200 and "연계정보" in text_of(who), re.findall("<code>.*", text_of(who))
    for ticket in ("", "made-up", "%00"):
        assert revoke(server, ticket=ticket, delivery="d1").status == 400


def test_only_what_is_the_persons_own_is_revoked_by_delivery_or_all_at_once(server, town):
    with town.desk() as office:
        office.store.record([*(issued(town.subject, one) for one in ("d1", "d2")), issued("somebody else", "d3")])
        place = place_of("office", "visit", "own t1")
        office.store.put(place, "visit", town.subject.encode(), NOW)

        def standings() -> list[str]:
            found = [
                *office.store.issued_to("office", town.subject),
                *office.store.issued_to("office", "somebody else"),
            ]
            return [one.standing for one in sorted(found, key=lambda one: one.number)]

        assert revoke(server, ticket="t1", delivery="d3").status == 200
        assert standings() == ["valid", "valid", "valid"]
        told = text_of(revoke(server, ticket="t1", delivery="d1"))
        assert "1건을 폐지했습니다" in told and "길동" not in told and "1990" not in told
        assert standings() == ["revoked", "valid", "valid"]
        revoke(server, ticket="t1", delivery="")
        assert standings() == ["revoked", "revoked", "valid"]
