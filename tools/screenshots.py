"""Takes a picture of every page, on a phone and at a desk, in Korean and English, and once in the dark.

    python -m tools.screenshots [--to var/screenshots] [--area NAME]

A town is served (`tests/browser/town.py`) in which something has happened, and its people look at their pages with keys
of their own, as in the browser tests. What to look at says `tools.pictures`. For people to look at: a page can pass
every test and be ugly.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from playwright.sync_api import Browser, sync_playwright

from madang.base.approvals.transactions import Propose
from madang.base.debts.transactions import Impose
from madang.base.parties.transactions import SetThreshold
from madang.base.programmes.transactions import NameAuthorities
from madang.kernel.transaction import Act
from madang.records.consents import Consent
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey, MasterKey
from madang.records.vault import Access, Vault
from madang.services.fraud.transactions import FlagRow, OpenCase, RaiseFlags
from madang.services.vouchers.transactions import Attest, AttestedHolder, Buy, Fund, Pay, PaymentPart, Refund
from madang.web.people import AREAS
from madang.web.site.areas import Area
from tests.browser import buyers, ledger, town
from tests.browser.conftest import Served, launch
from tests.browser.papers import PDF
from tests.browser.visitor import Visitor
from tests.support.cast import officer, quorum
from tools import components
from tools.pictures import Picture, pictures

PEOPLE = {
    "wallet": town.ALICE,
    "shop": town.BAKERY,
    "desk": officer("desk"),
    "console": officer("ministry"),
    "issuer": officer("ministry"),
    "explorer": town.ALICE,
}
"""Who looks at an area's pages."""
PROPOSED: dict[str, Sequence[Act]] = {
    "ministry": [NameAuthorities(by="ministry", programme=town.COUPON, authorities=["welfare"])],
    "desk": [SetThreshold(by="desk", threshold=2)],
}
"""What waits for more approvals, by institution."""
LOOKS: Sequence[tuple[str, bool, str, Literal["light", "dark"]]] = (
    ("phone-ko", True, "ko", "light"),
    ("phone-en", True, "en", "light"),
    ("desk-ko", False, "ko", "light"),
    ("desk-en", False, "en", "light"),
    ("phone-dark", True, "ko", "dark"),
)
MOST_OF_A_ROUTE = 12
"""Pages of one route, at most, such as the forms of a desk's tasks."""
LINKS = "found => found.map(one => new URL(one.getAttribute('href'), location).pathname)"
"""Where links lead, those of drawings too."""
SETTLE = 700
"""Milliseconds in which a page fetches its parts and draws."""


def main() -> int:
    """Take all pictures; names the pages that nothing led to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--area", choices=[area.name for area in AREAS])
    given = parser.parse_args()
    program = components.find("chromium")
    if program is None:
        print(f"Chromium is needed: {components.why_missing('chromium')}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="madang-town-") as folder:
        key, node = Path(folder) / "vault.key", Path(folder) / "node"
        options = ["--vault-key", str(key), "--vault-of", "ministry", "--vault-of", "desk"]
        served = Served(node, buyers.acts(town.began()), options)
        hand_in(FileMasterKey.create(key), node)
        served.start()
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright, program)
                names = scene(served)
                for area in AREAS:
                    if given.area in (None, area.name):
                        look(browser, served, area, names, given.to)
        finally:
            served.stop()
    return 0


def scene(served: Served) -> dict[str, str]:
    """Let something happen in the town; the names that `tools.pictures` uses for it."""
    part = PaymentPart(voucher=ledger.voucher_of(served, town.ALICE), amount=12_000)
    pay = Pay(by=town.ALICE.party, programme=town.COUPON, merchant="bakery", order="counter", parts=[part], own=0)
    paid = ledger.send(served, pay, by=town.ALICE)
    funded = ledger.send(served, Fund(by="ministry", programme=town.COUPON, amount=1_000_000), by=officer("ministry"))
    (sold,) = ledger.read(served, f"/vouchers/shop_payments?programme={town.COUPON}", town.BAKERY)
    back = Refund(by="bakery", programme=town.COUPON, merchant="bakery", payment=sold["payment"], amount=2_000)
    refunded = ledger.send(served, back, by=town.BAKERY)
    suspect(served)
    buy(served)
    proposed = {name: propose(served, name, acts) for name, acts in PROPOSED.items()}
    return {"payment": paid, "funded": funded, "programme": town.COUPON, "refunded": refunded, **proposed}


def hand_in(master: MasterKey, node: Path) -> None:
    """The desk keeps a paper of Alice's, and one of its officers has looked at it."""
    database = open_database(f"sqlite:///{node / 'records.db'}")
    vault, own = Vault(database, master), Access(town.ALICE.party, "person_asked")
    consent = Consent("desk", "appeals.lodge", "ko", "심사에만 쓰고 보관하는 데 동의합니다.")
    person = vault.enrol(own, town.ALICE.party)
    item, _ = vault.put(person, "evidence", PDF, own, consent)
    vault.read(person, item, Access(officer("desk").party, "appeal"))
    database.close()


def buy(served: Served) -> None:
    """Alice is attested, and buys a voucher."""
    row = AttestedHolder(holder=town.ALICE.party, subject=town.subject("alice"))
    ledger.send(served, Attest(by="bank-a", programme=buyers.MARKETS, holders=[row]), by=officer("bank-a"))
    bought = Buy(by=town.ALICE.party, programme=buyers.MARKETS, amount=100_000, price=90_000)
    ledger.send(served, bought, by=town.ALICE)


def suspect(served: Served) -> None:
    """The bakery is flagged and told of a case, and owes the ministry something after another."""
    one, now = officer("ministry"), int(time.time())
    flag = FlagRow(sort="merchant", subject="bakery", reason="burst", evidence="5e" * 32)
    ledger.send(served, RaiseFlags(by="ministry", programme=town.COUPON, rows=[flag]), by=one)
    ((number, _),) = ledger.read(served, f"/fraud/flags?programme={town.COUPON}", one)
    case = OpenCase(
        by=one.party,
        programme=town.COUPON,
        party="bakery",
        flags=[number],
        conduct_at=now - 1_800,
        notice="5e" * 32,
    )
    ledger.send(served, case, by=one)
    debt = Impose(
        by="ministry",
        debtor="bakery",
        ground="case-1",
        principal=30_000,
        conduct_at=now - 1_800,
        due_at=now + 40 * 86_400,
    )
    ledger.send_quorum(served, debt, by=quorum("ministry"))


def propose(served: Served, institution: str, acts: Sequence[Act]) -> str:
    """An officer proposes acts of an institution, for the others to approve; the transaction's id."""
    one = officer(institution)
    proposal = Propose(by=one.party, acts=msgspec.Raw(msgspec.json.encode(acts)), deadline=int(time.time()) + 86_400)
    return ledger.send(served, proposal, by=one)


def look(browser: Browser, served: Served, area: Area, names: dict[str, str], to: Path) -> None:
    """Pictures of all pages of an area, into a folder of its own."""
    folder = to / area.name
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(pictures(area, names))
    missing: set[str] = set()
    for look, phone, language, shade in LOOKS:
        visitor = Visitor(browser, served.url, phone=phone, language=language)
        visitor.page.emulate_media(color_scheme=shade)
        visitor.be(area.name, PEOPLE[area.name])
        for name, path in walk(visitor, area, wanted, missing):
            visitor.page.wait_for_timeout(SETTLE)
            visitor.page.screenshot(path=folder / f"{name}.{look}.png", full_page=True)
            if not visitor.page.locator("h1").count():
                print(f"{path} is no page: say in tools/pictures.py what it is")
        for complaint in visitor.complaints:
            print(f"{area.name}, {look}: {complaint}")
        visitor.context.close()
    for route in sorted(missing):
        print(f"not pictured: {area.home}{route}: nothing in this town leads there")


def walk(visitor: Visitor, area: Area, wanted: Sequence[Picture], missing: set[str]) -> Iterator[tuple[str, str]]:
    """Open every page, with a name for its picture: those whose path is known, then what links on them lead to.

    Routes that nothing led to are added to `missing`.
    """
    patterns = {one.route: _pattern(area, one.route) for one in wanted if not one.path}
    missing |= set(patterns)
    waiting = [(one.route, one.path) for one in wanted if one.path]
    seen = {path for _, path in waiting}
    while waiting:
        route, path = waiting.pop(0)
        visitor.go(path)
        yield _name(area, path if route in patterns else route), path
        for link in visitor.page.eval_on_selector_all("main a[href]", LINKS):
            for led, pattern in patterns.items():
                count = sum(1 for one in seen if pattern.match(one))
                if link not in seen and count < MOST_OF_A_ROUTE and pattern.match(link):
                    seen.add(link)
                    missing.discard(led)
                    waiting.append((led, link))


def _pattern(area: Area, route: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(piece) for piece in re.split(r"\{[^}]*\}", area.home + route)) + r"\Z")


def _name(area: Area, path: str) -> str:
    """A file's name for a path or route; identifiers are shortened."""
    pieces = [
        re.sub(r"\{(\w+)[^}]*\}", r"\1", piece)[:24] for piece in path.removeprefix(area.home).split("/") if piece
    ]
    return "-".join(pieces) or "home"


if __name__ == "__main__":
    sys.exit(main())
