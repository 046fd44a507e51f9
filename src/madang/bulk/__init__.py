"""Bulk grants: a file of up to a million rows becomes vouchers, and nobody is granted twice.

For a sponsor or eligibility authority whose own system knows whom to grant what, and writes it as CSV:

    reference,amount,region,holder,code
    c1f0a9e4,180000,26,,9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

`read_grants` checks the whole file before anything is sent and names every wrong row at once. `send_grants` sends a
thousand rows a transaction, passes over what the ledger holds already, and says of each row what became of it; so a
run that was cut short is simply run again. `write_report` writes that as CSV.

Limits: one programme a run; rows are sent in the order of the file. Trusts the node for its answers; keep receipts
where that is not enough. References and codes are digests: what a file must never hold is a name or a number of a
person, and no error repeats what a cell holds.
"""

from madang.bulk.reading import GrantFileError, RowProblem, read_grants
from madang.bulk.sending import BATCH, Progress, Refusal, Report, Target, Unanswered, Waiting, send_grants, write_report
from madang.bulk.targets import HttpTarget, NodeTarget
from madang.services.vouchers.transactions import GrantRow

__all__ = [
    "BATCH",
    "GrantFileError",
    "GrantRow",
    "HttpTarget",
    "NodeTarget",
    "Progress",
    "Refusal",
    "Report",
    "RowProblem",
    "Target",
    "Unanswered",
    "Waiting",
    "read_grants",
    "send_grants",
    "write_report",
]
