"""Anchors: digests of published files in series, so that nobody can show two people two different files.

For whoever publishes files that others rely on and that change: status lists, histories of identifiers, later
documents. A series belongs to an institution and has a version after each change; what is kept is the newest digest and
the one before, since readers may hold a file for a moment longer. All earlier ones stand in the log.

Limits: 1,024 series an institution. Whom it trusts: one officer of the institution suffices, since such files change
every few minutes and a program signs for them. Give it a key of its own, which the institution can revoke; it counts in
a quorum as any officer's does, so the threshold must be at least two. Such a key can anchor a wrong digest and do no
other harm: what a file says is signed by the key of its issuer, which this key is not. That a digest stands here says
who published it and when, not that the file is right.
"""

from madang.base.anchors import queries
from madang.base.anchors.rules import REFUSALS, RULES
from madang.base.anchors.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("anchors", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
