"""The language of programmes: what a public programme is, as a document that is checked, compiled and run.

A *kind* (a voucher) declares records, accounts, actions and invariants; a *programme* of that kind gives parameters and
further clauses. Both are written in YAML and stored as canonical JSON, whose SHA-256 names them. Compiled, an action is
one plain function of records, given values and block time; it has no state, does no input or output, and depends on
nothing else. For whom: `base/programmes`, which keeps records and totals and calls `Action.run`; authors of kinds and
programmes; the prover. Trusted: nobody, documents may come from anyone. Limits: `limits.py`.

A kind
------

::

    kind: voucher
    language: 2                               # its version; 1 lacks tables, published lists, defaults of parameters
    facts:                                    # read-only values that a service supplies
      Shop: {merchant: id, region: text, sales_class: {enum: [small, large]}}
    records:                                  # in order: the order of fields is the order on the wire
      voucher: {number: id, status: {enum: [active, frozen]}, left: {won: 0..1_000_000}}
    accounts:
      free: total                             # a running total, never below zero (the keeper of totals sees to it)
      issued: sum(voucher.left)               # a running total that equals the sum of a field over all records
      sponsor: outside                        # money comes from and leaves to outside the programme
    parameters:
      closes: time
      regions: {list: text}
      days: {type: {int: 1..90}, default: 30} # for programmes that do not give it
    actions:
      spend:
        on: {v: voucher, p: new payment, shop: Shop}    # at most four distinct records, and facts
        given: {amount: {won: 1..1_000_000}}            # comes with the request
        require:                                        # clauses, checked in written order
          active: v.status == "active"
          enough: {when: amount <= v.left, words: {ko: 잔액이 부족합니다., en: Not enough is left.}}
        post: [{from: issued, to: due, amount: amount}] # double entry, in won
        set: {v.left: v.left - amount, p.amount: amount}
    invariants:
      within_grant: voucher.left <= voucher.granted     # of every record of one type, or
      backed: issued == sum(voucher.left)               # of accounts and sums

Every expression of an action, in `post` and `set` too, reads the state before the action. Every field of a new record
is set; none of it is read. Every account that sums a field must move by exactly what the field changes. A clause
without words is explained by its name.

A programme
-----------

::

    programme: consumption-coupon-2025
    kind: voucher
    title: {ko: 소비쿠폰, en: Consumption coupon}
    parameters:
      closes: 2025-12-01T00:00:00+09:00       # typed by the kind's declaration
      excluded: {type: {list: text}, value: ["9124"]}   # a parameter of its own
    spend:
      require:                                # further clauses, after those of the kind: a programme only narrows
        industry: "!has_prefix(shop.industry, excluded)"
    specification:                            # allowed if and only if; type-checked here, proven by the prover
      spend: v.status == "active" && amount <= v.left && !has_prefix(shop.industry, excluded)

Types
-----

========================  ==============================================================  ==========================
type                      values                                                          written
========================  ==============================================================  ==========================
`bool`                    true, false                                                     `true`
`{won: 0..100}`, `won`    won in a range within 0..2^53-1; `{won: 1..}` has no own upper  `30_000`
`{int: -5..5}`            a whole number in a range within 64 bits                        `30_000`
`date`                    days since 1970-01-01, in Korea                                 `2025-11-30`
`time`                    seconds since 1970-01-01T00:00:00Z                              `2025-11-30T09:00:00+09:00`
`month`                   months since January 1970, in Korea                             `2025-11`
`{enum: [a, b]}`          one of closed names, kept as text                               `a`; in expressions `"a"`
`text`                    1 to 128 characters, no invisible ones                          `"26"`
`id`                      1 to 128 visible ASCII characters, only compared with ids       not in documents
`{list: type}`            parameters only                                                 `["26", "27"]`
`{table: …}`              parameters only: see Tables                                     rows under their keys
`{published: id}`         parameters only: the name of a published list of ids or texts   `usable-shops`
========================  ==============================================================  ==========================

Values are texts until their declaration types them, so YAML's own guesses (`no`, `1e3`) do not exist here.

Tables
------

A table has a cell for every combination of keys of one to three dimensions, each whole numbers in a range or an enum::

    parameters:
      amounts:
        table:
          by: {size: {int: 1..20}, tier: {enum: [basic, near_poor, other]}}
          of: {won: 0..1_000_000}

A programme writes it in rows. `4+` is four and all above, `2..3` both, `default` every row that is not written; a
single value where rows are expected fills them all. Every cell is given, and given once::

    amounts:
      1: {basic: 295_200, default: 40_000}
      2..3: {basic: 407_500, default: 65_000}
      4+: 701_300

`amounts[size][tier]` is the cell, as in CEL, where this is a map of maps. It is always there: the type of each key lies
within its dimension, or the document is refused (`min(size, 20)` is a way out).

Published lists
---------------

A list that is too long for a document, or changes while it runs, is published outside it in versions. A parameter of
type `{published: id}` names it. `listed(shop.merchant, usable_shops)` asks whether something is on it at the time of
the block, `version(usable_shops)` for its version. Who runs the action answers (`Lists`); not in invariants, which hold
whatever is published.

Expressions
-----------

A strict subset of CEL, the Common Expression Language: `? :`, `||`, `&&`, `== != < <= > >=`, `in`, `+ -`, `* / %`,
`! -`, fields, calls, in this order of precedence. Comparisons are not chained. `/` rounds towards zero and `%` has the
sign of its left side; the type of a divisor excludes 0. Numbers carry units: won + won, won * int, won / int,
won / won, date - date, date + int; a bare number fits won and int. The checker computes the interval of every
intermediate and refuses what can leave 64 bits. There are no floats, patterns, loops, or functions of one's own.
An expression that begins with `!`, `[`, `"` or holds `: ` stands in quotes, as YAML demands.

===================================  ===================================================================================
function                             value
===================================  ===================================================================================
`day(time)`                          the date in Korea (UTC+09:00, no daylight saving)
`hour(time)`                         0 to 23
`weekday(time or date)`              1 (Monday) to 7
`month(time or date)`                a month, for counters that start anew each month
`month_of_year(time or date)`        1 to 12
`min(a, b)`, `max(a, b)`             of two numbers of one unit
`has_prefix(text, list)`             the text begins with one of the list
`starts_with(text, text)`            the first begins with the second
`x in list`                          a parameter or a written list of literals
`table[key]…`                        a cell, a key for each dimension
`listed(text or id, list)`           a published list holds it at the time of the block
`version(list)`                      the version of a published list, 0 if it was never published
`sum(record.field)`                  in invariants and accounts only
===================================  ===================================================================================

`at` is the time of the block, never a given value.

Running
-------

`Action.run(records, given, at, lists)` checks in this order and raises the first that fails: `OutOfRange` for given
values, `at`, the facts and versions of lists that are read; `Refused` for clauses of the kind, then of the programme;
`OutOfRange` for new values, then for amounts posted; `Unbalanced`; `Violated` for invariants of single records.
Invariants of accounts, and totals that would fall below zero, are for the keeper of totals.
"""

from madang.contract.canonical import canonical, digest
from madang.contract.contract import (
    Account,
    Action,
    Contract,
    Effect,
    GivenValue,
    Subject,
    compile,  # noqa: A004 - the field's word for it
)
from madang.contract.errors import ContractError, OutOfRange, Problem, Refused, RunError, Unbalanced, Violated, explain
from madang.contract.interpreter import interpret
from madang.contract.lists import NO_LISTS, Lists, WrittenList, WrittenLists
from madang.contract.reading import load_kind, load_programme, read_kind, read_programme
from madang.contract.syntax import Kind, Programme

__all__ = [
    "NO_LISTS",
    "Account",
    "Action",
    "Contract",
    "ContractError",
    "Effect",
    "GivenValue",
    "Kind",
    "Lists",
    "OutOfRange",
    "Problem",
    "Programme",
    "Refused",
    "RunError",
    "Subject",
    "Unbalanced",
    "Violated",
    "WrittenList",
    "WrittenLists",
    "canonical",
    "compile",
    "digest",
    "explain",
    "interpret",
    "load_kind",
    "load_programme",
    "read_kind",
    "read_programme",
]
