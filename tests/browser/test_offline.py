"""The installed wallet without a connection: what was last seen, as of when; nothing of it after signing out."""

import time
import zipfile

import pytest

from tests.browser import town
from tests.browser.codes import code


@pytest.fixture
def alice(visit):
    """Alice, who has paid, with the wallet's worker at work."""
    found = visit()
    found.be("wallet", town.ALICE)
    found.go("/wallet")
    found.page.get_by_role("heading", name="내 바우처").wait_for()
    found.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield found
    found.context.set_offline(False)
    # That the network was away is what these tests want to see.
    found.complaints[:] = [one for one in found.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def _kept(visitor, words="내 바우처"):
    """Wait until the page that is kept says this."""
    script = "async () => (await (await (await caches.open('madang-wallet-kept')).match('/wallet/kept'))?.text()) ?? ''"
    deadline = time.monotonic() + 60
    while words not in visitor.page.evaluate(script):
        assert time.monotonic() < deadline, f"nothing is kept that says {words}"
        visitor.page.wait_for_timeout(100)


def test_the_wallet_can_be_installed(alice):
    manifest = alice.page.evaluate(
        "async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()"
    )
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/wallet", "/wallet", "standalone")
    scope = alice.page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    assert scope == f"{alice.url}/wallet"


def test_off_line_it_shows_vouchers_and_the_last_receipts_with_their_time(alice):
    alice.go("/wallet/pay")
    alice.page.get_by_label("가맹점 QR에 적힌 글자").fill(code(order="o-off"))
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.get_by_text("이 기기에 보관했습니다").wait_for()
    _kept(alice, "138,000")
    alice.context.set_offline(True)
    alice.go("/wallet")
    alice.page.get_by_role("heading", name="인터넷에 연결되어 있지 않습니다").wait_for()
    alice.page.get_by_text("기준입니다").wait_for()
    alice.page.get_by_text("138,000원").wait_for()
    alice.page.get_by_role("button", name="확인", exact=True).click()
    alice.page.get_by_text("진짜 영수증입니다").wait_for()
    alice.check_page()
    with alice.page.expect_download() as saved:
        alice.page.get_by_role("button", name="모두 내려받기").click()
    assert saved.value.suggested_filename == "receipts.zip"
    with zipfile.ZipFile(saved.value.path()) as archive:
        assert archive.testzip() is None
        assert all(archive.read(name).startswith(b"MDRC") for name in archive.namelist())
    alice.context.set_offline(False)
    alice.page.get_by_role("link", name="다시 연결").click()
    alice.page.get_by_role("heading", name="내 바우처").wait_for()


def test_after_signing_out_nothing_of_anybody_is_shown_off_line(alice):
    _kept(alice)
    alice.page.get_by_role("button", name="나가기").click()
    alice.page.get_by_role("heading", name="어디로 갈까요?").wait_for()
    assert not alice.page.evaluate("caches.has('madang-wallet-kept')")
    alice.context.set_offline(True)
    alice.go("/wallet")
    alice.page.get_by_text("연결되면 다시 열어 주세요").wait_for()
    assert alice.page.get_by_text("소비쿠폰").count() == 0
    alice.check_page()
