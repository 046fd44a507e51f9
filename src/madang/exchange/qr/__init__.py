"""Codes that a shop shows and a phone scans: EMVCo QR, merchant-presented mode, version 1.1.

A printed **static** code names the shop. A **dynamic** code on a till also has an amount and an order, and is valid for
three minutes at most (the Korean rule of 2018-11-06). `check_code` refuses what has expired and shops that the ledger
does not list as open: a code is only data that anybody can print, and says nothing by itself.

Nothing about the payer stands in a code. Limits: an order's reference has at most 25 characters here.
"""

from madang.exchange.qr.checking import LONGEST, check_code
from madang.exchange.qr.drawing import draw_png, draw_svg, draw_text
from madang.exchange.qr.merchantcode import MerchantCode, read_code, write_code

__all__ = [
    "LONGEST",
    "MerchantCode",
    "check_code",
    "draw_png",
    "draw_svg",
    "draw_text",
    "read_code",
    "write_code",
]
