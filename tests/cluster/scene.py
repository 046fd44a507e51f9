"""A town on the coupon of this very hour, for four institutions that validate; its payments, and its officers' acts.

CometBFT's time is the real one, so the coupon of 2025 is given the dates of the day on which the test runs.
"""

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import msgspec

from madang.base.validators.transactions import Admit
from madang.contract import canonical, digest, read_programme
from madang.engine.cometbft.cluster import Member
from madang.engine.genesis import Genesis
from madang.kernel.codec import to_base64url
from madang.kernel.transaction import Act
from madang.services.vouchers.transactions import Pay, PaymentPart
from tests.crash import town
from tests.services.vouchers.scene import COUPON, DOCUMENTS, documents
from tests.support.signing import Wallet, envelope

NAMES = ("central-bank", "bank-a", "bank-b", "ministry")
POWER = 100
SEOUL_TIME = timezone(timedelta(hours=9))


def document(members: Sequence[Member]) -> bytes:
    """The genesis document: the town of `tests/crash`, its coupon open now, and these institutions as validators."""
    now = datetime.now(SEOUL_TIME).replace(microsecond=0)
    kind = documents()[0]
    text = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text()
    text = text.replace("2025-07-21T09:00:00+09:00", (now - timedelta(hours=1)).isoformat())
    text = text.replace("2025-12-01T00:00:00+09:00", (now + timedelta(days=1)).isoformat())
    text = text.replace("subject: person", "subject: anyone")
    programme = read_programme(text, kind)
    content = msgspec.json.decode(town.document(int(now.timestamp()) - 60), type=Genesis)
    acts = msgspec.json.decode(content.acts)
    for act in acts:
        if act["type"] == "programmes.draft":
            act["document"] = canonical(programme).decode()
        if act["type"] == "programmes.approve":
            act["document"] = digest(programme).hex()
        if act["type"] == "programmes.publish":
            act["proof"]["document"] = digest(programme).hex()
    admitted = [
        Admit(by="operator", institution=one.name, consensus_key=to_base64url(one.keys.public()), power=POWER)
        for one in members
    ]
    return msgspec.json.encode(
        msgspec.structs.replace(content, acts=msgspec.Raw(msgspec.json.encode([*acts, *admitted])))
    )


def sign(name: str, acts: Sequence[Act], signers: Sequence[Wallet]) -> bytes:
    """A transaction, good for five minutes; different names are different transactions."""
    payload = {
        "chain": town.CHAIN,
        "id": identifier(name),
        "not_after": int(time.time()) + 300,
        "acts": list(acts),
    }
    return envelope(msgspec.json.encode(payload), signers)


def identifier(name: str) -> str:
    """The id of the transaction of that name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def payment(number: int, vouchers: Sequence[str]) -> bytes:
    """Payment `number`: most are accepted; some are of more than is left, or in the wrong region."""
    who = town.payer(number)
    amount = 1_000_000 if number % 7 == 0 else 10 + number % 40
    merchant = "centre" if number % 11 == 0 else ("bakery", "grocer")[number % 2]
    part = PaymentPart(voucher=vouchers[number % town.PAYERS], amount=amount)
    act = Pay(by=who.party, programme=COUPON, merchant=merchant, order=f"o{number}", parts=[part])
    return sign(f"payment {number}", [act], [who])
