"""How long somebody waits who claims by eligibility, from the first question to the voucher on the ledger.

A served node with pages and an institution (`madang serve --pages --identity`, embedded engine) has an offer that asks
for a residence and an amount class. `CLAIMERS` wallets at a time, in one process beside the server, claim without a
pause, and each does so once. A claim is: begin, fetch and check the signed request, show five claims of an mdoc and an
SD-JWT encrypted (`direct_post.jwt`), where the authority verifies them, have a token signed blindly, take the blindness
off, read the page on which the claim is agreed to, sign it, have it accepted by the ledger. The wallets' own work
counts: one core does it for all of them, which in earnest are as many phones.

`claim_page_p95_ms` is what a browser asks the server for before that: all of `PAGES`, one after the other, signed in.

Not in it: people, who read and agree. And the hour or so that an authority waits before it says on the ledger how many
tokens it has signed (`eligibility.count`), so that nobody is known by the time: here that was said before.
"""

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from bench.pages import percentile, sign_in
from madang.app import MODULES
from madang.base.eligibility import queries
from madang.base.eligibility.queries import OfferView
from madang.base.eligibility.transactions import Count, Open, Requirement
from madang.base.parties.transactions import NewKey, RegisterPeople
from madang.base.programmes.transactions import NameAuthorities
from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.client.wallet import Wallet, make_payload
from madang.engine.node import Node
from madang.identity import institution, jose
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of
from madang.identity.eligibility.holding import ask, token_of
from madang.identity.eligibility.keys import make_key
from madang.identity.institution import Description, Institution, Terms
from madang.identity.issuer.configurations import configurations
from madang.identity.issuer.making import Order, make
from madang.identity.issuer.office import Office
from madang.identity.status.register import StatusRegister
from madang.identity.trust import Trust, TrustedVerifier
from madang.identity.verified import Claims, Format
from madang.identity.wallet.answering import Held, answer, choose, read_request
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.transaction import Act
from madang.records.database import open_database
from madang.records.issuing import Issuing
from madang.records.masterkey import FileMasterKey
from madang.services.vouchers.transactions import ClaimByToken, Fund
from tests.browser import town
from tests.browser.conftest import Served
from tests.support.signing import Wallet as SeededWallet
from tests.support.signing import wallet

CLAIMERS, CLAIMS = 4, 80
NAME, OFFER, PASSPHRASE, DAY = "welfare", "adults-b", "a passphrase of the bench", 86_400
AMOUNT = 150_000
RESIDENT: Claims = {
    "family_name": "홍",
    "given_name": "길동",
    "birth_date": "1990-02-28",
    "province": "26",
    "district": "26350",
    "region": "2635010100",
    "base_date": "2026-06-18",
}
HELD: Mapping[str, tuple[Format, Claims]] = {
    "resident": ("mso_mdoc", RESIDENT),
    "amount_class": ("dc+sd-jwt", {"amount_class": "b", "province": "26", "base_date": "2026-06-18"}),
}
"""What everybody holds, beside who it is."""
SHOWN: Mapping[str, dict[str, Any]] = {
    "resident": {"age_over_18": True, "province": "26"},
    "amount_class": {"amount_class": "b"},
}
REQUIREMENTS = [
    Requirement(credential="resident", claim="connecting_information", test="identifies"),
    Requirement(credential="resident", claim="age_over_18", test="equals", values=["true"]),
    Requirement(credential="resident", claim="province", test="equals", values=["26"]),
    Requirement(credential="amount_class", claim="connecting_information", test="identifies"),
    Requirement(credential="amount_class", claim="amount_class", test="equals", values=["b"]),
]
_FORM = {"content-type": "application/x-www-form-urlencoded"}
STEPS = ("begin", "request", "answer", "sign", "page", "claim")
PAGES = ("/wallet/for-me", "/wallet/for-me/offers", "/wallet/credentials/known", "/wallet/present")
"""What a browser reads until its wallet has begun."""


class Seen(msgspec.Struct, frozen=True):
    """What a wallet reads beforehand: the offer, and who its ledger says asks for it."""

    port: int
    offer: OfferView
    verifier: TrustedVerifier

    @property
    def origin(self) -> str:
        """The page's."""
        return f"http://localhost:{self.port}"

    def verifier_of(self, _certificate: str, _at: int) -> TrustedVerifier:
        """The authority: the only one that asks here."""
        return self.verifier


class Person(msgspec.Struct, frozen=True):
    """Somebody's number, credentials by type, and session at the pages."""

    number: int
    held: dict[str, str]
    cookie: str


class Timed(msgspec.Struct, frozen=True):
    """How long a claim took, its steps, and the pages before it, in milliseconds."""

    claim: float
    steps: dict[str, float]
    pages: float


def measure(folder: Path, claims: int = CLAIMS) -> dict[str, Any]:
    """`claim_p50_ms`, `claim_p95_ms`, and what goes with them. A first claim of each at a time is not counted."""
    served, held, seen = _prepare(folder, CLAIMERS + claims)
    served.start()
    try:
        cookies = [sign_in(served, "wallet", _seeded(number)) for number in range(len(held))]
        timed = _beside([Person(number, *both) for number, both in enumerate(zip(held, cookies, strict=True))], seen)
    finally:
        served.stop()
    whole = [one.claim for one in timed]
    return {
        "claim_p50_ms": percentile(whole, 50),
        "claim_p95_ms": percentile(whole, 95),
        "claimers_at_a_time": CLAIMERS,
        "claims": len(whole),
        "claim_steps_p50_ms": {name: round(statistics.median(one.steps[name] for one in timed), 1) for name in STEPS},
        "claim_page_p95_ms": percentile([one.pages for one in timed], 95),
    }


# ------------------------------------------------------------------------------------------------------ the town


def _prepare(folder: Path, people: int) -> tuple[Served, list[dict[str, str]], Seen]:
    """A node that is not served yet, everybody's credentials, and what wallets read."""
    identity, now = folder / "identity", town.began()
    description = Description(
        NAME, Words("복지 기관", "Welfare"), "http://localhost:1", dict.fromkeys(HELD, Terms("any"))
    )
    institution.make_institution(identity, NAME, description, PASSPHRASE, now)
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    FileMasterKey.create(folder / "vault.key")
    lifted = folder / "limits.json"
    # All claimers come from one address, as no people do.
    lifted.write_text('{"kept_rate": 100000, "kept_burst": 100000}')
    options = ["--identity", str(identity), "--identity-passphrase", str(secret), "--limits", str(lifted)]
    options += ["--vault-key", str(folder / "vault.key")]
    opened = institution.open_institution(identity, NAME, PASSPHRASE)
    key = make_key(identity / NAME, town.COUPON, OFFER, PASSPHRASE)
    served = Served(folder / "node", _acts(opened, key, now, people), options)
    # Only now is the port known, and the address of an institution names it.
    there = msgspec.structs.replace(description, origin=served.url)
    (identity / NAME / institution.FILE).write_bytes(msgspec.json.encode(there))
    opened = institution.open_institution(identity, NAME, PASSPHRASE)
    with Node(served.folder, MODULES, lambda: int(time.time())) as node:
        held = _issue(node, opened, identity / NAME / "status", people)
        offer = queries.offer(node.state(), town.COUPON, OFFER)
        verifier = Trust(node.state()).verifier_of(digest_of(opened.requests.certificate), int(time.time()))
    if offer is None:
        raise RuntimeError("the ledger has no such offer")
    return served, held, Seen(served.port, offer, verifier)


def _acts(office: Institution, key: str, now: int, people: int) -> list[Act]:
    named: dict[str, Any] = {"by": "ministry", "since": now, "until": now + 300 * DAY}
    trusted: list[Act] = []
    for kind in HELD:
        trusted += [
            DefineType(by="operator", credential=kind, governor="ministry", description="0" * 64),
            NameIssuer(**named, credential=kind, issuer=NAME, anchors=[office.anchor]),
            NameVerifier(
                **named,
                credential=kind,
                verifier=NAME,
                purpose=f"eligibility/{town.COUPON}",
                claims=[one.claim for one in REQUIREMENTS if one.credential == kind],
                certificates=[digest_of(office.requests.certificate)],
                origins=["https://welfare.example.kr"],
            ),
        ]
    keys = [NewKey(public_key=_wallet(number).public_key, sort="jws") for number in range(people)]
    offered: dict[str, Any] = {"programme": town.COUPON, "offer": OFFER}
    return [
        *trusted,
        RegisterPeople(by="bank-a", keys=keys),
        Fund(by="ministry", programme=town.COUPON, amount=people * AMOUNT),
        NameAuthorities(by="ministry", programme=town.COUPON, authorities=[NAME]),
        Open(
            by=NAME,
            **offered,
            requirements=REQUIREMENTS,
            amount=AMOUNT,
            region="26",
            key=key,
            opens=now,
            closes=now + 30 * DAY,
            most=people,
        ),
        Count(by=NAME, **offered, issued=people),
    ]


def _issue(node: Node, opened: Institution, folder: Path, people: int) -> list[dict[str, str]]:
    """By person, credentials by type; each person's key is that of the wallet of that number."""
    database = open_database(f"sqlite:///{node.folder / 'records.db'}")
    lists = StatusRegister(folder, f"{opened.url}/status")
    now, made = int(time.time()), [dict[str, str]() for _ in range(people)]
    register: Any = None  # what is known is handed in
    try:
        office = Office(opened, Issuing(database), register, lists, lambda: Trust(node.state()))
        for one in configurations(opened.description).values():
            form, known = HELD[one.of.id]
            if one.format != form:
                continue
            for number, held in enumerate(made):
                jwk = jose.jwk_of(_wallet(number).key.public_key())
                order = Order(one, f"subject{number}", [jwk], f"delivery{number}{one.of.id}")
                (held[one.of.id],) = make(office, order, {**known, **_who(number)}, now).credentials
    finally:
        lists.close()
        database.close()
    return made


def _who(number: int) -> dict[str, str]:
    return {"connecting_information": f"{number:086d}"}


def _wallet(number: int) -> Wallet:
    return Wallet(ec.derive_private_key(_seeded(number).private_number(), ec.SECP256R1()))


def _seeded(number: int) -> SeededWallet:
    return wallet(f"claimer {number}")


# --------------------------------------------------------------------------------------------------- the claimers


def _beside(people: Sequence[Person], seen: Seen) -> list[Timed]:
    """Claim from a process beside this one."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.SimpleQueue()
    worker = context.Process(target=_work, args=(people, seen, answers))
    worker.start()
    found: list[Timed] | str = answers.get()
    worker.join()
    if isinstance(found, str):
        raise RuntimeError(found)
    return found


def _work(people: Sequence[Person], seen: Seen, answers: Any) -> None:
    def claim(one: Person) -> Timed:
        return Claimer(seen, one).claim()

    with ThreadPoolExecutor(CLAIMERS) as pool:
        try:
            list(pool.map(claim, people[:CLAIMERS]))
            answers.put(list(pool.map(claim, people[CLAIMERS:])))
        except Exception as error:  # noqa: BLE001  or whoever measures waits for ever
            answers.put(f"a claim failed: {error!r}")


class Claimer:
    """Somebody with credentials, signed in at the pages, who claims once."""

    def __init__(self, seen: Seen, person: Person) -> None:
        self._seen = seen
        self._cookie = person.cookie
        self._wallet = _wallet(person.number)
        self._held = [Held(kind, HELD[kind][0], text, self._wallet.key) for kind, text in person.held.items()]
        self._claims = {kind: SHOWN[kind] | _who(person.number) for kind in person.held}
        self._line = http.client.HTTPConnection("127.0.0.1", seen.port, timeout=30)
        self._steps: dict[str, float] = {}

    def claim(self) -> Timed:
        """The pages, then the whole way. Raises `RuntimeError` for what is refused, and what the wallet raises."""
        opened = time.perf_counter()
        for page in PAGES:
            self._ask("GET", page, b"", {"cookie": self._cookie})
        began = time.perf_counter()
        self._agree(self._token())
        ended = time.perf_counter()
        self._line.close()
        return Timed((ended - began) * 1000, self._steps, (began - opened) * 1000)

    def _token(self) -> ClaimByToken:
        """A token, for what is shown."""
        offer, now = self._seen.offer, int(time.time())
        named: dict[str, str] = {"programme": offer.programme, "offer": offer.name}
        with self._step("begin"):
            asked = ask(offer, self._wallet.kid)
            begun = self._send("begin", named)
        with self._step("request"):
            text = self._ask("GET", urlsplit(begun["request_uri"]).path).decode()
            request = read_request(text, begun["client_id"], self._seen, now)
        with self._step("answer"):
            chosen = choose(request, self._held, lambda one: self._claims[one.type])
            form = urlencode({"response": answer(request, chosen, now)}).encode()
            back = msgspec.json.decode(self._ask("POST", urlsplit(request.answer_to).path, form, _FORM))
            code = parse_qs(urlsplit(back["redirect_uri"]).query)["response_code"][0]
        with self._step("sign"):
            shown = {"handle": begun["handle"], "secret": begun["secret"], "response_code": code}
            signed = self._send("sign", {**named, **shown, "blinded": to_base64url(asked.blinded)})
            token, signature = token_of(offer, asked, from_base64url(signed["signature"], "the signature"))
        return ClaimByToken(by=self._wallet.kid, **named, token=token, signature=signature)

    def _agree(self, act: ClaimByToken) -> None:
        """Read what is to be signed, sign it, and wait until the ledger has it."""
        with self._step("page"):
            fields = {"programme": act.programme, "offer": act.offer, "holder": act.by}
            form = urlencode({**fields, "token": act.token, "signature": act.signature}).encode()
            here = {"cookie": self._cookie, "origin": self._seen.origin}
            self._ask("POST", "/wallet/for-me/claim", form, {**_FORM, **here})
        with self._step("claim"):
            sent = self._wallet.jws(make_payload(town.CHAIN, [act]))
            result = msgspec.json.decode(self._ask("POST", "/transactions", sent, {"content-type": "application/jose"}))
            if result["outcome"] != "accepted":
                raise RuntimeError(f"the ledger refused a claim: {result}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._steps[name] = (time.perf_counter() - began) * 1000

    def _send(self, what: str, content: Mapping[str, str]) -> dict[str, str]:
        path, body = f"/identity/{NAME}/eligibility/{what}", msgspec.json.encode(content)
        found: dict[str, str] = msgspec.json.decode(self._ask("POST", path, body, {"content-type": "application/json"}))
        return found

    def _ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}) -> bytes:
        self._line.request(method, path, body or None, {"host": f"localhost:{self._seen.port}", **headers})
        answered = self._line.getresponse()
        content = answered.read()
        if answered.status != 200:
            raise RuntimeError(f"{method} {path}: {answered.status} {content[:300]!r}")
        return content
