"""A server that stops and starts again: what it answered stays true."""

import http.client
import threading
import time
from pathlib import Path

from tests.web.serving import make_node, serving
from tests.web.signing import signed_payment
from tests.web.streams import Stream


def test_blocks_survive_a_restart(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    with serving(tmp_path / "node") as server:
        results = [server.submit(signed_payment()).json for _ in range(3)]
        blocks = Stream(server, "0").take(3)
        assert server.stop() == 0
    with serving(tmp_path / "node") as server:
        assert [server.get(f"/transactions/{one['id']}").json for one in results] == results
        stream = Stream(server, "0")
        assert stream.take(3) == blocks
        stream.close()


def test_stopping_loses_no_answered_transaction(tmp_path: Path) -> None:
    make_node(tmp_path / "node")
    answered: list[str] = []

    def send() -> None:
        while True:
            try:
                answer = server.submit(signed_payment())
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                assert answer.code == "engine.stopped"
                return
            answered.append(answer.json["id"])

    with serving(tmp_path / "node") as server:
        senders = [threading.Thread(target=send) for _ in range(8)]
        for sender in senders:
            sender.start()
        time.sleep(0.5)
        assert server.stop() == 0
        for sender in senders:
            sender.join()
    assert len(answered) > 20
    with serving(tmp_path / "node") as server:
        outcomes = {server.get(f"/transactions/{identifier}").json["outcome"] for identifier in answered}
    assert outcomes == {"accepted"}
