"""Codes that tills of the town show, and pictures of them for a camera."""

import time
from pathlib import Path

import segno

from madang.exchange.qr import MerchantCode, write_code
from tests.browser import town

SIDE = 480


def code(merchant="bakery", amount: int | None = 12_000, order: str | None = "o-1", expires=150) -> str:
    """What a till of this shop shows; with no amount what hangs on its wall."""
    return write_code(
        MerchantCode(
            chain=town.CHAIN,
            merchant=merchant,
            category="5411",
            name="BAKERY",
            city="BUSAN",
            local_name=town.NAMES[merchant],
            local_city="부산",
            amount=amount,
            order=order if amount else None,
            expires=int(time.time()) + expires if amount else None,
        )
    )


def film(file: Path, text: str) -> Path:
    """A film (YUV4MPEG2) in which a camera sees this text as a QR code."""
    matrix = [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    scale = SIDE // len(matrix)
    edge = (SIDE - scale * len(matrix)) // 2
    picture = bytearray(b"\xeb" * (SIDE * SIDE))
    for y in range(scale * len(matrix)):
        line = bytes(0x10 if dark else 0xEB for dark in matrix[y // scale] for _ in range(scale))
        start = (y + edge) * SIDE + edge
        picture[start : start + len(line)] = line
    grey = b"\x80" * (SIDE * SIDE // 2)
    frame = b"FRAME\n" + bytes(picture) + grey
    file.write_bytes(f"YUV4MPEG2 W{SIDE} H{SIDE} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)
    return file
