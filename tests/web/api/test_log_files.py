"""The public log over HTTP: the files as they are, cached as they deserve, and nothing beside them."""

import hashlib
import socket

import pytest

from madang.log import Checkpoint, VerifierKey, open_checkpoint
from tests.web.serving import LOOPBACK, Server
from tests.web.signing import signed_payment

TRAVERSALS = [
    "/tile/../checkpoint.key",
    "/tile/../../checkpoint.key",
    "/tile/%2e%2e/%2e%2e/checkpoint.key",
    "/tile/%2e%2e%2f%2e%2e%2fcheckpoint.key",
    "/tile/..%5c..%5ccheckpoint.key",
    "/tile//checkpoint.key",
    "/tile/0/../../../checkpoint.key",
    "/tile/0/000/../../../../checkpoint.key",
    "/tile/0/%00",
    "/tile/0/000%00",
    "/tile/0/000.p/256",
    "/tile/0/000.p/0",
    "/tile/0/0",
    "/tile/0/x000",
    "/tile/00/000",
    "/tile/64/000",
    "/tile/-1/000",
    "/tile/0/" + "x999/" * 50 + "999",
    "/tile/0/٠٠٠",
    "/tile/0/000?x=1",
    "/tile/0/000/",
    "/tile/",
    "/tile",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_only_paths_of_tiles_lead_to_files(server: Server, path: str) -> None:
    with socket.create_connection((LOOPBACK, server.port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    assert answer.split(b" ", 2)[1] in (b"400", b"404")
    assert b"PRIVATE" not in answer


def test_checkpoint_and_tiles_belong_together(server: Server) -> None:
    server.submit(signed_payment())
    note = server.get("/checkpoint")
    assert note.headers["content-type"].startswith("text/plain")
    key = VerifierKey.parse(server.get("/chain").json["log_key"])
    checkpoint: Checkpoint = open_checkpoint(note.body, key)
    assert checkpoint.size < 256
    answer = server.get(f"/tile/0/000.p/{checkpoint.size}")
    if answer.status == 200:  # else a later checkpoint took its place
        assert answer.headers["cache-control"] == "public, max-age=1"
        entries = server.get(f"/tile/entries/000.p/{checkpoint.size}").body
        size = int.from_bytes(entries[:2], "big")
        assert hashlib.sha256(b"\0" + entries[2 : 2 + size]).digest() == answer.body[:32]


def test_full_tiles_never_change(server: Server) -> None:
    import json
    import time

    body = json.dumps({"transactions": [signed_payment().decode() for _ in range(260)]}).encode()
    assert server.submit(body, "application/json").status == 200
    answer = server.get("/tile/0/000")
    for _ in range(50):
        if answer.status == 200:
            break
        time.sleep(0.1)
        answer = server.get("/tile/0/000")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert len(answer.body) == 256 * 32
    assert server.get("/tile/entries/000").status == 200
