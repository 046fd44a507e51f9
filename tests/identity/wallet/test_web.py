"""A wallet asks within bounds, follows nobody elsewhere, and sends again to an office that is busy."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from madang.identity.wallet import web
from madang.identity.wallet.answering import Request
from madang.identity.wallet.claiming import TRIES, send
from madang.kernel.errors import MadangError

Said = tuple[int, dict[str, str], bytes]
BUSY: Said = (503, {"retry-after": "0"}, b"{}")


class Office(ThreadingHTTPServer):
    """A server that says what it was told to, one after the other, and remembers what it was sent."""

    says: list[Said]
    sent: list[bytes]


class Saying(BaseHTTPRequestHandler):
    """Says the next."""

    server: Office

    def do_POST(self) -> None:
        """Read all, and answer."""
        self.server.sent.append(self.rfile.read(int(self.headers["content-length"])))
        status, headers, body = self.server.says.pop(0)
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def office() -> Iterator[Office]:
    served = Office(("127.0.0.1", 0), Saying)
    served.says, served.sent = [], []
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def request_to(office: Office) -> Request:
    return Request(
        (), "x509_hash:x", "n", "s", f"http://127.0.0.1:{office.server_port}/response", {}, "A128GCM", (), ()
    )


def test_an_answer_is_sent_again_to_an_office_that_is_busy(office: Office) -> None:
    office.says = [BUSY, BUSY, (200, {}, b'{"redirect_uri": "https://city.example.kr/?handle=h&response_code=c-1"}')]
    assert send(request_to(office), "answer") == "c-1"
    assert office.sent == [b"response=answer"] * 3


def test_an_office_that_stays_busy_is_left_alone(office: Office) -> None:
    office.says = [BUSY] * (TRIES + 1)
    with pytest.raises(MadangError, match=r"wallet\.busy"):
        send(request_to(office), "answer")
    assert len(office.sent) == TRIES + 1


@pytest.mark.parametrize("said", [(400, {}, b"{}"), (302, {"location": "http://127.0.0.1/elsewhere"}, b"")])
def test_what_is_refused_is_sent_once_and_nowhere_else(office: Office, said: Said) -> None:
    office.says = [said]
    with pytest.raises(MadangError, match=r"presentation\.refused"):
        send(request_to(office), "answer")
    assert len(office.sent) == 1


def test_an_answer_without_end_is_not_read_to_it(office: Office) -> None:
    office.says = [(200, {}, bytes(web.MAX_ANSWER_BYTES + 1))]
    with pytest.raises(MadangError, match=r"wallet\.unreachable"):
        web.send_json(f"http://127.0.0.1:{office.server_port}/", {})


@pytest.mark.parametrize(
    "url",
    ["", "http://example.kr/", "ftp://example.kr/", "https://", "https://[", "https://a b/", "http://127.0.0.1:1/"],
)
def test_what_is_no_address_to_ask_is_not_asked(url: str) -> None:
    with pytest.raises(MadangError, match=r"wallet\.unreachable"):
        web.ask("GET", url)
