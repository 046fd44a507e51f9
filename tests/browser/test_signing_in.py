"""Who signs in on a computer that several people use, and that who has left stays out."""

from tests.browser.test_approving import officer_with_passkey
from tests.support.cast import officers

ONE, TWO, _ = officers("ministry")
KEEP = """async ([store, entry]) => {
    const { put } = await import(store);
    await put("keys", { ...entry, credential: crypto.getRandomValues(new Uint8Array(32)) });
}"""


def store_of(visitor) -> str:
    found = visitor.page.locator("script[src$='/site/page.js']").get_attribute("src") or ""
    return found.replace("page.js", "store.js")


def sign_out(visitor) -> None:
    visitor.page.locator("header form.leave button").click()
    visitor.page.get_by_role("heading", name="어디로 갈까요?").wait_for()


def test_who_signed_out_is_let_in_by_a_tap_only(visit):
    one = visit(phone=False)
    one.be("console", ONE)
    one.enter("/console")
    sign_out(one)
    one.go("/console")
    button = one.page.get_by_role("button", name="열쇠로 들어가기")
    button.wait_for()
    one.check_page()
    one.page.reload()
    button.click()
    one.page.locator("nav.menu").wait_for()
    one.page.evaluate("fetch('/console/sign-out', { method: 'POST', redirect: 'manual' })")
    one.enter("/console")


def test_of_several_passkeys_the_one_at_hand_signs_in(visit):
    one = officer_with_passkey(visit, ONE)
    absent = {"kid": "k" * 43, "area": "console", "sort": "passkey", "publicKey": "", "party": TWO.party, "made": 0}
    one.page.evaluate(KEEP, [store_of(one), absent])
    sign_out(one)
    one.go("/console")
    one.page.locator(".with-key button").click()
    one.page.locator("nav.menu").wait_for()
