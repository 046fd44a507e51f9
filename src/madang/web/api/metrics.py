"""What is measured, in the text format of Prometheus (version 0.0.4): written by hand, since it is names and numbers.

Only sums over all transactions, and how this machine is. Names and units: prometheus.io, "Metric and label naming".
"""

import os
import resource
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from madang.web.api.meter import BOUNDS, Meter
from madang.web.api.status import NodeStatus

MEDIA_TYPE = "text/plain; version=0.0.4"
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def write_metrics(status: NodeStatus, meter: Meter) -> bytes:
    """All of it."""
    return "".join(
        [*_of_ledger(status, meter), *_of_waits(meter), *_of_consensus(status), *_of_machine(status)]
    ).encode()


def _of_ledger(status: NodeStatus, meter: Meter) -> Iterator[str]:
    ledger = status.ledger
    outcomes: list[Sample] = [
        ({"outcome": one}, float(meter.outcomes[one])) for one in ("accepted", "rejected", "defect")
    ]
    yield _counter("madang_blocks_total", "Blocks that became durable since the start.", [({}, meter.blocks)])
    yield _counter("madang_transactions_total", "Transactions ordered since the start, by outcome.", outcomes)
    yield _gauge("madang_ledger_height", "The last durable block of the ledger.", [({}, ledger.height)])
    yield _gauge("madang_ledger_time_seconds", "The time of that block.", [({}, ledger.time)])
    yield _gauge("madang_log_size", "Leaves of the log.", [({}, ledger.size)])
    yield _gauge(
        "madang_log_unpublished", "Leaves that the published log lacks.", [({}, ledger.size - max(0, status.published))]
    )
    lags: list[Sample] = [({"witness": one.name}, max(0, ledger.size - one.size)) for one in status.witnesses]
    yield _gauge("madang_witness_lag", "Leaves that a witness has not cosigned.", lags)


def _of_waits(meter: Meter) -> Iterator[str]:
    yield _gauge("madang_waiting_transactions", "Transactions without an answer.", [({}, meter.waiting)])
    yield _gauge("madang_stalled_seconds", "How long somebody waits and nobody is answered.", [({}, meter.stalled())])
    name = "madang_durable_seconds"
    sums = list(accumulate(meter.waits))
    buckets = "".join(f'{name}_bucket{{le="{bound}"}} {count}\n' for bound, count in zip(BOUNDS, sums, strict=False))
    yield (
        f"# HELP {name} From a transaction's arrival to its durable outcome.\n# TYPE {name} histogram\n{buckets}"
        f'{name}_bucket{{le="+Inf"}} {sums[-1]}\n{name}_sum {meter.waited}\n{name}_count {sums[-1]}\n'
    )


def _of_consensus(status: NodeStatus) -> Iterator[str]:
    found = status.consensus
    if found is None:
        return
    yield _gauge("madang_consensus_height", "The last committed block of CometBFT.", [({}, found.height)])
    yield _gauge("madang_consensus_peers", "Connected peers.", [({}, found.peers)])
    yield _gauge("madang_consensus_peers_height", "The highest block a peer works on.", [({}, found.peers_height)])
    yield _gauge("madang_consensus_catching_up", "1 while blocks are missing.", [({}, found.catching_up)])
    yield _gauge("madang_consensus_power", "Voting power of this node.", [({}, found.power)])
    ahead: list[Sample] = [] if found.clock_ahead is None else [({}, found.clock_ahead)]
    yield _gauge("madang_clock_ahead_seconds", "By how much this clock is ahead of the other validators'.", ahead)


def _of_machine(status: NodeStatus) -> Iterator[str]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    yield _gauge("madang_disk_free_bytes", "Room on the disk of the node's folder.", [({}, status.disk_free)])
    yield _gauge(
        "madang_trouble", "1 for each trouble there is; docs/operations.md.", [({"code": c}, 1) for c in _codes(status)]
    )
    yield _gauge("process_resident_memory_bytes", "Memory of this process.", [({}, resident)])
    yield _counter("process_cpu_seconds_total", "Time on processors.", [({}, usage.ru_utime + usage.ru_stime)])


def _codes(status: NodeStatus) -> list[str]:
    return sorted({one.code for one in status.troubles})


def _counter(name: str, what: str, samples: Sequence[Sample]) -> str:
    return _family(name, what, "counter", samples)


def _gauge(name: str, what: str, samples: Sequence[Sample]) -> str:
    return _family(name, what, "gauge", samples)


def _family(name: str, what: str, kind: str, samples: Sequence[Sample]) -> str:
    lines = "".join(f"{name}{_labels(labels)} {float(value)!r}\n" for labels, value in samples)
    return f"# HELP {name} {what}\n# TYPE {name} {kind}\n{lines}" if lines else ""


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
