"""The officers' pages and the page of whoever a wallet sends here, over HTTP."""

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from madang.identity.issuer import authorizing
from madang.identity.issuer.store import Issued
from madang.identity.status.register import StatusRegister
from madang.kernel.codec import to_base64url
from madang.records.database import open_database
from madang.records.issuing import Issuing
from madang.records.schema import VAULT_ACCESSES
from tests.support.cast import officer, passkey
from tests.support.signing import ORIGIN as SITE
from tests.support.signing import envelope
from tests.web.issuer.served import BACK, REFERENCE, Town
from tests.web.serving import Answer, Server
from tests.web.signing import payload
from tests.web.site.test_signin import challenge, read, sign_in

HTML = {"accept": "text/html"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[Server]:
    with town.served() as running:
        yield running


def cookie_of(server: Server, institution: str) -> str:
    one = officer(institution)
    enrol = {"type": "parties.enrol_key", "by": one.party, "key": passkey(one).new}
    server.ask("POST", "/transactions", envelope(payload(enrol), [one]), content_type="application/jose")
    asked = challenge(server, "issuer")
    answer = sign_in(server, asked, read(passkey(one), asked), area="issuer")
    assert answer.status == 200, answer
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def cookie(server: Server) -> str:
    """The session of an officer of the welfare authority, which is the office."""
    return cookie_of(server, "welfare")


def post(server: Server, cookie: str, path: str, **fields: str) -> Answer:
    body = urlencode(fields).encode()
    return server.ask("POST", path, body, content_type=FORM, origin=SITE, cookie=cookie, **HTML)


def text_of(answer: Answer) -> str:
    return unescape(answer.body.decode())


def upload(server: Server, cookie: str, kind: str, sheet: str) -> Answer:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="type"\r\n\r\n{kind}\r\n',
        f'--x\r\nContent-Disposition: form-data; name="sheet"; filename="a.csv"\r\n\r\n{sheet}\r\n--x--\r\n',
    ]
    return server.ask(
        "POST",
        "/issuer/office/office/sheet",
        "".join(parts).encode(),
        content_type="multipart/form-data; boundary=x",
        origin=SITE,
        cookie=cookie,
        **HTML,
    )


COLUMNS = "reference,family_name,given_name,birth_date,province,district,region,base_date,connecting_information"
GOOD = f"P-7,김,하나,2000-03-01,26,26350,2635010100,2025-12-31,{'h' * 86}"


def test_only_officers_of_the_institution_come_in(server, cookie):
    assert server.get("/issuer/office/office", **HTML).status == 401
    assert "면허 사무소" in text_of(server.get("/issuer", cookie=cookie, **HTML))
    assert server.get("/issuer/office/office", cookie=cookie, **HTML).status == 200
    foreign = cookie_of(server, "ministry")
    assert server.get("/issuer/office/office", cookie=foreign, **HTML).status == 404
    assert post(server, foreign, "/issuer/office/office/person", reference=REFERENCE).status == 404


def test_a_sheet_is_kept_as_a_whole_or_not_at_all(server, cookie, town):
    wrong = upload(server, cookie, "resident", f"{COLUMNS}\n{GOOD}\n{GOOD.replace('2000-03-01', '2100-03-01')}\n")
    assert wrong.status == 422
    assert "sheet.twice" in text_of(wrong) and "2100" not in text_of(wrong)
    later = GOOD.replace("P-7", "P-8").replace("2000-03-01", "2100-03-01")
    assert "prepare.dates" in text_of(upload(server, cookie, "resident", f"{COLUMNS}\n{GOOD}\n{later}\n"))
    assert post(server, cookie, "/issuer/office/office/person", reference="P-7").status == 422
    assert upload(server, cookie, "resident", "name\nx\n").status == 422
    kept = upload(server, cookie, "resident", f"{COLUMNS}\n{GOOD}\n")
    assert kept.status == 200, text_of(kept)
    assert post(server, cookie, "/issuer/office/office/person", reference="P-7").status == 200


def test_an_offer_shows_its_digits_once_and_the_access_log_who_made_it(server, cookie, town):
    nothing = post(server, cookie, "/issuer/office/office/offer", reference=REFERENCE)
    assert "발급하거나" in text_of(nothing)
    unknown = {"reference": REFERENCE, "way": "desk", "household_sd_jwt": "on"}
    assert "발급하거나" in text_of(post(server, cookie, "/issuer/office/office/offer", **unknown))
    assert (
        upload(
            server, cookie, "resident", f"{COLUMNS}\n{GOOD.replace('P-7', 'P-9').replace('h' * 86, 'k' * 86)}\n"
        ).status
        == 200
    )
    empty = {"reference": "P-9", "way": "desk", "driving_licence_mdoc": "on"}
    assert "명부에 발급할 내용이 없습니다" in text_of(post(server, cookie, "/issuer/office/office/offer", **empty))
    made = post(server, cookie, "/issuer/office/office/offer", reference=REFERENCE, resident_sd_jwt="on", way="desk")
    assert made.status == 200 and re.search(r"<dd>\d{6}</dd>", text_of(made))
    assert "haip-vci://?credential_offer_uri=" in text_of(made)
    database = open_database(town.address)
    with database.reading() as connection:
        lines = connection.execute(select(VAULT_ACCESSES).where(VAULT_ACCESSES.c.what == "offer")).all()
    database.close()
    assert [(one.officer, one.person) for one in lines] == [(officer("welfare").party, town.subject)]


def logged(town: Town, what: str) -> list[tuple[str, str, str]]:
    """Lines of the access log: officer, person, credential."""
    database = open_database(town.address)
    with database.reading() as connection:
        lines = connection.execute(select(VAULT_ACCESSES).where(VAULT_ACCESSES.c.what == what)).all()
    database.close()
    return [(one.officer, one.person, one.item) for one in lines]


def test_connecting_information_that_was_mistyped_is_taken_away_and_the_person_reads_by_whom(server, cookie, town):
    path, wrong = "/issuer/office/office/disconnect", "w" * 86
    mistyped = f"{COLUMNS}\n{GOOD.replace('P-7', 'P-10').replace('h' * 86, wrong)}\n"
    rightful = f"{COLUMNS}\n{GOOD.replace('P-7', 'P-11').replace('h' * 86, 'r' * 86)}\n"
    corrected = rightful.replace("r" * 86, wrong)
    for sheet in (mistyped, rightful):
        assert upload(server, cookie, "resident", sheet).status == 200
    refused = upload(server, cookie, "resident", corrected)
    assert refused.status == 422 and "다른 관리번호에 적힌 연계정보" in text_of(refused)
    for reference, information in (("P-10", "x" * 86), ("P-11", wrong)):
        nothing = post(server, cookie, path, reference=reference, information=information)
        assert "적힌 연계정보가 아닙니다" in text_of(nothing)
    assert logged(town, "unlink") == []
    foreign = cookie_of(server, "ministry")
    assert post(server, foreign, path, reference="P-10", information=wrong).status == 404
    undone = post(server, cookie, path, reference="P-10", information=f" {wrong} ")
    assert undone.status == 200 and "떼어 냈습니다" in text_of(undone)
    assert wrong not in text_of(undone) and "심사 중" in text_of(undone)
    ((who, person, _),) = logged(town, "unlink")
    assert who == officer("welfare").party
    assert (who, person, "") in logged(town, "tokens_ended")
    assert upload(server, cookie, "resident", corrected).status == 200


def issued(town: Town, delivery: str, count: int) -> list[Issued]:
    """Credentials on record without a status, as of a type that lives for a day: the server has the lists open."""
    now = 1_900_000_000
    return [
        Issued(f"{delivery}-{at}", "office", town.subject, "resident", "dc+sd-jwt", "k", delivery, "", 0, now, now + 99)
        for at in range(count)
    ]


def test_what_was_issued_is_suspended_restored_and_revoked_by_delivery_or_all_at_once(server, cookie, town):
    database = open_database(town.address)
    store = Issuing(database)
    store.record([*issued(town, "d1", 2), *issued(town, "d2", 1)])
    path = "/issuer/office/office/standing"

    def standings() -> dict[str, str]:
        return {one.number: one.standing for one in store.issued_to("office", town.subject)}

    def stand(standing: str, delivery: str = "") -> None:
        done = post(server, cookie, path, reference=REFERENCE, standing=standing, delivery=delivery)
        assert done.status == 200, text_of(done)

    stand("suspended", "d1")
    assert standings() == {"d1-0": "suspended", "d1-1": "suspended", "d2-0": "valid"}
    stand("valid", "d1")
    stand("revoked", "d1")
    stand("suspended")
    assert standings() == {"d1-0": "revoked", "d1-1": "revoked", "d2-0": "suspended"}
    stand("revoked")
    assert set(standings().values()) == {"revoked"}
    with database.reading() as connection:
        lines = connection.execute(select(VAULT_ACCESSES).where(VAULT_ACCESSES.c.what == "revoked")).all()
    assert sorted(one.item for one in lines) == ["d1-0", "d1-1", "d2-0"]
    own = (officer("welfare").party, town.subject, "")
    assert logged(town, "tokens_ended").count(own) == 4, "once for each change but the restoring"
    database.close()
    assert "폐지" in text_of(post(server, cookie, "/issuer/office/office/person", reference=REFERENCE))


def pushed(server: Server) -> dict[str, str]:
    challenge = to_base64url(hashlib.sha256(b"v" * 43).digest())
    form = {
        "response_type": "code",
        "client_id": "https://wallet.example.kr",
        "redirect_uri": BACK,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "scope": "resident_sd_jwt",
        "state": "s1",
    }
    answer = server.ask("POST", "/identity/office/par", urlencode(form).encode(), content_type=FORM)
    assert answer.status == 201, answer
    assert answer.headers["access-control-allow-origin"] == "*"
    return {"client_id": form["client_id"], "request_uri": answer.json["request_uri"]}


@pytest.mark.parametrize(("decision", "member"), [("agree", "code"), ("decline", "error")])
def test_a_person_is_asked_who_they_are_and_then_whether_they_agree(server, town, decision, member):
    asked = urlencode(pushed(server))
    arrived = server.get(f"/issuer/authorize/office?{asked}", **HTML)
    assert arrived.status == 303
    page = arrived.headers["location"]
    own = {**HTML, "cookie": arrived.headers["set-cookie"].partition(";")[0]}
    assert server.get(f"/issuer/authorize/office?{asked}", **HTML).status == 400
    who = server.get(page, **own)
    assert who.status == 200 and "연계정보" in text_of(who), re.findall("<code>.*", text_of(who))
    ticket = page.rpartition("/")[2]
    early = server.ask("POST", page, b"decision=agree", content_type=FORM, origin=SITE, **own)
    assert early.status == 400 and "authorize.nobody" in text_of(early)
    with town.desk() as office:
        authorizing.identify(office, ticket, town.subject, office_now())
    other = {**HTML, "cookie": own["cookie"][:-2]}
    for browser in (HTML, other):
        assert server.get(page, **browser).status == 400
        stolen = server.ask("POST", page, b"decision=agree", content_type=FORM, origin=SITE, **browser)
        assert stolen.status == 400 and "authorize.ticket" in text_of(stolen)
    consent = text_of(server.get(page, **own))
    assert "wallet.example.kr" in consent and "주민등록 확인" in consent
    assert "connect-src 'self'" in server.get(page, **own).headers["content-security-policy"]
    decided = server.ask("POST", page, f"decision={decision}".encode(), content_type=FORM, origin=SITE, **own)
    (back,) = re.findall(r'id="back"[^>]* href="([^"]+)"', text_of(decided))
    assert back.startswith(f"{BACK}?")
    told = parse_qs(urlsplit(back).query)
    assert member in told and told["state"] == ["s1"] and told["iss"] == ["https://office.example.kr/identity/office"]
    assert server.get(page, **own).status == 400


def office_now() -> int:
    import time

    return int(time.time())


def test_documents_and_addresses(server, town):
    metadata = server.get("/.well-known/openid-credential-issuer/identity/office").json
    assert set(metadata["credential_configurations_supported"]) == {
        "driving_licence_mdoc",
        "driving_licence_sd_jwt",
        "resident_mdoc",
        "resident_sd_jwt",
    }
    kind = server.get("/identity/office/types/resident").json
    assert kind["vct"] == "urn:madang:kr:resident:1"
    assert server.get("/identity/office/types/household").status == 404
    assert server.get("/identity/office/root.cer").body == town.root
    listed = server.get("/identity/office/status/1")
    assert listed.headers["content-type"] == "application/statuslist+jwt"
    for accepted, given in (
        ("application/statuslist+cwt", "application/statuslist+cwt"),
        ("application/statuslist+jwt, application/statuslist+cwt;q=0.5", "application/statuslist+jwt"),
        ("*/*", "application/statuslist+jwt"),
    ):
        answer = server.get("/identity/office/status/1", accept=accepted)
        assert answer.headers["content-type"] == given
        assert answer.body.startswith(b"\xd2\x84" if given.endswith("cwt") else b"eyJ")
    purpose = server.get("/identity/office/status/1.revocation", accept="application/statuslist+cwt")
    assert purpose.headers["content-type"] == "application/vc+jwt"
    assert listed.headers["access-control-allow-origin"] == "*"
    for path in ("/identity/office/status/..%2Fbase", "/identity/nobody/status/1", "/identity/office/offer/none"):
        assert server.get(path).status in (400, 404)
    assert server.ask("POST", "/identity/office/unknown", b"").status == 404
    leave = server.ask("OPTIONS", "/identity/office/credential", None, origin="https://any.example")
    assert leave.status == 204 and "dpop" in leave.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in server.get("/issuer", **HTML).headers


def test_the_lists_are_open_in_the_server_alone(server, town):
    from madang.kernel.errors import MadangError

    with pytest.raises(MadangError) as refused:
        StatusRegister(town.identity / "office" / "status", "https://office.example.kr/identity/office/status")
    assert refused.value.code == "status.busy"
