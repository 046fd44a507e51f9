"""Drawing codes: for print (SVG), for screens (PNG), for a terminal. ISO/IEC 18004, error correction level M."""

import io

import segno

_MARGIN = 4
"""Light modules around the code, as the standard asks."""


def draw_svg(text: str, scale: int = 8) -> bytes:
    """A picture in black on white, `scale` units a module."""
    picture = io.BytesIO()
    _made(text).save(picture, kind="svg", scale=scale, border=_MARGIN, light="#fff", unit="px")
    return picture.getvalue()


def draw_png(text: str, scale: int = 8) -> bytes:
    """A picture in black on white, `scale` pixels a module."""
    picture = io.BytesIO()
    _made(text).save(picture, kind="png", scale=scale, border=_MARGIN, light="#fff")
    return picture.getvalue()


def draw_text(text: str) -> str:
    """Half blocks for a terminal, without line end."""
    picture = io.StringIO()
    _made(text).terminal(picture, border=_MARGIN, compact=True)
    return picture.getvalue().rstrip("\n")


def _made(text: str) -> segno.QRCode:
    # UTF-8 always: what a library guesses would depend on which letters a name has.
    return segno.make_qr(text, error="m", encoding="utf-8")
