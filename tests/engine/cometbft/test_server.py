"""The socket: order on each connection, none waits for another, and a failure is told once and to everybody."""

import socket
import threading

import pytest

from madang.engine.cometbft import wire
from madang.engine.cometbft.server import MAX_CONNECTIONS, Server
from madang.kernel.errors import MadangError, StoreFailure

WAIT = 10.0
CheckTx = wire.message("RequestCheckTx")
Info = wire.message("RequestInfo")


class Caller:
    """One connection, as CometBFT makes it."""

    def __init__(self, path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(WAIT)
        self.socket.connect(str(path))
        self.stream = self.socket.makefile("rb")

    def send(self, **kinds) -> None:
        self.socket.sendall(
            b"".join(wire.frame(wire.Request(**{kind: one}).SerializeToString()) for kind, one in kinds.items())
        )

    def flush(self) -> None:
        self.send(flush=wire.message("RequestFlush")())

    def receive(self):
        data = wire.read_frame(self.stream)
        return None if data is None else wire.Response.FromString(data)

    def ask(self, **kinds):
        self.send(**kinds)
        self.flush()
        return [self.receive() for _ in range(len(kinds) + 1)]


class Served:
    """A server whose application answers as told."""

    def __init__(self, folder) -> None:
        self.held = threading.Event()
        self.failures: list[MadangError] = []
        handlers = {"check_tx": self.check_tx, "info": self.info}
        self.server = Server(folder / "abci.sock", handlers, self.failures.append)
        self.server.start()

    def check_tx(self, request):
        if request.tx == b"wait":
            assert self.held.wait(WAIT)
        if request.tx == b"fail":
            raise StoreFailure("store.write", "the disk is full")
        if request.tx == b"break":
            raise RuntimeError("with something personal in it")
        return wire.message("ResponseCheckTx")(log=request.tx.decode())

    def info(self, request):
        return wire.message("ResponseInfo")(last_block_height=3)


@pytest.fixture
def served(tmp_path):
    running = Served(tmp_path)
    yield running
    running.held.set()
    running.server.stop()


@pytest.fixture
def caller(served):
    made = Caller(served.server.path)
    yield made
    made.socket.close()


def test_answers_come_in_the_order_of_what_was_asked(served, caller):
    for number in range(500):
        caller.send(check_tx=CheckTx(tx=b"%d" % number))
    caller.flush()
    assert [caller.receive().check_tx.log for _ in range(500)] == [str(number) for number in range(500)]
    assert caller.receive().WhichOneof("value") == "flush"


def test_one_connection_does_not_wait_for_another(served, caller):
    caller.send(check_tx=CheckTx(tx=b"wait"))
    other = Caller(served.server.path)
    assert other.ask(info=Info())[0].info.last_block_height == 3
    served.held.set()
    caller.flush()
    assert caller.receive().check_tx.log == "wait"
    other.socket.close()


def test_echo_and_flush_are_answered(served, caller):
    echo, flush = caller.ask(echo=wire.message("RequestEcho")(message="hello"))
    assert echo.echo.message == "hello" and flush.WhichOneof("value") == "flush"


@pytest.mark.parametrize(("tx", "code"), [(b"fail", "store.write"), (b"break", "engine.defect")])
def test_a_failure_answers_an_exception_and_is_told_once(served, caller, tx, code):
    answer = caller.ask(check_tx=CheckTx(tx=tx))[0]
    assert code in answer.exception.error and "personal" not in answer.exception.error
    assert caller.receive() is None
    assert [one.code for one in served.failures] == [code]


@pytest.mark.parametrize("sent", [b"\xff\xff\xff\xff\xff\xff", wire.frame(b"\xff"), wire.frame(b"")])
def test_what_is_no_request_ends_the_connection_and_the_node(served, caller, sent):
    caller.socket.sendall(sent)
    assert caller.receive().WhichOneof("value") == "exception"
    assert len(served.failures) == 1


def test_a_kind_that_is_not_in_use_is_no_surprise(served, caller):
    answer = caller.ask(extend_vote=wire.message("RequestExtendVote")())[0]
    assert "abci.unused" in answer.exception.error
    assert [one.code for one in served.failures] == ["abci.unused"]


def test_connections_are_counted(served):
    callers = [Caller(served.server.path) for _ in range(MAX_CONNECTIONS)]
    for one in callers:
        assert one.ask(info=Info())[0].info.last_block_height == 3
    further = Caller(served.server.path)
    assert further.receive() is None
    for one in [*callers, further]:
        one.socket.close()


def test_only_the_owner_may_open_the_socket_and_stopping_removes_it(tmp_path):
    running = Served(tmp_path)
    assert running.server.path.stat().st_mode & 0o777 == 0o600
    caller = Caller(running.server.path)
    assert caller.ask(info=Info())[0].info.last_block_height == 3
    running.server.stop()
    assert caller.receive() is None
    assert not running.server.path.exists() and not running.failures
    caller.socket.close()


def test_a_name_that_is_too_long_is_refused_in_words(tmp_path):
    with pytest.raises(MadangError) as error:
        Server(tmp_path / ("x" * 120), {}, lambda _: None)
    assert error.value.code == "abci.path"
