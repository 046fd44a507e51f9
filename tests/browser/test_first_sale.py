"""A new shop: its key is made in its browser, its bank registers it, it applies, is approved, and sells."""

from playwright.sync_api import expect

from tests.browser import town
from tests.support.cast import officer
from tests.support.signing import wallet


def at_console(visitor, wallet):
    visitor.be("console", wallet)
    visitor.go("/console/merchants")
    visitor.page.locator("nav.menu").wait_for()
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")


def test_a_new_shop_sells_its_first_sale(visit):
    shop = visit(phone=True)
    shop.go("/shop/key")
    shop.page.get_by_role("button", name="열쇠 만들기").click()
    shop.page.locator("#key img").wait_for()
    shop.check_page()
    shown = shop.page.locator("#key pre").inner_text()

    bank = at_console(visit(phone=False), officer("bank-a"))
    bank.check_page()
    bank.page.get_by_label("가게의 공개 열쇠").fill("not a key")
    bank.page.locator("form[action='/console/merchants'] button[type=submit]").click()
    bank.page.get_by_text("공개 열쇠가 아닙니다").first.wait_for()
    bank.page.get_by_label("가게의 공개 열쇠").fill(shown)
    bank.page.get_by_label("원장에서 부를 이름").fill("noodle-bar")
    bank.page.locator("form[action='/console/merchants'] button[type=submit]").click()
    bank.page.get_by_role("heading", name="계좌 열기").wait_for()
    bank.check_page()
    sign(bank)

    shop.go("/shop/entry")
    shop.page.get_by_label("동네").first.fill("부산 중구 영주동")
    shop.page.locator("form[role=search] button").click()
    shop.page.locator("#region").wait_for()
    shop.page.locator("#category").select_option("5812")
    shop.page.locator("#industry").fill("561")
    shop.page.locator("#sales_class").select_option("up_to_300m")
    shop.page.locator("form[method=post][action='/shop/entry'] button[type=submit]").click()
    shop.page.locator("form.sign button[type=submit]").click()
    shop.page.get_by_text("신청을 살펴보고 있습니다").wait_for()

    operator = at_console(visit(phone=True, language="en"), officer("operator"))
    operator.page.get_by_text("Applications that wait: 1").wait_for()
    operator.check_page()
    operator.page.get_by_role("button", name="Approve those marked").click()
    operator.page.get_by_text("Mark at least one shop").wait_for()
    operator.page.get_by_role("checkbox", name="noodle-bar").check(force=True)
    operator.page.get_by_role("button", name="Approve those marked").click()
    sign(operator)

    shop.go("/shop")
    shop.page.locator("#amount").fill("8000")
    shop.page.locator("form#sell button[type=submit]").click()
    shop.page.locator("summary").first.click()
    code = shop.page.locator(".code pre, pre.text").first.inner_text()
    alice = visit(phone=True)
    alice.be("wallet", town.ALICE)
    alice.enter("/wallet/pay")
    alice.page.get_by_label("가맹점 QR에 적힌 글자").fill(code)
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.wait_for_url("**/wallet/payments/*")
    number = alice.page.locator(".number").inner_text()
    expect(shop.page.locator("#paid .number")).to_have_text(number)


def test_a_file_of_shops_is_checked_row_by_row_and_registered_together(visit):
    bank = at_console(visit(phone=False, language="en"), officer("bank-b"))
    keys = [wallet(f"shop of a file {number}").public_key for number in range(3)]

    def upload(text):
        bank.page.locator("#file").set_input_files(
            {"name": "shops.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        bank.page.locator("form[enctype] button[type=submit]").click()

    upload(f"public_key,name\n{keys[0]},first-shop\nAAAA,second shop\n{keys[0]},\n{keys[1]}\n")
    bank.page.locator("#report").wait_for()
    rows = bank.page.locator("#report tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("stands in an earlier row")
    bank.check_page()
    upload("\ufeffpublic_key,name\n" + "".join(f"{key},file-shop-{place}\n" for place, key in enumerate(keys)))
    bank.page.get_by_role("heading", name="Register merchants").wait_for()
    sign(bank)
    bank.page.get_by_text("It is on the ledger.").wait_for()


def test_who_registers_no_shops_is_told_who_does(visit):
    one = at_console(visit(phone=True), officer("audit-board"))
    one.page.get_by_text("은행, 소관부처, 운영기관이 가맹점을 등록합니다.").wait_for()
    one.check_page()
