"""The plain alternative: PostgreSQL doing the same writes, with the same verification in front.

What a payment writes here it writes there: replay mark, voucher, allowance, takings, running totals, the payment, and
the log entry with the signed bytes. One function on the server does it in one round trip, which favours the server.
Durability is the default (fsync, synchronous commit).
"""

import hashlib
import multiprocessing
import threading
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric import ec

from madang.engine.signatures import KeyCache
from madang.kernel.envelope import RelyingParty, read_envelope
from madang.kernel.signature import verify

SITE = RelyingParty("madang.example", ("https://madang.example",))

SCHEMA = """
CREATE TABLE key (kid text PRIMARY KEY, point bytea NOT NULL, active boolean NOT NULL);
CREATE TABLE voucher (number text PRIMARY KEY, holder text NOT NULL, region text NOT NULL, status text NOT NULL,
    granted bigint NOT NULL, remaining bigint NOT NULL CHECK (remaining >= 0));
CREATE TABLE allowance (holder text PRIMARY KEY, day int NOT NULL, spent bigint NOT NULL);
CREATE TABLE takings (merchant text PRIMARY KEY, due bigint NOT NULL);
CREATE TABLE total (programme text PRIMARY KEY, free bigint NOT NULL, issued bigint NOT NULL, due bigint NOT NULL);
CREATE TABLE payment (id text PRIMARY KEY, voucher text NOT NULL, merchant text NOT NULL, shop_order text NOT NULL,
    amount bigint NOT NULL, refunded bigint NOT NULL, paid_at bigint NOT NULL);
CREATE TABLE mark (not_after bigint NOT NULL, id text NOT NULL, payload_hash bytea NOT NULL, outcome text NOT NULL,
    PRIMARY KEY (not_after, id));
CREATE TABLE entry (position bigserial PRIMARY KEY, id text NOT NULL, leaf bytea NOT NULL, signed bytea NOT NULL);
CREATE INDEX entry_id ON entry (id);
CREATE FUNCTION pay(an_id text, until bigint, payload bytea, payer text, number_of text, shop text, shop_order text,
    won bigint, today int, now_is bigint, leaf bytea, signed bytea) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mark VALUES (until, an_id, payload, 'accepted');
    UPDATE voucher SET remaining = remaining - won
        WHERE number = number_of AND holder = payer AND status = 'active' AND remaining >= won;
    IF NOT FOUND THEN RAISE EXCEPTION 'refused'; END IF;
    UPDATE allowance SET spent = CASE WHEN day = today THEN spent ELSE 0 END + won, day = today WHERE holder = payer;
    INSERT INTO payment VALUES (an_id, number_of, shop, shop_order, won, 0, now_is);
    INSERT INTO entry (id, leaf, signed) VALUES (an_id, leaf, signed);
    UPDATE takings SET due = due + won WHERE merchant = shop;
    UPDATE total SET issued = issued - won, due = due + won WHERE programme = 'bench-coupon';
    RETURN true;
END $$;
"""


class Payment(msgspec.Struct):
    """The members of a payload that the peer needs."""

    id: str
    not_after: int
    acts: list[dict[str, Any]]


_payloads = msgspec.json.Decoder(Payment)


def load(url: str, holders: Sequence[tuple[str, bytes]], vouchers: Sequence[str], shops: Sequence[str]) -> None:
    """Make the schema and fill it: every holder's key, and a voucher with an allowance for the first of them."""
    with psycopg.connect(url) as connection:
        connection.execute(SCHEMA)
        cursor = connection.cursor()
        with cursor.copy("COPY key FROM STDIN") as copy:
            for kid, point in holders:
                copy.write_row((kid, point, True))
        with cursor.copy("COPY voucher FROM STDIN") as copy:
            for (kid, _), number in zip(holders, vouchers, strict=False):
                copy.write_row((number, kid, "26", "active", 10_000_000, 10_000_000))
        with cursor.copy("COPY allowance FROM STDIN") as copy:
            for (kid, _), _number in zip(holders, vouchers, strict=False):
                copy.write_row((kid, 0, 0))
        with cursor.copy("COPY takings FROM STDIN") as copy:
            for shop in shops:
                copy.write_row((shop, 0))
        connection.execute("INSERT INTO total VALUES ('bench-coupon', 0, %s, 0)", [len(vouchers) * 10_000_000])
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def rate(url: str, payments: Sequence[bytes], clients: int, together: int) -> float:
    """Payments a second from `clients` connections in two processes, `together` payments a commit."""
    context = multiprocessing.get_context("fork")
    answers: Any = context.SimpleQueue()
    barrier = context.Barrier(3)
    halves = [payments[place::2] for place in range(2)]
    workers = [
        context.Process(target=_work, args=(url, half, max(1, clients // 2), together, barrier, answers))
        for half in halves
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    done = sum(answers.get() for _ in workers)
    elapsed = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return float(done / elapsed)


def _work(url: str, payments: Sequence[bytes], threads: int, together: int, barrier: Any, answers: Any) -> None:
    connections = [psycopg.connect(url) for _ in range(threads)]
    keys = KeyCache(60_000)
    batches = iter([payments[start : start + together] for start in range(0, len(payments), together)])
    lock = threading.Lock()
    done = [0] * threads

    def client(place: int) -> None:
        connection = connections[place]
        while True:
            with lock:
                batch = next(batches, None)
            if batch is None:
                return
            rows = [_prepared(connection, signed, keys) for signed in batch]
            # In the order of vouchers and shops, so that batches can't wait for each other in a circle.
            rows.sort(key=lambda row: (row[5], row[4]))
            with connection.cursor() as cursor, connection.pipeline():
                for row in rows:
                    cursor.execute("SELECT pay(%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)", row, prepare=True)
            connection.commit()
            done[place] += len(rows)

    running = [threading.Thread(target=client, args=(place,)) for place in range(threads)]
    barrier.wait()
    for one in running:
        one.start()
    for one in running:
        one.join()
    answers.put(sum(done))


def _prepared(connection: "psycopg.Connection[Any]", signed: bytes, keys: KeyCache) -> tuple[Any, ...]:
    """Read, find the key, verify: what our engine does before its rules."""
    envelope = read_envelope(signed, SITE)
    signature = envelope.signatures[0]
    row = connection.execute(
        "SELECT point FROM key WHERE kid = %s AND active", [signature.kid], prepare=True
    ).fetchone()
    key: ec.EllipticCurvePublicKey = keys.get(bytes(row[0]) if row else b"")
    if not verify(key, signature.digest, signature.value):
        raise RuntimeError("a signature is wrong")
    payload = _payloads.decode(envelope.payload)
    act = payload.acts[0]
    part = act["parts"][0]
    now = int(time.time())
    payload_hash = hashlib.sha256(envelope.payload).digest()
    leaf = hashlib.sha256(signed).digest() + payload_hash
    return (
        payload.id, payload.not_after, payload_hash, act["by"], part["voucher"], act["merchant"], act["order"],
        part["amount"], now // 86_400, now, leaf, signed,
    )  # fmt: skip
