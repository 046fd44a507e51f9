"""Who signs in on a computer that several people use, and that who has left stays out."""

from playwright.sync_api import expect

from tests.browser import town
from tests.browser.test_approving import officer_with_passkey
from tests.support.cast import officers

ONE, TWO, _ = officers("ministry")
PLAIN = """async (store) => {
    const { all, put } = await import(store);
    const kinds = { name: "ECDSA", namedCurve: "P-256" };
    const { privateKey: key } = await crypto.subtle.generateKey(kinds, false, ["sign"]);
    for (const one of await all("keys")) await put("keys", { ...one, sort: "jws", key });
}"""
SENT = """async (store) => {
    const { put } = await import(store);
    for (const area of ["wallet", "shop"])
      await put("sent", { id: area, signed: "x", then: "/", area, at: Date.now() });
}"""
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
    one.be("wallet", town.ALICE)
    one.enter("/wallet")
    sign_out(one)
    one.go("/wallet")
    button = one.page.get_by_role("button", name="열쇠로 들어가기")
    button.wait_for()
    one.check_page()
    one.page.reload()
    button.click()
    one.page.locator("nav.menu").wait_for()
    one.page.evaluate("fetch('/wallet/sign-out', { method: 'POST', redirect: 'manual' })")
    one.enter("/wallet")


def test_what_was_sent_without_an_answer_is_forgotten_by_whoever_signs_out(visit):
    one = visit()
    one.be("wallet", town.ALICE)
    one.enter("/wallet")
    one.page.evaluate(SENT, store_of(one))
    sign_out(one)
    left = "async (store) => (await (await import(store)).all('sent')).map((one) => one.area)"
    assert one.page.evaluate(left, store_of(one)) == ["shop"]


def test_an_officers_plain_key_neither_signs_in_nor_signs(visit):
    one = visit(phone=False)
    one.be("console", ONE)
    one.page.evaluate(PLAIN, store_of(one))
    one.go("/console/officers")
    dismiss = one.page.locator("main form", has=one.page.locator("[value=dismiss]"))
    dismiss.get_by_role("button").first.click()
    one.page.locator("form.sign button[type=submit]").click()
    one.page.locator("form.sign .outcome").get_by_text("서명할 열쇠가 없습니다").wait_for()
    one.go("/console/key")
    one.page.get_by_text("이 화면들에서는 쓸 수 없습니다").wait_for()
    expect(one.page.locator(".make-key")).to_have_count(0)
    one.check_page()
    sign_out(one)
    one.go("/console")
    one.page.get_by_text("패스키가 아니어서 이곳에 들어올 수 없습니다").wait_for()
    one.check_page()
    one.page.get_by_role("link", name="패스키 만들기").click()
    one.page.locator(".make-passkey").wait_for()


def test_of_several_passkeys_the_one_at_hand_signs_in(visit):
    one = officer_with_passkey(visit, ONE)
    absent = {"kid": "k" * 43, "area": "console", "sort": "passkey", "publicKey": "", "party": TWO.party, "made": 0}
    one.page.evaluate(KEEP, [store_of(one), absent])
    sign_out(one)
    one.go("/console")
    one.page.locator(".with-key button").click()
    one.page.locator("nav.menu").wait_for()
