"""Signature arithmetic on all cores, once each, in processes beside the engine's.

The engine's own process runs rules, which hold the interpreter's lock; threads would wait for it after every
single verification. A worker is a child process that gets (point, digest, signature) in batches over a socket
pair and answers a byte each. Keys are spread over the workers by their bytes, so that each keeps its own cache
of decoded keys; together they stay below 256 MB (a decoded key takes 2.1 kB).
"""

import os
import socket
import subprocess
import sys
from collections import OrderedDict
from multiprocessing.connection import Connection

from cryptography.hazmat.primitives.asymmetric import ec

from madang.kernel.errors import Malformed, StoreFailure
from madang.kernel.signature import load_key, verify

Job = bytes
"""x and y of the key, the SHA-256 digest, r and s: 64 + 32 + 64 bytes."""

JOB_BYTES = 160
CACHED_KEYS = 110_000
_MAX_MESSAGE = 1200 * JOB_BYTES


class Verifier:
    """Checks batches of signatures on `workers` processes (one a core where not said)."""

    def __init__(self, workers: int | None = None) -> None:
        count = workers or len(os.sched_getaffinity(0))
        self._workers = [_Worker(CACHED_KEYS // count) for _ in range(count)]

    def send(self, jobs: list[Job]) -> "Ticket":
        """Start checking `jobs`; `collect` on the ticket waits for the answers. Tickets are collected in order.

        Raises `StoreFailure` (`verifier.lost`): a worker died.
        """
        count = len(self._workers)
        routes = [job[63] % count for job in jobs]
        shares = [b"".join([job for job, route in zip(jobs, routes, strict=True) if route == n]) for n in range(count)]
        for worker, share in zip(self._workers, shares, strict=True):
            worker.send(share)
        return Ticket(routes)

    def collect(self, ticket: "Ticket") -> list[bool]:
        """The answers to a ticket's jobs, in their order. Raises `StoreFailure` (`verifier.lost`): a worker died."""
        answers = [iter(worker.receive(ticket.routes.count(n))) for n, worker in enumerate(self._workers)]
        return [next(answers[route]) == 1 for route in ticket.routes]

    def check(self, jobs: list[Job]) -> list[bool]:
        """Send and collect at once."""
        return self.collect(self.send(jobs))

    def close(self) -> None:
        """Let the workers end."""
        for worker in self._workers:
            worker.close()


class Ticket:
    """What was sent: which worker has which job."""

    def __init__(self, routes: list[int]) -> None:
        self.routes = routes


class _Worker:
    def __init__(self, cached_keys: int) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _MAX_MESSAGE)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "madang.engine.signatures", str(theirs.fileno()), str(cached_keys)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
        self._connection = Connection(ours.detach())

    def send(self, jobs: bytes) -> None:
        try:
            for start in range(0, len(jobs), _MAX_MESSAGE):
                self._connection.send_bytes(jobs[start : start + _MAX_MESSAGE])
        except OSError:
            raise _lost() from None

    def receive(self, count: int) -> bytes:
        answer = b""
        try:
            while len(answer) < count:
                answer += self._connection.recv_bytes()
        except (EOFError, OSError):
            raise _lost() from None
        return answer

    def close(self) -> None:
        self._connection.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _lost() -> StoreFailure:
    return StoreFailure("verifier.lost", "a verifying process ended. The node stops; start it again.")


class KeyCache:
    """Decoded keys by their point, the least recently used dropped beyond `capacity`."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._keys: OrderedDict[bytes, ec.EllipticCurvePublicKey] = OrderedDict()

    def get(self, point: bytes) -> ec.EllipticCurvePublicKey:
        """The decoded key of a point. Raises `Malformed` (`key.invalid`)."""
        key = self._keys.get(point)
        if key is None:
            key = self._keys[point] = load_key(point)
            if len(self._keys) > self._capacity:
                self._keys.popitem(last=False)
        else:
            self._keys.move_to_end(point)
        return key


def check_jobs(jobs: bytes, cache: KeyCache) -> bytes:
    """A byte a job: 1 where the signature is right."""
    answers = bytearray()
    for start in range(0, len(jobs), JOB_BYTES):
        job = jobs[start : start + JOB_BYTES]
        try:
            answers.append(verify(cache.get(job[:64]), job[64:96], job[96:]))
        except Malformed:
            answers.append(0)
    return bytes(answers)


def _work(descriptor: int, cached_keys: int) -> None:
    # The engine's process has one thread that everything waits for; these have work ahead, and can yield to it.
    os.nice(5)
    connection = Connection(descriptor)
    cache = KeyCache(cached_keys)
    try:
        while True:
            connection.send_bytes(check_jobs(connection.recv_bytes(), cache))
    except (EOFError, OSError):
        return  # the engine is gone; so are we
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    _work(int(sys.argv[1]), int(sys.argv[2]))
