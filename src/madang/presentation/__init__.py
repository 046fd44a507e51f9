"""How contracts are shown to people and to editors: one layout, plain sentences, decision tables, a JSON Schema.

For whom: authors of kinds and programmes, and officers who check a rule without reading its code. Trusted: nobody;
documents may come from anyone and are bounded by the limits of the language. Nothing here decides anything: a ledger
runs the document, never a sentence about it.
"""

from madang.presentation.formatter import format_document

__all__ = ["format_document"]
