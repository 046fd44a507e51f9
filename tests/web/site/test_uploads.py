"""Forms that bring a file: what can't be read, or is too large, is refused before anything is done with it."""

import pytest

from madang.web.site.uploads import MOST_BODY_BYTES, MOST_FILE_BYTES
from tests.browser.papers import PDF
from tests.support.cast import ALICE
from tests.support.signing import ORIGIN
from tests.web.site.test_signin import signed_in

KIND = "multipart/form-data; boundary=cut"


def part(disposition: str, content: bytes) -> bytes:
    return b"--cut\r\ncontent-disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


END = b"--cut--\r\n"
FILE = part('name="evidence"; filename="paper.pdf"', PDF)
OFFICE = part('name="office"', b"consumption-coupon-2025/desk")


@pytest.fixture(scope="module")
def cookie(site) -> str:
    """Alice has signed in."""
    return signed_in(site, ALICE)


def sent(site, cookie, body, kind=KIND):
    return site.ask("POST", "/wallet/appeals", body, origin=ORIGIN, cookie=cookie, content_type=kind, accept="*/*")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", KIND),
        (b"no form at all", KIND),
        (FILE, KIND),
        (END, KIND + "x"),
        (FILE + END, "multipart/form-data"),
        (OFFICE + OFFICE + END, KIND),
        (FILE + FILE + END, KIND),
        (part('name="office"', b"\xff\xfe") + END, KIND),
        (part('name="office"', b"a\0b") + END, KIND),
        (part('name="office"', b"x" * 70_000) + END, KIND),
        (b"".join(part(f'name="f{n}"', b"") for n in range(65)) + END, KIND),
        (part("filename=x", b"") + END, KIND),
    ],
)
def test_a_form_that_can_not_be_read_is_refused(site, cookie, body, kind):
    answer = sent(site, cookie, body, kind)
    assert (answer.status, answer.code) == (400, "site.form")


def test_more_than_a_file_may_have_is_refused_before_it_is_sent(site, cookie):
    connection = site.connect()
    connection.putrequest("POST", "/wallet/appeals")
    for name, text in {"origin": ORIGIN, "cookie": cookie, "content-type": KIND, "accept": "text/html"}.items():
        connection.putheader(name, text)
    connection.putheader("content-length", str(MOST_BODY_BYTES + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, "8 MiB" in answer.read().decode()) == (413, True)
    connection.close()


def test_a_form_is_read_with_its_file_and_without(site, cookie):
    for body in (FILE + OFFICE + END, OFFICE + END, OFFICE + part('name="evidence"; filename=""', b"") + END):
        answer = sent(site, cookie, body)
        assert (answer.status, "wallet" in answer.body.decode()) == (422, True)
    large = part('name="evidence"; filename="a.pdf"', b"x" * MOST_FILE_BYTES)
    assert sent(site, cookie, large + OFFICE + END).status == 422
    assert sent(site, cookie, b"office=a%2Fb", "application/x-www-form-urlencoded").status == 422
