"""The bare limit: ES256 verifications a second on the cores that the ledger has, with decoded keys at hand."""

import multiprocessing
import os
import time
from multiprocessing.synchronize import Barrier
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

KEYS = 64


def verifications_a_second(seconds: float = 1.5) -> float:
    """All cores verify as fast as they can, one process each; the sum of their rates."""
    context = multiprocessing.get_context("fork")
    cores = len(os.sched_getaffinity(0))
    barrier, answers = context.Barrier(cores), context.SimpleQueue()
    workers = [context.Process(target=_verify, args=(seconds, barrier, answers)) for _ in range(cores)]
    for worker in workers:
        worker.start()
    rate = sum(answers.get() for _ in workers)
    for worker in workers:
        worker.join()
    return float(rate)


def _verify(seconds: float, barrier: Barrier, answers: Any) -> None:
    algorithm = ec.ECDSA(hashes.SHA256())
    message = b"a message as long as a payment" * 19
    pairs = []
    for _ in range(KEYS):
        secret = ec.generate_private_key(ec.SECP256R1())
        pairs.append((secret.public_key(), secret.sign(message, algorithm)))
    barrier.wait()
    started = time.perf_counter()
    done = 0
    while (elapsed := time.perf_counter() - started) < seconds:
        for key, signature in pairs:
            key.verify(signature, message, algorithm)
        done += KEYS
    answers.put(done / elapsed)
