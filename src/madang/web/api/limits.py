"""How much one request, one address and all of them together may ask for."""

import ipaddress
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
from msgspec import Meta

Positive = Annotated[int, Meta(ge=1)]
MAX_HEADER_BYTES = 64 * 1024
"""A signed read repeats its target in a header, in base64."""
MAX_TARGET_BYTES = 32 * 1024
MAX_TOGETHER = 1000
"""Transactions that one request may carry; the engine takes as many in one block."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a server allows. `rate` and `burst` count requests and each transaction, by client address.

    `kept_rate` and `kept_burst` count, by client address too, what is begun without saying who one is: requests of
    wallets to issuers, and requests to wallets. Many people can be behind one address of a mobile network.

    `bodies_bytes` bounds the bodies of all requests that are being read or answered, together. `proxies` are
    addresses whose `X-Forwarded-For` is believed; for everyone else the connection's address counts. `operators` are
    addresses that may read metrics and the node's status, beside the machine itself.
    """

    single_bytes: Positive = 1024 * 1024
    batch_bytes: Positive = 8 * 1024 * 1024
    bodies_bytes: Positive = 256 * 1024 * 1024
    body_seconds: Annotated[float, Meta(gt=0)] = 20.0
    query_seconds: Annotated[float, Meta(gt=0)] = 10.0
    queries_at_once: Positive = 64
    answer_bytes: Positive = 8 * 1024 * 1024
    rate: Positive = 20_000
    burst: Annotated[int, Meta(ge=MAX_TOGETHER)] = 40_000
    kept_rate: Positive = 20
    kept_burst: Positive = 400
    addresses: Positive = 50_000
    subscribers: Positive = 500
    catch_up: Positive = 10_000
    connections: Positive = 4_096
    proxies: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


class Buckets:
    """A token bucket for each client address, of which the longest unseen is forgotten beyond `Limits.addresses`.

    A forgotten address starts with a full bucket: with more addresses than that, an attacker has no need of ours.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str, cost: int = 1) -> int:
        """Spend `cost` tokens of this address: 0 if it has them, else after how many seconds to ask again."""
        now = self._clock()
        limits = self._limits
        key = address if ":" not in address else _network(address)
        tokens, seen = self._buckets.pop(key, (limits.burst, now))
        tokens = min(limits.burst, tokens + (now - seen) * limits.rate)
        wait = 0
        if tokens >= cost:
            tokens -= cost
        else:
            wait = max(1, math.ceil((cost - tokens) / limits.rate))
        self._buckets[key] = (tokens, now)
        if len(self._buckets) > limits.addresses:
            del self._buckets[next(iter(self._buckets))]
        return wait


class Bodies:
    """How many bytes of request bodies are held by all requests together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def request(self) -> Iterator[Callable[[int], bool]]:
        """What one request calls for each further piece of its body: whether there is room. At its end all is freed."""
        mine = 0

        def hold(size: int) -> bool:
            nonlocal mine
            if self._held + size > self._most:
                return False
            mine += size
            self._held += size
            return True

        try:
            yield hold
        finally:
            self._held -= mine


def _network(address: str) -> str:
    """The /64 of an IPv6 address: whoever has one address there has them all."""
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False).network_address)
    except ValueError:
        return address
