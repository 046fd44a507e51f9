"""A ledger to measure on: registered holders, of whom some hold a voucher, and shops; made once and kept.

Everything in it came in through the machine's own rules, in blocks; only the signatures of the bulk acts are not
checked while it is made. Folders lie under `var/bench` and can be deleted at will.
"""

import hashlib
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from madang import contract
from madang.app import MODULES
from madang.base.merchants.transactions import Entry, Facts, Register
from madang.base.money.transactions import IssueCurrency, IssueTokens, OpenAccounts
from madang.base.parties.transactions import NewKey, NewMerchant, RegisterMerchants, RegisterPeople
from madang.base.programmes.transactions import Approve, Draft, Open, Publish
from madang.base.registers.transactions import Publish as PublishRegister
from madang.client.wallet import make_payload
from madang.contract import Kind, canonical, digest, read_kind, read_programme
from madang.demo import actors, stage
from madang.demo.actors import Actor
from madang.engine.genesis import write_genesis
from madang.engine.ledger import Ledger
from madang.engine.node import Node
from madang.engine.store import RocksStore
from madang.kernel.transaction import Act
from madang.services.vouchers.queries import granted
from madang.services.vouchers.transactions import Fund, Grant, GrantRow

CHAIN = "madang-bench"
SEED = "bench"
PROGRAMME = "bench-coupon"
SHOPS = 1_000
REGION = "2611010100"
ROOT = Path("var/bench")
FORMAT = "3"
"""Changed whenever what is made here changes otherwise than by the kind of vouchers, which is looked at too."""
BATCH = 1_000

_DOCUMENT = f"""
programme: {PROGRAMME}
kind: voucher
title: {{ko: 성능 측정용 바우처, en: Voucher for measuring}}
parameters:
  purpose: measuring
  subject: anyone
  opens: 2020-01-01T00:00:00+09:00
  closes: 2090-01-01T00:00:00+09:00
  cap: 100_000_000
  excluded: {{type: {{list: text}}, value: ["47111", "4713", "56211", "9124"]}}
spend: # as many clauses as any programme that is shipped: those of the coupon, and those of meals for children
  require:
    region: starts_with(shop.region, v.region)
    small_shop: shop.sales_class != "over_3b"
    industry: "!has_prefix(shop.industry, excluded)"
    hours: 0 <= hour(at) && hour(at) < 24
    one_meal: whole <= 1_000_000
    daily: "(a.day == day(at) ? a.day_spent : 0) + amount <= 100_000_000"
"""


def holder(number: int) -> Actor:
    """The key of a holder, derived from its number."""
    return Actor(f"{SEED}/holder/{number}")


def shop(number: int) -> str:
    """The party name of a shop."""
    return f"shop-{number:05d}"


def prepared(holders: int, vouchers: int) -> Path:
    """The folder of a node with this many holders and vouchers, made if it is not there."""
    folder = ROOT / f"{holders}-{vouchers}"
    marker, made_for = folder / "complete", f"{FORMAT} {digest(_kind()).hex()}"
    if not marker.exists() or marker.read_text() != made_for:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        make(folder, holders, vouchers)
        marker.write_text(made_for)
    return folder


def make(folder: Path, holders: int, vouchers: int) -> None:
    """Make the node: genesis, people, grants, with progress on standard error."""
    Node.create(folder, MODULES, genesis(), "madang.example/bench")
    store = RocksStore(folder / "store")
    ledger = Ledger.open(store, MODULES)
    with multiprocessing.get_context("spawn").Pool() as pool:
        for done, keys in enumerate(pool.imap(_keys, range(0, holders, BATCH)), 1):
            people = [NewKey(public_key=key, sort="jws") for key in keys[: holders - (done - 1) * BATCH]]
            _execute(ledger, actors.CITIZENS_BANK, RegisterPeople(by=actors.CITIZENS_BANK, keys=people))
            _progress("holders", done * BATCH, holders)
        for done, names in enumerate(pool.imap(_names, range(0, vouchers, BATCH)), 1):
            first = (done - 1) * BATCH
            rows = [
                GrantRow(reference=f"g{first + place}", amount=10_000_000, region="26", holder=name)
                for place, name in enumerate(names[: vouchers - first])
            ]
            _execute(ledger, actors.MINISTRY, Grant(by=actors.MINISTRY, programme=PROGRAMME, rows=rows))
            _progress("vouchers", done * BATCH, vouchers)
    store.close()


def vouchers_of(ledger: Ledger, count: int) -> list[str]:
    """The numbers of the vouchers of holders 0 to `count` - 1."""
    from madang.kernel.state import State

    state = State(ledger.reader())
    return [granted(state, actors.MINISTRY, PROGRAMME, f"g{number}") or "" for number in range(count)]


def genesis() -> bytes:
    """Institutions, shops, and an open programme with money in escrow."""
    kind = _kind()
    programme = read_programme(_DOCUMENT, kind)
    shops = [shop(number) for number in range(SHOPS)]
    facts = Facts(region=REGION, industry="47121", category="5411", sales_class="up_to_1b")
    money = 4_000_000_000_000_000
    acts: list[Act] = [
        *actors.institutions(SEED),
        IssueCurrency(by=actors.CENTRAL_BANK, bank=actors.TREASURY_BANK, amount=100_000_000_000_000),
        OpenAccounts(by=actors.TREASURY_BANK, owners=[actors.MINISTRY]),
        IssueTokens(
            by=actors.TREASURY_BANK, account=actors.MINISTRY, amount=min(money, 1_400_000_000_000_000), reference="b"
        ),
        PublishRegister(by=actors.OPERATOR, register="legal-dong", version=1, codes=[REGION], since=0),
        RegisterMerchants(
            by=actors.MERCHANTS_BANK,
            merchants=[NewMerchant(key=Actor(f"{SEED}/{name}").new_key, party=name) for name in shops],
        ),
        Register(by=actors.OPERATOR, entries=[Entry(merchant=name, facts=facts) for name in shops]),
        Draft(
            by=actors.MINISTRY,
            programme=PROGRAMME,
            bank=actors.TREASURY_BANK,
            kind=canonical(kind).decode(),
            document=canonical(programme).decode(),
        ),
        Approve(
            by=actors.MINISTRY,
            programme=PROGRAMME,
            bank=actors.TREASURY_BANK,
            kind=digest(kind).hex(),
            document=digest(programme).hex(),
        ),
        Publish(by=actors.OPERATOR, programme=PROGRAMME, proof=stage.proof(kind, programme)),
        Open(by=actors.MINISTRY, programme=PROGRAMME),
        Fund(by=actors.MINISTRY, programme=PROGRAMME, amount=1_400_000_000_000_000),
    ]
    return write_genesis(CHAIN, 1_600_000_000, "madang.example", ["https://madang.example"], acts, 0)


def _kind() -> Kind:
    return read_kind((resources.files(contract) / "documents" / "voucher.yaml").read_text(encoding="utf-8"))


def _execute(ledger: Ledger, institution: str, *acts: Act) -> None:
    signer = actors.officers(institution, SEED)[0]
    block = ledger.begin(ledger.tip.time + 1)
    identifier = hashlib.sha256(str(ledger.tip.height).encode()).hexdigest()[:32]
    payload = make_payload(CHAIN, acts, ledger.tip.time + 60, identifier)
    result = block.execute(ledger.machine.read(signer.jws(payload)))
    if result.outcome != "accepted":
        raise RuntimeError(f"{result}")
    ledger.write(ledger.seal(block))


def _keys(first: int) -> list[str]:
    from madang.kernel.codec import to_base64url

    return [to_base64url(holder(number).point) for number in range(first, first + BATCH)]


def _names(first: int) -> list[str]:
    return [holder(number).party for number in range(first, first + BATCH)]


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty() or done % 100_000 == 0:
        print(f"\r{what}: {min(done, total):,} of {total:,}", end="\n" if done >= total else "", file=sys.stderr)


def payments(seed: int, count: int, holders: Sequence[int], vouchers: Sequence[str], not_after: int) -> Iterator[bytes]:
    """Signed payments, drawn uniformly over these holders and all shops."""
    import random

    chosen = random.Random(seed)
    known: dict[int, Actor] = {}
    for _ in range(count):
        place = chosen.randrange(len(holders))
        number = holders[place]
        payer = known.get(number) or known.setdefault(number, holder(number))
        act = {
            "type": "vouchers.pay",
            "by": payer.party,
            "programme": PROGRAMME,
            "merchant": shop(chosen.randrange(SHOPS)),
            "order": f"o{chosen.getrandbits(40):010x}",
            "parts": [{"voucher": vouchers[place], "amount": chosen.randrange(100, 1_000)}],
        }
        payload = {"chain": CHAIN, "id": f"{chosen.getrandbits(128):032x}", "not_after": not_after, "acts": [act]}
        yield payer.jws(msgspec.json.encode(payload))


if __name__ == "__main__":
    started = time.perf_counter()
    print(prepared(int(sys.argv[1]), int(sys.argv[2])), f"{time.perf_counter() - started:.1f} s")
