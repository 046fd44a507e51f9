"""Random kinds of language 2: two records of one type in an action, tables and published lists."""

from __future__ import annotations

from madang.contract import ContractError, Kind, Programme, read_kind, read_programme
from tests.contract.sampling import Writer

PAIR_KIND = """\
kind: pair
language: 2
facts:
  Shop: {region: text, size: {enum: [little, large]}, open: bool}
records:
  purse: {owner: id, left: {won: 0..1_000}, status: {enum: [on, off]}, day: date, seen: time, count: {int: -9..9}}
  note: {version: {int: 0..4_294_967_296}, at: time}
accounts: {free: total, outer: outside, issued: sum(purse.left)}
parameters:
  opens: time
  born: date
  regions: {list: text}
  step: {int: 0..9}
  cap: {won: 1..500}
  paid: month
  rates: {table: {by: {count: {int: -9..9}, status: {enum: [on, off]}}, of: {int: -50..50}}}
  amounts: {table: {by: {step: {int: 0..9}, status: {enum: [on, off]}, hour: {int: 0..23}}, of: {won: 0..500}}}
  marks: {table: {by: {size: {enum: [little, large]}}, of: text}}
  flags: {table: {by: {weekday: {int: 1..7}}, of: bool}}
  codes: {published: text}
  same_codes: {published: text}
  people: {published: id}
actions:
  pay:
    on: {x: purse, y: purse, n: new note, shop: Shop}
    given: {amount: {won: 1..100}, who: id, note: text, flag: bool, number: {int: -100..100}}
    require:
      clause: CLAUSE
    post: [{from: issued, to: free, amount: AMOUNT}]
    set:
      x.left: LEFT
      y.left: RIGHT
      n.version: version(codes)
      n.at: at
invariants:
  rule: INVARIANT
"""
PAIR_PROGRAMME = """\
programme: two
kind: pair
parameters:
  opens: 2025-01-01T00:00:00+09:00
  born: 2000-02-29
  regions: ["11", "26"]
  step: 3
  cap: 500
  paid: 2025-02
  rates:
    -9: {on: 1, off: -50}
    -8..-1: {on: -3, default: 7}
    0: 50
    1+: {off: 2, on: -1}
  amounts: {0..2: 100, 3: {on: {9..17: 40, default: 20}, off: 0}, default: 500}
  marks: {little: "11", large: "260"}
  flags: {6..7: false, default: true}
  codes: shop-codes
  same_codes: shop-codes
  people: known-people
"""


class PairWriter(Writer):
    """Writes expressions that read two purses, tables and lists as well."""

    def status(self) -> str:
        """A key of a status."""
        return self.pick("x.status", "y.status", '"on"', f'({self.condition(0)} ? "on" : "off")')

    def rate(self) -> str:
        """A cell of `rates`."""
        return f"rates[{self.pick('x.count', 'y.count', 'max(min(number, 9), -9)', '-9', 'step')}][{self.status()}]"

    def won(self, depth: int) -> str:
        """An amount of won."""
        if self.random.random() < 0.15:
            return f"amounts[{self.pick('step', '0', '9')}][{self.status()}][hour({self.pick('at', 'y.seen')})]"
        return super().won(depth).replace("x.left", self.pick("x.left", "x.left", "y.left"))

    def whole(self, depth: int) -> str:
        """A whole number."""
        if self.random.random() < 0.15:
            return self.pick(self.rate(), "version(codes)", "version(people) / 7", f"({self.rate()} * {self.rate()})")
        return super().whole(depth)

    def text(self) -> str:
        """A text."""
        return self.pick(super().text(), super().text(), "marks[shop.size]", 'marks["large"]')

    def condition(self, depth: int) -> str:
        """A condition."""
        if self.random.random() < 0.2:
            return self.pick(
                f"listed({self.text()}, {self.pick('codes', 'same_codes')})",
                f"listed({self.pick('who', 'x.owner', 'y.owner')}, people)",
                "(listed(note, codes) == listed(note, same_codes))",
                f"flags[weekday({self.pick('at', 'y.day')})]",
                "(version(codes) >= version(people))",
            )
        return super().condition(depth)


def random_pair(seed: int) -> tuple[Kind, Programme]:
    """A valid random kind of language 2 and a programme of it."""
    for attempt in range(200):
        writer = PairWriter(seed * 1_000 + attempt)
        moved = writer.pick("amount", "min(amount, y.left)", writer.won(1))
        amount, left, right = writer.pick(
            # What leaves one is posted, or arrives at the other, or both in part.
            f"{moved}|x.left - {moved}|y.left",
            f"0|x.left - {moved}|y.left + {moved}",
            f"x.left - min(x.left, {moved})|0|y.left + min(x.left, {moved})",
            f"{moved}|{writer.won(1)}|y.left - {moved}",
        ).split("|")
        clause = writer.condition(2 + seed % 2)
        rule = writer.pick("purse.left <= cap", "purse.left <= 500 + 5 * rates[purse.count][purse.status]")
        texts = {"CLAUSE": clause, "AMOUNT": amount, "LEFT": left, "RIGHT": right, "INVARIANT": rule}
        text = PAIR_KIND
        for name, expression in texts.items():
            text = text.replace(name, "'" + expression.replace("'", "''") + "'", 1)
        try:
            kind = read_kind(text)
            mine = f"\npay: {{require: {{mine: '{writer.condition(2)}'}}}}\n"
            return kind, read_programme(PAIR_PROGRAMME + mine, kind)
        except ContractError as error:
            if any(problem.code == "syntax" for problem in error.problems):
                raise
    raise AssertionError("no valid kind found")
