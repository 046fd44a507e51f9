"""Looking for fraud in what a ledger has committed: bursts, repeated pairs, sales above the class, tills elsewhere.

For officers and auditors who may read a node's folder. A detector is a pure function of payments in their order: the
same ledger and thresholds give the same findings, each with the numbers behind it. A finding is a reason to look and
refuses nothing; it may be sent as a flag of `services/fraud`, with a keyed digest in the place of the numbers.

Limits: it sees keys and not people, who may have several; it counts vouchers' money alone. What it remembers is
bounded, and it says how much it had to forget. A class of sales is what the shop declared; where sales are synthetic,
as in every demonstration, each finding says so. Where a till stood no ledger knows: that comes from a file. Entries are
held against their leaves here; that the log is the one that all others see is for `madang verify` to say.
"""
