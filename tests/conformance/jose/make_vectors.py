"""Makes `docs/vectors` anew. Signatures are random, so that each run makes others; commit them only for a reason.

    python -m tests.conformance.jose.make_vectors

Accepted vectors are signed by stock libraries where they can make the form. Refused ones begin with a right
transaction and change one thing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.conformance.jose.libraries import ROOT, Node, public_jwk, sign_in_python, version_in_javascript
from tests.support.cast import ALICE, BORA, CHUL
from tests.support.signing import ORIGIN, SITE, Wallet, base64url, compact, general, wallet
from tests.support.world import START

FOLDER = ROOT / "docs/vectors"
CHAIN = "madang-test"
Json = dict[str, Any]
STRANGER = wallet("stranger to the vectors")


def payload(name: str, *acts: Json, **members: object) -> bytes:
    """A payload whose id depends on its name."""
    identifier = hashlib.sha256(name.encode()).hexdigest()[:32]
    text = {"chain": CHAIN, "id": identifier, "not_after": START + 60, "acts": list(acts)} | members
    return json.dumps(text, separators=(",", ":")).encode()


def pay(by: Wallet, to: Wallet) -> Json:
    """Alice has money, and so has Chul."""
    return {"type": "money.pay", "by": by.party, "to": to.party, "amount": 1000}


def enrol(by: Wallet, name: str) -> Json:
    """What Bora, who has no money, can do."""
    return {"type": "parties.enrol_key", "by": by.party, "key": wallet(name).new}


def accepted(node: Node) -> Iterator[Json]:
    """Vectors that are read, verified and accepted."""
    joserfc, jose = f"joserfc {version('joserfc')}", f"jose {version_in_javascript()}"
    one, two = pay(ALICE, CHUL), pay(CHUL, ALICE)
    text = payload("compact-python", one)
    yield _accepted("compact-python", joserfc, sign_in_python(text, [ALICE]), text, ALICE)
    text = payload("compact-javascript", one)
    yield _accepted("compact-javascript", jose, node.sign(text, [ALICE]), text, ALICE)
    text = payload("general-python", one, two)
    yield _accepted("general-python", joserfc, sign_in_python(text, [ALICE, CHUL]), text, ALICE, CHUL)
    text = payload("general-javascript", one, two)
    yield _accepted("general-javascript", jose, node.sign(text, [ALICE, CHUL]), text, ALICE, CHUL)
    for name, high in (("high-s", True), ("low-s", False)):
        text = payload(name, one)
        yield _accepted(name, "cryptography", _with_s(text, high=high), text, ALICE)
    text = payload("passkey", enrol(BORA, "Bora's second device"))
    yield _accepted("passkey", "a software authenticator", general(text, [], [BORA.assertion(text)]), text, BORA)
    text = payload("passkey-extra-member", enrol(BORA, "Bora's third device"))
    more = BORA.assertion(text, other_keys_can_be_added_here="do not compare clientDataJSON against a template")
    yield _accepted("passkey-extra-member", "a software authenticator", general(text, [], [more]), text, BORA)
    text = payload("both-sorts", one, enrol(BORA, "Bora's fourth device"))
    both = general(text, [ALICE.jws(text)], [BORA.assertion(text)])
    yield _accepted("both-sorts", "cryptography, and a software authenticator", both, text, ALICE, BORA)


def _accepted(name: str, made_by: str, signed: bytes, text: bytes, *signers: Wallet) -> Json:
    return {
        "name": name,
        "made_by": made_by,
        "signed": signed.decode(),
        "payload": text.decode(),
        "payload_sha256": hashlib.sha256(text).hexdigest(),
        "signers": [one.kid for one in signers],
    }


def _with_s(text: bytes, *, high: bool) -> bytes:
    protected = ALICE.jws(text)["protected"]
    signed = f"{protected}.{base64url(text)}"
    return f"{signed}.{base64url(ALICE.sign(signed.encode(), high=high))}".encode()


def _with_header(text: bytes, header: str) -> bytes:
    protected = base64url(header.encode())
    signed = f"{protected}.{base64url(text)}"
    return f"{signed}.{base64url(ALICE.sign(signed.encode()))}".encode()


def refused() -> Iterator[Json]:
    """Vectors that are refused: one thing is wrong with each."""
    text = payload("refused", pay(ALICE, CHUL))
    right = compact(text, ALICE)
    protected, body, signature = right.decode().split(".")
    kid = f'"kid":"{ALICE.kid}"'
    for name, header, code in (
        ("alg-none", f'{{"alg":"none",{kid}}}', "json.invalid"),
        ("alg-hs256", f'{{"alg":"HS256",{kid}}}', "json.invalid"),
        ("alg-es384", f'{{"alg":"ES384",{kid}}}', "json.invalid"),
        ("no-kid", '{"alg":"ES256"}', "json.invalid"),
        ("crit", f'{{"alg":"ES256",{kid},"crit":["exp"],"exp":1}}', "json.invalid"),
        ("b64-false", f'{{"alg":"ES256",{kid},"b64":false,"crit":["b64"]}}', "json.invalid"),
        ("embedded-jwk", f'{{"alg":"ES256",{kid},"jwk":{{}}}}', "json.invalid"),
        ("duplicate-alg", f'{{"alg":"ES256","alg":"ES256",{kid}}}', "json.duplicate"),
        ("duplicate-kid", f'{{"alg":"ES256",{kid},"kid":"{BORA.kid}"}}', "json.duplicate"),
        ("kid-of-nobody", f'{{"alg":"ES256","kid":"{STRANGER.kid}"}}', "key.unknown"),
        ("kid-of-a-passkey", f'{{"alg":"ES256","kid":"{BORA.kid}"}}', "key.sort"),
        ("kid-of-another", f'{{"alg":"ES256","kid":"{CHUL.kid}"}}', "signature.invalid"),
    ):
        yield _refused(name, code, _with_header(text, header))
    stray = signature[:-1] + chr(ord(signature[-1]) + 1)
    changed = payload("refused", pay(ALICE, CHUL) | {"amount": 2000})
    zero = base64url(bytes(64))
    for name, code, parts in (
        ("empty-signature", "signature.form", (protected, body, "")),
        ("padding-in-signature", "base64.invalid", (protected, body, signature + "==")),
        ("padding-in-payload", "base64.invalid", (protected, body + "=", signature)),
        ("stray-bits", "base64.invalid", (protected, body, stray)),
        ("line-end", "base64.invalid", (protected, body, signature + "\n")),
        ("standard-alphabet", "base64.invalid", (protected, body, "+" + signature[1:])),
        ("der-signature", "signature.form", (protected, body, base64url(ALICE.sign_der(b"")))),
        ("zero-signature", "signature.invalid", (protected, body, zero)),
        ("changed-payload", "signature.invalid", (protected, base64url(changed), signature)),
        ("two-parts", "envelope.form", (protected, body)),
        ("four-parts", "envelope.form", (protected, body, signature, "")),
    ):
        yield _refused(name, code, ".".join(parts).encode())
    yield from _refused_general(text)
    yield from _refused_payloads()
    yield from _refused_passkeys()


def _refused_general(text: bytes) -> Iterator[Json]:
    one = ALICE.jws(text)
    whole = general(text, [one]).decode()
    unprotected = whole.replace('"protected"', '"header":{},"protected"').encode()
    yield _refused("no-signatures", "envelope.signatures", general(text))
    yield _refused("one-key-twice", "envelope.signatures", general(text, [one, ALICE.jws(text)]))
    yield _refused("unprotected-header", "json.invalid", unprotected)
    yield _refused("duplicate-member", "json.duplicate", whole.replace("{", '{"payload":"",', 1).encode())
    flattened = json.dumps({"payload": base64url(text), **one}).encode()
    yield _refused("flattened-json", "json.invalid", flattened)


def _refused_payloads() -> Iterator[Json]:
    act = pay(ALICE, CHUL)
    for name, code, text in (
        ("another-chain", "payload.chain", payload("p1", act, chain="another-ledger")),
        ("expired", "payload.expired", payload("p2", act, not_after=START - 1)),
        ("too-far-ahead", "payload.too_far", payload("p3", act, not_after=START + 601)),
        ("no-acts", "json.invalid", payload("p4")),
        ("unknown-act", "json.invalid", payload("p5", act | {"type": "money.print"})),
        ("unknown-member", "json.invalid", payload("p6", act | {"memo": "hello"})),
        ("amount-as-float", "json.invalid", payload("p7", act | {"amount": 1000.0})),
        ("amount-as-text", "json.invalid", payload("p8", act | {"amount": "1000"})),
        ("amount-zero", "json.invalid", payload("p9", act | {"amount": 0})),
        ("amount-beyond-2-to-53", "json.invalid", payload("p10", act | {"amount": 2**53})),
        ("short-id", "json.invalid", payload("p11", act, id="00")),
        ("upper-case-id", "json.invalid", payload("p12", act, id="A" * 32)),
        ("duplicate-amount", "json.duplicate", payload("p13", act).replace(b'"amount"', b'"amount":1,"amount"')),
        ("two-texts", "json.invalid", payload("p14", act) + b"{}"),
        ("exponent", "json.invalid", payload("p15", act).replace(b"1000", b"1e3")),
    ):
        yield _refused(name, code, compact(text, ALICE))


def _refused_passkeys() -> Iterator[Json]:
    text = payload("refused passkey", enrol(BORA, "Bora's fifth device"))
    unsigned = BORA.assertion(text) | {"signature": base64url(BORA.sign(b"raw"))}
    for name, code, assertion in (
        ("passkey-of-another-payload", "passkey.challenge", BORA.assertion(text, challenge=bytes(32))),
        ("passkey-of-another-origin", "passkey.origin", BORA.assertion(text, origin="https://evil.example")),
        ("passkey-across-origins", "passkey.origin", BORA.assertion(text, crossOrigin=True)),
        ("passkey-created", "passkey.origin", BORA.assertion(text, type="webauthn.create")),
        ("passkey-of-another-site", "passkey.relying_party", BORA.assertion(text, site="evil.example")),
        ("passkey-user-absent", "passkey.user", BORA.assertion(text, flags=0x04)),
        ("passkey-user-not-verified", "passkey.user", BORA.assertion(text, flags=0x01)),
        ("passkey-raw-signature", "signature.form", unsigned),
        ("passkey-of-nobody", "key.unknown", STRANGER.assertion(text)),
        ("passkey-by-a-jws-key", "key.sort", ALICE.assertion(text)),
        ("passkey-of-another", "signature.invalid", wallet("bora's thief").assertion(text) | {"kid": BORA.kid}),
    ):
        yield _refused(name, code, general(text, [], [assertion]))


def _refused(name: str, code: str, signed: bytes) -> Json:
    return {"name": name, "code": code, "signed": signed.decode()}


def write(folder: Path, node: Node) -> None:
    """Write both files."""
    keys = {one.seed: {"sort": one.sort, "kid": one.kid, "jwk": public_jwk(one)} for one in (ALICE, BORA, CHUL)}
    about = {"chain": CHAIN, "block_time": START, "relying_party": {"id": SITE, "origins": [ORIGIN]}, "keys": keys}
    for name, vectors in (("accepted", list(accepted(node))), ("refused", list(refused()))):
        text = json.dumps({**about, "vectors": vectors}, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER, Node(Path(shutil.which("node") or "node")))
