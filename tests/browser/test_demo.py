"""`madang demo` ends by serving its pages, and a visitor may be each of its people."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.visitor import Visitor
from tests.web.serving import free_port

MADANG = Path(sys.executable).with_name("madang")


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """A small demonstration, once its pages are served."""
    port = free_port()
    options = ["--citizens", "30", "--payments", "20", "--port", str(port)]
    folder = tmp_path_factory.mktemp("demo") / "demo"
    output = folder.with_name("said")
    with (
        output.open("wb") as said,
        subprocess.Popen([MADANG, "demo", *options, "--folder", str(folder)], stdout=said, stderr=said) as process,
    ):
        deadline = time.monotonic() + 300
        while b"Be one of its people" not in output.read_bytes():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        assert f"http://localhost:{port}/demo" in output.read_text()
        assert f"http://localhost:{port}/demo/credentials" in output.read_text()
        # It says its address just before it listens.
        while subprocess.run(
            ["curl", "-sf", f"http://127.0.0.1:{port}/health"], capture_output=True, check=False
        ).returncode:
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        yield f"http://localhost:{port}"
        process.terminate()


@pytest.fixture
def visitor(chromium, url) -> Iterator[Visitor]:
    """Somebody at a desk who looks at the demonstration."""
    found = Visitor(chromium, url, phone=False, language="en")
    found.go("/demo")
    yield found
    found.tell()
    found.context.close()
    assert not found.complaints, found.complaints


def test_a_visitor_is_each_of_its_people_in_turn(visitor):
    visitor.check_page()
    guests = visitor.page.locator("button.guest")
    areas = [one.get_attribute("data-area") for one in guests.all()]
    assert {"wallet", "shop", "desk", "console", "issuer", "explorer"} <= set(areas)
    for place, area in enumerate(areas):
        visitor.go("/demo")
        guests.nth(place).click()
        visitor.page.wait_for_url(f"**/{area}**")
        visitor.page.get_by_role("button", name="Sign out").wait_for()
        assert visitor.page.locator("h1").count() == 1


def test_a_visitor_gets_a_licence_in_this_browsers_wallet(visitor):
    visitor.page.get_by_role("link", name="Get credentials").first.click()
    visitor.check_page()
    visitor.page.get_by_role("link", name="Choose somebody else").click()
    visitor.check_page()
    visitor.page.get_by_role("link", name="A citizen with vouchers and own money").click()
    licence = visitor.page.locator("form.card", has_text="driver's licence")
    licence.get_by_role("button").click()
    visitor.check_page()
    digits = visitor.page.locator("dd").first.inner_text()
    visitor.page.get_by_role("link", name="Take it in this browser's wallet").click()
    visitor.page.fill("#spoken", digits)
    visitor.page.click("form.agree button[type=submit]")
    visitor.page.locator(".notice.success").wait_for()
    visitor.go("/wallet/credentials")
    visitor.page.locator("a.card", has_text="Mobile driver's licence").first.click()
    assert "(가상)" in visitor.page.locator(".credential").inner_text()
    visitor.page.locator(".credential img").first.wait_for()


def take(visitor: Visitor, kind: str) -> None:
    """Take what an office has for the guest whose page is open into this browser's wallet."""
    here = visitor.page.url
    visitor.page.locator("form.card", has_text=kind).get_by_role("button").click()
    digits = visitor.page.locator("dd").first.inner_text()
    visitor.page.get_by_role("link", name="Take it in this browser's wallet").click()
    visitor.page.fill("#spoken", digits)
    visitor.page.click("form.agree button[type=submit]")
    visitor.page.locator(".notice.success").wait_for()
    visitor.page.goto(here)


def test_a_newcomer_finds_a_programme_has_a_token_signed_and_holds_a_voucher(visitor):
    page = visitor.page
    citizen = page.locator("div.card", has_text="A citizen with vouchers and own money")
    get = citizen.get_by_role("link", name="Get credentials").get_attribute("href")
    citizen.get_by_role("button", name="Go in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    visitor.go(get or "")
    for kind in ("Residence", "Amount class"):
        take(visitor, kind)
    visitor.go("/wallet/for-me")
    fits = page.locator("article.offer", has_text="You qualify").first
    fits.wait_for()
    worth = fits.locator("dd").first.inner_text()
    visitor.check_page()
    fits.get_by_role("button", name="Claim").click()
    page.locator("form.consent h3").first.wait_for()
    visitor.check_page()
    page.click("form.consent button[type=submit]")
    page.wait_for_url("**/wallet/for-me/token")
    page.get_by_role("button", name="Claim the voucher").click()
    page.get_by_text("publishes some time later").wait_for()
    visitor.go("/demo/credentials")
    page.get_by_role("button", name="Publish now").click()
    visitor.check_page()
    page.get_by_role("link", name="Claim the voucher in the wallet").click()
    page.get_by_role("button", name="Claim the voucher").click()
    page.get_by_role("button", name="Sign and claim").click()
    page.wait_for_url("**/wallet/claims/*")
    page.get_by_text(worth).first.wait_for()
    visitor.check_page()


def test_counts_are_published_when_there_is_something_to_count(visitor):
    visitor.go("/demo/credentials")
    visitor.page.get_by_role("button", name="Publish now").click()
    visitor.page.locator(".notice", has_text="No token was signed").wait_for()
    visitor.check_page()


def test_nobody_gets_what_no_office_has_for_them(visitor):
    answer = visitor.go("/demo/credentials/P-999999")
    assert answer is not None and answer.status == 404
    assert "no such guest" in visitor.page.locator("main").inner_text()


def be(visitor, who, area):
    """Go in as the first guest who is called so."""
    visitor.go("/demo")
    card = visitor.page.locator("div.card", has=visitor.page.get_by_text(who, exact=True)).first
    card.locator("button.guest").click()
    visitor.page.wait_for_url(f"**/{area}**")
    visitor.page.get_by_role("button", name="Sign out").wait_for()


def test_an_application_is_decided_and_granted_and_the_vault_says_who_looked(visitor):
    be(visitor, "A citizen with vouchers and own money", "wallet")
    visitor.go("/wallet/data")
    main = visitor.page.locator("main")
    assert "Ministry of the interior (demonstration)" in main.inner_text()
    looked = main.locator("li.row", has_text="Welfare authority (demonstration)")
    assert looked.count() == 1
    visitor.check_page()
    visitor.go("/wallet/applications")
    row = visitor.page.locator("a.row", has_text="Being looked at")
    row.wait_for()
    visitor.check_page()
    be(visitor, "An officer of the welfare authority", "console")
    visitor.go("/console/applications")
    visitor.page.locator("tbody a").first.click()
    visitor.page.fill("#reference", "second-round/1")
    visitor.page.fill("#amount", "100000")
    visitor.page.fill("#region", "26")
    visitor.page.get_by_role("button", name="Grant").first.click()
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")
    be(visitor, "A citizen with vouchers and own money", "wallet")
    visitor.go("/wallet/applications")
    visitor.page.locator("a.row", has_text="Granted").wait_for()


def test_a_guest_applies_with_the_code_of_a_letter(visitor):
    card = visitor.page.locator("div.card", has=visitor.page.get_by_text("A citizen with vouchers", exact=True))
    code = card.locator("code").inner_text()
    be(visitor, "A citizen with vouchers", "wallet")
    visitor.go("/wallet/applications")
    visitor.page.fill("#subjects", code)
    visitor.page.fill("#instalment", "2")
    visitor.page.locator("form[action='/wallet/applications'] button[type=submit]").click()
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/wallet/done/*")
    visitor.go("/wallet/applications")
    visitor.page.get_by_text("Being looked at").first.wait_for()
