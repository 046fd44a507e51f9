"""What somebody gave to a vault, handed out for saving: never shown as a page of ours, whatever it holds."""

from litestar import Response

from madang.web.site.filesorts import ENDINGS, MEDIA_TYPES, sort_of
from madang.web.site.visit import PAGE_HEADERS

SEALED_OFF = "default-src 'none'; sandbox"
"""What a file may do that a browser opens all the same: nothing."""


def as_download(content: bytes, name: str) -> Response[bytes]:
    """A file of the vault under its own type, which its content says. Every answer of ours forbids to guess another."""
    sort = sort_of(content)
    if sort is not None:
        return handed_out(content, MEDIA_TYPES[sort], f"{name}.{ENDINGS[sort]}")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return handed_out(content, "application/octet-stream", f"{name}.bin")
    return handed_out(content, "text/plain; charset=utf-8", f"{name}.txt")


def handed_out(content: bytes, media_type: str, file: str) -> Response[bytes]:
    """Some bytes to be saved under this name."""
    headers = {
        **PAGE_HEADERS,
        "content-security-policy": SEALED_OFF,
        "content-disposition": f'attachment; filename="{file}"',
    }
    return Response(content, media_type=media_type, headers=headers)
