"""Files and codes that banks, shops and auditors exchange with the ledger: payment messages, statements, QR codes.

- `qr`: what a shop shows and a phone scans (EMVCo, merchant-presented mode)
- `banks`: bank codes of the clearing house, business days, cut-off and value date
- `iso20022`: payment orders, their status, interbank payments and returns, statements
- `payouts`: from a day's payouts on the ledger to a bank's order, and from its status to what an operator must mend
- `reconciling`: a bank's own books against the ledger, every difference named
- `sheets`: the same as CSV for people

For treasury banks, participating banks, shops and auditors. It reads the ledger and never decides what the ledger
holds. What a file holds beyond the ledger (names, account numbers) comes from whoever makes the file and stays there.
Every file that is read is hostile: bounded in size and depth, refused with a stable code.
"""
