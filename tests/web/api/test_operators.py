"""Metrics and the node's own status: right numbers for operators, and not there for anybody else."""

import contextlib
import re
import resource
import subprocess
import sys
import time

import pytest

from tests.support.cast import ALICE
from tests.support.signing import envelope
from tests.web.serving import _PROGRAM, Server, free_port, make_node, serving
from tests.web.signing import pay, payload, signed_payment

SAMPLE = re.compile(r'^([a-z_]+)(?:\{([a-z]+)="((?:[^"\\\n]|\\.)*)"\})? (-?[0-9.e+-]+)$')


def samples(server: Server) -> dict[tuple[str, str], float]:
    """What is measured, read as the text format says (prometheus.io, "Exposition formats")."""
    answer = server.get("/metrics")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    found, known = {}, set()
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            known.add(line.split()[2])
        elif not line.startswith("#"):
            name, _, label, value = SAMPLE.match(line).groups()
            assert name in known or re.sub("_(bucket|sum|count)$", "", name) in known, line
            found[name, label or ""] = float(value)
    return found


def test_metrics_count_what_happened(server: Server) -> None:
    before = samples(server)
    assert [server.submit(signed_payment()).status for _ in range(3)] == [200] * 3
    assert server.submit(envelope(payload(pay(10**9)), [ALICE])).status == 422
    assert server.submit(b"junk").status == 400
    after = samples(server)

    def grown(name: str, label: str = "") -> float:
        return after[name, label] - before[name, label]

    assert grown("madang_transactions_total", "accepted") == 3
    assert grown("madang_transactions_total", "rejected") == 1
    assert grown("madang_blocks_total") == grown("madang_ledger_height") == 4
    assert grown("madang_durable_seconds_count") == grown("madang_durable_seconds_bucket", "+Inf") == 5
    assert grown("madang_log_size") == 8
    assert after["madang_waiting_transactions", ""] == 0
    assert after["process_resident_memory_bytes", ""] > 10**7
    buckets = [value for (name, _), value in after.items() if name == "madang_durable_seconds_bucket"]
    assert buckets == sorted(buckets)


def test_the_status_of_ledger_and_node(server: Server) -> None:
    chain, public, own = (server.get(path).json for path in ("/chain", "/status", "/node/status"))
    assert public["chain"] == chain["chain"] and public["height"] == chain["height"]
    assert own["ledger"] == public
    assert (own["troubles"], own["consensus"], own["institution"], own["waiting"]) == ([], None, "", 0)


@pytest.mark.parametrize("path", ["/metrics", "/node/status"])
@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host"])
def test_what_a_proxy_passes_on_is_no_operator_s(server: Server, path: str, header: str) -> None:
    answer = server.get(path, **{header: "127.0.0.1"})
    assert (answer.status, answer.code) == (404, "http.not_found")
    assert answer.body == server.get("/nowhere").body


def test_a_process_of_the_node_that_ends_ends_the_server_with_a_reason(tmp_path) -> None:
    make_node(tmp_path / "node")
    with serving(tmp_path / "node") as server:
        (worker,) = children(server.process.pid)
        subprocess.run(["kill", "-9", *children(int(worker))], check=True)
        for _ in range(3):
            with contextlib.suppress(OSError):
                server.submit(signed_payment())
            time.sleep(0.2)
        assert server.process.wait(30) == 1
    last = (tmp_path / "node" / "node.log").read_text().splitlines()[-1]
    assert '"event":"failed"' in last and '"code":"verifier.lost"' in last


def test_a_full_disk_ends_the_server_even_where_nothing_can_be_said_any_more(tmp_path) -> None:
    make_node(tmp_path / "node")
    with (tmp_path / "err").open("wb") as errors, serving(tmp_path / "node", errors) as server:
        (worker,) = children(server.process.pid)
        resource.prlimit(int(worker), resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        assert server.submit(signed_payment()).status == 503
        assert server.process.wait(30) == 1
    with serving(tmp_path / "node") as server:
        assert server.get("/status").json["height"] == 0
        assert server.submit(signed_payment()).json["height"] == 1


def test_a_server_whose_watcher_is_gone_ends_too(tmp_path) -> None:
    make_node(tmp_path / "node")
    with serving(tmp_path / "node") as server:
        (worker,) = children(server.process.pid)
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 30
        while subprocess.run(["kill", "-0", worker], check=False, stderr=subprocess.DEVNULL).returncode == 0:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    lines = (tmp_path / "node" / "node.log").read_text().splitlines()
    assert any('"code":"serve.orphaned"' in one for one in lines) and '"event":"failed"' in lines[-1]


def test_a_node_that_can_t_be_opened_says_why_in_one_line(tmp_path) -> None:
    make_node(tmp_path / "node")
    (tmp_path / "node" / "checkpoint.key").unlink()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "node"), str(free_port()), "{}"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "[node.key]" in done.stderr and "Traceback" not in done.stderr


def children(identifier: int) -> list[str]:
    return subprocess.run(["pgrep", "-P", str(identifier)], capture_output=True, text=True, check=True).stdout.split()
