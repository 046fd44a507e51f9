"""How contracts are shown to people and to editors: one layout, plain sentences, decision tables, a JSON Schema.

For whom: authors of kinds and programmes, and officers who check a rule without reading its code. Trusted: nobody;
documents may come from anyone and are bounded by the limits of the language. Nothing here decides anything: a ledger
runs the document, never a sentence about it.
"""

from madang.presentation.explanation import Explanation, explain_kind, explain_programme, only_own
from madang.presentation.formatter import format_document, is_programme
from madang.presentation.markdown import as_prose, as_tables
from madang.presentation.schema import kind_schema, programme_schema

__all__ = [
    "Explanation",
    "as_prose",
    "as_tables",
    "explain_kind",
    "explain_programme",
    "format_document",
    "is_programme",
    "kind_schema",
    "only_own",
    "programme_schema",
]
