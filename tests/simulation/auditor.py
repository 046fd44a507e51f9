"""Looks at a ledger from outside, after every recovery: at its log, its state, and what was promised to clients."""

import base64
from typing import Any

from madang.base.money import ledger as money
from madang.base.programmes.queries import programme
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.engine import entries
from madang.engine.ledger import Ledger
from madang.kernel.machine import MARKS, PRUNED
from madang.kernel.state import State, after
from madang.log import BlockLeaf, Tree, decode_leaf, leaf_hash
from madang.services.vouchers import queries
from madang.services.vouchers.state import voucher_of
from tests.crash import town
from tests.crash.folding import state_of_log, state_of_store
from tests.services.vouchers.scene import COUPON
from tests.simulation.model import Model

SHOPS = {"bakery": ("2611010100", True), "grocer": ("2611010100", True), "centre": ("1111010100", True)}
Answers = dict[str, tuple[str, int, int]]


class Wrong(AssertionError):  # noqa: N818
    """What must never happen did."""


def need(condition: object, what: str) -> None:
    if not condition:
        raise Wrong(what)


class Auditor:
    """`answers` is what clients were told, by id; `roots` what the ledger was when they were."""

    def __init__(self, ledger: Ledger) -> None:
        self.answers: Answers = {}
        self.roots: dict[int, bytes] = {}
        self._start = self._first_books(ledger.reader())

    def _first_books(self, reader: Any) -> Model:
        model = Model(SHOPS, {}, [town.payer(number).party for number in range(town.PAYERS)])
        state = State(reader)
        for number, voucher in enumerate(town.vouchers(state)):
            model.books["voucher", voucher] = (town.payer(number).party, "26", "active", 450_000)
        model.books["free",] = 10_000_000 - 450_000 * town.PAYERS
        for holder in [*SHOPS, "ministry", *model.people]:
            model.books["tokens", holder] = money.balance(state, holder)
        return model

    def promised(self, identifier: str, answer: tuple[str, int, int]) -> None:
        """A client was told this."""
        before = self.answers.setdefault(identifier, answer)
        need(before == answer, f"{identifier} was told {before}, then {answer}")

    def audit(self, ledger: Ledger) -> None:
        """Everything at once. Raises `Wrong`."""
        store, tip = ledger.store, ledger.durable
        model = Model(SHOPS, {}, self._start.people)
        model.books = dict(self._start.books)
        total = model.money()
        ordered: dict[str, tuple[str, int, int]] = {}
        marks: dict[bytes, int] = {}
        tree, time, before, hashes = Tree(), 0, 0, []
        for position in range(tip.size):
            entry = entries.read_entry(store.log_get(entries.entry_key(position)) or b"")
            leaf = decode_leaf(entry.leaf)
            hashes.append(leaf_hash(entry.leaf))
            if isinstance(leaf, BlockLeaf):
                need(leaf.time >= time, "block time ran backwards")
                time, before = leaf.time, leaf.time - leaf.time % 60
            elif leaf.height > 0:
                payload = base64.urlsafe_b64decode(entry.signed.split(b".")[1] + b"==")
                read = ledger.machine.payload_decoder.decode(payload)
                need(read.id not in ordered, f"{read.id} was ordered twice")
                need(time <= read.not_after <= time + 600, f"{read.id} was ordered outside its window")
                accepted = all(model.run(act, time, payload) for act in read.acts)
                outcome = "accepted" if accepted else "rejected"
                need(entry.result().outcome == outcome, f"{read.acts[0]} was {entry.result()}, not {outcome}")
                ordered[read.id] = (outcome, leaf.height, leaf.index)
                marks[MARKS.key(read.not_after, bytes.fromhex(read.id))] = read.not_after
        need(model.money() == total, "won appeared or disappeared")
        tree.extend(hashes)
        need(tree.root() == tip.root, "the root is not that of the leaves")
        for identifier, answer in self.answers.items():
            need(
                ordered.get(identifier) == answer,
                f"{identifier} was answered {answer}, and is {ordered.get(identifier)}",
            )
        for height, root in self.roots.items():
            stored = store.log_get(entries.block_key(height))
            need(stored and entries.read_tip(stored).root == root, f"block {height} changed")
        self.roots[tip.height] = tip.root
        kept = {key for key, _ in store.scan(MARKS.prefix, after(MARKS.prefix))}
        need(kept == {key for key, until in marks.items() if until >= before}, "replay marks are not those in force")
        self._books_agree(State(ledger.reader()), model)
        need(state_of_log(store, tip) == state_of_store(store), "the state is not what the log wrote")
        town.laws_hold(State(ledger.reader()))
        need(store.get(PRUNED.key()) is not None, "nothing was ever pruned")

    @staticmethod
    def _books_agree(state: State, model: Model) -> None:
        ruled = compiled(state, state.get(PROGRAMMES, COUPON))
        for number, (holder, region, status, left) in model.of("voucher").items():
            found = voucher_of(state, ruled, COUPON, number)
            seen = (found.holder, found.region, found.status, found.left)
            need(seen == (holder, region, status, left), f"voucher {number}: {seen}")
        need(programme(state, COUPON).totals["free"] == model.books["free",], "free")
        for shop in SHOPS:
            need(queries.takings(state, shop, COUPON) == model.of("due").get(shop, 0), f"due to {shop}")
        for holder, tokens in model.of("tokens").items():
            need(money.balance(state, holder) == tokens, f"tokens of {holder}")
