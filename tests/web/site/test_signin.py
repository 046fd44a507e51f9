"""Signing in over HTTP: what a challenge is good for, what a session is good for, and what is refused."""

import json
import re
from typing import Any

import pytest

from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer, passkey, quorum
from tests.support.signing import ORIGIN, Wallet, envelope, wallet
from tests.web.serving import CHAIN, Answer, Server
from tests.web.signing import payload

OTHER = "https://evil.example"


def challenge(site: Server, area: str = "wallet") -> dict[str, Any]:
    found: dict[str, Any] = site.get(f"/{area}/challenge").json
    return found


def read(signer: Wallet, asked: dict[str, Any], **other: object) -> str:
    members = {"chain": CHAIN, "method": "GET", "path": asked["path"], "not_after": asked["now"] + 100, **other}
    return envelope(json.dumps(members).encode(), [signer]).decode()


def sign_in(
    site: Server, asked: dict[str, Any], *signed: str, area: str = "wallet", origin: str | None = ORIGIN
) -> Answer:
    body = json.dumps({"challenge": asked["challenge"], "signed": signed}).encode()
    headers = {"content_type": "application/json", **({"origin": origin} if origin else {})}
    return site.ask("POST", f"/{area}/sign-in", body, **headers)


def signed_in(site: Server, signer: Wallet) -> str:
    """The cookie of a session."""
    asked = challenge(site)
    answer = sign_in(site, asked, read(signer, asked))
    assert answer.status == 200, answer
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("signer", [ALICE, BORA], ids=["key", "passkey"])
def test_a_key_signs_in_and_its_pages_open(site, signer):
    assert site.get("/wallet", accept="text/html").status == 401
    cookie = signed_in(site, signer)
    assert site.get("/wallet", accept="text/html", cookie=cookie).status == 200


def test_the_cookie_is_for_this_host_over_tls_and_no_script(site):
    asked = challenge(site)
    cookie = sign_in(site, asked, read(ALICE, asked)).headers["set-cookie"].lower()
    assert cookie.startswith("__host-madang-wallet=")
    for attribute in ("httponly", "secure", "samesite=strict", "path=/"):
        assert attribute in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize("area", ["desk", "console", "explorer"])
def test_officers_sign_in_with_passkeys_alone(site, area):
    one = officer("desk")
    asked = challenge(site, area)
    answer = sign_in(site, asked, read(one, asked), area=area)
    assert (answer.status, answer.code) == (401, "sign_in.passkey")
    assert "set-cookie" not in answer.headers

    enrol = {"type": "parties.enrol_key", "by": one.party, "key": passkey(one).new}
    site.ask("POST", "/transactions", envelope(payload(enrol), [one]), content_type="application/jose")
    asked = challenge(site, area)
    answer = sign_in(site, asked, read(passkey(one), asked), read(one, asked), area=area)
    assert answer.status == 200
    assert answer.json["parties"] == {passkey(one).kid: one.party}


@pytest.mark.parametrize("signer", [ALICE, BAKERY], ids=["person", "shop"])
def test_people_and_shops_read_the_explorer_with_any_key(site, signer):
    asked = challenge(site, "explorer")
    assert sign_in(site, asked, read(signer, asked), area="explorer").status == 200


def refusals():
    stranger = wallet("never registered")
    yield "no origin", lambda site, asked: sign_in(site, asked, read(ALICE, asked), origin=None), 403, "site.origin"
    yield "another site", lambda site, asked: sign_in(site, asked, read(ALICE, asked), origin=OTHER), 403, "site.origin"
    yield "null", lambda site, asked: sign_in(site, asked, read(ALICE, asked), origin="null"), 403, "site.origin"
    yield "no json", lambda site, asked: site.ask("POST", "/wallet/sign-in", b"{", origin=ORIGIN), 400, "sign_in.form"
    yield "nothing signed", lambda site, asked: sign_in(site, asked), 400, "sign_in.form"
    yield "too much", lambda site, asked: sign_in(site, asked, *["x"] * 33), 400, "sign_in.form"
    other = {"challenge": "00" * 32}
    yield "made up", lambda site, asked: sign_in(site, {**asked, **other}, read(ALICE, asked)), 401, "sign_in.challenge"
    yield (
        "another area's",
        lambda site, asked: sign_in(site, challenge(site, "explorer"), read(ALICE, asked)),
        401,
        "sign_in.challenge",
    )
    yield "stranger", lambda site, asked: sign_in(site, asked, read(stranger, asked)), 401, "sign_in.nobody"
    yield "no person", lambda site, asked: sign_in(site, asked, read(officer("ministry"), asked)), 401, "sign_in.nobody"
    yield (
        "another challenge's path",
        lambda site, asked: sign_in(site, asked, read(ALICE, challenge(site))),
        401,
        "read.other",
    )
    yield (
        "another ledger",
        lambda site, asked: sign_in(site, asked, read(ALICE, asked, chain="other-chain")),
        401,
        "read.other",
    )
    yield "too late", lambda site, asked: sign_in(site, asked, read(ALICE, asked, not_after=1)), 401, "read.expired"
    yield (
        "forged",
        lambda site, asked: sign_in(site, asked, read(ALICE, asked)[:-86] + read(CHUL, asked)[-86:]),
        401,
        "signature.invalid",
    )


@pytest.mark.parametrize(
    ("send", "status", "code"), [row[1:] for row in refusals()], ids=[row[0] for row in refusals()]
)
def test_what_does_not_sign_in(site, send, status, code):
    answer = send(site, challenge(site))
    assert (answer.status, answer.code) == (status, code)
    assert "set-cookie" not in answer.headers


def send(site: Server, act: dict[str, Any], *signers: Wallet) -> None:
    """Have the ledger accept an act."""
    answer = site.ask("POST", "/transactions", envelope(payload(act), list(signers)), content_type="application/jose")
    assert answer.status == 200, answer


def frozen(site: Server, seed: str) -> Wallet:
    """A newcomer whom the desk registers, and then freezes."""
    one, desk = wallet(seed), officer("desk")
    key = {"public_key": one.public_key, "sort": "jws"}
    send(site, {"type": "parties.register_people", "by": "desk", "keys": [key]}, desk)
    send(site, {"type": "parties.suspend", "by": "desk", "party": one.party}, desk)
    return one


def test_whoever_holds_a_frozen_key_hears_that_it_is_frozen_and_nobody_else_does(site):
    one = frozen(site, "frozen")
    asked = challenge(site)
    answer = sign_in(site, asked, read(one, asked))
    assert (answer.status, answer.code) == (401, "sign_in.suspended")
    assert "set-cookie" not in answer.headers
    told = [answer.json[name] for name in ("sort", "by", "registered_by", "ready")]
    assert told == ["person", "desk", "desk", ""]
    assert answer.json["since"]

    forged = read(one, asked)[:-86] + read(CHUL, asked)[-86:]
    answer = sign_in(site, asked, forged)
    assert (answer.status, answer.code) == (401, "signature.invalid")
    assert "since" not in answer.json
    assert sign_in(site, asked, read(one, challenge(site))).code == "read.other"
    assert sign_in(site, asked, read(one, asked, not_after=1)).code == "read.expired"
    # A key that works signs in beside it.
    assert sign_in(site, asked, read(one, asked), read(ALICE, asked)).status == 200


def test_a_revoked_key_and_a_recovery_that_waits_are_told_as_well(site):
    old, new = wallet("old device"), wallet("new device")
    keys = [{"public_key": one.public_key, "sort": "jws"} for one in (old, new)]
    send(site, {"type": "parties.register_people", "by": "desk", "keys": [keys[0]]}, officer("desk"))
    send(site, {"type": "parties.enrol_key", "by": old.party, "key": keys[1]}, old)
    send(site, {"type": "parties.revoke_key", "by": old.party, "party": old.party, "key": old.kid}, old)
    asked = challenge(site)
    answer = sign_in(site, asked, read(old, asked))
    assert (answer.code, answer.json["sort"], answer.json["registered_by"]) == ("sign_in.suspended", "key", "desk")
    assert (answer.json["since"], answer.json["by"]) == ("", "")

    one = frozen(site, "frozen and recovered")
    key = {"public_key": wallet("third device").public_key, "sort": "jws"}
    send(site, {"type": "parties.recover", "by": "desk", "party": one.party, "key": key}, *quorum("desk"))
    asked = challenge(site)
    answer = sign_in(site, asked, read(one, asked))
    assert (answer.code, answer.json["sort"]) == ("sign_in.suspended", "person")
    assert answer.json["by"] == ""
    assert answer.json["ready"]


def test_a_challenge_signs_in_once(site):
    asked = challenge(site)
    signed = read(ALICE, asked)
    assert sign_in(site, asked, signed).status == 200
    assert sign_in(site, asked, signed).code == "sign_in.challenge"


def test_a_session_is_good_for_its_area_only(site):
    cookie = signed_in(site, ALICE)
    elsewhere = cookie.replace("madang-wallet", "madang-explorer")
    assert site.get("/wallet", accept="text/html", cookie=elsewhere).status == 401


def test_signing_in_again_ends_the_browsers_former_session(site):
    cookie = signed_in(site, ALICE)
    asked = challenge(site)
    body = json.dumps({"challenge": asked["challenge"], "signed": [read(ALICE, asked)]}).encode()
    again = site.ask("POST", "/wallet/sign-in", body, content_type="application/json", origin=ORIGIN, cookie=cookie)
    assert site.get("/wallet", cookie=again.headers["set-cookie"].partition(";")[0]).status == 200
    assert site.get("/wallet", cookie=cookie, accept="text/html").status == 401


def test_signing_out_ends_it(site):
    cookie = signed_in(site, ALICE)
    assert site.ask("POST", "/wallet/sign-out", b"", origin=ORIGIN, cookie=cookie).status == 303
    assert site.get("/wallet", accept="text/html", cookie=cookie).status == 401


def test_every_page_bounds_what_a_browser_may_do(site):
    cookie = signed_in(site, ALICE)
    for path in ("/", "/wallet", "/wallet/pay", "/wallet/nothing-here"):
        answer = site.get(path, accept="text/html", cookie=cookie)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        text = answer.body.decode()
        assert not re.search(r"\son[a-z]+=|\sstyle=|<style|javascript:", text), path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), path
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path


def test_static_files_are_of_one_release_and_nothing_else_is_served(site):
    release = re.search(r"/static/[0-9a-f]{16}/", site.get("/", accept="text/html").body.decode())
    assert release is not None
    found = site.get(f"{release.group()}site/madang.css", accept_encoding="gzip")
    assert (found.status, found.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in found.headers["cache-control"]
    assert site.get(f"{release.group()}site/madang.css").headers.get("content-encoding") is None
    for path in (
        f"{release.group()}site/words.yaml",
        f"{release.group()}site/../words.yaml",
        f"{release.group()}../site/words.py",
        "/static/0000000000000000/site/madang.css",
        f"{release.group()}vendor/.stamp",
    ):
        assert site.get(path).status == 404, path


def test_preferences_are_kept_and_lead_back_here(site):
    sent = site.ask("POST", "/preferences", b"language=en&back=%2Fwallet", origin=ORIGIN)
    assert (sent.status, sent.headers["location"]) == (303, "/wallet")
    assert (
        'lang="en"'
        in site.get("/", accept="text/html", cookie=sent.headers["set-cookie"].partition(";")[0]).body.decode()
    )
    assert site.ask("POST", "/preferences", b"back=//evil.example", origin=ORIGIN).headers["location"] == "/"
    assert site.ask("POST", "/preferences", b"language=xx", origin=ORIGIN).code == "site.preferences"
    assert site.ask("POST", "/preferences", b"language=en&language=ko", origin=ORIGIN).code == "site.form"
    assert site.ask("POST", "/preferences", b"language=en", origin=OTHER).code == "site.origin"
