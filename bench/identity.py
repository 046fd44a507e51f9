"""What it costs to issue credentials, to verify what people show, and to prove an age without showing anything.

    python -m bench.identity [--json]

`ratio_sd_jwt` and `ratio_mdoc` are presentations verified a second on one core (form, chain, disclosures, holder's
signature, validity, the ledger's trust, status) to the bare checks of the two signatures in each, in the same run and
in turn, by the median of short rounds; it sinks where the machine is busy. `ratios_undisturbed` are of the cheapest
tenth of rounds on either side, which other processes disturbed least.
`issue_per_second` are credentials signed, with their places in a status list and on record, in batches of ten.
`zk_prove_s` and `zk_verify_s` are one proof of an age (null where no library is installed). Whatever is verified is
another credential each time, so that nothing but the issuer's chain and the status list is remembered.

`claim_p50_ms` and `claim_p95_ms` are how long somebody waits who claims by eligibility at a served office, from the
first question to the voucher on the ledger; `claim_page_p95_ms` is for the pages before (`bench.identity_claims`).
"""

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench import identity_claims
from madang.app import MODULES
from madang.base.trust.transactions import DefineType, NameIssuer
from madang.demo import actors
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.identity import certificates, institution, jose, mdoc
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.institution import Description, Institution, Terms
from madang.identity.issuer.configurations import configurations
from madang.identity.issuer.making import Order, make
from madang.identity.issuer.office import Office
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.sdjwt import holding
from madang.identity.signer import signing
from madang.identity.status import publishing
from madang.identity.status.checking import Statuses
from madang.identity.status.register import StatusRegister
from madang.identity.trust import Trust
from madang.identity.verified import Claims, Format
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.checking import Grounds
from madang.identity.verifier.request import Question
from madang.identity.zk.proving import prove
from madang.identity.zk.verifying import verify
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from madang.records.database import open_database
from madang.records.issuing import Issuing

SEED = "bench"
TYPE, AGE = "resident", "age"
SHOWN = ("age_over_18", "province")
COUNT, ROUNDS, BATCH = 500, 9, 10
SHORT = 25
"""Presentations in a round, and half of the bare checks: a few milliseconds."""
CLIENT, NONCE, ANSWER = "x509_hash:bench", "nonce-of-the-bench", "https://madang.example/answer"
KNOWN: Claims = {**identity_claims.RESIDENT, "connecting_information": "c" * 86}


class Nobody:
    """A register that is not asked: the bench brings what is known."""

    def known(self, _subject: str, _kind: str) -> Claims | Literal["waiting"] | None:
        """Nothing."""
        return None


class Stage:
    """An office that issues residences, named on a ledger, and grounds on which a verifier believes them."""

    def __init__(self, folder: Path, node: Node, office: Institution, now: int) -> None:
        self.now = now
        self.institution = office
        self._lists = StatusRegister(folder / "status", f"{office.url}/status")
        store = Issuing(open_database(f"sqlite:///{folder / 'issued.sqlite'}"))
        self.office = Office(office, store, Nobody(), self._lists, lambda: Trust(node.state()))
        self.configurations = configurations(office.description)
        self._published = folder / "published"
        self._node = node

    def grounds(self) -> Grounds:
        """The ledger as it is, and the office's lists as they are now."""
        published = publishing.publish(
            self._lists, self.institution.credentials, self.institution.url, self._published, self.now
        )
        files = {one.uri: (self._published / one.name).read_bytes() for one in published}
        roots = [self.institution.root]
        statuses = Statuses(
            lambda chain, now: certificates.follow(chain, roots, "credential", now), lambda uri, _accept: files[uri]
        )
        return Grounds(roots, Trust(self._node.state()), statuses)

    def issue(
        self, form: Format, keys: Sequence[ec.EllipticCurvePrivateKey], kind: str = TYPE, known: Claims = KNOWN
    ) -> list[str]:
        """A residence, or another type, for each key, in batches."""
        (configuration,) = (one for one in self.configurations.values() if (one.of.id, one.format) == (kind, form))
        made: list[str] = []
        for start in range(0, len(keys), BATCH):
            jwks = [jose.jwk_of(one.public_key()) for one in keys[start : start + BATCH]]
            order = Order(configuration, f"subject{start}", jwks, f"delivery{start}")
            made += make(self.office, order, known, self.now).credentials
        return made

    def close(self) -> None:
        """Let go of the files."""
        self._lists.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="madang-identity-") as folder:
        found = measure() | identity_claims.measure(Path(folder))
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<20}{value}")


def measure() -> dict[str, Any]:
    """All figures but those of claims."""
    now = int(time.time())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        description = Description(
            actors.MINISTRY, Words("행정안전부", "Ministry"), "https://madang.example", {TYPE: Terms(), AGE: Terms()}
        )
        institution.make_institution(folder, "ministry", description, "a passphrase of the bench", now - 86_400)
        office = institution.open_institution(folder, "ministry", "a passphrase of the bench")
        Node.create(folder / "node", MODULES, _genesis(office, now), "madang.example/bench")
        with Node(folder / "node", MODULES, lambda: now) as node:
            stage = Stage(folder, node, office, now)
            try:
                return _figures(stage)
            finally:
                stage.close()


def _figures(stage: Stage) -> dict[str, Any]:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(COUNT)]
    started = time.perf_counter()
    sd_jwts = stage.issue("dc+sd-jwt", keys)
    issued_per_second = COUNT / (time.perf_counter() - started)
    mdocs = stage.issue("mso_mdoc", keys)
    grounds = stage.grounds()
    question = _question(stage.now)
    bare = _bare_checks()
    shown = {
        "dc+sd-jwt": [_show_sd_jwt(one, key, stage.now) for one, key in zip(sd_jwts, keys, strict=True)],
        "mso_mdoc": [_show_mdoc(one, key, question) for one, key in zip(mdocs, keys, strict=True)],
    }
    ratios, undisturbed, rates = {}, {}, {}
    for form, texts in shown.items():
        rounds = _rounds(_checks(grounds, form, texts, question, stage.now), bare)
        presentations, units = zip(*rounds, strict=True)
        ratios[form] = statistics.median(unit / seconds for seconds, unit in rounds)
        undisturbed[form] = _cheapest(units) / _cheapest(presentations)
        rates[form] = SHORT / statistics.median(presentations)
    prove_s, verify_s = _zero_knowledge(keys[0], stage)
    return {
        "ratio_sd_jwt": round(ratios["dc+sd-jwt"], 3),
        "ratio_mdoc": round(ratios["mso_mdoc"], 3),
        "issue_per_second": round(issued_per_second),
        "zk_prove_s": prove_s,
        "zk_verify_s": verify_s,
        "ratios_undisturbed": {form: round(ratio, 3) for form, ratio in undisturbed.items()},
        "verified_per_second": {form: round(rate) for form, rate in rates.items()},
        "sizes": {form: len(texts[0]) for form, texts in shown.items()},
    }


def _genesis(office: Institution, now: int) -> bytes:
    ministry = actors.MINISTRY
    named: dict[str, Any] = {"since": now - 86_400, "until": now + 365 * 86_400}
    acts = actors.institutions(SEED)
    for kind in (TYPE, AGE):
        acts.append(DefineType(by=actors.OPERATOR, credential=kind, governor=ministry, description="0" * 64))
        acts.append(NameIssuer(by=ministry, credential=kind, issuer=ministry, anchors=[office.anchor], **named))
    return write_genesis("bench-identity", now - 3_600, "madang.example", ["https://madang.example"], acts, 0)


def _question(now: int) -> Question:
    jwk = jose.jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    return Question((Ask(TYPE, SHOWN),), NONCE, "state", ANSWER, jwk, now, now + 300)


def _show_sd_jwt(text: str, key: ec.EllipticCurvePrivateKey, now: int) -> str:
    return holding.present(text, [(name,) for name in SHOWN], CLIENT, NONCE, now, signing(key))


def _show_mdoc(text: str, key: ec.EllipticCurvePrivateKey, question: Question) -> str:
    of = type_of(TYPE)
    elements = {of.namespace: [of.element_of(name) for name in SHOWN]}
    issued = from_base64url(text, "the credential")
    return to_base64url(mdoc.present(issued, of.doctype, elements, _transcript(question), signing(key)))


def _transcript(question: Question) -> bytes:
    thumbprint = from_base64url(jose.thumbprint(question.encrypt_to), "the thumbprint")
    return openid4vp(CLIENT, question.nonce, question.answer_to, thumbprint)


def _checks(
    grounds: Grounds, form: Any, texts: Sequence[str], question: Question, now: int
) -> list[Callable[[], None]]:
    """Each verifies `SHORT` presentations, all together all."""

    def check(some: Sequence[str]) -> None:
        for text in some:
            grounds.check(form, text, TYPE, question, CLIENT, now)

    return [partial(check, texts[start : start + SHORT]) for start in range(0, len(texts), SHORT)]


def _bare_checks() -> list[Callable[[], None]]:
    """Each checks twice as many signatures by ES256, with decoded keys at hand."""
    algorithm, pairs = ec.ECDSA(hashes.SHA256()), []
    for number in range(2 * COUNT):
        key = ec.generate_private_key(ec.SECP256R1())
        message = hashlib.sha256(str(number).encode()).digest() * 20
        pairs.append((key.public_key(), key.sign(message, algorithm), message))

    def check(some: Sequence[tuple[ec.EllipticCurvePublicKey, bytes, bytes]]) -> None:
        for key, signature, message in some:
            key.verify(signature, message, algorithm)

    return [partial(check, pairs[start : start + 2 * SHORT]) for start in range(0, len(pairs), 2 * SHORT)]


def _rounds(checks: Sequence[Callable[[], None]], bare: Sequence[Callable[[], None]]) -> list[tuple[float, float]]:
    """For each round the seconds of its presentations, and of as many bare checks as they have signatures."""
    pairs = list(zip(checks, bare, strict=True))
    for check, unit in pairs:
        check()
        unit()
    return [(_seconds(check), _seconds(unit)) for _ in range(ROUNDS) for check, unit in pairs]


def _cheapest(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=10)[0]


def _seconds(what: Callable[[], None]) -> float:
    """Processor time of this thread: nothing here waits, and these machines do other things as well."""
    started = time.thread_time()
    what()
    return time.thread_time() - started


def _zero_knowledge(key: ec.EllipticCurvePrivateKey, stage: Stage) -> tuple[float | None, float | None]:
    """Seconds to prove that the holder is over 18, and to verify that; None where the library is not installed."""
    of, roots, transcript = type_of(AGE), [stage.institution.root], _transcript(_question(stage.now))
    (text,) = stage.issue("mso_mdoc", [key], AGE, {"birth_date": KNOWN["birth_date"]})
    issued = from_base64url(text, "the credential")
    started = time.perf_counter()
    try:
        proof = prove(issued, of, "age_over_18", True, transcript, signing(key), stage.now)
    except MadangError as error:
        if error.code == "zk.unavailable":
            return None, None
        raise
    proved = time.perf_counter()
    verify(
        proof,
        of,
        "age_over_18",
        True,
        transcript,
        lambda chain: certificates.follow(chain, roots, "credential", stage.now),
        stage.now,
    )
    return round(proved - started, 2), round(time.perf_counter() - proved, 2)


if __name__ == "__main__":
    main()
