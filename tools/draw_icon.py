"""Draws the wallet's icon for phones that take no SVG (`apple-touch-icon`): `python -m tools.draw_icon`.

It is the site's mark on a full square, since the phone rounds the corners by itself. Run it when the mark has changed.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from madang.web import wallet
from madang.web.site.routes import HERE
from tests.browser.conftest import launch
from tools import components

MARK = HERE / "static" / "mark.svg"
ICON = Path(wallet.__file__).parent / "static" / "icon.png"
SIZE = 180


def main() -> int:
    """Draw it."""
    program = components.find("chromium")
    if program is None:
        print(f"Chromium is needed: {components.why_missing('chromium')}", file=sys.stderr)
        return 1
    square = MARK.read_text(encoding="utf-8").replace(' rx="8"', "")
    with sync_playwright() as playwright:
        browser = launch(playwright, program)
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{square}")
        page.screenshot(path=ICON)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
