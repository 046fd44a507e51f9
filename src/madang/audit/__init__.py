"""Checking a ledger from what a node has stored. For auditors, operators, and whoever restored a backup.

Two ways that share no rules:

    reexecute  every block from genesis runs again through the machine, with every signature checked; outcomes,
               writes, leaves, roots, snapshots and at last the whole state must be what is stored
    auditor    no rule runs: balances are rebuilt from the stored writes alone, and must add up, in every
               transaction and at the end

Both trust nothing in the store: what they are given to hold against it is the genesis document's own rules (the
first) and the laws of conservation (the second). That the log is the one everybody else sees is for checkpoints and
witnesses to say: compare the root that is returned.
"""
