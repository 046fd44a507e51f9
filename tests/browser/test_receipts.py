"""Receipts are checked in the browser as they are on the command line: `static/proof.js` against `madang.log`."""

import json
import time
import urllib.request
from hashlib import sha256

import msgspec
import pytest

from madang.log.checkpoint import Checkpoint
from madang.log.errors import LogError
from madang.log.leaf import Kind, TransactionLeaf
from madang.log.note import SignerKey
from madang.log.receipt import MAX_RECEIPT_BYTES, check, decode_receipt, make_receipt
from madang.log.tree import leaf_hash, node_hash
from tests.browser import town
from tests.log.reference import LOG_KEY, WITNESSES, cosigned
from tests.log.test_receipt import ALL_FOUR, GOLDEN, SIGNED, leaf_of, small_receipt
from tests.support.signing import envelope

CHECK = """async ([module, receipts, key, witnesses, threshold]) => {
    const {checkReceipt, holds} = await import(module);
    const read = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));
    const verdicts = [];
    for (const one of receipts) {
        try {
            const found = await checkReceipt(read(one), key, {witnesses, threshold});
            verdicts.push({...found, holds: holds(found), code: found.checks.find(one => !one.holds)?.code ?? ""});
        } catch (error) {
            verdicts.push({holds: false, code: error.code ?? String(error)});
        }
    }
    return verdicts;
}"""
KEYS = [str(witness.verifier()) for witness in WITNESSES]


@pytest.fixture
def judge(visit):
    """Asks a browser: the verdict on each receipt."""
    someone = visit()
    someone.go("/")
    page = someone.page.locator("script[src$='/site/page.js']").get_attribute("src")

    def ask(*receipts: bytes, key: str = str(LOG_KEY.verifier()), witnesses=KEYS, threshold=4):
        module = page.replace("page.js", "proof.js")
        return someone.page.evaluate(CHECK, [module, [one.hex() for one in receipts], key, witnesses, threshold])

    return ask


def code(receipt: bytes, policy=ALL_FOUR) -> str:
    """What the command line says."""
    try:
        check(receipt, policy)
    except LogError as error:
        return error.code
    return ""


def test_the_golden_receipt_holds(judge):
    (found,) = judge(bytes.fromhex(GOLDEN.read_text()))
    assert found["holds"], found
    place = {"outcome": "accepted", "height": 12, "index": 3, "position": 5, "size": 11, "origin": LOG_KEY.name}
    assert {name: found[name] for name in place} == place
    assert [one["name"] for one in found["cosigners"]] == [key.name for key in WITNESSES]
    assert found["time"] == min(one["time"] for one in found["cosigners"])
    assert [one["name"] for one in found["checks"]] == ["signed", "note", "log", "witnesses", "included"]


def test_every_changed_byte_is_refused_for_the_same_reason(judge):
    data = small_receipt()
    changed = [
        data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :] for at in range(len(data)) for bit in (0x01, 0x20, 0x80)
    ]
    found = judge(*changed)
    assert len(found) == 3 * len(data)
    assert not any(one["holds"] for one in found)
    assert [one["code"] for one in found] == [code(one) for one in changed]


def test_every_cut_and_every_addition_is_refused_for_the_same_reason(judge):
    data = small_receipt()
    changed = [data[:at] for at in range(len(data))] + [data + rest for rest in (b"\0", b"\xc0", data)]
    assert [one["code"] for one in judge(*changed)] == [code(one) for one in changed]


def test_there_is_one_encoding(judge):
    data = small_receipt()
    receipt = decode_receipt(data)
    body, parts = data[5:], [receipt.leaf, receipt.index, receipt.signed, receipt.proof, receipt.checkpoint]
    others = [
        b"\xdc\x00\x05" + body[1:],
        body.replace(receipt.leaf + b"\x05", receipt.leaf + b"\xcc\x05"),
        body.replace(b"\xc4" + bytes([len(SIGNED)]) + SIGNED, b"\xc5\x00" + bytes([len(SIGNED)]) + SIGNED),
        msgspec.msgpack.encode([*parts[:4], receipt.checkpoint.decode()]),
        msgspec.msgpack.encode([*parts, None]),
        msgspec.msgpack.encode(parts[:4]),
        msgspec.msgpack.encode([parts[0], -1, *parts[2:]]),
        b"",
    ]
    assert {one["code"] for one in judge(*(data[:5] + one for one in others))} == {"log.receipt.malformed"}
    replaced = [
        msgspec.structs.replace(receipt, **change)
        for change in (
            {"leaf": b""},
            {"proof": bytes(31)},
            {"proof": bytes(64 * 32)},
            {"checkpoint": bytes(16 * 1024 + 1)},
        )
    ]
    out = [data[:5] + msgspec.msgpack.encode(one) for one in replaced]
    assert {one["code"] for one in judge(*out)} == {"log.receipt.bounds"}


def test_a_receipt_that_is_none_says_what_it_is(judge):
    data = small_receipt()
    receipt = decode_receipt(data)
    others = [
        b"",
        b"%PDF-1.7",
        b"MDRC",
        b"MDRC\x02" + data[5:],
        data + bytes(MAX_RECEIPT_BYTES),
        *(
            msgspec.structs.replace(receipt, **one).encode()
            for one in (
                {"signed": b"other"},
                {"index": 6},
                {"index": 11},
                {"proof": b""},
                {"checkpoint": b""},
                {"checkpoint": receipt.checkpoint.replace(b"w4.witness", b"w5.witness")},
            )
        ),
    ]
    assert [one["code"] for one in judge(*others)] == [code(one) for one in others]


@pytest.mark.parametrize("kind", [Kind.REJECTED, Kind.DEFECT])
def test_a_refused_transaction_has_a_receipt_that_says_so(judge, kind):
    (found,) = judge(small_receipt(leaf=leaf_of(SIGNED, kind)))
    assert (found["holds"], found["outcome"]) == (True, kind.name.lower())


def test_a_receipt_in_a_large_log(judge):
    """Indices and sizes beyond 32 bits, where JavaScript's own bit operators fail."""
    size, index = 2**40 + 12, 2**40 - 12_345
    leaf = TransactionLeaf(Kind.ACCEPTED, 2**35, 3, sha256(SIGNED).digest(), bytes(32)).encode()
    proof: list[bytes] = []
    first, last, root = index, size - 1, leaf_hash(leaf)
    while last:
        if first & 1 or first < last:
            sibling = sha256(b"sibling %d" % len(proof)).digest()
            proof.append(sibling)
            root = node_hash(sibling, root) if first & 1 else node_hash(root, sibling)
        first, last = first >> 1, last >> 1
    note = cosigned(Checkpoint(LOG_KEY.name, size, root), WITNESSES)
    data = make_receipt(leaf, index, SIGNED, proof, note)
    assert code(data) == ""
    (found,) = judge(data)
    assert (found["holds"], found["position"], found["height"]) == (True, index, 2**35), found


def test_only_the_keys_that_are_trusted_count(judge):
    data = small_receipt()
    stranger = str(SignerKey(LOG_KEY.name, 1, b"s" * 32).verifier())
    assert judge(data, key=stranger)[0]["code"] == "log.signature.missing"
    assert judge(data, witnesses=[], threshold=0)[0]["cosigners"] == []
    assert judge(data, witnesses=KEYS[:1], threshold=2)[0]["code"] == "log.signature.threshold"
    weak = sha256(b"ledger\n\x01" + bytes(32)).hexdigest()[:8].join(["ledger+", "+AQ" + "A" * 42])
    for key, expected in (
        ("", "log.key.malformed"),
        (KEYS[0], "log.key.algorithm"),
        (str(LOG_KEY.verifier())[:-1], "log.key.malformed"),
        (str(LOG_KEY.verifier())[:-4], "log.key.length"),
        (str(LOG_KEY.verifier()).replace("ledger", "leger"), "log.key.id"),
        (weak, "log.key.weak"),
    ):
        assert judge(data, key=key)[0]["code"] == expected, key
    assert judge(data, witnesses=[str(LOG_KEY.verifier())])[0]["code"] == "log.key.algorithm"


def test_the_receipt_of_a_payment_in_this_town(judge, served):
    payload = {
        "chain": town.CHAIN,
        "id": "5" * 32,
        "not_after": int(time.time()) + 300,
        "acts": [{"type": "money.pay", "by": town.ALICE.party, "to": "bakery", "amount": 1}],
    }
    sent = urllib.request.Request(
        f"{served.url}/transactions",
        envelope(json.dumps(payload).encode(), [town.ALICE]),
        {"content-type": "application/jose"},
    )
    with urllib.request.urlopen(sent) as answer:
        assert json.load(answer)["outcome"] in ("accepted", "rejected")
    with urllib.request.urlopen(f"{served.url}/transactions/{payload['id']}/receipt") as answer:
        receipt = answer.read()
    with urllib.request.urlopen(f"{served.url}/chain") as answer:
        key = json.load(answer)["log_key"]
    (found,) = judge(receipt, key=key, witnesses=[], threshold=0)
    assert (found["holds"], found["id"], found["origin"]) == (True, payload["id"], town.LOG), found
