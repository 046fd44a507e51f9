"""A stranger walks every route without a signature, and sees leaves, hashes, checkpoints and totals, and nobody."""

import base64
import json
from contextlib import suppress
from itertools import product
from typing import Any

from madang.web.api.problems import Refused
from madang.web.api.reads import Read
from tests.base.trust.scene import LICENCE, define
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officers, quorum
from tests.support.signing import Wallet, envelope
from tests.web.api.test_openapi import DOCUMENT, READS
from tests.web.api.test_proven import send
from tests.web.serving import Server
from tests.web.signing import pay, payload, signed_payment
from tests.web.streams import Stream

PEOPLE = [ALICE, BORA, CHUL]
GUESSES: dict[str, list[str]] = {
    "name": ["bank-a", "bakery", "ministry", *(one.party for one in PEOPLE)],
    "institution": ["bank-a", ALICE.party],
    "address_of_key": ["0" * 40],
    "height": ["0", "1"],
    "register": ["regions", "industries"],
    "code": ["1111010100"],
    "time": ["0"],
    "region": ["1111010100", ""],
    "after": ["0", "0" * 22, "bank-a/coupon"],
    "limit": ["100"],
    "digest": ["0" * 64],
    "reason": ["spend.region"],
    "language": ["ko"],
    "programme": ["coupon"],
    "number": ["0" * 22, "0" * 32],
    "reference": ["first-1"],
    "references": ["first-1"],
    "since": ["0"],
    "merchant": ["bakery"],
    "account": [ALICE.party, "bakery"],
    "party": [ALICE.party, "bakery"],
    "holder": [ALICE.party],
    "bank": ["bank-a"],
    "handler": ["bank-a"],
    "by": ["bank-a"],
    "desk": ["desk"],
    "status": ["entered"],
    "at": ["0"],
    "case": ["0" * 32],
    "payment": ["0" * 32],
    "card": ["0" * 43],
    "type": [LICENCE],
    "series": ["status-1"],
    "nullifier": ["0" * 64],
}


def walk(server: Server) -> dict[str, bytes]:
    """Every answer to every documented GET, with whatever parameters a stranger could guess."""
    size = int(server.get("/checkpoint").body.split(b"\n")[1])
    found = {"/events": json.dumps(Stream(server, "0").take(1)).encode()}
    fixed = {
        "/tile/{path}": [
            "/tile/0/000",
            f"/tile/0/000.p/{size % 256}",
            f"/tile/entries/000.p/{size % 256}",
            "/tile/entries/000",
        ],
        "/transactions/{identifier}": ["/transactions/" + "0" * 32, "/transactions/%2e%2e"],
        "/transactions/{identifier}/receipt": ["/transactions/" + "0" * 32 + "/receipt"],
        "/proofs/{table}": [
            f"/proofs/trust.type?part={LICENCE}",
            f"/proofs/money.account?part={ALICE.party}",
            f"/proofs/kernel.party?part={ALICE.party}",
        ],
        "/problems/{code}": ["/problems/money.balance", "/problems/" + ALICE.party],
    }
    parameters = {read.path: read.parameters.__struct_fields__ for read in READS}
    for path, methods in DOCUMENT["paths"].items():
        if "get" not in methods or path == "/events":
            continue
        for one in fixed.get(path, [path]):
            for values in product(*(GUESSES[name] for name in parameters.get(path, ()))):
                query = "&".join(
                    f"{name}={value}" for name, value in zip(parameters.get(path, ()), values, strict=True)
                )
                target = f"{one}?{query}" if query else one
                found[target] = server.get(target).body
    return found


def secrets(one: Wallet) -> list[bytes]:
    return [one.party.encode(), one.public_key.encode()]


def test_a_stranger_sees_leaves_hashes_checkpoints_and_totals_and_nobody(server: Server) -> None:
    signed = [signed_payment(3), signed_payment(4)]
    assert [server.submit(one).status for one in signed] == [200, 200]
    send(server, quorum("operator"), define())
    answers = walk(server)
    assert answers[f"/proofs/trust.type?part={LICENCE}"].startswith(b"MDWP")
    assert len(answers) > 60 and any("entries" in path and len(body) > 100 for path, body in answers.items())
    hidden = [text for one in PEOPLE for text in secrets(one)]
    hidden += [one.public_key.encode() for one in [BAKERY, *officers("bank-a"), *officers("operator")]]
    for one in signed:
        header, body, signature = one.split(b".")
        hidden += [header, body, signature, base64.urlsafe_b64decode(body + b"=="), b"first-1"]
    for path, content in answers.items():
        asked = [text for text in hidden if text.decode("latin-1") in path]
        seen = [text for text in hidden if text in content and text not in asked]
        assert not seen, (path, seen)
        raw = [base64.urlsafe_b64decode(one.public_key + "==") for one in PEOPLE]
        assert not any(point in content for point in raw), path


def well_formed(read: Read) -> str:
    """A query string of guesses that this route can read."""
    names = read.parameters.__struct_fields__
    for values in product(*(GUESSES[name] for name in names)):
        with suppress(Refused):
            read.arguments(list(zip(names, values, strict=True)))
            return "&".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    raise AssertionError(f"no guess fits {read.path}")


def test_what_concerns_one_party_needs_a_signature(server: Server) -> None:
    for read in READS:
        if read.signed:
            answer = server.get(f"{read.path}?{well_formed(read)}")
            assert (answer.status, answer.code) == (401, "read.unsigned"), read.path


def test_whether_somebody_is_known_is_not_told(server: Server) -> None:
    stranger = "A" * 43
    for path in (
        "/parties/institution?name=",
        "/money/bank?name=",
        "/merchants/merchant?name=",
        "/validators/validator?institution=",
    ):
        known, unknown = server.get(path + ALICE.party), server.get(path + stranger)
        assert (known.status, known.body) == (unknown.status, unknown.body), path


def test_the_journal_names_nobody(server: Server) -> None:
    signed = signed_payment(5)
    assert server.submit(signed).status == 200
    assert server.submit(b"junk" + signed).status == 400
    act: dict[str, Any] = pay(10**9)
    assert server.submit(envelope(payload(act), [ALICE])).status == 422
    journal = (server.folder / "node.log").read_bytes()
    assert json.loads(journal.splitlines()[0])["event"] == "started"
    header, body, signature = signed.split(b".")
    for text in [*(text for one in [*PEOPLE, BAKERY] for text in secrets(one)), header, body, signature]:
        assert text not in journal
