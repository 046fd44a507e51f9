"""A shop's codes, printed and for one payment."""

import msgspec

from madang.exchange.qr import MerchantCode

NOW = 1_790_000_000
STATIC = MerchantCode(
    chain="madang-test",
    merchant="bakery",
    category="5462",
    name="Bada Bakery",
    city="Busan",
    local_name="바다빵집",
    local_city="부산",
)
DYNAMIC = msgspec.structs.replace(STATIC, amount=12_000, order="A-17", expires=NOW + 180)
