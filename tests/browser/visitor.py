"""Somebody with a browser of their own: pages, keys, and an eye for what must hold on every page."""

import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Response, ViewportSize

from tests.browser import ledger
from tests.support.cast import passkey
from tests.support.signing import Wallet, base64url

AXE = Path(__file__).parents[2] / "src/madang/web/vendor/axe/axe.min.js"
PICTURES = os.environ.get("MADANG_PICTURES")
"""A folder for a picture of every page that is checked: `make screenshots`."""
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
OFFICES = ("desk", "console", "issuer")
KEEP = """async ([store, jwk, entry]) => {
    const { put } = await import(store);
    const kinds = { name: "ECDSA", namedCurve: "P-256" };
    const key = jwk && await crypto.subtle.importKey("jwk", jwk, kinds, false, ["sign"]);
    const credential = entry.credential && Uint8Array.from(atob(entry.credential), (one) => one.charCodeAt(0));
    await put("keys", { ...entry, made: Date.now(), ...(key && { key }), ...(credential && { credential }) });
}"""
"""Puts a key into the browser's store: what pages do with a key that they made."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Visitor:
    """One browser profile on a phone or at a desk. What a page writes to its console is an error of the page."""

    def __init__(
        self, browser: Browser, url: str, *, phone: bool, language: str, any_certificate: bool = False
    ) -> None:
        self.url = url
        self.context = browser.new_context(
            base_url=url,
            viewport=PHONE if phone else DESK,
            locale="ko-KR" if language == "ko" else "en-US",
            timezone_id="Asia/Seoul",
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            ignore_https_errors=any_certificate,
        )
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self._devices: tuple[CDPSession, str] | None = None
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        # A status that a page handles (401: sign in first) is told by the browser too, and is no fault.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def tell(self) -> None:
        """Print what the page shows now, for whoever reads why a test failed."""
        shown = self.page.locator("body").inner_text()
        sys.stdout.write(f"{self.page.url} showed:\n{shown}\n{self.complaints}\n")

    def go(self, path: str) -> Response | None:
        """Open a page of the site."""
        return self.page.goto(path)

    def enter(self, path: str) -> None:
        """Open a page and wait until the key of this browser has signed in there."""
        self.go(path)
        self.page.locator("nav.menu").wait_for()

    def be(self, area: str, wallet: Wallet) -> None:
        """Have somebody's key in this browser, as if made here. Officers get a passkey, and go in with it."""
        if not self.page.url.startswith(self.url):
            self.go("/")
        if area in OFFICES:
            self._be_officer(area, wallet)
            return
        jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url(wallet.point[:32]),
            "y": base64url(wallet.point[32:]),
            "d": base64url(wallet.private_number().to_bytes(32, "big")),
        }
        self._keep(area, "jws", wallet, jwk)

    def _be_officer(self, area: str, wallet: Wallet) -> None:
        one = passkey(wallet)
        ledger.enrol(self.url, one, by=wallet)
        session, authenticator = self.passkeys()
        held = {
            "credentialId": base64.b64encode(one.kid.encode()).decode(),
            "isResidentCredential": True,
            "rpId": "localhost",
            "privateKey": base64.b64encode(one.private_file()).decode(),
            "userHandle": base64.b64encode(one.kid.encode()).decode(),
            "signCount": 0,
        }
        session.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": held})
        self._keep(area, "passkey", one, credential=held["credentialId"])
        self.go(f"/{area}")
        self.page.locator(".with-key button").click()
        self.page.locator("nav.menu, .unknown-key:not([hidden])").first.wait_for()

    def _keep(self, area: str, sort: str, wallet: Wallet, jwk: object = None, **more: object) -> None:
        module = self.page.locator("script[src$='/site/page.js']").get_attribute("src") or ""
        key = {"kid": wallet.kid, "area": area, "sort": sort, "publicKey": wallet.public_key, "party": wallet.party}
        self.page.evaluate(KEEP, [module.replace("page.js", "store.js"), jwk, {**key, **more}])

    def passkeys(self) -> tuple[CDPSession, str]:
        """Give this browser a virtual authenticator (WebAuthn) that verifies its user, if it has none."""
        if self._devices is None:
            session = self.context.new_cdp_session(self.page)
            session.send("WebAuthn.enable")
            options = {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
            made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
            self._devices = session, made["authenticatorId"]
        return self._devices

    def check_page(self) -> None:
        """What holds on every page: axe-core's rules, and ours where it is blind."""
        if PICTURES:
            self._take_picture(Path(PICTURES))
        assert "http.defect" not in self.page.locator("main").inner_text(), self.page.url
        heard = len(self.complaints)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found => found.violations.map("
            "one => [one.id, one.nodes.map(node => node.html.slice(0, 160))]))",
            TAGS,
        )
        del self.complaints[heard:]  # of what axe itself does to the page
        assert not found, (self.page.url, json.dumps(found, ensure_ascii=False, indent=1))
        self._check_targets()
        assert self.page.locator("h1").count() == 1, self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"

    def _take_picture(self, folder: Path) -> None:
        """Leave a picture of the page in this folder, under the name of the test that runs."""
        folder.mkdir(parents=True, exist_ok=True)
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition("/")[2].partition(" ")[0]
        name = re.sub(r"\W+", "-", test.replace(".py::", "."))
        number = sum(1 for _ in folder.glob(f"{name}.*.png"))
        self.page.screenshot(path=folder / f"{name}.{number:02}.png", full_page=True)

    def _check_targets(self) -> None:
        """Everything that can be tapped is 24 by 24 at least (WCAG 2.5.8), or within a sentence; nothing else taps."""
        small = self.page.evaluate(
            """() => {
                const box = one => one.getBoundingClientRect();
                const small = one => {
                    const [own, label] = [box(one), box(one.labels?.[0] ?? one)];
                    return Math.max(label.width, own.width) < 24 || Math.max(label.height, own.height) < 24;
                };
                const alone = one => one.checkVisibility() && !one.closest("p:not(.buttons), li p, td, .skip");
                return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
                    .filter(one => alone(one) && small(one)).map(one => one.outerHTML.slice(0, 120));
            }"""
        )
        assert not small, (self.page.url, small)
        assert self.page.locator("[onclick]").count() == 0, "a handler in the markup"
