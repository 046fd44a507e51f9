"""An attacker with every public file and one shop's till: what can be found out about the people who paid there?

The attacker knows the software, everything published, the answers of every query that anyone may ask, whom the till
paid whom it could be, and the exact second, place and amount of each payment at its own shop. It looks for a payer's
tier, balance, grant or other purchases. Each attack has a positive control: with the one thing that is secret, the
128 random bits of the payer's transaction, or a shop's view that says too much, the same attack succeeds.
"""

import base64
import binascii
import hashlib
import inspect
import itertools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from madang.app import MODULES
from madang.base.programmes.state import PROGRAMMES, RECORDS, compiled
from madang.engine import entries
from madang.engine import node as nodes
from madang.engine.ledger import find
from madang.engine.node import Node
from madang.kernel.fields import Time
from madang.kernel.machine import MARKS
from madang.kernel.state import State
from madang.log import TransactionLeaf, check_files, decode_leaf
from madang.log.tiles import read_entries
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Grant, GrantRow, Pay, PaymentPart
from tests.crash import town
from tests.engine.toy import WAIT, LocalVerifier
from tests.services.vouchers.scene import COUPON, OPENS
from tests.support.cast import INSTITUTIONS, officer
from tests.support.signing import Wallet, envelope

TIERS = {0: 150_000, 1: 300_000, 2: 450_000, 3: 180_000}
AMOUNTS = {"bakery": [(0, 123_457), (1, 98_765), (2, 76_543)], "grocer": [(0, 11_117), (3, 65_539), (1, 54_323)]}
EVERY_AMOUNT = [amount for payments in AMOUNTS.values() for _, amount in payments]
"""What the public totals give away to whoever looks after each block: how much was paid, though not by whom."""


@dataclass
class Paid:
    """One payment as only its payer knows it."""

    who: int
    merchant: str
    amount: int
    id: str
    payload: bytes
    writes: entries.Writes = field(default_factory=list)


@dataclass
class Town:
    """What there is to attack, and what there is to find."""

    folder: Path
    state: State
    numbers: dict[int, str]
    paid: list[Paid]
    leaves: list[bytes]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(nodes, "Verifier", LocalVerifier)
    folder = tmp_path_factory.mktemp("attacked") / "node"
    Node.create(folder, MODULES, town.document(), town.LOG)
    chance = random.Random(7)
    with Node(folder, MODULES, lambda: OPENS + 60) as node:

        def send(act: Any, by: Wallet) -> tuple[str, bytes]:
            identifier = chance.randbytes(16).hex()
            made = {"chain": town.CHAIN, "id": identifier, "not_after": OPENS + 160, "acts": [act]}
            payload = msgspec.json.encode(made)
            (answer,) = node.engine.submit([envelope(payload, [by])]).result(WAIT)
            assert getattr(answer, "outcome", answer) == "accepted", answer
            return identifier, payload

        rows = [
            GrantRow(reference=f"secret-reference-{who}", amount=amount, region="26", holder=town.payer(who).party)
            for who, amount in TIERS.items()
        ]
        send(Grant(by="ministry", programme=COUPON, rows=rows), officer("ministry"))
        numbers = {
            who: str(queries.granted(node.state(), "ministry", COUPON, f"secret-reference-{who}")) for who in TIERS
        }
        paid: list[Paid] = []
        for merchant, payments in AMOUNTS.items():
            for who, amount in payments:
                parts = [PaymentPart(voucher=numbers[who], amount=amount)]
                by = town.payer(who)
                order = f"{merchant}-order-{len(paid)}"
                act = Pay(by=by.party, programme=COUPON, merchant=merchant, order=order, parts=parts)
                paid.append(Paid(who, merchant, amount, *send(act, by)))
        node.publisher.publish_now()
        for one in paid:
            found = find(node.ledger.store, one.id)
            assert found is not None
            one.writes = entries.read_writes(found[1].writes)
        audit = check_files(folder / "log", node.log_key)
        size = audit.checkpoint.size
        widths = [(start // 256, min(256, size - start)) for start in range(0, size, 256)]
        leaves = [leaf for index, width in widths for leaf in read_entries(folder / "log", index, width)]
        yield Town(folder, node.state(), numbers, paid, leaves)
    patch.undo()


# ------------------------------------------------------------------------------------- guessing what was written


def leaf_of(scene: Town, one: Paid) -> TransactionLeaf:
    """The public leaf of a payment. The shop knows second and order of its payments, so finding it is easy."""
    wanted = hashlib.sha256(msgspec.msgpack.encode(one.writes)).digest()
    found = [decode_leaf(leaf) for leaf in scene.leaves]
    (leaf,) = [leaf for leaf in found if isinstance(leaf, TransactionLeaf) and leaf.writes_hash == wanted]
    return leaf


def guess(scene: Town, one: Paid, ids: list[str]) -> set[tuple[int, int]]:
    """Every (granted, left before) under which some id of `ids` explains the digest in the leaf of a payment.

    The attacker is even told who may have paid, the voucher's number, and everything else the payment wrote.
    """
    leaf = leaf_of(scene, one)
    table = compiled(scene.state, scene.state.get(PROGRAMMES, COUPON)).tables["voucher"]
    voucher_key = RECORDS.key(COUPON, "voucher", scene.numbers[one.who])
    record = table.decode(dict(one.writes)[voucher_key])
    known = [(key, value) for key, value in one.writes if key != voucher_key and not key.startswith(MARKS.prefix)]
    (true_mark,) = [MARKS.decode(value) for key, value in one.writes if key.startswith(MARKS.prefix)]
    plausible = {sum(some) for count in range(3) for some in itertools.combinations(EVERY_AMOUNT, count)}
    found = set()
    for identifier in ids:
        payload = one.payload.replace(one.id.encode(), identifier.encode())
        mark = msgspec.structs.replace(true_mark, payload_hash=hashlib.sha256(payload).digest())
        mark_key = MARKS.key(json.loads(payload)["not_after"], bytes.fromhex(identifier))
        for granted in TIERS.values():
            for left in sorted({granted - one.amount - before for before in plausible}):
                if left < 0:
                    continue
                candidate = msgspec.structs.replace(record, granted=granted, left=left)
                writes = sorted([*known, (voucher_key, table.encode(candidate)), (mark_key, MARKS.encode(mark))])
                if hashlib.sha256(msgspec.msgpack.encode(writes)).digest() == leaf.writes_hash:
                    found.add((granted, left + one.amount))
    return found


def derived_ids(scene: Town, one: Paid) -> list[str]:
    """Ids that an attacker would try: from everything about the payment that the shop or the public knows."""
    (seen,) = [each for each in queries.shop_payments(scene.state, one.merchant, COUPON) if each.amount == one.amount]
    leaf = leaf_of(scene, one)
    texts = [seen.payment, seen.payment[10:], seen.order, seen.number, town.payer(one.who).party, one.merchant]
    known = [text.encode() for text in texts] + [leaf.signed_hash, leaf.writes_hash, bytes(16)]
    known.append(base64.urlsafe_b64decode(seen.payment[10:] + "=="))
    pairs = [first + second for first, second in itertools.product(known, repeat=2)]
    chance = random.Random(1)
    ids = [data.ljust(16, b"\0")[:16].hex() for data in known]
    ids += [hashlib.sha256(data).hexdigest()[:32] for data in known + pairs]
    return ids + [chance.randbytes(16).hex() for _ in range(200)]


def test_balance_and_tier_can_not_be_guessed_from_the_digest(scene):
    for one in scene.paid:
        assert guess(scene, one, derived_ids(scene, one)) == set()


def test_with_the_id_of_the_transaction_they_can(scene):
    """The control: the id is all that hides them."""
    first: dict[int, int] = {}
    for one in scene.paid:
        before = first.setdefault(one.who, TIERS[one.who])
        assert guess(scene, one, [one.id]) == {(TIERS[one.who], before)}
        first[one.who] -= one.amount


# ------------------------------------------------------------------------------------------ linking two purchases


def linked(views: dict[str, list[dict[str, Any]]]) -> set[tuple[int, int]]:
    """Pairs of amounts, at the first and at the second shop, whose payments share a value or a run of six letters."""
    first, second = views.values()
    found = set()
    for one, other in itertools.product(first, second):
        ours = {name: str(value) for name, value in one.items() if name not in ("at", "refunded", "held", "order")}
        theirs = {name: str(value) for name, value in other.items() if name not in ("at", "refunded", "held", "order")}
        for mine, yours in itertools.product(ours.values(), theirs.values()):
            mine, yours = mine[10:] or mine, yours[10:] or yours  # a payment's id begins with its second
            runs = {mine[at : at + 6] for at in range(len(mine) - 5)}
            if mine == yours or any(run in yours for run in runs):
                found.add((one["amount"], other["amount"]))
    return found


def shop_views(scene: Town) -> dict[str, list[dict[str, Any]]]:
    return {
        shop: [msgspec.to_builtins(seen) for seen in queries.shop_payments(scene.state, shop, COUPON)]
        for shop in AMOUNTS
    }


def test_two_shops_together_can_not_tell_that_a_person_paid_at_both(scene):
    views = shop_views(scene)
    assert [len(view) for view in views.values()] == [3, 3]
    assert linked(views) == set()


def test_if_a_shop_saw_the_voucher_they_could(scene):
    """The control: one more member in the view, and both people who paid at both shops are found."""
    views = shop_views(scene)
    for shop, view in views.items():
        for seen in view:
            (one,) = [one for one in scene.paid if one.merchant == shop and one.amount == seen["amount"]]
            seen["voucher"] = scene.numbers[one.who]
    assert linked(views) == {(123_457, 11_117), (98_765, 54_323)}


def test_a_shop_sees_nothing_but_its_own_payments_and_what_it_is_owed(scene):
    """Not by asking in other ways either: every query that a reader may ask, asked as the shop, about everyone."""
    hidden = secrets(scene, besides="bakery")
    told = answers(scene, reader="bakery")
    assert not [name for name, secret in hidden.items() if any(form in told for form in forms(secret))]
    own = [one.amount for one in scene.paid if one.merchant == "bakery"]
    assert queries.takings(scene.state, "bakery", COUPON) == sum(own)


# ------------------------------------------------------------------------------------ what is in files and answers


def secrets(scene: Town, besides: str = "") -> dict[str, str | bytes | int]:
    """What must be in no public byte: people, vouchers, references, transactions; and amounts of others' payments."""
    found: dict[str, str | bytes | int] = {}
    for who in TIERS:
        found[f"voucher of {who}"] = scene.numbers[who]
        found[f"holder {who}"] = town.payer(who).party
        found[f"key of {who}"] = town.payer(who).public_key
        found[f"reference of {who}"] = f"secret-reference-{who}"
    for place, one in enumerate(scene.paid):
        found[f"id {place}"] = one.id
        found[f"payload hash {place}"] = hashlib.sha256(one.payload).digest()
        if one.merchant != besides:
            found[f"amount {place}"] = one.amount
            found[f"order {place}"] = f"{one.merchant}-order-{place}"
            found[f"left {place}"] = TIERS[one.who] - one.amount
    return found


def forms(secret: str | bytes | int) -> list[bytes]:
    """The ways in which a secret may be spelt."""
    if isinstance(secret, int):
        return [str(secret).encode(), msgspec.msgpack.encode(secret), secret.to_bytes(8, "big")]
    if isinstance(secret, bytes):
        return [secret, secret.hex().encode(), base64.b64encode(secret)[:-2], base64.urlsafe_b64encode(secret)[:-2]]
    digest = hashlib.sha256(secret.encode())
    made = [secret.encode(), digest.digest(), digest.hexdigest().encode()]
    for decode in (binascii.unhexlify, lambda text: base64.urlsafe_b64decode(text + "==")):
        try:
            made.append(decode(secret))
        except ValueError:
            continue
    return made


def answers(scene: Town, reader: str | None = None) -> bytes:
    """The answers of all queries to an attacker: those for anyone, or those for `reader`, asked about everything."""
    people = [town.payer(who).party for who in TIERS]
    guesses: dict[str, list[Any]] = {
        "name": [*INSTITUTIONS, "bakery", "grocer", COUPON, *people, *scene.numbers.values()],
        "institution": list(INSTITUTIONS),
        "register": ["legal-dong"],
        "code": ["2611010100"],
        "time": [OPENS],
        "programme": [COUPON],
        "number": list(scene.numbers.values()),
        "reference": [f"secret-reference-{who}" for who in TIERS],
        "references": [",".join(f"secret-reference-{who}" for who in TIERS)],
        "region": ["26"],
        "digest": ["0" * 64],
        "merchant": ["bakery", "grocer"],
        "since": [OPENS],
        "reason": ["spend.enough"],
        "reader": [reader],
        "bank": ["bank-a", "bank-b"],
        "address_of_key": ["AB" * 20],
        "height": [1],
    }
    return asked(scene.state, guesses, reader)


def asked(state: State, guesses: dict[str, list[Any]], reader: str | None = None) -> bytes:
    """What all queries tell anyone, or `reader`, asked with every guess of what they ask for; `name` for what has none.

    In JSON, and in MessagePack behind it.
    """
    told = []
    for query in [query for module in MODULES for query in module.queries]:
        parameters = list(inspect.signature(query).parameters.values())[1:]
        if ("reader" in [one.name for one in parameters]) != (reader is not None):
            continue
        needed = [one for one in parameters if one.default is inspect.Parameter.empty]
        # Whatever else is asked for is asked by all names and numbers there are, where it is a text.
        everything = [*guesses["name"], *guesses["number"]]
        tried = [guesses.get(one.name, everything if one.annotation is not Time else [OPENS]) for one in needed]
        for values in itertools.product(*tried):
            told.append(query(state, **dict(zip([one.name for one in needed], values, strict=True))))
    return msgspec.json.encode(told) + msgspec.msgpack.encode(told)


def test_no_public_file_holds_a_persons_number_name_or_amount(scene):
    files = [path for path in (scene.folder / "log").rglob("*") if path.is_file()]
    assert len(files) > 2
    data = b"\n".join(path.read_bytes() for path in files)
    for name, secret in secrets(scene).items():
        assert not [form for form in forms(secret) if form in data], name


def test_what_anyone_may_ask_tells_nothing_of_a_person(scene):
    told = answers(scene)
    assert b"consumption-coupon-2025" in told
    hidden = secrets(scene)
    assert not [name for name, secret in hidden.items() if any(form in told for form in forms(secret))]


def test_the_search_would_find_them(scene):
    """The control: in the store, where they are, every secret but a digest is found in one of its forms."""
    store = b"".join(key + value for key, value in scene.state._reader.scan(b"", b"\xff"))
    for name, secret in secrets(scene).items():
        if not name.startswith("left"):
            assert [form for form in forms(secret) if form in store], name
    granted = answers(scene, reader="ministry")
    assert [who for who in TIERS if scene.numbers[who].encode() in granted] == list(TIERS)
