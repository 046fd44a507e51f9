"""Ledger modules that others may use: parties, money, approvals, operations, registers, and what stands on them.

For whoever writes a service: import `queries` and the files a module names for others (`money.ledger`), never
another module's `rules`.
"""
