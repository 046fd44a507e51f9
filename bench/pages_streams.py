"""How long a till waits for a payment while five hundred tills listen and payments run at half of what is possible.

    python -m bench.pages_streams [--json]

`bench.pages` takes `measure` in. The rate is that of payments in batches over HTTP, on the same server just before.
Then payments come at half of it, drawn over all shops, and `STREAMS` shops follow theirs as server-sent events, each
with a session of its own. `commit_to_screen_p95_ms` is from the moment a batch is sent, before it is even ordered, to
that at which a till has read the event: more than the time from commit to screen, which no client can see. What a
browser then does to show it is in `tests/browser/test_selling.py`.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench import load, state
from bench.payments import Signer
from madang.demo.actors import Actor

STREAMS = 500
HOLDERS = 4_000
FIRST_PAYMENTS, RATE_PAYMENTS = 4_000, 8_000
SECONDS = 15.0
TOGETHER, CONNECTIONS = 200, 8
AT_ONCE = 50
"""Payments of one piece that is sent while tills listen."""
PATIENCE = 30.0
ORIGIN = "https://madang.example"
_DATA = b"data: "


class _Heard(msgspec.Struct):
    order: str


_heard = msgspec.json.Decoder(_Heard)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    figures = measure()
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name:26} {value}")


def measure() -> dict[str, Any]:
    """The figures of streams, on a ledger that is made for it."""
    with tempfile.TemporaryDirectory(prefix="madang-streams-") as place:
        folder = Path(place) / "node"
        state.make(folder, HOLDERS, HOLDERS)
        signer = Signer(folder, int.from_bytes(os.urandom(4), "big"), HOLDERS)
        limits = Path(place) / "limits.json"
        limits.write_text(json.dumps({"rate": 10_000_000, "burst": 10_000_000, "subscribers": STREAMS}))
        port = 18_421
        command = [str(Path(sys.executable).with_name("madang")), "serve", str(folder), "--pages"]
        server = subprocess.Popen([*command, "--port", str(port), "--limits", str(limits)], stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            return _measure(port, signer)
        finally:
            server.terminate()
            server.wait(60)


def _measure(port: int, signer: Signer) -> dict[str, Any]:
    load.run(port, _batches(signer.make(FIRST_PAYMENTS), TOGETHER), CONNECTIONS)
    alone = load.run(port, _batches(signer.make(RATE_PAYMENTS), TOGETHER), CONNECTIONS)
    rate = alone.done * TOGETHER / alone.seconds / 2
    cookies = [sign_in(port, state.shop(number)) for number in range(STREAMS)]
    payments = signer.make(int(rate * SECONDS))
    context = multiprocessing.get_context("spawn")
    ready, ended = context.Event(), context.Event()
    heard: Any = context.SimpleQueue()
    tills = context.Process(target=_listen, args=(port, cookies, ready, ended, heard))
    tills.start()
    if not ready.wait(PATIENCE):
        raise RuntimeError("the streams did not open")
    sent, seconds = asyncio.run(_pay(port, payments, rate))
    ended.set()
    arrived: dict[str, float] = heard.get()
    tills.join()
    followed = {order: at for order, (shop, at) in sent.items() if shop < STREAMS}
    missing = len(followed.keys() - arrived.keys())
    if missing:
        raise RuntimeError(f"{missing} of {len(followed)} payments were never told")
    waits = sorted((arrived[order] - at) * 1000 for order, at in followed.items())
    return {
        "commit_to_screen_p95_ms": round(waits[len(waits) * 95 // 100], 1),
        "commit_to_screen_p50_ms": round(waits[len(waits) // 2], 1),
        "streams": STREAMS,
        "stream_payments_per_second": round(len(payments) / seconds),
        "stream_payments_wanted": round(rate),
        "stream_events": len(waits),
    }


def sign_in(port: int, shop: str) -> str:
    """The cookie of a session of a shop of the benchmark's ledger."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/shop/challenge") as answer:
        asked = json.load(answer)
    payload = {"chain": asked["chain"], "method": "GET", "path": asked["path"], "not_after": asked["now"] + 100}
    signed = Actor(f"{state.SEED}/{shop}").jws(json.dumps(payload).encode()).decode()
    body = json.dumps({"challenge": asked["challenge"], "signed": [signed]}).encode()
    headers = {"origin": ORIGIN, "content-type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}/shop/sign-in", body, headers)
    ) as answer:
        cookie: str = answer.headers["set-cookie"]
        return cookie.partition(";")[0]


def _batches(payments: Sequence[bytes], together: int) -> list[bytes]:
    return [_batch(payments[start : start + together]) for start in range(0, len(payments), together)]


def _batch(payments: Sequence[bytes]) -> bytes:
    body = msgspec.json.encode({"transactions": [one.decode() for one in payments]})
    return load.request("/transactions", "application/json", body)


async def _pay(port: int, payments: Sequence[bytes], rate: float) -> tuple[dict[str, tuple[int, float]], float]:
    """Send payments at this rate; by order the number of its shop and when it was sent; and how long it all took."""
    pieces = [payments[start : start + AT_ONCE] for start in range(0, len(payments), AT_ONCE)]
    bodies = [(_batch(piece), [_order_of(one) for one in piece]) for piece in pieces]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS * 4):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    sent: dict[str, tuple[int, float]] = {}
    began = time.perf_counter()

    async def send(body: bytes) -> None:
        reader, writer = await free.get()
        writer.write(body)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 200") or b"rejected" in answer:
            raise RuntimeError(f"{head[:80]!r} {answer[:200]!r}")
        free.put_nowait((reader, writer))

    async with asyncio.TaskGroup() as tasks:
        for number, (body, orders) in enumerate(bodies):
            await asyncio.sleep(max(0.0, began + number * AT_ONCE / rate - time.perf_counter()))
            # A piece that waits for a connection is late by that as well.
            now = time.perf_counter()
            sent.update({order: (shop, now) for order, shop in orders})
            tasks.create_task(send(body))
    return sent, time.perf_counter() - began


def _order_of(signed: bytes) -> tuple[str, int]:
    """A payment's order, and the number of its shop."""
    from madang.kernel.codec import from_base64url

    (act,) = msgspec.json.decode(from_base64url(signed.split(b".")[1], "the payload"))["acts"]
    return act["order"], int(act["merchant"].partition("-")[2])


def _listen(port: int, cookies: Sequence[str], ready: Any, ended: Any, heard: Any) -> None:
    """All tills, in a process of their own: when each order was heard of."""
    heard.put(asyncio.run(_listen_all(port, cookies, ready, ended)))


async def _listen_all(port: int, cookies: Sequence[str], ready: Any, ended: Any) -> dict[str, float]:
    arrived: dict[str, float] = {}
    opened = asyncio.Semaphore(0)
    tills = [asyncio.create_task(_till(port, cookie, opened, arrived)) for cookie in cookies]
    for _ in tills:
        await opened.acquire()
    ready.set()
    while not ended.is_set():
        await asyncio.sleep(0.2)
    # Who pays has all answers by now; a second more is for the last events.
    last = -1
    while last != len(arrived):
        last = len(arrived)
        await asyncio.sleep(1.0)
    for one in tills:
        one.cancel()
    await asyncio.gather(*tills, return_exceptions=True)
    return arrived


async def _till(port: int, cookie: str, opened: asyncio.Semaphore, arrived: dict[str, float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /shop/events?since={int(time.time())} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    opened.release()
    async for line in reader:
        if line.startswith(_DATA):
            order = _heard.decode(line[len(_DATA) :]).order
            arrived.setdefault(order, time.perf_counter())


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    main()
