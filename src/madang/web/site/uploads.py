"""Forms that bring a file, read in memory alone: what somebody gives to a vault is never written down in the clear."""

from io import BytesIO

import msgspec
from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartParser, parse_options_header

from madang.web.api.problems import Refused
from madang.web.site.forms import CONTROL
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

MOST_FILE_BYTES = 8 * 1024 * 1024
MOST_FIELD_BYTES = 64 * 1024
MOST_BODY_BYTES = MOST_FILE_BYTES + MOST_FIELD_BYTES
MOST_PARTS = 64


class Sent(msgspec.Struct, frozen=True):
    """A form: its fields, and the content of its file, b"" where none was chosen."""

    fields: dict[str, str]
    file: bytes


async def read_upload(visit: Visit, name: str) -> Sent:
    """The fields of a form, each once, and its file of this name (RFC 7578).

    For routes with `request_max_body_size=MOST_BODY_BYTES`. What the file is called and said to be is not looked at.
    Raises `Refused`: 400 `site.form`, 413 `http.size`.
    """
    kind, options = parse_options_header(visit.request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise _unreadable()
    try:
        body = await visit.request.body()
        return _read(body, options["boundary"], name)
    except HTTPException as error:
        if error.status_code != 413:
            raise
        raise Refused(413, "http.size", f"A file has at most {MOST_FILE_BYTES} bytes. Send a smaller one.") from None
    except (MultipartError, UnicodeDecodeError):
        raise _unreadable() from None


def _read(body: bytes, boundary: str, name: str) -> Sent:
    parser = MultipartParser(
        BytesIO(body),
        boundary,
        content_length=len(body),
        strict=True,
        part_limit=MOST_PARTS,
        spool_limit=MOST_BODY_BYTES,
        memory_limit=MOST_BODY_BYTES,
        disk_limit=0,
    )
    fields: dict[str, str] = {}
    file: bytes | None = None
    for part in parser:
        if part.name == name and file is None:
            file = part.raw
            continue
        if part.name in (*fields, name) or part.size > MOST_FIELD_BYTES:
            raise _unreadable()
        text = part.raw.decode("utf-8")
        if CONTROL.search(text):
            raise Refused(400, "site.form", "A field holds a control character. Type it again.")
        fields[part.name] = text.strip()
    return Sent(fields, file or b"")


def _unreadable() -> Refused:
    return Refused(400, "site.form", "This form can't be read. Open the page again.")


async def read_either(visit: Visit, name: str) -> Sent:
    """A form that may bring a file: as `read_upload` reads it, or as a plain form without one. Raises what both do."""
    if parse_options_header(visit.request.headers.get("content-type", ""))[0] == "multipart/form-data":
        return await read_upload(visit, name)
    return Sent(await read_form(visit), b"")
