"""Anyone sees the ledger and checks it; parties and auditors find their entries."""

import json
import re
import secrets
import time
import urllib.request

import pytest

from tests.browser import town
from tests.identity.did.test_jwk import SPECIFICATION
from tests.support.cast import officer
from tests.support.signing import envelope

PUBLIC = ["", "/totals", "/validators", "/receipt", "/check", "/identifiers", "/key"]


@pytest.fixture(scope="module")
def paid(served) -> str:
    """The id of a payment that Alice made; Chul made one too."""
    ids = []
    for payer in (town.CHUL, town.ALICE):
        ids.append(secrets.token_hex(16))
        payload = {
            "chain": town.CHAIN,
            "id": ids[-1],
            "not_after": int(time.time()) + 300,
            "acts": [{"type": "money.pay", "by": payer.party, "to": "bakery", "amount": 1_234}],
        }
        sent = urllib.request.Request(
            f"{served.url}/transactions",
            envelope(json.dumps(payload).encode(), [payer]),
            {"content-type": "application/jose"},
        )
        with urllib.request.urlopen(sent) as answer:
            assert json.load(answer)["outcome"] == "accepted"
    return ids[-1]


def receipt(served, identifier: str) -> bytes:
    with urllib.request.urlopen(f"{served.url}/transactions/{identifier}/receipt") as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.parametrize(("phone", "language"), [(True, "ko"), (False, "en")])
def test_every_public_page_is_for_anyone(visit, paid, phone, language):
    anyone = visit(phone=phone, language=language)
    for path in PUBLIC:
        response = anyone.go(f"/explorer{path}")
        assert response.status == 200, path
        anyone.check_page()
        text = anyone.page.locator("body").inner_text()
        assert town.ALICE.party not in text and paid not in text
        assert "bakery" not in text


def test_the_page_follows_the_ledger_and_the_browser_checks_each_checkpoint(visit, served):
    anyone = visit(language="en")
    anyone.go("/explorer")
    anyone.page.get_by_text("The signature is right").wait_for()
    size = anyone.page.locator("#checkpoint").inner_text().split("\n")[1]
    payload = {
        "chain": town.CHAIN,
        "id": secrets.token_hex(16),
        "not_after": int(time.time()) + 300,
        "acts": [{"type": "money.pay", "by": town.ALICE.party, "to": "bakery", "amount": 1}],
    }
    signed = envelope(json.dumps(payload).encode(), [town.ALICE])
    urllib.request.urlopen(
        urllib.request.Request(f"{served.url}/transactions", signed, {"content-type": "application/jose"})
    ).close()
    anyone.page.wait_for_function(
        "size => document.getElementById('checkpoint').textContent.split('\\n')[1] !== size", arg=size
    )
    anyone.page.get_by_text("The signature is right").wait_for()
    # A server that shows another log from now on is found out by what this browser remembers.
    anyone.page.route("**/explorer/now", lambda route: route.fulfill(body=forged(served, anyone), status=200))
    anyone.page.get_by_text("The checkpoint's signature is wrong").wait_for()


def forged(served, anyone) -> str:
    with urllib.request.urlopen(f"{served.url}/explorer/now") as answer:
        page: str = answer.read().decode()
        return re.sub(r"(town.example/log\n)(\d+)", r"\g<1>9999", page, count=1)


def test_a_smaller_log_than_before_is_told(visit):
    anyone = visit(language="en")
    anyone.go("/explorer")
    anyone.page.get_by_text("The signature is right").wait_for()
    anyone.page.evaluate(
        "Object.keys(localStorage).forEach(name => localStorage.setItem(name, JSON.stringify({size: 1e6, root: ''})))"
    )
    anyone.page.reload()
    anyone.page.get_by_text("This is another log than this browser has seen before").wait_for()


def test_without_a_network_the_last_values_stay_and_it_says_so(visit):
    anyone = visit(language="ko")
    anyone.go("/explorer")
    anyone.page.get_by_text("서명이 맞고").wait_for()
    anyone.context.set_offline(True)
    anyone.page.get_by_text("연결이 끊겼습니다").wait_for()
    anyone.context.set_offline(False)
    anyone.page.get_by_text("연결이 끊겼습니다").wait_for(state="hidden")
    anyone.complaints.clear()  # the browser tells that it was off line


def test_a_receipt_is_checked_and_leaves_the_browser_for_nowhere(visit, served, paid, tmp_path):
    anyone = visit(language="ko")
    anyone.go("/explorer/receipt")
    anyone.page.wait_for_load_state("networkidle")
    sent = []
    anyone.page.on("request", lambda request: sent.append(request.url))
    good = receipt(served, paid)
    for number, (content, words) in enumerate(
        (
            (good, "영수증이 맞습니다"),
            (good[:300] + bytes([good[300] ^ 1]) + good[301:], "이 영수증은 믿을 수 없습니다"),
            (b"%PDF-1.7", "영수증이 아닙니다"),
            (good, "영수증이 맞습니다"),
        )
    ):
        file = tmp_path / f"{number}.receipt"
        file.write_bytes(content)
        anyone.page.locator("#file").set_input_files(file)
        anyone.page.get_by_text(words).wait_for()
        anyone.check_page()
    anyone.page.get_by_text(paid).wait_for()
    anyone.page.get_by_text("누구의 서명을 믿나요?").click()
    anyone.page.get_by_label("로그의 공개 열쇠").fill("town.example/log+00000000+AAAA")
    anyone.page.get_by_label("감시 기관의 공개 열쇠").focus()
    anyone.page.get_by_text("열쇠를 읽을 수 없습니다").wait_for()
    anyone.check_page()
    # axe-core reads the style sheets again; the page itself asks for nothing any more.
    assert [url for url in sent if "/static/" not in url] == []


def test_a_party_finds_its_own_entries_and_nobody_elses(visit, served, paid):
    alice = visit(language="en")
    alice.be("wallet", town.ALICE)  # a key of the wallet: the explorer makes none
    alice.go("/explorer/entries")
    alice.page.get_by_role("heading", name="My entries").wait_for()
    alice.page.get_by_text(paid).wait_for()
    assert town.CHUL.party not in alice.page.content()
    alice.check_page()
    alice.page.get_by_label("Act", exact=True).select_option("vouchers.pay")
    alice.page.get_by_role("button", name="Search").click()
    alice.page.get_by_text("There are no such entries.").wait_for()
    assert alice.page.url.endswith("/explorer/entries"), "what is looked for stands in the address"
    alice.page.get_by_label("Transaction id").fill("nothing")
    alice.page.get_by_role("button", name="Search").click()
    alice.page.get_by_text("An id is 32 characters").wait_for()
    alice.check_page()
    alice.page.get_by_label("Transaction id").fill(paid)
    alice.page.get_by_role("button", name="Search").click()
    alice.page.get_by_role("heading", name="An entry").wait_for()
    alice.page.get_by_text('"amount": 1234').wait_for()
    alice.check_page()
    with alice.page.expect_download() as download:
        alice.page.get_by_role("link", name="Download the receipt").click()
    assert download.value.path().read_bytes()[:4] == b"MDRC"
    alice.go("/explorer/entries")
    with alice.page.expect_download() as download:
        alice.page.get_by_role("button", name="Download CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "time,height,id,party,act,outcome,code" and paid in "\n".join(lines)
    chul = visit()
    chul.be("wallet", town.CHUL)
    chul.go("/explorer/entries")
    chul.page.get_by_role("heading", name="내 기록").wait_for()
    chul.go(f"/explorer/entries/{paid}")
    chul.page.get_by_text("찾으시는 것이 없습니다").wait_for()


def test_an_auditor_finds_everybodys(visit, paid):
    auditor = visit(phone=False, language="ko")
    auditor.be("console", officer("audit-board"))
    auditor.go("/explorer/entries")
    auditor.page.locator(".with-key button").click()
    auditor.page.get_by_role("heading", name="모든 기록 (감사)").wait_for()
    auditor.page.get_by_label("당사자").fill(town.CHUL.party)
    auditor.page.get_by_role("button", name="찾기").click()
    auditor.page.get_by_role("cell", name=town.CHUL.party).first.wait_for()
    assert paid not in auditor.page.content()
    auditor.check_page()
    auditor.go(f"/explorer/entries/{paid}")
    auditor.page.get_by_role("heading", name="기록 하나").wait_for()
    auditor.check_page()


def test_without_a_key_the_public_pages_are_still_there(visit):
    stranger = visit()
    stranger.go("/explorer/entries")
    stranger.page.get_by_text("탐색기는 새 열쇠를 만들지 않습니다").wait_for()
    stranger.check_page()
    stranger.page.get_by_role("link", name="지금").click()
    stranger.page.get_by_role("heading", name="지금 원장은").wait_for()


@pytest.mark.parametrize(("phone", "language"), [(True, "ko"), (False, "en")])
def test_an_identifier_is_typed_and_its_document_shown(visit, served, phone, language):
    anyone = visit(phone=phone, language=language)
    anyone.go("/explorer/identifiers")
    field = anyone.page.locator("#did")
    field.fill(SPECIFICATION)
    field.press("Enter")
    anyone.page.get_by_text("acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0").wait_for()
    anyone.check_page()
    anyone.page.locator("#did").fill("did:webvh:nothing")
    anyone.page.locator("#did").press("Enter")
    anyone.page.get_by_text("[did.name]").wait_for()
    anyone.check_page()
