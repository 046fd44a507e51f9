"""What pages cost: how large the first one of each area is, and how long a reader waits while a hundred read.

    python -m bench.pages [--json]

`first_page_kb` is the largest first page of an area, signed in: HTML, style sheets, scripts and pictures that Chromium
asks for, each compressed with gzip, without fonts (kB of 1,000 bytes). `p95_ms` is over `READERS` readers, each on a
connection of its own, who open a page of every menu in turn, signed in where it asks for it, and look at each for
`READING_SECONDS` before the next; `saturated_p95_ms` and `pages_per_second` are of the same readers without any pause:
each then waits for 99 others. `commit_to_screen_p95_ms` is measured by `bench.pages_streams`.
"""

import argparse
import asyncio
import gzip
import json
import multiprocessing
import random
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Response, sync_playwright

from bench import pages_streams
from madang.web.people import AREAS
from tests.browser import town
from tests.browser.conftest import Served, launch
from tests.browser.visitor import Visitor
from tests.support.cast import officer
from tests.support.signing import Wallet, compact
from tools import components

READERS = 100
READING_SECONDS = 1.0
PAUSED_SECONDS = 20.0
SATURATED_PAGES = 4_000
FONTS = (".woff2", ".woff")
PEOPLE = {
    "wallet": town.ALICE,
    "shop": town.BAKERY,
    "desk": officer("desk"),
    "console": officer("ministry"),
    "explorer": town.ALICE,
}
"""Who opens an area's pages."""


class Read(msgspec.Struct):
    """How long pages took (milliseconds), and in how many seconds they were read."""

    milliseconds: list[float]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="madang-pages-") as folder:
        figures = measure(Path(folder)) | pages_streams.measure()
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name:26} {value}")


def measure(folder: Path) -> dict[str, Any]:
    """All figures but those of streams."""
    served = Served(folder / "node")
    served.start()
    try:
        sizes = first_pages(served)
        requests = list(menu_requests(served))
        _run(served.port, requests, 0.0, len(requests) * 3)
        paused = _run(served.port, requests, READING_SECONDS, 0)
        saturated = _run(served.port, requests, 0.0, SATURATED_PAGES)
    finally:
        served.stop()
    return {
        "first_page_kb": max(sizes.values()),
        "first_pages_kb": sizes,
        "p50_ms": percentile(paused.milliseconds, 50),
        "p95_ms": percentile(paused.milliseconds, 95),
        "saturated_p95_ms": percentile(saturated.milliseconds, 95),
        "pages_per_second": round(len(saturated.milliseconds) / saturated.seconds),
        "readers": READERS,
        "reading_seconds": READING_SECONDS,
        "pages": len(requests),
    }


def first_pages(served: Served) -> dict[str, float]:
    """The weight of each area's first page (kB), as its person sees it for the first time."""
    program = components.find("chromium")
    if program is None:
        raise SystemExit(f"Chromium is needed: {components.why_missing('chromium')}")
    with sync_playwright() as playwright:
        browser = launch(playwright, program)
        return {
            area.name: _weight(Visitor(browser, served.url, phone=True, language="ko"), area.name) for area in AREAS
        }


def _weight(visitor: Visitor, area: str) -> float:
    visitor.be(area, PEOPLE[area])
    visitor.go(f"/{area}")
    visitor.page.wait_for_load_state("networkidle")
    loaded: list[Response] = []
    # Whoever comes for the first time has nothing of it yet, and is signed in by now.
    visitor.context.new_cdp_session(visitor.page).send("Network.clearBrowserCache")
    visitor.page.on("response", lambda response: loaded.append(response))
    visitor.page.reload(wait_until="load")
    visitor.page.wait_for_timeout(1_000)
    kept = [one for one in loaded if one.request.resource_type != "eventsource" and not one.url.endswith(FONTS)]
    weight = sum(len(gzip.compress(body, 9)) for body in {one.url: one.body() for one in kept}.values())
    visitor.context.close()
    return round(weight / 1000, 1)


def menu_requests(served: Served) -> Sequence[bytes]:
    """A request for each page of every area's menu, with the session of who may open it."""
    found = [_get("/", "")]
    for area in AREAS:
        cookie = sign_in(served, area.name, PEOPLE[area.name])
        found += [_get(path, cookie) for path, _ in area.menu]
    return found


def sign_in(served: Served, area: str, wallet: Wallet) -> str:
    """The cookie of a new session."""
    with urllib.request.urlopen(f"{served.url}/{area}/challenge") as answer:
        asked = json.load(answer)
    payload = {"chain": asked["chain"], "method": "GET", "path": asked["path"], "not_after": asked["now"] + 100}
    signed = compact(json.dumps(payload).encode(), wallet).decode()
    body = json.dumps({"challenge": asked["challenge"], "signed": [signed]}).encode()
    request = urllib.request.Request(
        f"{served.url}/{area}/sign-in", body, {"origin": served.url, "content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        cookie: str = answer.headers["set-cookie"]
        return cookie.partition(";")[0]


def percentile(values: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return round(ordered[len(ordered) * percent // 100], 1)


def _get(path: str, cookie: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
    return f"{head}Cookie: {cookie}\r\n\r\n".encode()


def _run(port: int, requests: Sequence[bytes], pause: float, pages: int) -> Read:
    """Read from a process beside this one: with a pause for `PAUSED_SECONDS`, without one so many pages."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.SimpleQueue()
    worker = context.Process(target=_work, args=(port, requests, pause, pages, answers))
    worker.start()
    found: Read = answers.get()
    worker.join()
    return found


def _work(port: int, requests: Sequence[bytes], pause: float, pages: int, answers: Any) -> None:
    answers.put(asyncio.run(_read_all(port, requests, pause, pages)))


async def _read_all(port: int, requests: Sequence[bytes], pause: float, pages: int) -> Read:
    milliseconds: list[float] = []
    started = time.perf_counter()
    readers = [_reader(number, port, requests, pause, -(-pages // READERS), milliseconds) for number in range(READERS)]
    await asyncio.gather(*readers)
    return Read(milliseconds, time.perf_counter() - started)


async def _reader(
    number: int, port: int, requests: Sequence[bytes], pause: float, pages: int, milliseconds: list[float]
) -> None:
    chance = random.Random(number)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ends = time.perf_counter() + PAUSED_SECONDS
    await asyncio.sleep(pause * chance.random())
    page = number
    while time.perf_counter() < ends if pause else pages:
        began = time.perf_counter()
        writer.write(requests[page % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        milliseconds.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        page, pages = page + 1, pages - 1
        await asyncio.sleep(pause * (0.5 + chance.random()))
    writer.close()


if __name__ == "__main__":
    main()
