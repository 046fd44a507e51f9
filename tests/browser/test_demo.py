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
    assert {"wallet", "shop", "desk", "console", "explorer"} <= set(areas)
    for place, area in enumerate(areas):
        visitor.go("/demo")
        guests.nth(place).click()
        visitor.page.wait_for_url(f"**/{area}**")
        visitor.page.get_by_role("button", name="Sign out").wait_for()
        assert visitor.page.locator("h1").count() == 1
