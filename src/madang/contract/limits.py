"""Bounds of the language. A document beyond one of them is refused, so that no document can make a node slow."""

from typing import Final

LANGUAGE_VERSIONS: Final = (1, 2)
"""The versions of the language that this compiler reads. A changed meaning is a new version, and the old ones stay:
what a document of version 1 means, and its digest, never change. Version 2 adds tables, published lists,
and defaults of parameters."""
VERSIONS_WORDS: Final = " or ".join(map(str, LANGUAGE_VERSIONS))
LANGUAGE: Final = LANGUAGE_VERSIONS[-1]
"""The newest of them."""

DOCUMENT_CHARACTERS: Final = 131_072
DOCUMENT_BYTES: Final = 524_288
DOCUMENT_DEPTH: Final = 10
DOCUMENT_NODES: Final = 20_000
CANONICAL_DEPTH: Final = 96
"""Nesting of brackets in canonical bytes: an expression of the deepest allowed form stays below it."""

EXPRESSION_CHARACTERS: Final = 4_000
EXPRESSION_DEPTH: Final = 32
EXPRESSION_NODES: Final = 1_000
OPERANDS: Final = 256
"""Operands of one chain of && or ||."""

NAME_CHARACTERS: Final = 40
LIST_NAME_CHARACTERS: Final = 48
TEXT_CHARACTERS: Final = 128
WORDS_CHARACTERS: Final = 300
LANGUAGES: Final = 8

RECORD_TYPES: Final = 16
FIELDS: Final = 32
ACCOUNTS: Final = 32
PARAMETERS: Final = 64
ACTIONS: Final = 32
GIVEN: Final = 16
RECORDS_PER_ACTION: Final = 4
FACTS_PER_ACTION: Final = 4
CLAUSES: Final = 128
POSTINGS: Final = 16
INVARIANTS: Final = 64
ENUM_MEMBERS: Final = 64
LIST_ITEMS: Final = 2_000
DIMENSIONS: Final = 3
DEFAULT_KEY: Final = "default"
"""In a written table, the key of all rows that are not written."""
TABLE_CELLS: Final = 4_096
"""Cells of one table, when every row that stands for several is written out."""
PROBLEMS: Final = 50
"""At most so many problems are reported at once."""

INTEGER_LOW: Final = -(2**63)
INTEGER_HIGH: Final = 2**63 - 1
VERSION_HIGH: Final = 2**32
WON_HIGH: Final = 2**53 - 1
"""Amounts of won stay exact in every JSON reader."""

OFFSET_SECONDS: Final = 9 * 3600
"""Korean time is UTC+09:00 without daylight saving; there is no time-zone database inside the fence."""

DATE_HIGH: Final = 2_932_896
"""9999-12-31, in days since 1970-01-01."""
TIME_HIGH: Final = (DATE_HIGH + 1) * 86_400 - 1 - OFFSET_SECONDS
"""The last second of 9999-12-31 in Korea, in seconds since 1970-01-01T00:00:00Z."""
MONTH_HIGH: Final = (9999 - 1970) * 12 + 11
"""December 9999, in months since January 1970."""
