"""The code of one sale, as the till shows it: EMVCo QR with amount and order, for three minutes."""

import base64
import re
import secrets
from typing import Any

import msgspec

from madang.exchange.qr import LONGEST, MerchantCode, draw_svg, write_code
from madang.web.shop.seller import Seller

ORDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,24}")
COUNTRY = "KOREA"
_NOT_IN_NAMES = re.compile(r"[^\w ()&.,'·-]|^[\W_]+")


class Shown(msgspec.Struct, frozen=True):
    """A code as text and as a picture (a `data:` address), and the second at which it ends."""

    text: str
    picture: str
    expires: int


def new_order() -> str:
    """A reference for a sale, which says nothing about it."""
    return f"t-{secrets.token_hex(6)}"


def show_code(chain: str, seller: Seller, amount: int, order: str, now: int) -> Shown:
    """The code of a sale from now on. Raises `MadangError` (`qr.value`) for what can't stand in one."""
    name = local_name(seller.name, seller.merchant)
    listed: Any = seller.listed
    text = write_code(
        MerchantCode(
            chain=chain,
            merchant=seller.merchant,
            category=listed.category,
            name=name if name.isascii() else seller.merchant[:25],
            city=COUNTRY,
            local_name=name,
            local_city="대한민국",
            amount=amount,
            order=order,
            expires=now + LONGEST,
        )
    )
    picture = base64.b64encode(draw_svg(text)).decode()
    return Shown(text, f"data:image/svg+xml;base64,{picture}", now + LONGEST)


def local_name(name: str, merchant: str) -> str:
    """A shop's name with what codes take of it: 25 letters, digits and signs, a letter or digit first."""
    written = _NOT_IN_NAMES.sub("", name)[:25].strip()
    return written or _NOT_IN_NAMES.sub("", merchant)[:25] or "SHOP"
