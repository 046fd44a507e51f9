"""Records: what an office keeps beside the ledger, in SQL. Nothing here decides anything, and nothing here is believed.

    database, schema, migrations   SQLite by default, PostgreSQL in production
    following                      reads a node's blocks beside it, and checks them against their leaves and roots
    projection                     read models made from blocks; lost ones are made again from the first block on
    rowmodel, paging               tables of the ledger as rows, and pages of them
    appealmodel, appeallist        the office's list of appeals
    officemodel, officelists       its applications, flags and disputes
    trademodel, spending, shops, tradenames   what vouchers paid where, and where they are taken
    entrymodel, entrylist          who asked for what, and how it ended
    contracts                      by which what blocks hold of programmes is read
    reading                        what pages read of all this, in one place
    issuing                        what issuers of credentials remember
    masterkey, cipher, purposes, vault   personal data, encrypted for each person, kept as a table of purposes says
    noticemodel, noticetexts, outbox, channels   what people are told, each once

Trusts the node's store for nothing but being there: entries are held against their leaves, and leaves against the roots
of their blocks. Who can write to the database can show an office a false list, until it is made again; the vault's own
trust is in `vault`.
"""
